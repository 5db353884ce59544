/** The page of the start-up window in Chromium under its own policy: what it shows, by which keys it is used, to whom it speaks. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { freshStart, progressAfter } from '../../electron/windows/start-progress.ts'
import {
  type TestBrowser,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
  textDirection,
} from '../support/browser.ts'
import { type StartPages, serveStartPage, showView } from '../support/start-page.ts'
import {
  BACKUPS,
  INSIDE,
  JOURNAL,
  copiesIn,
  failedView,
  loopView,
  restoringSteps,
  stepsTo,
  thrown,
  viewIn,
} from '../support/start-views.ts'
import { until } from '../support/until.ts'

let browser: TestBrowser
let pages: StartPages
before(async () => {
  if (noBrowser !== false) return
  browser = await openBrowser()
  pages = await serveStartPage(browser)
})
after(async () => {
  if (noBrowser !== false) return
  await pages[Symbol.asyncDispose]()
  await browser.close()
})

const COMMON = { viewport: { width: 760, height: 620 } }
const NARROW = { viewport: { width: 320, height: 700 } }

const DRESSES = [
  ['starting', viewIn('en', { steps: stepsTo('schema') }), COMMON],
  ['copying-dark', viewIn('de', { steps: stepsTo('copy') }), { ...COMMON, colorScheme: 'dark' }],
  ['failed', failedView('en'), COMMON],
  [
    'failed-narrow-dark',
    failedView('de', undefined, { usableCopies: 2 }),
    { ...NARROW, colorScheme: 'dark' },
  ],
  ['failed-arabic', failedView('ar', undefined, { usableCopies: 2, failures: 2 }), COMMON],
  ['newer-narrow-arabic', failedView('ar', thrown('SCHEMA_NEWER', 'newer'), { usableCopies: 1 }), NARROW],
  ['loop', loopView('en'), COMMON],
  ['restoring', viewIn('de', { stage: 'restoring', steps: restoringSteps() }), NARROW],
] as const

for (const [name, view, look] of DRESSES) {
  test(
    `the page shown as ${name} has nothing that axe finds, nothing sideways, and keeps its policy`,
    { skip: noBrowser },
    async () => {
      const { page, problems, context } = await pages.open({ view, journal: JOURNAL }, look)
      await takeScreenshot(page, `start/${name}`, true)
      for (const summary of await page.locator('summary').all()) await summary.click()
      await page.waitForSelector('.line')
      await takeScreenshot(page, `start/${name}-open`, true)
      assert.deepEqual(await axeFindings(page), [])
      assert.equal(await sidewaysOverflow(page), 0)
      assert.equal(await textDirection(page), view.direction)
      assert.equal(await page.title(), view.title)
      assert.deepEqual(problems, [])
      await context.close()
    },
  )
}

test(
  'the act that helps has the focus, Enter does it, and what is refused is said',
  { skip: noBrowser },
  async () => {
    const refuses = { openLogs: '/home/ana/logs: no program opens folders' }
    const { page, asked, context } = await pages.open({ view: failedView('en'), refuses }, COMMON)
    await page.locator('[data-act=startAgain]:focus').waitFor()
    await page.keyboard.press('Enter')
    await until('the start', () => asked.includes('startAgain'))
    await page.click('[data-act=openLogs]')
    await page.waitForSelector('#refused:not([hidden])')
    assert.equal(
      await page.textContent('#refused'),
      'That could not be done: /home/ana/logs: no program opens folders',
    )
    await page.click('[data-act=quit]')
    await until('the end', () => asked.includes('quit'))
    await context.close()
  },
)

const cancelHasFocus = async (page: Page): Promise<void> =>
  page.locator('dialog[open] button:focus', { hasText: 'Cancel' }).waitFor()

/** The question is gone, and its act may be begun again. */
async function isAnswered(page: Page): Promise<void> {
  await page.waitForSelector('dialog[open]', { state: 'detached' })
  await page.waitForSelector('[data-act=takeBack]:not([aria-disabled])')
}

test(
  'before a copy is taken back the page says what is replaced, Cancel has the focus, and only the danger’s own button does it',
  { skip: noBrowser },
  async () => {
    const copies = copiesIn('en')
    const view = failedView('en', undefined, { usableCopies: 2, failures: 2 })
    const { page, asked, problems, context } = await pages.open({ view, copies }, COMMON)
    await page.locator('[data-act=takeBack]:focus').waitFor()
    await page.keyboard.press('Enter')
    await page.waitForSelector('dialog[open]')
    await page.locator('.replaces', { hasText: /database of this home \(412 MB\).*29 Nov 2026/ }).waitFor()
    await cancelHasFocus(page)
    assert.deepEqual(await axeFindings(page), [])
    await page.keyboard.press('Enter')
    await isAnswered(page)
    await page.keyboard.press('Enter')
    await cancelHasFocus(page)
    await page.keyboard.press('Escape')
    await isAnswered(page)
    assert.equal(asked.length, 0)

    await page.keyboard.press('Enter')
    await page.waitForSelector('dialog[open]')
    await page.check(`input[value="${copies[1]?.name}"]`)
    await page.locator('.replaces', { hasText: '3 Oct 2026' }).waitFor()
    await page.click('dialog .danger')
    await until('the copy', () => asked.includes(`takeBack ${copies[1]?.name}`))
    assert.deepEqual(problems, [])
    await context.close()
  },
)

test(
  'a backup is looked into before it is restored, and again after anything was changed',
  { skip: noBrowser },
  async () => {
    const bridge = { view: failedView('en'), backups: BACKUPS, inside: INSIDE }
    const { page, asked, problems, context } = await pages.open(bridge, NARROW)
    const open = async (): Promise<void> => {
      await page.click('[data-act=restore]')
      await page.waitForSelector('dialog[open] .choice')
    }
    await open()
    await cancelHasFocus(page)
    const act = page.locator('dialog .acts button').last()
    assert.equal(await act.isVisible(), false)
    await page.getByRole('button', { name: 'Choose a backup file…' }).click()
    await page.getByRole('radio', { name: /homebird-20261129T020000Z-whole/ }).waitFor()
    await page.keyboard.press('Enter')
    await until('a look', () => asked.includes('lookInside 99 '))
    await page.locator('.inside').getByText('@ana@home.example').waitFor()
    await page.getByRole('radio', { name: /28 Nov 2026/ }).check()
    await page.locator('.inside').waitFor({ state: 'hidden' })
    await page.getByLabel('Passphrase or recovery code').fill('words of the owner')
    await page.keyboard.press('Enter')
    await page.locator('.inside').getByText('Posts: 12,431').waitFor()
    await cancelHasFocus(page)
    assert.deepEqual(await axeFindings(page), [])
    assert.equal(await sidewaysOverflow(page), 0)
    await takeScreenshot(page, 'start/restore-narrow', true)
    await page.keyboard.press('Enter')
    await page.waitForSelector('dialog[open]', { state: 'detached' })
    assert.deepEqual(
      asked.filter((line) => line.startsWith('restore')),
      [],
    )
    await page.waitForSelector('[data-act=restore]:not([aria-disabled])')
    await open()
    await page.getByRole('radio', { name: /28 Nov 2026/ }).check()
    await act.click()
    await page.locator('.inside').waitFor()
    await page.getByRole('button', { name: 'Restore', exact: true }).click()
    await until('the order', () => asked.includes('restore 1 '))
    assert.deepEqual(problems, [])
    await context.close()
  },
)

test(
  'while a folder hangs, a file is chosen, looked into and restored all the same',
  { skip: noBrowser },
  async () => {
    const bridge = { view: failedView('en'), backups: null, inside: INSIDE }
    const { page, asked, problems, context } = await pages.open(bridge, NARROW)
    await page.click('[data-act=restore]')
    const dialog = page.locator('dialog[open]')
    await dialog.getByText('Looking for backups…').waitFor()
    await dialog.getByRole('button', { name: 'Choose a backup file…' }).click()
    await dialog.getByRole('radio', { name: /homebird-20261129T020000Z-whole/ }).waitFor()
    await dialog.getByRole('button', { name: 'Look inside' }).click()
    await dialog.locator('.inside').getByText('@ana@home.example').waitFor()
    assert.deepEqual(await axeFindings(page), [])
    await dialog.getByRole('button', { name: 'Restore', exact: true }).click()
    await until('the order', () => asked.includes('restore 99 '))
    assert.deepEqual(problems, [])
    await context.close()
  },
)

test(
  'why a backup stays closed is said beside what could open it, and nothing is restored',
  { skip: noBrowser },
  async () => {
    const refuses = { lookInside: 'it stays closed: it opens with the recovery code' }
    const bridge = { view: failedView('ar'), backups: BACKUPS, refuses }
    const { page, asked, context } = await pages.open(bridge, COMMON)
    await page.click('[data-act=restore]')
    await page.locator('dialog .choice input').first().check()
    await page.locator('dialog .acts button').last().click()
    await page.locator('dialog [role=alert]').getByText('stays closed').waitFor()
    assert.deepEqual(await axeFindings(page), [])
    await takeScreenshot(page, 'start/restore-refused-arabic', true)
    assert.deepEqual(asked, ['lookInside 0 '])
    await context.close()
  },
)

test('a screen reader hears each step once, and the failure at once', { skip: noBrowser }, async () => {
  const steps = progressAfter(freshStart(), { kind: 'step', step: 'check' }, Date.now())
  const { page, context } = await pages.open({ view: viewIn('en', { steps }) }, COMMON)
  assert.equal(await page.textContent('#said'), 'Look at the folder: Under way')
  await showView(
    page,
    viewIn('en', { steps: progressAfter(steps, { kind: 'step', step: 'database' }, Date.now()) }),
  )
  assert.equal(await page.textContent('[role=status]'), 'Start the database: Under way')
  assert.equal(await page.isVisible('#failure'), false)
  await showView(page, failedView('en'))
  assert.match((await page.textContent('[role=alert]:not([hidden])')) ?? '', /^The database did not start\./)
  assert.equal(await page.textContent('#said'), 'Start the database: Failed')
  await context.close()
})
