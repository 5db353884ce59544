/** The system's Chromium, driven by playwright-core: one browser for a test file, one fresh profile for each page. */
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  chromium,
} from 'playwright-core'

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const EXECUTABLE = process.env['HOMEBIRD_TEST_BROWSER'] ?? CANDIDATES.find((path) => existsSync(path))
const SCREENSHOTS = join(import.meta.dirname, '..', 'screenshots')
/** A safety net, as of `until`. */
const GIVE_UP_AFTER_MS = 60_000

/** What the browser itself says when the home does not answer; the second of the worker, which it looks for now and then. */
const HOME_IS_AWAY = /Failed to load resource|An unknown error occurred when fetching the script/

/** For `test(name, { skip: noBrowser })`: false, or the line that says why. */
export const noBrowser: string | false =
  EXECUTABLE === undefined ? 'no Chromium on this machine (apt-get install chromium)' : false

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--force-color-profile=srgb',
]

export interface TestBrowser extends AsyncDisposable {
  /** A page of a profile of its own; what it says on its console that is an error is kept in `problems`. */
  openPage(options?: PageOptions): Promise<TestPage>
  close(): Promise<void>
}

export interface PageOptions extends BrowserContextOptions {
  /** Shares cookies and storage with this one, as a second tab does. */
  readonly context?: BrowserContext
}

export interface TestPage {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors of scripts and breaches of the content policy, in order. */
  readonly problems: string[]
}

/** @param flags  of the command line, besides those of every test */
export async function openBrowser(flags: readonly string[] = []): Promise<TestBrowser> {
  if (EXECUTABLE === undefined) throw new Error(String(noBrowser))
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: [...FLAGS, ...flags],
    headless: true,
  })
  const close = async (): Promise<void> => browser.close()
  return { openPage: async (options) => openPage(browser, options), close, [Symbol.asyncDispose]: close }
}

/**
 * The service worker fetches the whole bundle into each fresh profile, which costs more than most tests: those that are
 * about it, or about a home that is away, allow it.
 */
const USUAL: BrowserContextOptions = {
  viewport: { width: 1280, height: 800 },
  locale: 'en-GB',
  serviceWorkers: 'block',
}

/** Runs in the page. Undo stands there for eight seconds; a test on a busy machine may need more of them to come to its button. */
const UNDO_FOR_LONGER = `{
  const usual = globalThis.setTimeout
  globalThis.setTimeout = (act, ms, ...given) => usual(act, ms === 8_000 ? 30_000 : ms, ...given)
}`

async function openPage(browser: Browser, options: PageOptions = {}): Promise<TestPage> {
  const { context: given, ...own } = options
  const context = given ?? (await browser.newContext({ ...USUAL, ...own }))
  context.setDefaultTimeout(GIVE_UP_AFTER_MS)
  const page = await context.newPage()
  await page.addInitScript(UNDO_FOR_LONGER)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`script: ${error.message}`))
  page.on('console', (message) => {
    // An answer of 4xx or 5xx is told on the console by the browser itself; tests cause them on purpose.
    if (message.type() === 'error' && !HOME_IS_AWAY.test(message.text())) {
      problems.push(`console: ${message.text()}`)
    }
  })
  return { page, context, problems }
}

/** Saves what the page looks like into test/screenshots, for somebody to look at. */
export async function takeScreenshot(page: Page, name: string, fullPage = false): Promise<void> {
  const path = join(SCREENSHOTS, `${name}.png`)
  await mkdir(dirname(path), { recursive: true })
  await page.screenshot({ path, fullPage, animations: 'disabled' })
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

interface AxeNode {
  readonly html: string
  readonly failureSummary?: string
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly help: string
    readonly nodes: readonly AxeNode[]
  }[]
}

/** Those of its rules that can find something else when nothing but colours has changed. */
const AXE_COLOUR_RULES = ['color-contrast', 'link-in-text-block']

/**
 * What axe finds on the page as it is, one line each; an empty list is what a test wants.
 * @param about  'colours' where all rules were asked before, and only colours have changed since
 */
export async function axeFindings(page: Page, about: 'all' | 'colours' = 'all'): Promise<string[]> {
  return lookAgain(`axe at ${page.url()}`, async () => axeLook(page, about), isEmpty)
}

const isEmpty = (found: readonly string[]): boolean => found.length === 0

/**
 * A page may be on its way to what it shows, the longer the busier the machine: what is wrong is so each time. What was
 * wrong at first only is printed, for whoever reads along.
 */
async function lookAgain<T>(what: string, look: () => Promise<T>, isGood: (seen: T) => boolean): Promise<T> {
  const first = await look()
  let seen = first
  for (let times = 1; times < LOOKS && !isGood(seen); times += 1) {
    await delay(LOOK_AGAIN_MS)
    seen = await look()
  }
  if (isGood(seen) && !isGood(first)) console.error(`${what}, for a moment: ${String(first)}`)
  return seen
}

const LOOKS = 4
const LOOK_AGAIN_MS = 700

async function axeLook(page: Page, about: 'all' | 'colours'): Promise<string[]> {
  await finishAnimations(page)
  // The content policy forbids a script element; evaluating goes through the debugger.
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(await readFile(AXE, 'utf8'))
  const runOnly =
    about === 'all' ? { type: 'tag', values: AXE_TAGS } : { type: 'rule', values: AXE_COLOUR_RULES }
  const results = await page.evaluate(async (only) => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }
    return axe.run({ runOnly: only, resultTypes: ['violations'] })
  }, runOnly)
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes
      .filter(isFinding)
      .map(
        ({ html, failureSummary = '' }) => `${id}: ${help}\n    ${html.slice(0, 200)}\n    ${failureSummary}`,
      ),
  )
}

/**
 * What is half under the header is small only until the next turn of the wheel. What the control library says aloud of a
 * button that was busy stays a while after the words that it points at.
 */
function isFinding({ html, failureSummary = '' }: AxeNode): boolean {
  return (
    !failureSummary.includes('partially obscured') &&
    !html.startsWith('<div role="img" aria-labelledby="react-aria')
  )
}

/** A colour on its way to another is neither. */
async function finishAnimations(page: Page): Promise<void> {
  await page.evaluate(
    `for (const one of document.getAnimations()) if (one.effect.getComputedTiming().endTime !== Infinity) one.finish()`,
  )
}

/**
 * Pixels by which the page is wider than the screen: sideways scrolling that nobody wants. Asked once the page is drawn:
 * right after the screen became narrow it still has the columns of the wide one.
 */
export async function sidewaysOverflow(page: Page): Promise<number> {
  return lookAgain(
    `wider than the screen at ${page.url()}`,
    async () => overflowNow(page),
    (pixels) => pixels === 0,
  )
}

async function overflowNow(page: Page): Promise<number> {
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
  return page.evaluate<number>(
    'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)',
  )
}

export async function textDirection(page: Page): Promise<string> {
  return page.evaluate<string>('document.documentElement.dir')
}
