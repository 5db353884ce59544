/** What a window shows: where its page is, what it asks for, and what is sent to it. No page is really there. */
import { EventEmitter } from 'node:events'
import type { Acts } from './acts.ts'
import { plainEvent } from './plain-event.ts'
import type { StandInSession } from './stand-in-session.ts'

export interface StandInFrame {
  url: string
  readonly origin: string
  readonly processId: number
  readonly routingId: number
  readonly top: StandInFrame
  readonly parent: StandInFrame | null
  isDestroyed(): boolean
}

interface Details {
  readonly url: string
  readonly [more: string]: unknown
}

export class StandInContents extends EventEmitter {
  readonly id: number
  readonly session: StandInSession
  readonly mainFrame: StandInFrame
  readonly sent: { readonly channel: string; readonly args: unknown[] }[] = []
  readonly navigationHistory: {
    canGoBack(): boolean
    canGoForward(): boolean
    goBack(): void
    goForward(): void
  }
  readonly #acts: Acts
  #onOpen: (details: Details) => { action: string } = () => ({ action: 'allow' })
  #isDestroyed = false
  #zoom = 0

  constructor(id: number, session: StandInSession, acts: Acts) {
    super()
    this.id = id
    this.session = session
    this.#acts = acts
    this.mainFrame = frameAt('', id, null)
    this.navigationHistory = {
      canGoBack: () => false,
      canGoForward: () => false,
      goBack: () => acts.add('contents.goBack', id),
      goForward: () => acts.add('contents.goForward', id),
    }
  }

  get zoomLevel(): number {
    return this.#zoom
  }

  set zoomLevel(level: number) {
    this.setZoomLevel(level)
  }

  getURL(): string {
    return this.mainFrame.url
  }

  getTitle(): string {
    return 'Homebird'
  }

  isDestroyed(): boolean {
    return this.#isDestroyed
  }

  isLoading(): boolean {
    return false
  }

  async loadURL(url: string): Promise<void> {
    this.#acts.add('contents.load', { id: this.id, url })
    this.mainFrame.url = url
    await Promise.resolve()
    if (this.#isDestroyed) return
    this.emit('dom-ready', plainEvent())
    this.emit('did-finish-load', plainEvent())
  }

  reload(): void {
    void this.loadURL(this.mainFrame.url)
  }

  send(channel: string, ...args: unknown[]): void {
    this.sent.push({ channel, args: structuredClone(args) })
    this.emit('stand-in:sent', channel, structuredClone(args))
  }

  setWindowOpenHandler(decide: (details: Details) => { action: string }): void {
    this.#onOpen = decide
  }

  getZoomLevel(): number {
    return this.#zoom
  }

  setZoomLevel(level: number): void {
    this.#zoom = level
    this.#acts.add('contents.setZoomLevel', { id: this.id, level })
  }

  async setVisualZoomLevelLimits(): Promise<void> {}

  setWebRTCIPHandlingPolicy(policy: string): void {
    this.#acts.add('contents.setWebRTCIPHandlingPolicy', { id: this.id, policy })
  }

  downloadURL(url: string): void {
    this.#acts.add('contents.downloadURL', { id: this.id, url })
  }

  setIgnoreMenuShortcuts(): void {}

  setBackgroundThrottling(): void {}

  openDevTools(): void {
    this.#acts.add('contents.openDevTools', this.id)
  }

  closeDevTools(): void {}

  isDevToolsOpened(): boolean {
    return false
  }

  replaceMisspelling(text: string): void {
    this.#acts.add('contents.replaceMisspelling', text)
  }

  focus(): void {
    this.#acts.add('contents.focus', this.id)
  }

  /** For tests: a page asks to go somewhere. @returns whether it may */
  wantsToGo(
    url: string,
    event: 'will-navigate' | 'will-redirect' | 'will-frame-navigate' = 'will-navigate',
  ): boolean {
    const asking = plainEvent({
      url,
      isMainFrame: true,
      isSameDocument: false,
      frame: this.mainFrame,
      initiator: this.mainFrame,
    })
    this.emit(event, asking, url, false, true)
    return !asking.defaultPrevented
  }

  /** For tests: a page asks for a window of its own. @returns what it is told: `deny` or `allow` */
  wantsWindow(url: string): string {
    return this.#onOpen({
      url,
      frameName: '',
      features: '',
      disposition: 'foreground-tab',
      referrer: { url: '', policy: 'default' },
    }).action
  }

  /** For tests: a page begins anew, as after a reload. */
  beginsAnew(): void {
    this.emit(
      'did-start-navigation',
      plainEvent({ url: this.mainFrame.url, isMainFrame: true, isSameDocument: false }),
    )
  }

  /** For tests: a page brings a `<webview>`. @returns whether it may */
  wantsWebview(): boolean {
    const asking = plainEvent()
    this.emit('will-attach-webview', asking, {}, { src: 'https://example.org/' })
    return !asking.defaultPrevented
  }

  end(): void {
    this.#isDestroyed = true
    this.emit('destroyed')
  }
}

export function frameAt(url: string, processId: number, parent: StandInFrame | null): StandInFrame {
  return {
    url,
    get origin() {
      const found = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)/i.exec(this.url)
      return found === null ? 'null' : `${found[1]}://${found[2]}`
    },
    processId,
    routingId: 1,
    get top() {
      return parent?.top ?? this
    },
    parent,
    isDestroyed: () => false,
  }
}
