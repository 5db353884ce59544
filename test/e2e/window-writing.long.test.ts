/** Writing, in a real browser on a real home: drafts, files, polls, suggestions, posts that are held back and called back. */
import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
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
import { fieldHolds } from '../support/fields.ts'
import type { HomeClient } from '../support/home-client.ts'
import type { Json } from '../support/http-client.ts'
import { newPicture } from '../support/pictures.ts'
import { startWriting, writeOn } from '../support/start-writing.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
let browser: TestBrowser
let home: WindowHome
let owner: HomeClient
let ana: FakeActor
let session: Awaited<ReturnType<TestPage['context']['storageState']>>

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
  owner = await home.owner()
  ana = home.peer.actor('ana', { document: { name: 'Ana Marić' } })
  await home.follows(ana)
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

const holds = async (holdSeconds: number): Promise<Json> =>
  owner.call('PATCH', '/api/homebird/v1/preferences', { holdSeconds })
const text = (page: Page): Locator => page.getByLabel('Text', { exact: true })
const press = async (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()
const own = async (words: string): Promise<Json[]> =>
  (await owner.homeTimeline()).filter((post) => String(post['content']).includes(words))
const published = async (words: string): Promise<Json> =>
  until(`"${words}" is a post`, async () => (await own(words))[0])
const fileOf = (name: string) => ({ name, mimeType: 'image/png', buffer: newPicture(400, 300) })

/** Brings files to the text as a person does who pastes or drops them. */
async function gives(page: Page, how: 'paste' | 'drop', names: readonly string[]): Promise<void> {
  const files = names.map((name) => ({ name, base64: newPicture(400, 300).toString('base64') }))
  const script = `((field, { how, files }) => {
    const data = new DataTransfer()
    for (const { name, base64 } of files) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      data.items.add(new File([bytes], name, { type: 'image/png' }))
    }
    const event = how === 'paste'
      ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
      : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
    field.dispatchEvent(event)
  })(document.querySelector('textarea[aria-label="Text"]'), ${JSON.stringify({ how, files })})`
  await page.evaluate(script)
}

test('a picture is pasted, described and given a focus, and goes out with both', { skip }, async (t) => {
  await holds(0)
  const { page, problems } = await openWindow(t)
  await text(page).fill('A picture of mine')
  await gives(page, 'paste', ['cup.png'])
  await press(page, 'Add alt text, file 1')
  await page.getByLabel('What it shows, for people who do not see it').fill('A cup on a table')
  const focus = page.getByRole('button', { name: /^Focus:/ })
  await focus.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowUp')
  await page.getByRole('button', { name: 'Focus: 55 % across, 55 % up. Arrows move it.' }).waitFor()
  assert.deepEqual(await axeFindings(page), [])
  await takeScreenshot(page, 'writing-alt')
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await takeScreenshot(page, 'writing-picture')
  await press(page, 'Post')
  const [media] = [...((await published('A picture of mine'))['media_attachments'] ?? [])]
  assert.equal(String(media?.['description']), 'A cup on a table')
  assert.deepEqual(JSON.parse(JSON.stringify(media?.['meta']?.['focus'])), { x: 0.1, y: 0.1 })
  assert.deepEqual(problems, [])
})

/** Sixteen are quite a few to send, for saying that one more is too many. */
async function takesFewer(page: Page, most: number): Promise<void> {
  await page.route('**/api/v2/instance', async (route) => {
    const instance = (await (await route.fetch()).json()) as {
      configuration: { statuses: { max_media_attachments: number } }
    }
    instance.configuration.statuses.max_media_attachments = most
    await route.fulfill({ json: instance })
  })
  const read = page.waitForResponse('**/api/v2/instance')
  await page.reload()
  await read
  await page.getByRole('navigation').waitFor()
}

test('pictures are dropped and put in order; missing alt text is asked about once', { skip }, async (t) => {
  await holds(0)
  const { page } = await openWindow(t)
  await takesFewer(page, 4)
  await text(page).fill('Two in order')
  await gives(page, 'drop', ['one.png', 'two.png'])
  await page.getByRole('button', { name: 'Remove file 2' }).waitFor()
  await page.getByRole('button', { name: 'Remove file 1' }).waitFor()
  await press(page, 'Add alt text, file 1')
  await page.getByLabel('What it shows, for people who do not see it').fill('the first')
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
  await press(page, 'Move file 1 later')
  await page.evaluate(`((field) => {
    const data = new DataTransfer()
    data.items.add(new File(['<svg/>'], 'drawing.svg', { type: 'image/svg+xml' }))
    data.items.add(new File([new Uint8Array(20_000_000)], 'large.png', { type: 'image/png' }))
    field.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
  })(document.querySelector('textarea[aria-label="Text"]'))`)
  const leftOut = page.getByRole('alert')
  await leftOut.filter({ hasText: /drawing\.svg.* was left out: your home takes .*PNG/ }).waitFor()
  await leftOut.filter({ hasText: /large\.png.* has .*20 MB.*, a picture may have .*MB/ }).waitFor()
  assert.deepEqual(await axeFindings(page), [])
  await takeScreenshot(page, 'writing-left-out')
  await leftOut.getByRole('button', { name: 'Close' }).click()
  await gives(page, 'drop', ['three.png', 'four.png', 'five.png', 'six.png'])
  await leftOut
    .filter({ hasText: /five\.png, six\.png.* were left out: a post may have .*4.* files/ })
    .waitFor()
  for (const number of [4, 3]) await press(page, `Remove file ${number}`)
  await leftOut.waitFor({ state: 'detached' })
  await press(page, 'Post')
  const question = page.getByRole('alertdialog', { name: 'Post without alt text?' })
  await question.waitFor()
  await question.getByRole('button', { name: 'Post anyway' }).click()
  const media = [...((await published('Two in order'))['media_attachments'] ?? [])]
  assert.deepEqual(
    media.map((one) => one['description'] as unknown),
    [null, 'the first'],
  )
})

test('a file that could not be sent is tried again', { skip }, async (t) => {
  await holds(0)
  const { page } = await openWindow(t)
  await text(page).fill('At the second try')
  await page.route('**/api/v2/media', async (route) => route.abort(), { times: 1 })
  await page.locator('input[type=file]').setInputFiles(fileOf('again.png'))
  await page.getByText('Your home does not answer.').waitFor()
  await page
    .getByRole('list', { name: 'Files of this post' })
    .getByRole('button', { name: 'Try again' })
    .click()
  await page.getByRole('button', { name: 'Remove file 1' }).waitFor()
  await press(page, 'Post')
  await page.getByRole('button', { name: 'Post anyway' }).click()
  await published('At the second try')
})

test(
  'files that are pasted or dropped beside a poll are left out in words, and the poll stays',
  { skip },
  async (t) => {
    const { page } = await openWindow(t)
    await text(page).fill('Asked and not shown')
    await press(page, 'Poll')
    await gives(page, 'paste', ['cup.png'])
    const words = 'a post has either files or a poll. Remove the poll to add'
    await page.getByText(`cup.png was left out: ${words} it.`).waitFor()
    await gives(page, 'drop', ['one.png', 'two.png'])
    await page.getByText(`one.png, two.png were left out: ${words} them.`).waitFor()
    assert.deepEqual(await axeFindings(page), [])
    assert.equal(await page.getByRole('button', { name: 'Remove file 1' }).count(), 0)
    await press(page, 'Poll')
    await gives(page, 'paste', ['cup.png'])
    await page.getByRole('button', { name: 'Remove file 1' }).waitFor()
    await page.getByText(words).waitFor({ state: 'detached' })
  },
)

test('a poll is asked with three options, with the keyboard alone', { skip }, async (t) => {
  await holds(0)
  const { page } = await openWindow(t)
  await startWriting(page)
  await page.keyboard.type('Which one?')
  const poll = page.getByRole('button', { name: 'Poll', exact: true })
  await poll.focus()
  await page.keyboard.press('Enter')
  await page.getByLabel('Option 1', { exact: true }).fill('tea')
  await page.keyboard.press('Tab')
  await page.getByLabel('Option 2', { exact: true }).and(page.locator(':focus')).waitFor()
  await page.keyboard.type('coffee')
  await page.getByRole('button', { name: 'Add option' }).focus()
  await page.keyboard.press('Enter')
  await page.getByLabel('Option 3', { exact: true }).fill('water')
  assert.deepEqual(await axeFindings(page), [])
  await takeScreenshot(page, 'writing-poll')
  await page.keyboard.press('Control+Enter')
  const { poll: asked } = await published('Which one?')
  assert.deepEqual(
    [...(asked?.['options'] ?? [])].map((option) => String(option['title'])),
    ['tea', 'coffee', 'water'],
  )
})

test('somebody is mentioned by suggestion, with the keyboard alone', { skip }, async (t) => {
  await holds(0)
  const { page } = await openWindow(t)
  await startWriting(page)
  await page.keyboard.type('Hello @an')
  await page.getByRole('option', { name: /Ana Marić/ }).waitFor()
  assert.deepEqual(await axeFindings(page), [])
  await takeScreenshot(page, 'writing-suggestions')
  await page.keyboard.press('Enter')
  await until(
    'the handle stands there',
    async () => (await text(page).inputValue()) === 'Hello @ana@peer.example ',
  )
  await page.keyboard.type('there')
  await page.keyboard.press('Control+Enter')
  const [mention] = [...((await published('there'))['mentions'] ?? [])]
  assert.equal(String(mention?.['acct']), 'ana@peer.example')
})

test('a private mention says that it is not encrypted', { skip }, async (t) => {
  const { page } = await openWindow(t)
  await page.getByRole('button', { name: /Who sees it/ }).click()
  await page.getByRole('menuitemradio', { name: /Private mention/ }).click()
  await page.getByText(/It is not encrypted/).waitFor()
})

test('a draft appears in another browser, and goes with Undo', { skip }, async (t) => {
  const { page, context } = await openWindow(t)
  await text(page).fill('Begun in one browser')
  await page.getByText(/saved \d+ s ago/).waitFor()
  await context.close()
  const other = await openWindow(t, '/drafts')
  const row = other.page.getByRole('listitem').filter({ hasText: 'Begun in one browser' })
  await row.waitFor()
  assert.deepEqual(await axeFindings(other.page), [])
  await takeScreenshot(other.page, 'drafts')
  await row.getByRole('button', { name: 'Delete draft' }).click()
  await row.waitFor({ state: 'detached' })
  await press(other.page, 'Undo')
  await row.getByRole('button', { name: 'Open' }).click()
  await until(
    'it is in the composer',
    async () => (await text(other.page).inputValue()) === 'Begun in one browser',
  )
})

test('a post that is too long says by how much, and does not go', { skip }, async (t) => {
  const { page } = await openWindow(t)
  await text(page).fill('x'.repeat(5_003))
  await page.getByText('3 characters too long').first().waitFor()
  await page.getByRole('button', { name: 'Post', exact: true, disabled: true }).waitFor()
})

test('a held post is called back whole, then sent now', { skip }, async (t) => {
  await holds(30)
  const { page } = await openWindow(t)
  await text(page).fill('On second thought')
  await press(page, 'Post')
  await page.getByText(/Sending in \d+ s/).waitFor()
  assert.deepEqual(await axeFindings(page), [])
  await takeScreenshot(page, 'writing-held')
  await press(page, 'Undo')
  await until('it is back', async () => (await text(page).inputValue()) === 'On second thought')
  assert.deepEqual(await own('On second thought'), [])
  await text(page).press('End')
  await writeOn(page, ', yes')
  await press(page, 'Post')
  await press(page, 'Send now')
  await page.getByText('Posted.').waitFor()
  await published('On second thought, yes')
  assert.equal((await own('On second thought')).length, 1)
})

test(
  'the window is closed and the home restarted while a post is held: it goes out once',
  { skip },
  async (t) => {
    await holds(10)
    const { page, context } = await openWindow(t)
    await text(page).fill('Sent by nobody there')
    await press(page, 'Post')
    await page.getByText(/Sending in \d+ s/).waitFor()
    await context.close()
    await home.home.stop()
    await home.home.start()
    await owner.signIn()
    await published('Sent by nobody there')
    const again = await openWindow(t)
    // The window opens where reading was left; the post is newer.
    await again.page.getByRole('article').first().waitFor()
    const sent = again.page.getByRole('article').filter({ hasText: 'Sent by nobody there' })
    await until('it is on the screen', async () => {
      await again.page.keyboard.press('.')
      await again.page.keyboard.press('0')
      return (await sent.count()) > 0
    })
    await fieldHolds(text(again.page), '')
    assert.equal((await own('Sent by nobody there')).length, 1)
  },
)

test('a post is scheduled, moved and thrown away with Undo', { skip }, async (t) => {
  const { page } = await openWindow(t)
  await text(page).fill('For later')
  await press(page, 'Publish later')
  await page.getByLabel('Publish at').fill('2031-05-01T10:00')
  await takeScreenshot(page, 'writing-schedule')
  await press(page, 'Schedule')
  await page.getByText(/Scheduled for/).waitFor()
  await page.getByRole('link', { name: 'View' }).click()
  const row = page.getByRole('listitem').filter({ hasText: 'For later' })
  await row.getByText(/2031/).waitFor()
  assert.deepEqual(await axeFindings(page), [])
  await takeScreenshot(page, 'scheduled')
  await row.getByRole('button', { name: 'Change time' }).click()
  await row.getByLabel('Publish at').fill('2032-06-01T10:00')
  await row.getByRole('button', { name: 'Save time' }).click()
  await row.getByText(/2032/).waitFor()
  await row.getByRole('button', { name: 'Delete' }).click()
  await press(page, 'Undo')
  await row.getByRole('button', { name: 'Edit', exact: true }).click()
  await until('it is a draft', async () => (await text(page).inputValue()) === 'For later')
  await until(
    'nothing is scheduled',
    async () => (await owner.list('/api/v1/scheduled_statuses')).length === 0,
  )
})

for (const [name, more] of [
  ['narrow', { viewport: { width: 320, height: 640 } }],
  ['narrow-dark', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' }],
  ['mirrored', { viewport: { width: 768, height: 900 }, locale: 'ar' }],
] as const) {
  test(`the composer as a page of its own: ${name}`, { skip }, async (t) => {
    await holds(30)
    const { page } = await openWindow(t, '/write', more)
    const field = page.getByRole('textbox').first()
    await field.fill('Narrow but whole')
    await page.locator('input[type=file]').setInputFiles(fileOf('narrow.png'))
    await page.locator('form ol img').waitFor()
    await page.locator('form progress').waitFor({ state: 'detached' })
    await page.locator('form button[type=submit]:not([data-disabled])').waitFor()
    assert.equal(await sidewaysOverflow(page), 0)
    assert.deepEqual(await axeFindings(page), [])
    await takeScreenshot(page, `write-${name}`, true)
  })
}
