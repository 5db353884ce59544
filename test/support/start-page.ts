/** The page of the start-up window in a browser, over the policy that the shell gives it, with a bridge that a test plays. */
import { createServer } from 'node:http'
import { readFileSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { Page } from 'playwright-core'
import { buildStartPage } from '../../build/start-page.ts'
import type {
  BackupChoices,
  CopyView,
  InsideView,
  JournalLineView,
  StartView,
} from '../../server/contracts/start-bridge.ts'
import type { PageOptions, TestBrowser, TestPage } from './browser.ts'

/** As `electron/protocol/app-protocol.ts` sends it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export interface PlayedBridge {
  readonly view: StartView
  readonly journal?: readonly JournalLineView[]
  readonly copies?: readonly CopyView[]
  readonly backups?: BackupChoices | null
  /** What every backup holds. */
  readonly inside?: InsideView
  /** Acts that are refused, with the sentence. */
  readonly refuses?: Readonly<Record<string, string>>
}

export interface StartPages extends AsyncDisposable {
  open(bridge: PlayedBridge, options?: PageOptions): Promise<TestPage & { readonly asked: string[] }>
}

export async function serveStartPage(browser: TestBrowser): Promise<StartPages> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-start-'))
  buildStartPage(folder)
  const files = readdirSync(folder)
  const server = createServer((request, response) => {
    const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1)
    if (!files.includes(name)) {
      response.writeHead(404).end()
      return
    }
    response.setHeader('content-security-policy', POLICY)
    response.setHeader('content-type', TYPES[extname(name)] ?? 'text/plain')
    response.end(readFileSync(join(folder, name)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    async open(bridge, options) {
      const opened = await browser.openPage(options)
      const asked: string[] = []
      await opened.page.exposeFunction('told', (line: string) => asked.push(line))
      await opened.page.addInitScript(playBridge, bridge)
      await opened.page.goto(`http://127.0.0.1:${port}/`)
      return { ...opened, asked }
    },
    async [Symbol.asyncDispose]() {
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Runs in the page. */
function playBridge({ view, journal = [], copies = [], backups, inside, refuses = {} }: PlayedBridge): void {
  const page = globalThis as unknown as {
    told: (line: string) => Promise<void>
    homebirdStart: unknown
    showView: (next: StartView) => void
  }
  const act =
    (name: string) =>
    async (...given: (string | number)[]): Promise<void> => {
      await page.told([name, ...given].join(' '))
      const refusal = refuses[name]
      if (refusal !== undefined) throw new Error(refusal)
    }
  page.homebirdStart = {
    onView: (show: (shown: StartView) => void) => {
      page.showView = show
      show(view)
      return () => undefined
    },
    startAgain: act('startAgain'),
    restartPart: act('restartPart'),
    openLogs: act('openLogs'),
    openFolder: act('openFolder'),
    quit: act('quit'),
    takeBack: act('takeBack'),
    journal: async () => journal,
    copies: async () => copies,
    // One that is null hangs.
    backups: async () =>
      backups === null ? new Promise(() => undefined) : (backups ?? { backups: [], flaws: [] }),
    chooseBackup: async () => ({ id: 99, label: '/media/ana/homebird-20261129T020000Z-whole.backup' }),
    lookInside: async (...given: (string | number)[]) => {
      await act('lookInside')(...given)
      return inside
    },
    restore: act('restore'),
    cancelRestore: act('cancelRestore'),
  }
}

/** The shell tells the page something else. */
export async function showView(page: Page, view: StartView): Promise<void> {
  await page.evaluate(
    (next) => (globalThis as unknown as { showView: (one: StartView) => void }).showView(next),
    view,
  )
}
