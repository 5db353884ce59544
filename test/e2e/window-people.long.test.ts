/** Threads, profiles and what is done with people, in a real browser on a real home with another server beside it. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { axeFindings, noBrowser, sidewaysOverflow, takeScreenshot } from '../support/browser.ts'
import type { FakeActor } from '../support/fake-peer.ts'
import type { FakeObject } from '../support/fake-peer-actor.ts'
import { listReplies, rootNote } from '../support/thread-world.ts'
import { strikeEntry, strikeOn, strikeOnwards } from '../support/fields.ts'
import { until } from '../support/until.ts'
import { scrollRests } from '../support/wheel.ts'
import { windowGround } from '../support/window-ground.ts'

let ana: FakeActor
let ben: FakeActor
let root: FakeObject

const ground = windowGround(async ({ home }) => {
  ana = home.peer.actor('ana', {
    document: { name: 'Ana Marić', summary: '<p>Botanist. Ferns, mostly.</p>' },
  })
  ben = home.peer.actor('ben', { document: { name: 'Ben' } })
  await home.follows(ana)
  await home.follows(ben)
  await writeThread()
})

/** Ana begins, Ben and Cay answer; one reply is only known to Ana's server. */
async function writeThread(): Promise<void> {
  const cay = ground.home.peer.actor('cay', { document: { name: 'Cay' } })
  root = rootNote(ana, { content: '<p>Which fern grows under a north window?</p>' })
  const answer = ben.note({ content: '<p>Maidenhair, if it is kept moist.</p>', inReplyTo: root.id })
  const deeper = ana.note({ content: '<p>How moist is moist?</p>', inReplyTo: answer.id })
  const deepest = ben.note({ content: '<p>Never let it dry out.</p>', inReplyTo: deeper.id })
  const missing = cay.note({ content: '<p>A holly fern forgives more.</p>', inReplyTo: root.id })
  listReplies(ground.home.peer, root, [[answer.id, missing.id]])
  // A list draws what is in sight: the thread stands above them.
  const published = new Date(Date.now() - 3_600_000).toISOString()
  for (let n = 0; n < 12; n += 1) {
    const note = ana.note({ content: `<p>Older note ${n}</p>`, published })
    await ground.home.receives(ana, ana.create(note))
  }
  for (const [actor, note] of [
    [ana, root],
    [ben, answer],
    [ana, deeper],
    [ben, deepest],
  ] as const) {
    await ground.home.receives(actor, actor.create(note))
    // A reply is for the reader once what it answers is here.
    await until(`${note.id} is here`, async () => (await findPost(note.id)) !== undefined)
  }
}

async function findPost(uri: string) {
  const owner = await ground.home.owner()
  return (await owner.homeTimeline(80)).find((post) => String(post['uri']) === uri)
}

async function idOf(uri: string): Promise<string> {
  const post = await findPost(uri)
  if (post === undefined) throw new Error(`${uri} is not here`)
  return String(post['id'])
}

async function open(t: TestContext, path: string): Promise<Page> {
  return (await ground.openWindow(t, path)).page
}

test('opens a thread, folds a branch, and has missing replies fetched', { skip: noBrowser }, async (t) => {
  const page = await open(t, `/posts/${await idOf(root.id)}`)
  await page.getByText('Which fern grows under a north window?').waitFor()
  await page.getByText('Never let it dry out.').waitFor()
  await page.getByText('A holly fern forgives more.').waitFor()
  await page.getByText('Other servers were asked: 1 reply was missing.').waitFor()
  await takeScreenshot(page, 'thread-1280')
  assert.deepEqual(await axeFindings(page), [])
  await page.getByRole('button', { name: 'Branch with 2 replies' }).click()
  await page.getByText('How moist is moist?').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Show 2 replies' }).click()
  await page.getByText('How moist is moist?').waitFor()
  await page.setViewportSize({ width: 320, height: 700 })
  assert.equal(await sidewaysOverflow(page), 0)
  await takeScreenshot(page, 'thread-320')
})

test('the post keeps its place while what it answers comes above it', { skip: noBrowser }, async (t) => {
  const answer = (await (await ground.home.owner()).homeTimeline(80)).find((post) =>
    String(post['content']).includes('Never let it dry out'),
  )
  const page = await open(t, `/posts/${String(answer?.['id'])}`)
  const post = page.locator('article', { hasText: 'Never let it dry out' })
  await page.getByText('How moist is moist?').waitFor({ state: 'attached' })
  await until('it stands below the header', async () => {
    const box = await post.boundingBox()
    return box !== null && box.y >= 0 && box.y < 120
  })
  await takeScreenshot(page, 'thread-answer')
})

async function accountId(actor: FakeActor): Promise<string> {
  const owner = await ground.home.owner()
  return String((await owner.find(actor.handle))['id'])
}

async function standing(actor: FakeActor): Promise<Record<string, string>> {
  const owner = await ground.home.owner()
  const relationship = await owner.relationship(await accountId(actor))
  return Object.fromEntries(Object.entries(relationship).map(([name, value]) => [name, String(value)]))
}

test(
  'reads a profile, follows with notice of each post, and keeps a private note',
  { skip: noBrowser },
  async (t) => {
    const page = await open(t, `/people/${await accountId(ana)}`)
    await page.getByText('Botanist. Ferns, mostly.').waitFor()
    await page.getByRole('feed').getByRole('article').first().waitFor()
    await takeScreenshot(page, 'profile-1280')
    assert.deepEqual(await axeFindings(page), [])
    await page.getByRole('button', { name: 'Options', exact: true }).click()
    await page.getByText('Tell me of each new post').click()
    await until('posts are told', async () => (await standing(ana))['notifying'] === 'true')
    await page.getByRole('button', { name: 'Close' }).first().click()
    await page.getByLabel('Private note').fill('Met at the botanical garden')
    await page.getByText('Saved', { exact: true }).waitFor()
    await until(
      'the note is kept',
      async () => (await standing(ana))['note'] === 'Met at the botanical garden',
    )
    await page.setViewportSize({ width: 320, height: 700 })
    assert.equal(await sidewaysOverflow(page), 0)
    await takeScreenshot(page, 'profile-320')
  },
)

test('mutes for a day by the keyboard, and takes it back', { skip: noBrowser }, async (t) => {
  const page = await open(t, `/people/${await accountId(ben)}`)
  const menu = page.getByRole('button', { name: 'More about @ben@peer.example' })
  await strikeOn(menu)
  await strikeEntry(page.getByRole('menuitem', { name: 'Mute' }))
  const dialog = page.getByRole('dialog', { name: 'Mute @ben@peer.example?' })
  await dialog.waitFor()
  assert.deepEqual(await axeFindings(page), [])
  const howLong = dialog.getByRole('button', { name: /For how long/ })
  await strikeOn(howLong)
  await strikeEntry(page.getByRole('option', { name: '1 day' }))
  // The list gives the focus back as it goes.
  await howLong.and(page.locator(':focus')).waitFor()
  await takeScreenshot(page, 'mute')
  await strikeOn(dialog.getByRole('button', { name: 'Mute', exact: true }))
  await page.getByText('Muted until').waitFor()
  await until('the home mutes for a day', async () => {
    const { muting, muting_expires_at: ends } = await standing(ben)
    return muting === 'true' && ends !== 'null'
  })
  await page.getByRole('button', { name: 'Undo' }).click()
  await until('the mute is taken back', async () => (await standing(ben))['muting'] === 'false')
})

/** Runs in the page: whether what lies in the middle of it takes a press while the list follows its scrolling. */
const TAKES_PRESS = `new Promise((resolve) => {
  scrollBy({ top: 40, behavior: 'instant' })
  requestAnimationFrame(() => requestAnimationFrame(() =>
    resolve(document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('article') !== null)))
})`

/** Runs in the page: two presses of one key in the same moment, and where the page stood and stands. */
const PRESSED_TWICE = `new Promise((resolve) => {
  scrollTo({ top: 600, behavior: 'instant' })
  requestAnimationFrame(() => {
    const before = scrollY
    for (let press = 0; press < 2; press += 1)
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '.', bubbles: true }))
    requestAnimationFrame(() => resolve([before, scrollY]))
  })
})`

test(
  'a press counts while the timeline moves, and whoever asks twice for its top is there at once',
  { skip: noBrowser },
  async (t) => {
    const { page } = await ground.openWindow(t, '/home', { reducedMotion: 'no-preference' })
    await page.getByRole('article').nth(5).waitFor()
    await page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    for (let step = 0; step < 5; step += 1) assert.equal(await page.evaluate(TAKES_PRESS), true)
    assert.deepEqual(await page.evaluate(PRESSED_TWICE), [600, 0])
  },
)

test(
  'ends a follow and takes that back, though the first try fails; the posts are there again, also in another window',
  { skip: noBrowser },
  async (t) => {
    const { page, context } = await ground.openWindow(t)
    const beside = await ground.browser.openPage({ context })
    await beside.page.goto(`${ground.home.origin}/`)
    const shownIn = async (window: Page): Promise<void> => {
      await window.getByRole('article').first().waitFor()
      await until('a post by Ana', async () => {
        await window.keyboard.press('.')
        return (await window.getByRole('article').filter({ hasText: 'How moist is moist' }).count()) > 0
      })
    }
    await shownIn(beside.page)
    await page.getByRole('navigation').getByRole('link', { name: 'Home', exact: true }).click()
    await shownIn(page)
    await page
      .getByRole('article')
      .getByRole('link', { name: /Ana Marić/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Following' }).click()
    const first = await ana.inbox.waitForType('Follow')
    const undo = page.getByRole('button', { name: 'Undo' })
    await undo.waitFor()
    const noMore = beside.page.getByRole('article').filter({ hasText: 'How moist is moist' })
    await noMore.waitFor({ state: 'detached' })
    await page.route('**/follow', async (route) => route.fulfill({ status: 503, json: { error: 'busy' } }), {
      times: 1,
    })
    const failed = page.waitForResponse((answer) => answer.url().endsWith('/follow'))
    await undo.click()
    assert.equal((await failed).status(), 503)
    await undo.waitFor()
    await undo.click()
    const again = await ana.inbox.waitFor(
      ({ type, activity }) => type === 'Follow' && activity['id'] !== first.activity['id'],
    )
    await ground.home.receives(ana, ana.accept(again.activity))
    await page.getByRole('button', { name: 'Following' }).waitFor()
    await shownIn(beside.page)
    await page.goto(`${ground.home.origin}/`)
    await shownIn(page)
  },
)

test('reports a post, then blocks its author', { skip: noBrowser }, async (t) => {
  const rude = ground.home.peer.actor('rude', { document: { name: 'Rude' } })
  await ground.home.follows(rude)
  await ground.home.reads(rude, { content: '<p>Buy cheap ferns now</p>' })
  const page = await open(t, `/people/${await accountId(rude)}`)
  await page.getByRole('button', { name: 'More about @rude@peer.example' }).click()
  await page.getByRole('menuitem', { name: 'Report' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Buy cheap ferns now').click()
  await dialog.getByText('1 post chosen').waitFor()
  await takeScreenshot(page, 'report')
  assert.deepEqual(await axeFindings(page), [])
  await dialog.getByRole('button', { name: 'Send report' }).click()
  await page.getByText('It is on its way to peer.example.').waitFor()
  await page.getByRole('button', { name: 'Block', exact: true }).click()
  const question = page.getByRole('alertdialog', { name: 'Block @rude@peer.example?' })
  await question.getByText('You follow them. That ends, and does not come back by itself.').waitFor()
  await question.getByRole('button', { name: 'Block', exact: true }).click()
  await page.getByText('You block them').waitFor()
  await until('they are blocked and not followed', async () => {
    const { blocking, following } = await standing(rude)
    return blocking === 'true' && following === 'false'
  })
})

test(
  'opens a thread from home by the keyboard, and comes back to the same place',
  { skip: noBrowser },
  async (t) => {
    const page = await open(t, '/home')
    const entry = page.locator('article', { hasText: 'Older note 2' }).first()
    // A window begins where was read last: to the newest, and down from there.
    await page.locator('article').first().waitFor()
    await page.keyboard.press('0')
    // From where it is on its way, `j` would go on above the note, or below it.
    await until('it is at the top', async () => (await page.evaluate<number>('scrollY')) === 0)
    await until('the note is chosen', async () => {
      if ((await entry.and(page.locator(':focus')).count()) > 0) return true
      await strikeOnwards(page)
      return false
    })
    await scrollRests(page)
    const placeBefore = await entry.boundingBox()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Thread' }).waitFor()
    await page.getByRole('button', { name: 'Reply to @ana@peer.example' }).waitFor()
    await page.goBack()
    await entry.waitFor()
    await until('it stands where it stood', async () => {
      const placeAfter = await entry.boundingBox()
      return Math.abs((placeAfter?.y ?? 0) - (placeBefore?.y ?? 999)) < 2
    })
  },
)

test(
  'accepts one who asks to follow, refuses another, and removes a follower',
  { skip: noBrowser },
  async (t) => {
    const owner = await ground.home.owner()
    const me = await owner.call('PATCH', '/api/v1/accounts/update_credentials', { locked: true })
    const [hal, ida] = ['hal', 'ida'].map((name) => ground.home.peer.actor(name, { document: { name } }))
    if (hal === undefined || ida === undefined) throw new Error('there are two')
    for (const actor of [hal, ida]) await ground.home.receives(actor, actor.follow(String(me['uri'])))
    await until('both ask', async () => (await owner.list('/api/v1/follow_requests')).length === 2)
    const page = await open(t, '/follow-requests')
    await page.getByText('2 wait for your answer').waitFor()
    await takeScreenshot(page, 'follow-requests')
    assert.deepEqual(await axeFindings(page), [])
    await page.getByRole('button', { name: 'Accept @hal@peer.example' }).click()
    await page.getByText('@hal@peer.example').waitFor({ state: 'detached' })
    await strikeOn(page.getByRole('button', { name: 'Refuse @ida@peer.example' }))
    await page.getByText('No requests').waitFor()
    await until('one follows', async () => (await standing(hal))['followed_by'] === 'true')
    assert.equal((await standing(ida))['followed_by'], 'false')
    await page.goto(`${ground.home.origin}/people/${await accountId(hal)}`)
    await page.getByText('Follows you').waitFor()
    await page.getByRole('button', { name: 'More about @hal@peer.example' }).click()
    await page.getByRole('menuitem', { name: 'Remove follower' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove follower' }).click()
    await page.getByText('Follows you').waitFor({ state: 'detached' })
    await until('nobody follows', async () => (await standing(hal))['followed_by'] === 'false')
  },
)

test('lets go of many at once, after the numbers were named', { skip: noBrowser }, async (t) => {
  const gone = ['fay', 'gil'].map((name) => ground.home.peer.actor(name, { document: { name } }))
  for (const actor of gone) await ground.home.follows(actor)
  const owner = await ground.home.owner()
  const me = await owner.call('GET', '/api/v1/accounts/verify_credentials')
  const page = await open(t, `/people/${String((me as unknown as { id: unknown }).id)}/following`)
  await page.getByText('@fay@peer.example').waitFor()
  await takeScreenshot(page, 'following-1280')
  assert.deepEqual(await axeFindings(page), [])
  for (const name of ['fay', 'gil']) {
    await page.getByLabel(`Choose @${name}@peer.example`).click({ force: true })
  }
  await page.getByRole('button', { name: 'Unfollow', exact: true }).click()
  await page
    .getByRole('alertdialog', { name: 'Unfollow 2 people?' })
    .getByRole('button', { name: 'Unfollow' })
    .click()
  await page.getByText('@fay@peer.example').waitFor({ state: 'detached' })
  for (const actor of gone) {
    await until(`${actor.handle} is let go`, async () => (await standing(actor))['following'] === 'false')
  }
})

test('blocks a server after the people who would be lost were counted', { skip: noBrowser }, async (t) => {
  const page = await open(t, `/people/${await accountId(ana)}`)
  await page.getByRole('button', { name: 'More about @ana@peer.example' }).click()
  await page.getByRole('menuitem', { name: 'Block peer.example' }).click()
  const question = page.getByRole('alertdialog', { name: 'Block peer.example?' })
  await question.getByText(/You will lose 0 followers and 2 people you follow there/).waitFor()
  await takeScreenshot(page, 'block-server')
  assert.deepEqual(await axeFindings(page), [])
  await question.getByRole('button', { name: 'Block server' }).click()
  await page.getByText('You block peer.example').waitFor()
  await page.getByRole('button', { name: 'Follow @ana@peer.example' }).waitFor()
})
