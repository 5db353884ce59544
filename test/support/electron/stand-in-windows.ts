/** Windows as the shell makes and moves them, without any pixel. */
import { EventEmitter } from 'node:events'
import type { Acts } from './acts.ts'
import { type PlainEvent, plainEvent } from './plain-event.ts'
import { StandInContents } from './stand-in-contents.ts'
import type { StandInSession } from './stand-in-session.ts'

export interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface WindowOptions extends Partial<Bounds> {
  readonly show?: boolean
  readonly title?: string
  readonly webPreferences?: Record<string, unknown>
  readonly [more: string]: unknown
}

/** What the windows of one stand-in share. */
export interface WindowGround {
  readonly acts: Acts
  readonly open: StandInWindow[]
  readonly session: StandInSession
  readonly nextId: () => number
  readonly madeContents: (contents: StandInContents) => void
  readonly made: (window: StandInWindow) => void
  readonly lastClosed: () => void
}

export class StandInWindow extends EventEmitter {
  readonly id: number
  readonly options: WindowOptions
  readonly webContents: StandInContents
  readonly #ground: WindowGround
  #bounds: Bounds
  #state: 'normal' | 'minimized' | 'maximized' | 'full-screen' = 'normal'
  #isVisible: boolean
  #isFocused = false
  #isDestroyed = false
  #title: string

  constructor(ground: WindowGround, options: WindowOptions) {
    super()
    this.#ground = ground
    this.options = options
    this.id = ground.nextId()
    this.#bounds = {
      x: options.x ?? 0,
      y: options.y ?? 0,
      width: options.width ?? 800,
      height: options.height ?? 600,
    }
    this.#isVisible = options.show !== false
    this.#title = options.title ?? 'Homebird'
    this.webContents = new StandInContents(this.id, ground.session, ground.acts)
    ground.open.push(this)
    ground.acts.add('window.made', { id: this.id, options: describe(options) })
    ground.madeContents(this.webContents)
    ground.made(this)
  }

  async loadURL(url: string): Promise<void> {
    const loading = this.webContents.loadURL(url)
    await loading
    if (!this.#isDestroyed) this.emit('ready-to-show', plainEvent())
  }

  show(): void {
    this.#isVisible = true
    this.#ground.acts.add('window.show', this.id)
    this.emit('show')
    this.focus()
  }

  showInactive(): void {
    this.#isVisible = true
    this.emit('show')
  }

  hide(): void {
    this.#isVisible = false
    this.#ground.acts.add('window.hide', this.id)
    this.emit('hide')
  }

  focus(): void {
    for (const other of this.#ground.open) other.blur()
    this.#isFocused = true
    this.#ground.acts.add('window.focus', this.id)
    this.emit('focus')
  }

  blur(): void {
    if (!this.#isFocused) return
    this.#isFocused = false
    this.emit('blur')
  }

  close(): void {
    if (this.#isDestroyed) return
    const closing: PlainEvent = plainEvent()
    this.emit('close', closing)
    if (!closing.defaultPrevented) this.destroy()
  }

  destroy(): void {
    if (this.#isDestroyed) return
    this.#isDestroyed = true
    this.#isVisible = false
    this.#ground.open.splice(this.#ground.open.indexOf(this), 1)
    this.#ground.acts.add('window.closed', this.id)
    this.webContents.end()
    this.emit('closed')
    if (this.#ground.open.length === 0) this.#ground.lastClosed()
  }

  isDestroyed(): boolean {
    return this.#isDestroyed
  }

  isVisible(): boolean {
    return this.#isVisible
  }

  isFocused(): boolean {
    return this.#isFocused
  }

  isMinimized(): boolean {
    return this.#state === 'minimized'
  }

  isMaximized(): boolean {
    return this.#state === 'maximized'
  }

  isFullScreen(): boolean {
    return this.#state === 'full-screen'
  }

  isNormal(): boolean {
    return this.#state === 'normal'
  }

  minimize(): void {
    this.#enter('minimized', 'minimize')
  }

  maximize(): void {
    this.#enter('maximized', 'maximize')
  }

  unmaximize(): void {
    this.#enter('normal', 'unmaximize')
  }

  restore(): void {
    this.#enter('normal', 'restore')
  }

  setFullScreen(isOn: boolean): void {
    this.#enter(isOn ? 'full-screen' : 'normal', isOn ? 'enter-full-screen' : 'leave-full-screen')
  }

  #enter(state: 'normal' | 'minimized' | 'maximized' | 'full-screen', event: string): void {
    this.#state = state
    this.emit(event)
  }

  getBounds(): Bounds {
    return this.#bounds
  }

  getNormalBounds(): Bounds {
    return this.#bounds
  }

  setBounds(bounds: Partial<Bounds>): void {
    this.#bounds = { ...this.#bounds, ...bounds }
    this.emit('resize')
    this.emit('move')
    this.emit('resized')
    this.emit('moved')
  }

  getTitle(): string {
    return this.#title
  }

  setTitle(title: string): void {
    this.#title = title
  }

  setMenuBarVisibility(): void {}

  setAutoHideMenuBar(): void {}

  removeMenu(): void {}

  setMenu(menu: unknown): void {
    this.#ground.acts.add('window.setMenu', { id: this.id, menu: menu === null ? null : 'menu' })
  }

  setIcon(): void {}

  setBackgroundColor(): void {}

  moveTop(): void {}

  setOverlayIcon(image: unknown, description: string): void {
    this.#ground.acts.add('window.setOverlayIcon', { id: this.id, hasImage: image !== null, description })
  }

  setProgressBar(progress: number): void {
    this.#ground.acts.add('window.setProgressBar', progress)
  }

  flashFrame(isOn: boolean): void {
    this.#ground.acts.add('window.flashFrame', isOn)
  }
}

/** Plain, so that it can be told to another process. */
function describe(options: WindowOptions): unknown {
  return JSON.parse(
    JSON.stringify(options, (_key, value: unknown) => (typeof value === 'function' ? 'function' : value)),
  )
}

/** The class, as the shell makes and finds windows by it. */
export function windowClass(ground: WindowGround): object {
  return class extends StandInWindow {
    constructor(options: WindowOptions = {}) {
      super(ground, options)
    }

    static getAllWindows(): StandInWindow[] {
      return [...ground.open]
    }

    static getFocusedWindow(): StandInWindow | null {
      return ground.open.find((window) => window.isFocused()) ?? null
    }

    static fromId(id: number): StandInWindow | null {
      return ground.open.find((window) => window.id === id) ?? null
    }

    static fromWebContents(contents: StandInContents): StandInWindow | null {
      return ground.open.find((window) => window.webContents === contents) ?? null
    }
  }
}
