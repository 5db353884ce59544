/** What an owner was promised and no task of the table does: each switch, list, token, report, text and move, in a real browser on a real home. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { type TestContext, after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { SETTING_GROUPS, rowsHere } from '../../renderer/stores/setting-rows.ts'
import {
  type TestBrowser,
  type TestPage,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
} from '../support/browser.ts'
import type { FakeActor } from '../support/fake-peer.ts'
import { changing, fieldHolds, hasFocus, strikeEntry, strikeOn } from '../support/fields.ts'
import { askListener } from '../support/http-client.ts'
import { until } from '../support/until.ts'
import { isThere } from '../support/window-ground.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
let browser: TestBrowser
let home: WindowHome
let ana: FakeActor
/** Signing in has its limits: one browser does it once, and each test has a tab of it. */
let signedIn: TestPage

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
  signedIn = await browser.openPage({ reducedMotion: 'reduce' })
  await home.enters(signedIn.page)
  ana = home.peer.actor('ana', { document: { name: 'Ana Marić' } })
  await home.follows(ana)
})
after(async () => {
  await browser?.close()
  await home?.close()
})

async function openAt(t: TestContext, path: string): Promise<Page> {
  const { page, problems } = await browser.openPage({ context: signedIn.context })
  t.after(async () => page.close())
  await page.goto(`${home.origin}${path}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await isThere(page)
  t.after(() => assert.deepEqual(problems, []))
  return page
}

/** What a stranger is shown. */
async function publicText(path: string): Promise<string> {
  const answer = await askListener(home.home.publicPort, home.domain, path)
  return answer.text()
}

for (const group of SETTING_GROUPS) {
  const switches = rowsHere(false).filter(
    (row) => row.group === group && row.kind === 'kept' && row.look.kind === 'switch',
  )
  if (switches.length === 0) continue
  test(
    `every switch under ${group} counts at once by the space bar, outlives the window, and is reset`,
    { skip },
    async (t) => {
      const page = await openAt(t, `/settings/${group}`)
      const row = (id: string) => page.locator(`[role=group][id="${id}"]`)
      const control = (id: string) => row(id).getByRole('switch')
      const shows = async (id: string, isOn: boolean): Promise<void> => {
        await until(`${id} is ${isOn ? 'on' : 'off'}`, async () => (await control(id).isChecked()) === isOn)
      }
      const usual = new Map<string, boolean>()
      for (const { id } of switches) {
        await control(id).waitFor()
        usual.set(id, await control(id).isChecked())
        await changing(page, async () => strikeOn(control(id), 'Space'))
        await shows(id, usual.get(id) === false)
        await row(id).getByRole('img', { name: 'Changed' }).waitFor()
      }
      await page.reload()
      for (const [id, wasOn] of usual) {
        await control(id).waitFor()
        await shows(id, !wasOn)
        await changing(page, async () => strikeOn(row(id).getByRole('button', { name: /^Reset / })))
        await shows(id, wasOn)
        await row(id).getByRole('img', { name: 'Changed' }).waitFor({ state: 'detached' })
      }
    },
  )
}

test('what new posts begin with is chosen, and the composer begins with it', { skip }, async (t) => {
  const page = await openAt(t, '/settings/posting')
  const visibility = page.getByRole('group', { name: 'Visibility of new posts' })
  await strikeOn(visibility.getByRole('button', { name: /Public/ }))
  await changing(page, async () => strikeEntry(page.getByRole('option', { name: /^Followers/ })))
  await visibility.getByRole('img', { name: 'Changed' }).waitFor()
  await page.goto(`${home.origin}/home`)
  await page.getByRole('button', { name: /^Who sees it: Followers/ }).waitFor()
  await page.goto(`${home.origin}/settings/posting`)
  await visibility.getByRole('button', { name: /^Reset / }).click()
  await visibility.getByRole('button', { name: /Public/ }).waitFor()
})

test('a hashtag stands on the profile until it is taken away', { skip }, async (t) => {
  const page = await openAt(t, '/settings/profile')
  await page.getByLabel('Hashtag', { exact: true }).fill('#ferns')
  await page.keyboard.press('Enter')
  const remove = page.getByRole('button', { name: /Remove #?.*ferns/ })
  await remove.waitFor()
  await page.reload()
  await strikeOn(remove)
  await remove.waitFor({ state: 'detached' })
})

test(
  'what the home says of itself is written, seen by strangers, and can be discarded before it counts',
  { skip },
  async (t) => {
    const page = await openAt(t, '/settings/about')
    const about = page.getByLabel('About your home', { exact: true })
    await about.fill('A quiet place for ferns.')
    await page.getByRole('button', { name: 'Discard' }).click()
    await fieldHolds(about, '')
    await page.getByLabel('Name of your home').fill('The Fernery')
    await page.getByLabel('E-mail for questions').fill('robin@mail.example')
    await about.fill('A quiet place for ferns.')
    await page.getByLabel('Privacy', { exact: true }).fill('Nothing of yours is kept.')
    await page.getByLabel('Terms and rules').fill('Be kind.')
    await takeScreenshot(page, 'promise-texts-1280', true)
    await strikeOn(page.getByRole('button', { name: 'Apply' }))
    await page.getByRole('button', { name: 'Apply' }).waitFor({ state: 'detached' })
    await page.reload()
    await until(
      'the name is kept',
      async () => (await page.getByLabel('Name of your home').inputValue()) === 'The Fernery',
    )
    await until('strangers read it', async () =>
      (await publicText('/about')).includes('A quiet place for ferns.'),
    )
    assert.match(await publicText('/about'), /The Fernery/)
    assert.match(await publicText('/about'), /robin@mail\.example/)
    assert.match(await publicText('/privacy-policy'), /Nothing of yours is kept\./)
    assert.match(await publicText('/terms-of-service'), /Be kind\./)
  },
)

test('a token is made by the keyboard, shown once, works, and is taken away', { skip }, async (t) => {
  const page = await openAt(t, '/sign-in')
  const dialog = page.getByRole('dialog')
  const create = page.getByRole('button', { name: 'Create a token' })
  await strikeOn(create)
  const password = dialog.getByLabel('Password', { exact: true })
  await dialog.getByLabel('Name', { exact: true }).or(password).first().waitFor()
  // Whoever has just signed in is known; on a slow machine that may be over.
  if (await password.isVisible()) {
    await password.fill(home.home.password)
    await page.keyboard.press('Enter')
  }
  await dialog.getByLabel('Name', { exact: true }).fill('A script of mine')
  await page.keyboard.press('Enter')
  const shown = page.getByRole('alertdialog').locator('code')
  await shown.waitFor()
  const token = ((await shown.textContent()) ?? '').trim()
  await takeScreenshot(page, 'promise-token-1280')
  assert.deepEqual(await axeFindings(page), [])
  const asks = async (): Promise<number> => {
    const { status } = await askListener(
      home.home.publicPort,
      home.domain,
      '/api/v1/accounts/verify_credentials',
      { headers: { authorization: `Bearer ${token}` } },
    )
    return status
  }
  assert.equal(await asks(), 200)
  await strikeOn(page.getByRole('button', { name: 'I have kept it' }))
  await page.getByText(/token made by you/).waitFor()
  await page.reload()
  assert.ok(!(await page.content()).includes(token))
  await strikeOn(page.getByRole('button', { name: 'Remove A script of mine' }))
  await hasFocus(page.getByRole('alertdialog'))
  await strikeOn(page.getByRole('alertdialog').getByRole('button', { name: 'Remove token' }))
  await page.getByText('No app has access.').waitFor()
  assert.equal(await asks(), 401)
})

test('a report from elsewhere is read, settled, and opened again', { skip }, async (t) => {
  const owner = await home.owner()
  const me = await owner.get('/api/v1/accounts/verify_credentials')
  const post = await owner.writes('Ferns are better than roses')
  await home.receives(
    ana,
    ana.activity('Flag', { object: [String(me['uri']), String(post['uri'])], content: 'Roses are fine' }),
  )
  const page = await openAt(t, '/reports')
  await until('the report is there', async () => {
    await page.reload()
    const complaint = page.getByText('Roses are fine')
    await complaint.or(page.getByRole('heading', { name: 'No reports' })).waitFor()
    return complaint.isVisible()
  })
  await page.getByRole('link', { name: String(post['uri']) }).waitFor()
  assert.deepEqual(await axeFindings(page), [])
  await takeScreenshot(page, 'promise-report-1280')
  await strikeOn(page.getByRole('button', { name: 'Settle report' }))
  await page.getByRole('heading', { name: 'No reports' }).waitFor()
  const settledToo = page.getByRole('switch', { name: 'Show settled ones too' })
  await strikeOn(settledToo, 'Space')
  await page.getByText('Roses are fine').waitFor()
  await strikeOn(page.getByRole('button', { name: 'Open again' }))
  await page.getByRole('button', { name: 'Settle report' }).waitFor()
  await strikeOn(settledToo, 'Space')
  await page.getByText('Roses are fine').waitFor()
  await page.setViewportSize({ width: 320, height: 640 })
  assert.equal(await sidewaysOverflow(page), 0)
})

test(
  'a list of blocked servers is looked at, subscribed to, and left after a question',
  { skip },
  async (t) => {
    const rows = ['#domain,#severity', 'worse.example,suspend', `${home.peer.host},suspend`]
    home.peer.answers('/list.csv', () => ({
      status: 200,
      headers: { 'content-type': 'text/csv' },
      body: rows.join('\n'),
    }))
    const page = await openAt(t, '/block-lists')
    await page.getByLabel('Address of the list').fill(`${home.peer.origin}/list.csv`)
    await page.keyboard.press('Enter')
    await page.getByText('It names 2 servers; 2 of them are not blocked yet.').waitFor()
    await page.getByText(/1 person you follow there waits for your word first\./).waitFor()
    await takeScreenshot(page, 'promise-block-list-1280')
    await strikeOn(page.getByRole('button', { name: 'Subscribe' }))
    await page.getByText('2 named, 1 blocked').waitFor({ timeout: 60_000 })
    const owner = await home.owner()
    const blocked = await owner.list('/api/v1/domain_blocks')
    assert.deepEqual(blocked, ['worse.example'], 'whom I follow is not lost by a list')
    await strikeOn(page.getByRole('button', { name: /^Remove .*list\.csv/ }))
    const question = page.getByRole('alertdialog')
    await question.getByText(/1 server is no longer blocked/).waitFor()
    await strikeOn(question.getByRole('button', { name: 'Remove list' }))
    await page.getByText('You subscribe to no list.').waitFor()
    assert.deepEqual(await owner.list('/api/v1/domain_blocks'), [])
  },
)

test('every kind of list is taken in from a file, and saved again', { skip }, async (t) => {
  const note = ana.note({ content: '<p>Keep this one</p>' })
  await home.receives(ana, ana.create(note))
  const owner = await home.owner()
  await until('the post has come', async () =>
    (await owner.homeTimeline()).some((post) => String(post['uri']) === note.id),
  )
  const eve = home.peer.actor('eve').handle.replace(/^@/, '')
  const her = ana.handle.replace(/^@/, '')
  const files = [
    ['Blocked people', 'blocks.csv', `${eve}\n`, eve],
    ['Muted people', 'mutes.csv', `Account address,Hide notifications\n${eve},true\n`, eve],
    ['Blocked servers', 'domain_blocks.csv', 'bad.example\n', 'bad.example'],
    ['Lists', 'lists.csv', `Botanists,${her}\n`, 'Botanists'],
    ['Bookmarks', 'bookmarks.csv', `${note.id}\n`, note.id],
    ['People you follow', 'following.csv', `Account address,Show boosts\n${her},true\n`, her],
  ] as const
  const page = await openAt(t, '/imports')
  for (const [index, [kind, name, text]] of files.entries()) {
    await page.getByRole('button', { name: /What is in the file/ }).click()
    await page.getByRole('option', { name: kind, exact: true }).click()
    const choosing = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Choose file' }).click()
    await (await choosing).setFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
    await page.getByText('1 line will be taken in.').waitFor()
    await page.getByRole('button', { name: 'Begin import' }).click()
    await until(
      `${name} is taken in`,
      async () => (await page.getByText('1 of 1 done, 0 failed').count()) === index + 1,
    )
  }
  await takeScreenshot(page, 'promise-imports-1280', true)
  await page.goto(`${home.origin}/exports`)
  for (const [kind, , , wanted] of files) {
    const saving = page.waitForEvent('download')
    await strikeOn(page.getByRole('button', { name: `Save ${kind}`, exact: true }))
    const saved = await readFile(await (await saving).path(), 'utf8')
    assert.ok(saved.includes(wanted), `${kind}: ${saved}`)
  }
})

test(
  'moving away asks for the whole handle, names the numbers, is refused in words, and can be taken back',
  { skip },
  async (t) => {
    const owner = await home.owner()
    const me = await owner.get('/api/v1/accounts/verify_credentials')
    const there = home.peer.actor('newrobin')
    const page = await openAt(t, '/settings/privacy#move')
    await page.getByLabel('Handle of your new account').fill(there.handle)
    await page.getByLabel('Your password').fill(home.home.password)
    const asks = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Move away' }).click()
      const question = page.getByRole('alertdialog')
      await question.getByText(/followers? (?:is|are) asked to come along\./).waitFor()
      await question.getByRole('textbox').fill('@robin')
      await question.getByText('This is not the whole handle yet').waitFor()
      await question.getByRole('textbox').fill('@robin@home.example')
      await question.getByRole('button', { name: 'Move away' }).click()
    }
    await asks()
    await page.getByRole('alertdialog').getByRole('alert').waitFor()
    await takeScreenshot(page, 'promise-move-refused-1280')
    await page.getByRole('button', { name: 'Cancel' }).click()
    there.overrides = { alsoKnownAs: [String(me['uri'])] }
    await asks()
    await page.getByText('You have moved to').waitFor()
    await page.reload()
    await page.getByText('You have moved to').waitFor()
    await takeScreenshot(page, 'promise-moved-1280')
    await strikeOn(page.getByRole('button', { name: 'Take the move back' }))
    await page.getByLabel('Handle of your new account').waitFor()
  },
)
