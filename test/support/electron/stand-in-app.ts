/** The stand-in of `app`: its events in Electron's order, its single-instance lock between real processes. */
import { EventEmitter } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Acts } from './acts.ts'
import { InstanceLock } from './instance-lock.ts'
import { plainEvent } from './plain-event.ts'

export interface StandInAppOptions {
  /** Holds what Electron keeps per user: one folder, one single-instance lock for each `userData` in it. */
  readonly folder: string
  readonly platform: NodeJS.Platform
  readonly version: string
  readonly isPackaged: boolean
  readonly languages: readonly string[]
  readonly argv: readonly string[]
  /** How the process ends. */
  readonly exit: (code: number) => void
}

export interface WindowsOfApp {
  /** Closes all as a person would. @returns whether none was kept open */
  closeAll(): boolean
  destroyAll(): void
}

export class StandInApp extends EventEmitter {
  readonly isPackaged: boolean
  readonly commandLine: {
    appendSwitch(name: string, value?: string): void
    hasSwitch(name: string): boolean
    getSwitchValue(name: string): string
    appendArgument(value: string): void
  }
  readonly dock: object | undefined
  readonly #options: StandInAppOptions
  readonly #acts: Acts
  readonly #paths = new Map<string, string>()
  readonly #lock = new InstanceLock()
  readonly #ready = Promise.withResolvers<void>()
  readonly #clients = new Set<string>()
  #windows: WindowsOfApp | null = null
  #isReady = false
  #isQuitting = false
  #hasExited = false
  #name = 'Homebird'
  #badge = 0
  #login: Record<string, unknown> = { openAtLogin: false }

  constructor(options: StandInAppOptions, acts: Acts) {
    super()
    this.#options = options
    this.#acts = acts
    this.isPackaged = options.isPackaged
    const switches = new Map<string, string>()
    this.commandLine = {
      appendSwitch: (name, value = '') => {
        acts.add('app.commandLine.appendSwitch', { name, value })
        switches.set(name, value)
      },
      hasSwitch: (name) => switches.has(name),
      getSwitchValue: (name) => switches.get(name) ?? '',
      appendArgument: (value) => acts.add('app.commandLine.appendArgument', value),
    }
    this.dock = options.platform === 'darwin' ? this.#dock() : undefined
  }

  /** For the stand-in: `ready`, as Electron says it once the entry was loaded. */
  begin(windows: WindowsOfApp): void {
    this.#windows = windows
    this.emit('will-finish-launching')
    this.#isReady = true
    this.emit('ready', plainEvent(), {})
    this.#ready.resolve()
  }

  whenReady(): Promise<void> {
    return this.#ready.promise
  }

  isReady(): boolean {
    return this.#isReady
  }

  requestSingleInstanceLock(handedOver: object = {}): boolean {
    return this.#lock.take(this.getPath('userData'), {
      handedOver: { argv: [...this.#options.argv], folder: process.cwd(), data: handedOver },
      received: ({ argv, folder, data }) => {
        if (!this.#hasExited) this.emit('second-instance', plainEvent(), argv, folder, data)
      },
    })
  }

  hasSingleInstanceLock(): boolean {
    return this.#lock.isHeld
  }

  releaseSingleInstanceLock(): void {
    this.#lock.release()
  }

  /** As documented: `before-quit`, the windows are closed, `will-quit`, `quit`; each may be prevented but the last. */
  quit(): void {
    if (this.#hasExited) return
    this.#acts.add('app.quit')
    queueMicrotask(() => this.#quit())
  }

  #quit(): void {
    if (this.#hasExited) return
    const before = plainEvent()
    this.emit('before-quit', before)
    if (before.defaultPrevented) return
    this.#isQuitting = true
    const isEmpty = this.#windows?.closeAll() ?? true
    this.#isQuitting = false
    if (!isEmpty) return
    const will = plainEvent()
    this.emit('will-quit', will)
    if (!will.defaultPrevented) this.#end(0)
  }

  /** For the windows: the last one is gone. */
  lastWindowClosed(): void {
    if (this.#isQuitting || this.#hasExited) return
    if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed')
    else this.quit()
  }

  exit(code = 0): void {
    if (this.#hasExited) return
    this.#acts.add('app.exit', code)
    this.#windows?.destroyAll()
    this.#end(code)
  }

  #end(code: number): void {
    this.#hasExited = true
    this.emit('quit', plainEvent(), code)
    this.#lock.release()
    this.#options.exit(code)
  }

  /** As documented: without `args` the own ones are repeated. */
  relaunch(options: object = {}): void {
    this.#acts.add('app.relaunch', { args: this.#options.argv.slice(1), ...options })
  }

  getPath(name: string): string {
    const { folder } = this.#options
    return this.#paths.get(name) ?? join(folder, name === 'userData' ? join('appData', this.#name) : name)
  }

  /** As documented: a folder that does not exist is refused. */
  setPath(name: string, path: string): void {
    if (!(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false))
      throw new Error(`Failed to set path: ${name} is to be ${path}, which is no folder`)
    this.#paths.set(name, path)
  }

  setAppLogsPath(path?: string): void {
    this.#paths.set('logs', path ?? this.getPath('logs'))
  }

  getAppPath(): string {
    return join(import.meta.dirname, '..', '..', '..')
  }

  getName(): string {
    return this.#name
  }

  get name(): string {
    return this.#name
  }

  setName(name: string): void {
    this.#name = name
  }

  getVersion(): string {
    return this.#options.version
  }

  getLocale(): string {
    return this.#options.languages[0] ?? 'en-GB'
  }

  getSystemLocale(): string {
    return this.getLocale()
  }

  getPreferredSystemLanguages(): string[] {
    return [...this.#options.languages]
  }

  enableSandbox(): void {
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready')
    this.#acts.add('app.enableSandbox')
  }

  focus(options: object = {}): void {
    this.#acts.add('app.focus', options)
  }

  show(): void {
    this.#acts.add('app.show')
  }

  hide(): void {
    this.#acts.add('app.hide')
  }

  setAppUserModelId(id: string): void {
    this.#acts.add('app.setAppUserModelId', id)
  }

  setActivationPolicy(policy: string): void {
    this.#acts.add('app.setActivationPolicy', policy)
  }

  setAboutPanelOptions(options: object): void {
    this.#acts.add('app.setAboutPanelOptions', options)
  }

  showAboutPanel(): void {
    this.#acts.add('app.showAboutPanel')
  }

  setAsDefaultProtocolClient(protocol: string, path?: string, args?: string[]): boolean {
    this.#clients.add(protocol)
    this.#acts.add('app.setAsDefaultProtocolClient', { protocol, path, args })
    return true
  }

  isDefaultProtocolClient(protocol: string): boolean {
    return this.#clients.has(protocol)
  }

  removeAsDefaultProtocolClient(protocol: string): boolean {
    this.#acts.add('app.removeAsDefaultProtocolClient', protocol)
    return this.#clients.delete(protocol)
  }

  getLoginItemSettings(): object {
    return {
      openAtLogin: this.#login['openAtLogin'] === true,
      executableWillLaunchAtLogin: this.#login['openAtLogin'] === true,
      status: this.#login['openAtLogin'] === true ? 'enabled' : 'not-registered',
      wasOpenedAtLogin: false,
      launchItems: [],
    }
  }

  setLoginItemSettings(settings: Record<string, unknown>): void {
    this.#login = settings
    this.#acts.add('app.setLoginItemSettings', settings)
  }

  setBadgeCount(count = 0): boolean {
    this.#badge = count
    this.#acts.add('app.setBadgeCount', count)
    return true
  }

  getBadgeCount(): number {
    return this.#badge
  }

  setJumpList(categories: unknown): string {
    this.#acts.add('app.setJumpList', categories)
    return 'ok'
  }

  setUserTasks(tasks: unknown): boolean {
    this.#acts.add('app.setUserTasks', tasks)
    return true
  }

  isAccessibilitySupportEnabled(): boolean {
    return false
  }

  isInApplicationsFolder(): boolean {
    return true
  }

  #dock(): object {
    const acts = this.#acts
    let badge = ''
    return {
      setMenu: (menu: unknown) => acts.add('app.dock.setMenu', menu),
      setIcon: (image: unknown) => acts.add('app.dock.setIcon', image),
      setBadge: (text: string) => {
        badge = text
        acts.add('app.dock.setBadge', text)
      },
      getBadge: () => badge,
      bounce: (type: string) => {
        acts.add('app.dock.bounce', type)
        return 1
      },
      show: async () => acts.add('app.dock.show'),
      hide: () => acts.add('app.dock.hide'),
      isVisible: () => true,
    }
  }
}
