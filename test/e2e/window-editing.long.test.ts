/** What is changed after it was read or written: people who leave the lists, posts that are edited, answered, sent in private. */
import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import {
  type TestBrowser,
  type TestPage,
  axeFindings,
  noBrowser,
  openBrowser,
  takeScreenshot,
} from '../support/browser.ts'
import type { FakeActor } from '../support/fake-peer.ts'
import type { HomeClient } from '../support/home-client.ts'
import type { Json } from '../support/http-client.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
let browser: TestBrowser
let home: WindowHome
let owner: HomeClient
let ana: FakeActor
let kai: FakeActor
let session: Awaited<ReturnType<TestPage['context']['storageState']>>

before(async () => {
  if (skip !== false) return
  const env = { HOMEBIRD_INBOX_RATE: '0', HOMEBIRD_API_RATE: '0' }
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin', env })])
  owner = await home.owner()
  await owner.call('PATCH', '/api/homebird/v1/preferences', { holdSeconds: 0 })
  ana = home.peer.actor('ana', { document: { name: 'Ana Marić' } })
  kai = home.peer.actor('kai', { document: { name: 'Kai' } })
  await home.follows(ana)
  await home.follows(kai)
  const { page, context } = await browser.openPage()
  await home.enters(page)
  session = await context.storageState()
  await context.close()
})
after(async () => {
  await browser?.close()
  await home?.close()
})

async function openWindow(t: TestContext, path = '/home', more: object = {}): Promise<TestPage> {
  const cookies = { storageState: { cookies: session.cookies, origins: [] } }
  const opened = await browser.openPage({ ...cookies, ...more })
  t.after(async () => opened.context.close())
  await opened.page.goto(`${home.origin}${path}`)
  await opened.page.getByRole('navigation').waitFor()
  return opened
}

/** A window begins where was read last: to the newest, as a reader goes, until the post with these words is there. */
async function openNewest(t: TestContext, words: string): Promise<TestPage> {
  const opened = await openWindow(t)
  const { page } = opened
  await page.getByRole('article').first().waitFor()
  await until(`"${words}" is on the screen`, async () => {
    await page.keyboard.press('.')
    await page.keyboard.press('0')
    return (await post(page, words).count()) > 0
  })
  return opened
}

const post = (page: Page, words: string): Locator => page.getByRole('article').filter({ hasText: words })
const gone = async (page: Page, words: string): Promise<void> =>
  post(page, words).waitFor({ state: 'detached' })
const idOf = async (actor: FakeActor): Promise<string> => String((await owner.find(actor.handle))['id'])
const isSo = async (actor: FakeActor, fact: string): Promise<boolean> =>
  String((await owner.relationship(await idOf(actor)))[fact]) === 'true'

test('whoever is muted leaves the home at once, and stands there again with Undo', { skip }, async (t) => {
  await home.reads(kai, { content: '<p>below, by Kai</p>' })
  await home.reads(ana, { content: '<p>in the middle, by Ana</p>' })
  await home.reads(kai, { content: '<p>above, by Kai</p>' })
  const { page, problems } = await openNewest(t, 'above, by Kai')
  await post(page, 'in the middle, by Ana').getByRole('button', { name: 'More about this post' }).click()
  await page.getByRole('menuitem', { name: /^Mute (?!conversation)/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Mute', exact: true }).click()
  await gone(page, 'by Ana')
  await until('the home mutes', async () => isSo(ana, 'muting'))
  await page.getByRole('button', { name: 'Undo' }).click()
  await post(page, 'by Ana').waitFor()
  await until('all stand in their order', async () => {
    const words = await page.getByRole('article').allInnerTexts()
    const places = ['above, by Kai', 'by Ana', 'below, by Kai'].map((one) =>
      words.findIndex((text) => text.includes(one)),
    )
    return places.every((place, index) => place > (places[index - 1] ?? -1))
  })
  await until('the mute is taken back', async () => !(await isSo(ana, 'muting')))
  const other = await openWindow(t)
  await post(other.page, 'by Ana').waitFor()
  assert.deepEqual(problems, [])
})

test(
  'the end of a follow empties the home, and the page of the person keeps their posts',
  { skip },
  async (t) => {
    await home.reads(kai, { content: '<p>Kai at length</p>' })
    const { page } = await openNewest(t, 'Kai at length')
    await post(page, 'Kai at length').waitFor()
    await post(page, 'Kai at length').getByRole('link', { name: /Kai/ }).first().click()
    await page.getByRole('heading', { name: 'Kai', level: 1 }).waitFor()
    await post(page, 'Kai at length').waitFor()
    await page.getByRole('button', { name: 'Following: stop following @kai@peer.example' }).click()
    await until('the home says so', async () => !(await isSo(kai, 'following')))
    await until('the home timeline is without Kai', async () =>
      (await owner.homeTimeline()).every((one) => !String(one['content']).includes('Kai at length')),
    )
    await post(page, 'Kai at length').waitFor()
    await page.getByRole('link', { name: 'Home', exact: true }).first().click()
    await page.getByRole('heading', { name: 'Home', exact: true }).waitFor()
    await gone(page, 'Kai at length')
    await page.getByRole('button', { name: 'Undo' }).click()
    await post(page, 'Kai at length').waitFor()
    await home.accepts(kai)
  },
)

test('letters lead on while a control has the focus that has no use for them', { skip }, async (t) => {
  const { page } = await openNewest(t, 'by Ana')
  await post(page, 'by Ana').first().waitFor()
  await page.getByRole('button', { name: 'Poll', exact: true }).click()
  await page.getByRole('switch').or(page.getByRole('checkbox')).first().focus()
  await page.keyboard.press('j')
  await until('a post is chosen', async () =>
    page.evaluate('document.activeElement?.closest("article") !== null'),
  )
})

test('what arrives in other timelines and in conversations is there at once', { skip }, async (t) => {
  const list = await owner.call('POST', '/api/v1/lists', { title: 'Botany' })
  await owner.call('POST', `/api/v1/lists/${String(list['id'])}/accounts`, { account_ids: [await idOf(ana)] })
  const { page } = await openWindow(t, '/notifications')
  const tag = [{ type: 'Hashtag', name: '#mosses', href: `${home.peer.origin}/tags/mosses` }]
  const writes = async (words: string): Promise<void> =>
    home.receives(ana, ana.create(ana.note({ content: `<p>${words} #mosses</p>`, tag })))
  for (const path of ['/federated', '/tags/mosses', `/lists/${String(list['id'])}`]) {
    await Promise.all([
      page.waitForEvent('websocket').then(async (socket) => socket.waitForEvent('framesent')),
      page.goto(`${home.origin}${path}`),
      page.waitForResponse((answer) => answer.url().includes('/api/v1/timelines/') && answer.ok()),
    ])
    await writes(`arrives at ${path}`)
    await post(page, `arrives at ${path}`).waitFor()
  }
  await page.goto(`${home.origin}/local`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await owner.call('POST', '/api/v1/statuses', { status: 'Written elsewhere in this home' })
  await post(page, 'Written elsewhere in this home').waitFor()
  await page.goto(`${home.origin}/mentions`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  const ownUri = String((await owner.get('/api/v1/accounts/verify_credentials'))['uri'])
  const named = [{ type: 'Mention', name: '@robin@home.example', href: ownUri }]
  const secret = ana.note({
    content: '<p>@robin between us</p>',
    to: [ownUri],
    cc: [],
    tag: named,
  })
  await home.receives(ana, ana.create(secret))
  await page.getByText('between us').first().waitFor()
})

const text = (page: Page): Locator => page.getByLabel('Text', { exact: true })
const press = async (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()
const holdsText = async (page: Page, words: string): Promise<void> => {
  await until(`"${words}" stands in the composer`, async () => (await text(page).inputValue()) === words)
}
const published = async (words: string): Promise<Json> =>
  until(`"${words}" is a post`, async () =>
    (await owner.homeTimeline()).find((one) => String(one['content']).includes(words)),
  )

test('the emoji picker puts what is chosen where the caret is, by keyboard alone', { skip }, async (t) => {
  const { page, problems } = await openWindow(t)
  await text(page).fill('A fern  today')
  await text(page).press('Home')
  for (let place = 0; place < 7; place += 1) await page.keyboard.press('ArrowRight')
  await page.getByRole('button', { name: 'Emoji', exact: true }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('searchbox').fill('herb')
  const chosen = page.getByRole('dialog').getByRole('button', { name: 'herb', exact: true })
  await chosen.waitFor()
  assert.deepEqual(await axeFindings(page), [])
  await takeScreenshot(page, 'writing-emoji')
  await chosen.focus()
  await page.keyboard.press('Enter')
  await holdsText(page, 'A fern 🌿 today')
  await page.keyboard.type('!')
  await holdsText(page, 'A fern 🌿! today')
  assert.deepEqual(problems, [])
})

test('the language follows what is written, until the person has set it', { skip }, async (t) => {
  const { page } = await openWindow(t)
  await text(page).fill('Heute war ein schöner Tag im Garten')
  await press(page, 'Language: German (de)')
  await page.getByRole('button', { name: /^German Language/ }).click()
  await page.getByRole('option', { name: 'Dutch' }).click()
  await page.getByRole('button', { name: 'Language: Dutch (nl)' }).waitFor()
  await text(page).fill('Je pense que le train est en retard ce matin')
  await press(page, 'Post')
  assert.equal(String((await published('Je pense que'))['language']), 'nl')
  await holdsText(page, '')
  await text(page).fill('Quelle belle journée au jardin, vraiment')
  await page.getByRole('button', { name: 'Language: French (fr)' }).waitFor()
  await press(page, 'Post')
  assert.equal(String((await published('Quelle belle'))['language']), 'fr')
})

test('an address begins a draft and sends nothing', { skip }, async (t) => {
  const note = ana.note({ content: '<p>to be answered from outside</p>' })
  await home.receives(ana, ana.create(note))
  const theirs = await published('to be answered from outside')
  const count = (await owner.homeTimeline()).length
  const { page } = await openWindow(t, `/write?text=${encodeURIComponent('Shared\u202E from\nelsewhere')}`)
  await holdsText(page, 'Shared from\nelsewhere')
  assert.equal(new URL(page.url()).search, '')
  await page.goto(`${home.origin}/write?reply=${String(theirs['id'])}&text=Yes`)
  await holdsText(page, '@ana@peer.example Yes')
  await page.goto(`${home.origin}/write?quote=${String(theirs['id'])}`)
  await page.getByText('Quoting Ana Marić').first().waitFor()
  await page.goto(`${home.origin}/write?reply=999999999999`)
  await page.getByText('The draft of this address could not be begun.').waitFor()
  assert.equal((await owner.homeTimeline()).length, count)
  await page.goto(`${home.origin}/drafts`)
  await page.getByRole('listitem').filter({ hasText: 'Shared from' }).waitFor()
})

test('an edit reaches whoever has the post', { skip }, async (t) => {
  await owner.call('POST', '/api/v1/statuses', { status: '@ana@peer.example with a mistkae' })
  const { page } = await openNewest(t, 'mistkae')
  await post(page, 'mistkae').getByRole('button', { name: 'More about this post' }).click()
  await page.getByRole('menuitem', { name: 'Edit', exact: true }).click()
  await holdsText(page, '@ana@peer.example with a mistkae')
  await text(page).fill('@ana@peer.example with a mistake')
  await page.keyboard.press('Control+Enter')
  await post(page, 'with a mistake').waitFor()
  const { activity } = await ana.inbox.waitForType('Update')
  assert.match(JSON.stringify(activity), /with a mistake/)
})

test('a private mention goes to whom it names, and to nobody else', { skip }, async (t) => {
  const ownUri = String((await owner.get('/api/v1/accounts/verify_credentials'))['uri'])
  await home.receives(kai, kai.follow(ownUri))
  await kai.inbox.waitForType('Accept')
  const { page } = await openWindow(t)
  await text(page).fill('@ana@peer.example for your eyes')
  await page.getByRole('button', { name: /Who sees it/ }).click()
  await page.getByRole('menuitemradio', { name: /Private mention/ }).click()
  await press(page, 'Post')
  await published('for your eyes')
  const holds = (words: string) => (one: { readonly activity: object }) =>
    JSON.stringify(one.activity).includes(words)
  const { activity } = await ana.inbox.waitFor(holds('for your eyes'))
  const { to, cc, object } = activity as Readonly<Record<string, unknown>>
  const note = object as Readonly<Record<string, unknown>>
  assert.deepEqual([to, cc ?? [], note['to'], note['cc'] ?? []].flat(), [ana.uri, ana.uri])
  // What is sent to followers afterwards has left after it.
  await owner.call('POST', '/api/v1/statuses', { status: 'for everybody, afterwards' })
  await home.peer.sharedInbox.waitFor(holds('for everybody, afterwards'))
  assert.equal(kai.inbox.received.some(holds('for your eyes')), false)
})

test('a reply to a reply names everybody who takes part', { skip }, async (t) => {
  const ownUri = String((await owner.get('/api/v1/accounts/verify_credentials'))['uri'])
  const tag = [
    { type: 'Mention', name: '@robin@home.example', href: ownUri },
    { type: 'Mention', name: kai.handle, href: kai.uri },
  ]
  const note = ana.note({ content: '<p>both of you, look</p>', tag, cc: [ownUri, kai.uri] })
  await home.receives(ana, ana.create(note))
  await published('both of you')
  const { page } = await openNewest(t, 'both of you')
  await post(page, 'both of you').waitFor()
  await post(page, 'both of you').focus()
  await page.keyboard.press('r')
  await until('both are named', async () =>
    /^@ana@peer\.example @kai@peer\.example $/.test(await text(page).inputValue()),
  )
  await text(page).and(page.locator(':focus')).waitFor()
  await page.keyboard.type('I see it')
  await page.keyboard.press('Control+Enter')
  const mentions = [...((await published('I see it'))['mentions'] ?? [])]
  assert.deepEqual(mentions.map((one) => String(one['username'])).toSorted(), ['ana', 'kai'])
})

test('who may quote a post is said before it goes', { skip }, async (t) => {
  const { page } = await openWindow(t)
  await text(page).fill('Not to be quoted')
  await press(page, 'More options')
  await page.getByRole('button', { name: /Who may quote it/ }).click()
  await page.getByRole('option', { name: 'Nobody' }).click()
  await press(page, 'Post')
  const approval = (await published('Not to be quoted'))['quote_approval']
  assert.deepEqual(JSON.parse(JSON.stringify(approval?.['automatic'])), [])
})

test(
  'an answer that is lost while a post is sent makes no second post, and it is told as posted',
  { skip },
  async (t) => {
    const { page } = await openWindow(t)
    await text(page).fill('Sent once, whatever happens')
    await page.route(
      '**/api/homebird/v1/drafts/*/send',
      async (route) => {
        await route.fetch()
        await route.abort()
      },
      { times: 1 },
    )
    await press(page, 'Post')
    await page.getByText('Your text is kept.').waitFor()
    await published('Sent once, whatever happens')
    // Where the language was guessed meanwhile, the next saving finds the post by itself.
    const again = page.getByRole('button', { name: 'Try again', exact: true })
    await until('it is told as posted', async () => {
      if (await again.isVisible()) await again.click({ timeout: 1_000 }).catch(() => undefined)
      return page.getByText('Posted.').isVisible()
    })
    await holdsText(page, '')
    const posts = (await owner.homeTimeline()).filter((one) => String(one['content']).includes('Sent once'))
    assert.equal(posts.length, 1)
    assert.equal(await page.getByText('This draft was changed in another window').count(), 0)
    await page.getByRole('link', { name: 'View' }).click()
    const thread = page.getByRole('region', { name: 'Thread' })
    await thread.getByRole('article').filter({ hasText: 'Sent once' }).waitFor()
    await page.goto(`${home.origin}/drafts`)
    await page.getByRole('heading', { name: 'Drafts', level: 1 }).waitFor()
    assert.equal(await page.getByRole('listitem').filter({ hasText: 'Sent once' }).count(), 0)
  },
)

test('a draft that two windows change becomes two, and no word is lost', { skip }, async (t) => {
  const [one, other] = [await openWindow(t), await openWindow(t)]
  await text(one.page).fill('The same draft')
  await one.page.getByText(/saved \d+ s ago/).waitFor()
  await other.page.goto(`${home.origin}/drafts`)
  const row = other.page.getByRole('listitem').filter({ hasText: 'The same draft' })
  await row.getByRole('button', { name: 'Open' }).click()
  await holdsText(other.page, 'The same draft')
  await text(other.page).fill('The same draft, in the second window')
  await other.page.getByText(/saved \d+ s ago/).waitFor()
  await text(one.page).fill('The same draft, in the first window')
  await one.page.getByText(/This draft was changed in another window/).waitFor()
  await holdsText(one.page, 'The same draft, in the first window')
  const third = await openWindow(t, '/drafts')
  for (const words of ['in the first window', 'in the second window']) {
    await third.page.getByRole('listitem').filter({ hasText: words }).waitFor()
  }
})

test('a file that is none of the kinds is refused in words, and the text stays', { skip }, async (t) => {
  const { page } = await openWindow(t)
  await text(page).fill('With a file that is no picture')
  const file = { name: 'trick.png', mimeType: 'image/png', buffer: Buffer.from('this is no picture') }
  await page.locator('input[type=file]').setInputFiles(file)
  const files = page.getByRole('list', { name: 'Files of this post' })
  await files.getByRole('button', { name: 'Try again' }).waitFor()
  await page.getByRole('button', { name: 'Post', exact: true, disabled: true }).waitFor()
  await press(page, 'Cancel file 1')
  await files.waitFor({ state: 'detached' })
  await holdsText(page, 'With a file that is no picture')
  await page.getByRole('button', { name: 'Post', exact: true, disabled: false }).waitFor()
})

test(
  'when the session ends while somebody writes, the words are there after signing in',
  { skip },
  async (t) => {
    const { page, context } = await openWindow(t)
    await text(page).fill('Words from before')
    await page.getByText(/saved \d+ s ago/).waitFor()
    await context.clearCookies()
    await text(page).fill('Words from before, and the last ones')
    await page.getByLabel('Password', { exact: true }).fill(home.home.password)
    await page.keyboard.press('Enter')
    await page.getByRole('navigation').waitFor()
    await holdsText(page, 'Words from before, and the last ones')
  },
)
