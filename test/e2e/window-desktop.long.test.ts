/** The window as it is in the desktop app, in a real browser on a real home; the shell is a stand-in of its bridge. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { FakeActor } from '../support/fake-peer.ts'
import {
  type PageOptions,
  axeFindings,
  noBrowser,
  sidewaysOverflow,
  takeScreenshot,
} from '../support/browser.ts'
import { type BridgeFacts, type StandInBridge, standInBridge } from '../support/stand-in-bridge.ts'
import { escapeFrom, strikeOn } from '../support/fields.ts'
import { until } from '../support/until.ts'
import { windowGround } from '../support/window-ground.ts'

const skip = noBrowser
let ana: FakeActor

const ground = windowGround(async ({ home }) => {
  ana = home.peer.actor('ana', { document: { name: 'Ana Marić' } })
  await home.follows(ana)
  await home.reads(ana, { content: '<p>a post to begin with</p>' })
})

interface Opened {
  readonly page: Page
  readonly shell: StandInBridge
}

async function openApp(
  t: TestContext,
  path: string,
  facts: Partial<BridgeFacts> = {},
  more: PageOptions = {},
): Promise<Opened> {
  const { page, problems } = await ground.openPage(t, { reducedMotion: 'reduce', ...more })
  const shell = await standInBridge(page, facts)
  await page.goto(`${ground.home.origin}${path}`)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  t.after(() => assert.deepEqual(problems, []))
  return { page, shell }
}

test('the window obeys the shell: pages, a new post, the search, back and forward', { skip }, async (t) => {
  const { page, shell } = await openApp(t, '/home')
  await shell.command({ kind: 'open', path: '/settings/startup' })
  await page.waitForURL(/\/settings\/startup$/)
  await shell.command({ kind: 'back' })
  await page.waitForURL(/\/home$/)
  await shell.command({ kind: 'forward' })
  await page.waitForURL(/\/settings\/startup$/)
  await shell.command({ kind: 'new_post' })
  await until('the composer has the focus', async () =>
    page.evaluate<boolean>(`document.activeElement?.tagName === 'TEXTAREA'`),
  )
  await shell.command({ kind: 'find' })
  await until('the search has the focus', async () =>
    page.evaluate<boolean>(`document.activeElement?.getAttribute('type') === 'search'`),
  )
  const before = page.url()
  for (const path of ['//evil.example/', 'https://evil.example/', 'javascript:alert(1)']) {
    await shell.command({ kind: 'open', path })
  }
  await shell.command({ kind: 'of a later version' })
  assert.equal(page.url(), before)
})

test(
  'in the app no service worker is put to work, and the page asks for no notifications',
  { skip },
  async (t) => {
    const { page } = await openApp(t, '/settings/notifications', {}, { serviceWorkers: 'allow' })
    await page.getByText('Desktop counts also while this window is closed.').waitFor()
    assert.equal(await page.getByText('While the window is closed').count(), 0)
    assert.equal(await page.getByRole('columnheader', { name: 'Device' }).count(), 0)
    assert.equal(
      await page.evaluate<number>(
        'navigator.serviceWorker.getRegistrations().then((registrations) => registrations.length)',
      ),
      0,
    )
  },
)

test('a list is kept new by an event stream of its own, for the app has no sockets', { skip }, async (t) => {
  const { page } = await ground.openPage(t, { reducedMotion: 'reduce' })
  await standInBridge(page)
  const sockets: string[] = []
  page.on('websocket', (socket) => void sockets.push(socket.url()))
  const opened = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/streaming/public'))
  await page.goto(`${ground.home.origin}/federated`)
  assert.equal((await opened).status(), 200)
  const note = ana.note({ content: '<p>seen by everybody</p>' })
  await ground.home.receives(ana, ana.create(note))
  await page.getByRole('article').filter({ hasText: 'seen by everybody' }).waitFor()
  assert.deepEqual(sockets, [])
})

test('the shell is told while somebody writes', { skip }, async (t) => {
  const { page, shell } = await openApp(t, '/home')
  const text = page.getByLabel('Text', { exact: true })
  await text.fill('a word')
  await until('it is told', async () => (await shell.told()).at(-1) === 'writing true')
  await text.fill('')
  await until('it is told again', async () => (await shell.told()).at(-1) === 'writing false')
})

test('a link of another program is looked up only after a yes, and shown', { skip }, async (t) => {
  const note = ana.note({ content: '<p>reached by a link</p>' })
  const { page, shell } = await openApp(t, '/home')
  const path = new URL(note.id).pathname
  const asked = (): boolean => ground.home.peer.requests.some((request) => request.path === path)
  const question = page.getByRole('alertdialog', { name: 'Look up a link from outside?' })
  await shell.command({ kind: 'link', address: note.id })
  await question.getByText(note.id).waitFor()
  assert.deepEqual(await axeFindings(page), [])
  await takeScreenshot(page, 'desktop-link-light')
  await question.getByRole('button', { name: 'Cancel' }).and(page.locator(':focus')).waitFor()
  await page.keyboard.press('Enter')
  await question.waitFor({ state: 'detached' })
  assert.equal(asked(), false)
  await shell.command({ kind: 'link', address: note.id.replace('https:', 'web+ap:') })
  await question.getByRole('button', { name: 'Look up' }).click()
  await page.waitForURL(/\/posts\/\d+$/)
  await page.getByText('reached by a link').first().waitFor()
  assert.equal(asked(), true)
})

test('a link that no home would look up says so and does nothing', { skip }, async (t) => {
  const { page, shell } = await openApp(t, '/home')
  await shell.command({ kind: 'link', address: `file:///etc/${'x'.repeat(1_000)}` })
  const dialog = page.getByRole('dialog', { name: 'This link cannot be shown' })
  await dialog.waitFor()
  await page.setViewportSize({ width: 320, height: 640 })
  assert.equal(await sidewaysOverflow(page), 0)
  await escapeFrom(dialog)
  assert.match(page.url(), /\/home$/)
})

test('in a browser a link is asked about too, and leaves no trace in the address', { skip }, async (t) => {
  const link = encodeURIComponent('web+ap:@ana@peer.example')
  const { page } = await ground.openWindow(t, `/search?link=${link}`)
  const question = page.getByRole('alertdialog', { name: 'Look up a link from outside?' })
  await question.waitFor()
  assert.match(page.url(), /\/search$/)
  await question.getByRole('button', { name: 'Look up' }).click()
  await page.waitForURL(/\/people\/\d+$/)
  await page.getByRole('heading', { name: 'Ana Marić', level: 1 }).waitFor()
})

test(
  'how the app starts, goes on, checks words and keeps keys is chosen in the settings',
  { skip },
  async (t) => {
    const { page, shell } = await openApp(t, '/settings/startup', { secrets: 'basic_text' })
    const login = page.getByRole('switch', { name: 'Start when I log in' })
    await strikeOn(login, 'Space')
    await until('it is on', async () => login.isChecked())
    await shell.set({ refusal: 'the system said no' })
    const keeps = page.getByRole('switch', { name: 'Keep running when I close the window' })
    await strikeOn(keeps, 'Space')
    await page.getByText('The app could not keep this choice. It stays as it was.').waitFor()
    await until('it stays on', async () => keeps.isChecked())
    await shell.set({ refusal: null })
    await page.goto(`${ground.home.origin}/settings/posting#spelling`)
    await strikeOn(page.getByRole('checkbox', { name: 'German', exact: true }), 'Space')
    await until('both are chosen', async () => (await shell.told()).includes('languages en-GB de'))
    await page.goto(`${ground.home.origin}/settings/privacy#secrets`)
    await page.getByText(/This system has no keyring/).waitFor()
    const plain = page.getByRole('switch', { name: 'Keep secrets in plain files' })
    await strikeOn(plain, 'Space')
    await until('they are', async () => (await shell.told()).includes('kept plain true'))
  },
)

const READY = {
  phase: 'ready',
  next: { version: '0.2.0', notes: 'Threads open faster.\nFewer <b>gaps</b>.' },
} as const

test(
  'a newer version is told, waits for what is going on, and is begun by one press',
  { skip },
  async (t) => {
    const { page, shell } = await openApp(t, '/updates')
    await page.getByText('No new version has been looked for yet.').waitFor()
    await page.getByRole('button', { name: 'Check for updates' }).click()
    await until('it is looked for', async () => (await shell.told()).includes('check'))
    await shell.update({ phase: 'downloading', percent: 40, next: READY.next })
    await page.getByText('Homebird 0.2.0 is on its way: 40 %').waitFor()
    await shell.update({ ...READY, percent: null, waitsFor: ['backup'] })
    const restart = page.getByRole('button', { name: 'Restart and update' })
    await page.getByText('It waits for a copy of your home that is being made.').waitFor()
    await until('it waits', async () => restart.isDisabled())
    await page.getByText('Fewer <b>gaps</b>.').waitFor()
    await shell.update({ ...READY, waitsFor: [] })
    await shell.set({ refusal: 'a copy has just begun' })
    await restart.click()
    await page.getByText('The app could not do this now. Nothing was changed.').waitFor()
    await shell.set({ refusal: null })
    await restart.click()
    await until('it begins', async () => (await shell.told()).filter((one) => one === 'install').length === 2)
    await shell.update({ phase: 'failed', next: null, reason: 'no answer from updates.example' })
    await page.getByText('no answer from updates.example').waitFor({ state: 'attached' })
  },
)

test('a window without its home asks again by itself', { skip }, async (t) => {
  const { page, context } = await ground.openPage(t)
  await standInBridge(page)
  await context.route('**/api/**', async (route) => route.abort())
  await page.goto(`${ground.home.origin}/home`)
  await page.getByRole('heading', { name: 'Your home does not answer' }).waitFor()
  await context.unroute('**/api/**')
  await page.getByText('a post to begin with').waitFor()
})

test('the pages of the app stand well at every width, light, dark and mirrored', { skip }, async (t) => {
  const pages = ['/settings/startup', '/settings/posting', '/settings/notifications', '/updates']
  for (const [name, profile] of [
    ['light', {}],
    ['dark', { colorScheme: 'dark' }],
    ['narrow', { viewport: { width: 320, height: 700 } }],
    ['arabic', { locale: 'ar-EG' }],
  ] as const) {
    const { page, shell } = await openApp(t, '/home', {}, profile)
    for (const path of pages) {
      await page.goto(`${ground.home.origin}${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page
        .locator(path === '/updates' ? 'h3' : '[role="switch"], input[role="switch"]')
        .first()
        .waitFor()
      if (path === '/updates') {
        await shell.update({ ...READY, waitsFor: ['writing'] })
        await page.locator('h3').nth(1).waitFor()
      }
      assert.deepEqual(await axeFindings(page), [], `${name} ${path}`)
      assert.equal(await sidewaysOverflow(page), 0, `${name} ${path}`)
      await takeScreenshot(page, `desktop-${path.slice(1).replace('/', '-')}-${name}`, true)
    }
  }
})
