/** Looking after the home in its window: trouble with a server, charts, logs, inspector, caches, help bundle, doctor. */
import assert from 'node:assert/strict'
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
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
import { holdNext } from '../support/held-request.ts'
import { strikeOn } from '../support/fields.ts'
import { readZip } from '../support/read-zip.ts'
import { until } from '../support/until.ts'
import { scrollRests } from '../support/wheel.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
const PAGES = [
  ['/status', 'How it did'],
  ['/logs', 'Search'],
  ['/status/work', 'By kind'],
  ['/inspector', 'Activities'],
  ['/storage', 'Caches'],
  ['/doctor', 'Good'],
  ['/backups', 'When and how long'],
  ['/updates', 'What this version brings'],
] as const

let browser: TestBrowser
let home: WindowHome
let ana: FakeActor
let session: Awaited<ReturnType<TestPage['context']['storageState']>>

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
  ana = home.peer.actor('ana')
  await home.follows(ana)
  await home.reads(ana, { content: '<p>Good morning.</p>' })
  const { page, context } = await browser.openPage()
  await home.enters(page)
  session = { cookies: (await context.storageState()).cookies, origins: [] }
  await context.close()
})
after(async () => {
  await browser?.close()
  await home?.close()
})

async function openWindow(t: TestContext, path: string, more: object = {}): Promise<Page> {
  const opened = await browser.openPage({ storageState: session, ...more })
  t.after(async () => {
    await opened.context.close()
    assert.deepEqual(opened.problems, [])
  })
  await opened.page.goto(`${home.origin}${path}`)
  await opened.page.getByRole('navigation').first().waitFor()
  return opened.page
}

const main = (page: Page) => page.getByRole('main')

test(
  'every page of the home is whole: axe finds nothing, nothing scrolls sideways, in light and dark',
  { skip },
  async (t) => {
    for (const [width, colorScheme] of [
      [1_280, 'light'],
      [320, 'dark'],
    ] as const) {
      const page = await openWindow(t, '/doctor', { viewport: { width, height: 900 }, colorScheme })
      await page.getByRole('button', { name: 'Look again' }).click()
      await page.getByText('Last look').first().waitFor()
      for (const [path, words] of PAGES) {
        await page.goto(`${home.origin}${path}`)
        await main(page).getByText(words, { exact: true }).first().waitFor()
        assert.deepEqual(await axeFindings(page), [], `${path} at ${width}`)
        assert.equal(await sidewaysOverflow(page), 0, `${path} at ${width}`)
        await takeScreenshot(
          page,
          `status${path.replaceAll('/', '-')}-${width}-${colorScheme}`,
          path !== '/logs',
        )
      }
    }
  },
)

test('a server that is down shows as trouble, and Try now delivers when it is back', { skip }, async (t) => {
  const { peer } = home
  peer.inboxAnswer = () => ({ status: 503 })
  t.after(() => {
    peer.inboxAnswer = () => ({ status: 202 })
  })
  const owner = await home.owner()
  await owner.writes(`@${ana.handle.replace(/^@/, '')} are you there?`)
  const page = await openWindow(t, '/status')
  const server = main(page).getByRole('listitem').filter({ hasText: 'peer.example' })
  await server.getByText('Not answering').waitFor()
  await server.getByText('answered 503').or(server.getByText('503')).first().waitFor()
  peer.inboxAnswer = () => ({ status: 202 })
  await strikeOn(server.getByRole('button', { name: 'Try now' }))
  await ana.inbox.waitFor(({ activity }) => JSON.stringify(activity).includes('are you there?'))
  await server.getByText('Not answering').waitFor({ state: 'detached' })
})

test('servers are found by a part of their name, with the words for none', { skip }, async (t) => {
  const page = await openWindow(t, '/status')
  await main(page).getByText('peer.example', { exact: true }).waitFor()
  await main(page).getByLabel('Find a server').fill('nowhere')
  await main(page).getByText('No server fits.').waitFor()
  await main(page).getByLabel('Find a server').fill('PEER')
  await main(page).getByText('peer.example', { exact: true }).waitFor()
})

test('how the home did is drawn small and large, and stands as a table', { skip }, async (t) => {
  const page = await openWindow(t, '/status')
  await main(page)
    .getByRole('button', { name: /^Received/ })
    .press('Enter')
  await main(page).getByRole('img', { name: 'Received' }).locator('canvas').waitFor()
  await takeScreenshot(page, 'status-large-chart', true)
  await main(page).getByRole('button', { name: '7 d' }).click()
  await main(page).getByRole('button', { name: 'Table' }).click()
  const table = main(page).getByRole('table', { name: 'The last 7 days, by the day' })
  await table.waitFor()
  assert.ok((await table.getByRole('row').count()) >= 8)
  assert.deepEqual(await axeFindings(page), [])
})

const logFile = (): string => join(home.home.dataDir, 'logs', 'homebird.log')
const logs = async (from: number, to: number): Promise<void> =>
  appendFile(
    logFile(),
    Array.from({ length: to - from }, (_, index) => {
      const time = new Date().toISOString()
      return `${JSON.stringify({ level: 'warn', time, part: 'server', event: 'test.line', number: from + index })}\n`
    }).join(''),
  )

test(
  'logs follow as they grow, stop when I scroll up, and follow again when I say so',
  { skip },
  async (t) => {
    await logs(0, 150)
    const page = await openWindow(t, '/logs')
    // Only those of the test: what the home itself has to say meanwhile is not counted with them.
    const searched = page.waitForResponse(/\/logs\?.*search=test\.line/)
    await page.getByLabel('Search', { exact: true }).fill('test.line')
    await searched
    await page.getByText('number=149', { exact: true }).waitFor()
    await logs(150, 151)
    await page.getByText('number=150', { exact: true }).waitFor()
    const isAtEnd = async (): Promise<boolean> =>
      page.evaluate('document.documentElement.scrollHeight - innerHeight - scrollY < 60')
    await until('the end is in sight', isAtEnd)
    await page.mouse.move(600, 400)
    await page.mouse.wheel(0, -900)
    const follow = page.getByRole('button', { name: /^Follow/ })
    await follow.waitFor()
    await scrollRests(page)
    const top = await page.evaluate('scrollY')
    await logs(151, 154)
    await page.getByRole('button', { name: 'Follow · 3 new lines' }).waitFor()
    assert.equal(await page.evaluate('scrollY'), top, 'nothing jumps')
    await takeScreenshot(page, 'status-logs-stopped')
    await strikeOn(follow)
    await until('the end is in sight again', isAtEnd)
    await follow.waitFor({ state: 'detached' })
    await page.getByLabel('Search', { exact: true }).fill('number=42')
    await page.getByText('number=42', { exact: true }).waitFor()
    await page.getByText('number=149', { exact: true }).waitFor({ state: 'detached' })
  },
)

test(
  'any address is fetched as the home fetches it; an activity is looked at and worked off once more',
  { skip },
  async (t) => {
    const page = await openWindow(t, '/inspector')
    const created = main(page).getByRole('listitem').filter({ hasText: 'Received · Done' }).first()
    await strikeOn(created.getByRole('button', { name: /^Details/ }))
    await created.getByText('Good signature:').waitFor()
    await strikeOn(created.getByRole('button', { name: 'Work it off once more' }))
    // Meanwhile it is no longer one that is done.
    await main(page).getByText('It is being worked off again.').waitFor()
    await takeScreenshot(page, 'status-inspector-open', true)
    await page.getByRole('tab', { name: 'Any address' }).click()
    await page.getByRole('textbox', { name: 'Address', exact: true }).fill(ana.uri)
    await page.keyboard.press('Enter')
    await main(page).getByText('Found · no proof inside').waitFor()
    await main(page).getByText('preferredUsername').waitFor()
    await takeScreenshot(page, 'status-inspector-fetched', true)
    assert.deepEqual(await axeFindings(page), [])
    await page
      .getByRole('textbox', { name: 'Address', exact: true })
      .fill('https://peer.example/nothing-there')
    await page.keyboard.press('Enter')
    await main(page).getByText('There is no such document.').waitFor()
  },
)

test(
  'a cache is emptied after a question; files that nothing shows are looked for first',
  { skip },
  async (t) => {
    const page = await openWindow(t, '/storage')
    await strikeOn(page.getByRole('button', { name: 'Clear Media of others…' }))
    const question = page.getByRole('alertdialog', { name: 'Clear “Media of others”?' })
    await until('Cancel has the focus', async () =>
      question
        .getByRole('button', { name: 'Cancel' })
        .evaluate((button) => button.ownerDocument.activeElement === button),
    )
    await strikeOn(question.getByRole('button', { name: 'Clear cache' }))
    await question.waitFor({ state: 'detached' })
    await strikeOn(page.getByRole('button', { name: 'Look for them' }))
    await page.getByText('There are none.').waitFor()
  },
)

test('the help bundle is shown whole before it is saved, and holds no secret', { skip }, async (t) => {
  await appendFile(
    logFile(),
    `${JSON.stringify({ level: 'error', time: new Date().toISOString(), part: 'server', event: 'leak', message: 'password=hunter2hunter2' })}\n`,
  )
  const page = await openWindow(t, '/status')
  await strikeOn(page.getByRole('button', { name: 'Help bundle…' }))
  const sheet = page.getByRole('dialog', { name: 'Help bundle' })
  await sheet.getByText('Warnings and errors').click()
  await sheet.getByText('leak password=[removed]').waitFor()
  await takeScreenshot(page, 'status-help-bundle')
  assert.deepEqual(await axeFindings(page), [])
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    sheet.getByRole('button', { name: 'Save file' }).click(),
  ])
  const name = download.suggestedFilename()
  assert.match(name, /^homebird-help-\d{4}-\d\d-\d\d\.zip$/)
  const files = await readZip(await readFile(await download.path()))
  const folder = name.replace(/\.zip$/, '')
  assert.match(files.get(`${folder}/journal.txt`)?.toString() ?? '', /server-0/)
  assert.match(files.get(`${folder}/settings.txt`)?.toString() ?? '', /HOMEBIRD_/)
  const text = [...files.values()].join('\n')
  assert.ok(text.includes('password=[removed]'))
  assert.ok(!text.includes('hunter2hunter2') && !text.includes(home.home.password))
})

test(
  'what the doctor found is ignored until I want to hear of it, and mended on my word',
  { skip },
  async (t) => {
    const page = await openWindow(t, '/doctor')
    await page.evaluate(
      `fetch('/api/homebird/v1/pause', { method: 'POST', body: '{}', headers: { 'x-homebird': '1', 'content-type': 'application/json' } })`,
    )
    await strikeOn(page.getByRole('button', { name: 'Look again' }))
    const finding = page.getByRole('listitem').filter({ hasText: 'Sending is paused' })
    await strikeOn(finding.getByRole('button', { name: /^Ignore/ }))
    const ignored = page.getByRole('region', { name: 'Ignored' })
    await ignored.getByText('Sending is paused').waitFor()
    await page.reload()
    await ignored.getByText('Sending is paused').waitFor()
    await strikeOn(ignored.getByRole('button', { name: /^Tell again/ }))
    await page.getByRole('region', { name: 'To look at' }).getByText('Sending is paused').waitFor()
    await takeScreenshot(page, 'status-doctor-paused', true)

    const fixing = await holdNext(page, '**/doctor/pause/fix', async (route) =>
      route.fulfill({ status: 422, json: { error: 'nobody listens' } }),
    )
    await strikeOn(page.getByRole('button', { name: 'Resume sending' }))
    await fixing.asked
    await strikeOn(finding.getByRole('button', { name: /^Ignore/ }))
    await ignored.getByText('Sending is paused').waitFor()
    fixing.letGo()
    await ignored.getByRole('alert').getByText('nobody listens').waitFor()
    await strikeOn(ignored.getByRole('button', { name: /^Tell again/ }))
    await page.getByRole('region', { name: 'To look at' }).getByText('Sending is paused').waitFor()
    await strikeOn(page.getByRole('button', { name: 'Resume sending' }))
    await page.getByRole('region', { name: 'Good' }).getByText('Nothing is paused').waitFor()
  },
)

test('the handbook is found by its words, and opened at what the doctor names', { skip }, async (t) => {
  const page = await openWindow(t, '/status')
  await page.getByRole('link', { name: /^Handbook/ }).press('Enter')
  await page.getByRole('searchbox', { name: 'Find in the handbook' }).fill('Fullchain PEM')
  await main(page).getByRole('status').filter({ hasText: '1 topic' }).waitFor()
  await main(page)
    .getByRole('link', { name: /^Troubleshooting/ })
    .press('Enter')
  await page.getByRole('heading', { name: 'Troubleshooting', level: 1 }).waitFor()
  await main(page).getByRole('link', { name: 'What protects you' }).press('Enter')
  await page.getByRole('heading', { name: 'What protects you', level: 1 }).waitFor()
  await page.goto(`${home.origin}/handbook/troubleshooting#BOT_CHALLENGE`)
  const named = page.getByRole('heading', { name: 'BOT_CHALLENGE' })
  await until('the code stands on the screen', async () => {
    const box = await named.boundingBox()
    return box !== null && box.y >= 0 && box.y < 600
  })
  await page.goto(`${home.origin}/handbook/nothing`)
  await page.getByRole('alert').filter({ hasText: 'There is no such topic.' }).waitFor()
  await page.goto(`${home.origin}/handbook/troubleshooting#100%`)
  await page.getByRole('heading', { name: 'Troubleshooting', level: 1 }).waitFor()
})
