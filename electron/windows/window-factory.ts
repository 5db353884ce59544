/**
 * The one place that makes windows. What a page may do is decided here, the same for all of them, and cannot be asked for
 * otherwise.
 * @see security rule 88
 */
import type { BrowserWindow, BrowserWindowConstructorOptions, WebContents } from 'electron'
import type { ElectronParts } from '../electron-parts.ts'
import { FACTS_ARGUMENT } from '../ipc/desktop-calls.ts'
import { APP_ORIGIN, START_ORIGIN } from '../protocol/app-address.ts'
import { type WindowRole, verdictOn } from './navigation-policy.ts'

/** How it looks, and nothing of what its page may do. */
export type WindowLook = Pick<
  BrowserWindowConstructorOptions,
  | 'autoHideMenuBar'
  | 'backgroundColor'
  | 'height'
  | 'icon'
  | 'minHeight'
  | 'minWidth'
  | 'resizable'
  | 'width'
  | 'x'
  | 'y'
>

export interface WindowAsk {
  readonly role: WindowRole
  readonly look: WindowLook
  /** A page of its place; its first one where none is named. */
  readonly address?: string
  /** What its preload has to know before the page runs. */
  readonly facts?: Readonly<Record<string, unknown>>
}

export interface WindowFactory {
  /** Not shown yet: it is when its page stands. */
  open(ask: WindowAsk): BrowserWindow
  /** Null for contents that no window of ours holds. */
  roleOf(contentsId: number): WindowRole | null
  of(role: WindowRole): readonly BrowserWindow[]
}

interface FactoryNeeds {
  /** Files of the preload scripts, each bundled into one. */
  readonly preloads: Readonly<Record<WindowRole, string>>
  /** An installed shell has no tools to look into its pages. */
  readonly isPackaged: boolean
  /** For the journal. */
  readonly noticed: (message: string) => void
}

const FIRST_PAGES: Readonly<Record<WindowRole, string>> = {
  main: `${APP_ORIGIN}/`,
  start: `${START_ORIGIN}/`,
}
const MAX_TITLE = 200

export function openWindowFactory(
  { BrowserWindow: Window }: Pick<ElectronParts, 'BrowserWindow'>,
  needs: FactoryNeeds,
): WindowFactory {
  const roles = new Map<number, WindowRole>()
  const windows = new Map<BrowserWindow, WindowRole>()
  return {
    open(ask) {
      const window = new Window({
        title: 'Homebird',
        ...ask.look,
        show: false,
        webPreferences: preferencesOf(ask, needs),
      })
      const { webContents } = window
      const { id } = webContents
      roles.set(id, ask.role)
      windows.set(window, ask.role)
      window.once('closed', () => {
        windows.delete(window)
        roles.delete(id)
      })
      window.once('ready-to-show', () => window.show())
      keepTitlePlain(window)
      bringBack(webContents, needs.noticed)
      load(window, ask, needs.noticed)
      return window
    },
    roleOf: (contentsId) => roles.get(contentsId) ?? null,
    of: (role) => [...windows].filter(([, its]) => its === role).map(([window]) => window),
  }
}

function preferencesOf({ role, facts = {} }: WindowAsk, { preloads, isPackaged }: FactoryNeeds): object {
  return {
    preload: preloads[role],
    additionalArguments: [`${FACTS_ARGUMENT}${JSON.stringify(facts)}`],
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    navigateOnDragDrop: false,
    plugins: false,
    webgl: false,
    safeDialogs: true,
    devTools: !isPackaged,
  }
}

/** @throws for a page that is none of the window's place: that is a fault of the shell */
function load(
  window: BrowserWindow,
  { role, address = FIRST_PAGES[role] }: WindowAsk,
  noticed: FactoryNeeds['noticed'],
): void {
  if (verdictOn(role, address).act !== 'go')
    throw new Error(`${address.slice(0, MAX_TITLE)} is no page of the ${role} window`)
  window.loadURL(address).catch((error: unknown) => {
    // A page that goes on to another while it loads ends the first loading: that is no fault.
    if (!String(error).includes('ERR_ABORTED')) noticed(`a window could not be filled: ${String(error)}`)
  })
}

/** The title of a page may hold a stranger's words. @see security rule 98 */
function keepTitlePlain(window: BrowserWindow): void {
  window.on('page-title-updated', (event, title) => {
    event.preventDefault()
    window.setTitle(plainTitle(title))
  })
}

export function plainTitle(title: string): string {
  const plain = title.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return plain === '' ? 'Homebird' : plain.slice(0, MAX_TITLE).replace(/\p{Cs}$/u, '')
}

const MOST_CRASHES = 3
const CRASHES_WITHIN_MS = 60_000

/** A page whose process was lost is filled again where it stood; one that is lost again and again stays so, and is told. */
function bringBack(contents: WebContents, noticed: FactoryNeeds['noticed']): void {
  const crashes: number[] = []
  contents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    const now = performance.now()
    crashes.push(now)
    while (crashes[0] !== undefined && now - crashes[0] > CRASHES_WITHIN_MS) crashes.shift()
    const isTooOften = crashes.length > MOST_CRASHES
    noticed(
      `the process of a window was lost (${reason})${isTooOften ? ' again and again: it is not filled any more' : ''}`,
    )
    if (!isTooOften && !contents.isDestroyed()) contents.reload()
  })
}
