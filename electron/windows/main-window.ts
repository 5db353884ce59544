/** The windows of the home: brought forward, made where there is none, and told what menus, tray and links ask of them. */
import type { BrowserWindow } from 'electron'
import type { WindowCommand } from '../../server/contracts/desktop-bridge.ts'
import { pageAddress } from '../protocol/app-address.ts'
import type { WindowFactory, WindowLook } from './window-factory.ts'

export interface MainWindows {
  /** Brings the window forward that was last looked at; makes one where there is none. */
  show(): BrowserWindow
  /** @param address  a page of the window; its first where none is named */
  openAnother(address?: string): BrowserWindow
  /** Shows a window and tells its page, as soon as it listens. */
  command(command: WindowCommand): void
  /** The page of that window listens, again after each time it was filled. */
  listens(contentsId: number, tell: (command: WindowCommand) => void): void
  all(): readonly BrowserWindow[]
}

interface MainWindowNeeds {
  readonly factory: WindowFactory
  /** How a window looks that is made now: where it stood, the colour behind it. */
  readonly lookOf: () => WindowLook
  /** What its preload has to know. */
  readonly facts: Readonly<Record<string, unknown>>
  /** Rooms that watch every window: its place, its closing, its spelling. */
  readonly adopt: (window: BrowserWindow) => void
}

export function openMainWindows(needs: MainWindowNeeds): MainWindows {
  return new Windows(needs)
}

class Windows implements MainWindows {
  readonly #needs: MainWindowNeeds
  readonly #waiting = new Map<number, WindowCommand[]>()
  readonly #tellers = new Map<number, (command: WindowCommand) => void>()
  #last: BrowserWindow | null = null

  constructor(needs: MainWindowNeeds) {
    this.#needs = needs
  }

  show(): BrowserWindow {
    const window = this.#last ?? this.all()[0] ?? this.openAnother()
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
    return window
  }

  openAnother(address?: string): BrowserWindow {
    const { factory, lookOf, facts, adopt } = this.#needs
    const page = address === undefined ? {} : { address }
    const window = factory.open({ role: 'main', look: lookOf(), facts, ...page })
    const { id } = window.webContents
    this.#last = window
    window.on('focus', () => {
      this.#last = window
    })
    window.once('closed', () => {
      this.#tellers.delete(id)
      this.#waiting.delete(id)
      if (this.#last === window) this.#last = this.all().find((other) => other !== window) ?? null
    })
    // A page that is filled anew has to say again that it listens.
    window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) this.#tellers.delete(id)
    })
    adopt(window)
    return window
  }

  command(command: WindowCommand): void {
    if (command.kind === 'open' && pageAddress(command.path) === null) {
      throw new Error(`${JSON.stringify(command.path.slice(0, 200))} is no page of the window`)
    }
    const { id } = this.show().webContents
    const tell = this.#tellers.get(id)
    if (tell !== undefined) tell(command)
    else this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), command])
  }

  listens(contentsId: number, tell: (command: WindowCommand) => void): void {
    this.#tellers.set(contentsId, tell)
    const waiting = this.#waiting.get(contentsId) ?? []
    this.#waiting.delete(contentsId)
    for (const command of waiting) tell(command)
  }

  all(): readonly BrowserWindow[] {
    return this.#needs.factory.of('main')
  }
}
