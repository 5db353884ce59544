/** The default session: its policies are kept so that tests can ask them, and its protocol handlers so that pages can load. */
import { EventEmitter } from 'node:events'
import type { Acts } from './acts.ts'

type Handler = (request: Request) => Response | Promise<Response>
type PermissionAnswer = (isGranted: boolean) => void
type RequestListener = (
  details: Record<string, unknown>,
  answer: (verdict: Record<string, unknown>) => void,
) => void

type PermissionRequest = (
  contents: unknown,
  permission: string,
  answer: PermissionAnswer,
  details: object,
) => void
type PermissionCheck = (contents: unknown, permission: string, origin: string, details: object) => boolean

export class StandInProtocol {
  readonly privileged: unknown[] = []
  readonly #handlers = new Map<string, Handler>()
  readonly #isReady: () => boolean
  #hasRegistered = false

  constructor(isReady: () => boolean) {
    this.#isReady = isReady
  }

  registerSchemesAsPrivileged(schemes: unknown[]): void {
    if (this.#isReady())
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    if (this.#hasRegistered) throw new Error('schemes are registered once')
    this.#hasRegistered = true
    this.privileged.push(...schemes)
  }

  handle(scheme: string, handler: Handler): void {
    if (!this.#isReady()) throw new Error('protocol.handle is used after app is ready')
    if (this.#handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
    this.#handlers.set(scheme, handler)
  }

  unhandle(scheme: string): void {
    if (!this.#handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`)
  }

  isProtocolHandled(scheme: string): boolean {
    return this.#handlers.has(scheme)
  }

  /** For tests: as a page loads it. */
  async load(request: Request): Promise<Response> {
    const scheme = new URL(request.url).protocol.slice(0, -1)
    const handler = this.#handlers.get(scheme)
    if (handler === undefined) throw new Error(`nobody handles ${scheme}:`)
    return handler(request)
  }
}

export class StandInSession extends EventEmitter {
  readonly protocol: StandInProtocol
  readonly webRequest: Record<string, (first: unknown, second?: unknown) => void>
  readonly availableSpellCheckerLanguages = ['ar', 'de', 'en-GB', 'en-US', 'fr', 'nl']
  readonly #acts: Acts
  readonly #requestListeners = new Map<string, RequestListener>()
  #ask: PermissionRequest | null = null
  #check: PermissionCheck | null = null
  #languages: string[] = ['en-US']
  #isSpelling = true

  constructor(protocol: StandInProtocol, acts: Acts) {
    super()
    this.protocol = protocol
    this.#acts = acts
    const listen = (name: string) => (first: unknown, second?: unknown) => {
      const listener = (second === undefined ? first : second) as RequestListener | null
      if (listener === null) this.#requestListeners.delete(name)
      else this.#requestListeners.set(name, listener)
    }
    const names = [
      'onBeforeRequest',
      'onBeforeSendHeaders',
      'onHeadersReceived',
      'onCompleted',
      'onErrorOccurred',
    ]
    this.webRequest = Object.fromEntries(names.map((name) => [name, listen(name)]))
  }

  setPermissionRequestHandler(ask: PermissionRequest | null): void {
    this.#ask = ask
  }

  setPermissionCheckHandler(check: PermissionCheck | null): void {
    this.#check = check
  }

  setDevicePermissionHandler(): void {}

  setDisplayMediaRequestHandler(): void {}

  setUSBProtectedClassesHandler(): void {}

  setBluetoothPairingHandler(): void {}

  setCertificateVerifyProc(): void {}

  setSpellCheckerEnabled(isOn: boolean): void {
    this.#isSpelling = isOn
    this.#acts.add('session.setSpellCheckerEnabled', isOn)
  }

  isSpellCheckerEnabled(): boolean {
    return this.#isSpelling
  }

  setSpellCheckerLanguages(languages: string[]): void {
    const unknown = languages.find((language) => !this.availableSpellCheckerLanguages.includes(language))
    if (unknown !== undefined)
      throw new Error(`Invalid language code provided: "${unknown}" is not a valid language code`)
    this.#languages = [...languages]
    this.#acts.add('session.setSpellCheckerLanguages', languages)
  }

  getSpellCheckerLanguages(): string[] {
    return [...this.#languages]
  }

  setSpellCheckerDictionaryDownloadURL(url: string): void {
    this.#acts.add('session.setSpellCheckerDictionaryDownloadURL', url)
  }

  addWordToSpellCheckerDictionary(word: string): boolean {
    this.#acts.add('session.addWordToSpellCheckerDictionary', word)
    return true
  }

  setDownloadPath(): void {}

  async setProxy(): Promise<void> {}

  async clearCache(): Promise<void> {}

  async clearStorageData(options: object = {}): Promise<void> {
    this.#acts.add('session.clearStorageData', options)
  }

  async closeAllConnections(): Promise<void> {}

  flushStorageData(): void {}

  getUserAgent(): string {
    return 'Mozilla/5.0 (X11; Linux x86_64) Homebird Electron/45'
  }

  setUserAgent(): void {}

  /** For tests: a page asks. With no policy Electron grants, and so does this. */
  asksFor(contents: unknown, permission: string, details: object = {}): Promise<boolean> {
    const ask = this.#ask
    if (ask === null) return Promise.resolve(true)
    return new Promise((resolve) => ask(contents, permission, resolve, details))
  }

  /** For tests. */
  mayUse(contents: unknown, permission: string, origin: string, details: object = {}): boolean {
    return this.#check?.(contents, permission, origin, details) ?? true
  }

  /** For tests: what a listener of `webRequest` decides; an empty verdict where nobody listens. */
  decides(name: string, details: Record<string, unknown>): Promise<Record<string, unknown>> {
    const listener = this.#requestListeners.get(name)
    if (listener === undefined) return Promise.resolve({})
    return new Promise((resolve) => listener(details, resolve))
  }
}
