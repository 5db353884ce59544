/** What a person, a page and the system do to the shell, by plain values only: another process may ask for it too. */
import type { ElectronStandIn } from '../electron-stand-in.ts'
import type { Act } from './acts.ts'
import { plainEvent } from './plain-event.ts'
import type { MenuReading } from './stand-in-menus.ts'
import { frameAt } from './stand-in-contents.ts'
import type { Bounds, StandInWindow } from './stand-in-windows.ts'

export interface SeenWindow {
  readonly id: number
  readonly url: string
  readonly title: string
  readonly isVisible: boolean
  readonly isFocused: boolean
  readonly bounds: Bounds
  readonly webPreferences: Record<string, unknown>
}

export interface SeenTray {
  readonly toolTip: string
  readonly title: string
  readonly image: string | null
  readonly menu: MenuReading[]
}

export interface Gone {
  readonly isPrevented: boolean
}

export type ShellHands = ReturnType<typeof handsOf>

export function handsOf(standIn: ElectronStandIn) {
  return { ...handsOfPerson(standIn), ...handsOfSystem(standIn), ...handsOfPage(standIn) }
}

function handsOfPerson({ menus, windows, dialogs, acts }: ElectronStandIn) {
  return {
    acts: (): readonly Act[] => acts.all,
    windows: (): SeenWindow[] => windows.map(seen),
    closeWindow: (id: number): void => windowOf(windows, id).close(),
    focusWindow: (id: number): void => windowOf(windows, id).focus(),
    moveWindow: (id: number, bounds: Partial<Bounds>): void => windowOf(windows, id).setBounds(bounds),
    menu: (): MenuReading[] => menus.application?.read() ?? [],
    chooseFromMenu(...path: string[]): void {
      if (menus.application === null) throw new Error('there is no application menu')
      menus.application.choose(path)
    },
    tray(): SeenTray | null {
      const tray = menus.trays[0]
      if (tray === undefined) return null
      const { toolTip, title, image, menu } = tray
      return {
        toolTip,
        title,
        image: typeof image === 'string' ? image : image.path,
        menu: menu?.read() ?? [],
      }
    },
    chooseFromTray(...path: string[]): void {
      const menu = menus.trays[0]?.menu
      if (menu === undefined || menu === null) throw new Error('there is no tray with a menu')
      menu.choose(path)
    },
    clickTray: (): unknown => menus.trays[0]?.emit('click', plainEvent()),
    notifications: (): unknown[] =>
      menus.notifications.map(({ options }) => JSON.parse(JSON.stringify(options)) as unknown),
    clickNotification: (index: number): unknown => menus.notifications[index]?.emit('click', plainEvent()),
    dialogs: (): unknown[] =>
      dialogs.open.map(({ kind, options }) => ({ kind, ...(JSON.parse(JSON.stringify(options)) as object) })),
    answerDialog: (answer: unknown): Record<string, unknown> =>
      JSON.parse(JSON.stringify(dialogs.answer(answer))) as Record<string, unknown>,
  }
}

function handsOfSystem({ app, power, screen, keychain }: ElectronStandIn) {
  const say = (target: NodeJS.EventEmitter, event: string, args: unknown[]): Gone => {
    const told = plainEvent()
    target.emit(event, told, ...args)
    return { isPrevented: told.defaultPrevented }
  }
  return {
    toApp: (event: string, ...args: unknown[]): Gone => say(app, event, args),
    toPower: (event: string, ...args: unknown[]): Gone => say(power, event, args),
    toScreen: (event: string, ...args: unknown[]): Gone => say(screen, event, args),
    onBattery(isOnBattery: boolean): void {
      power.isOnBattery = isOnBattery
      power.emit(isOnBattery ? 'on-battery' : 'on-ac')
    },
    keychainIs(backend: string): void {
      keychain.backend = backend
    },
    quit: (): void => app.quit(),
    badge: (): number => app.getBadgeCount(),
  }
}

function handsOfPage({ ipc, windows, session }: ElectronStandIn) {
  return {
    channels: (): string[] => ipc.channels,
    invoke: (id: number, channel: string, args: unknown[]): Promise<unknown> =>
      ipc.invoke({ contents: windowOf(windows, id).webContents }, channel, args),
    /** As a frame of a stranger inside the window. */
    invokeFromFrame(id: number, url: string, channel: string, args: unknown[]): Promise<unknown> {
      const contents = windowOf(windows, id).webContents
      return ipc.invoke({ contents, frame: frameAt(url, 99, contents.mainFrame) }, channel, args)
    },
    send: (id: number, channel: string, args: unknown[]): void =>
      ipc.send({ contents: windowOf(windows, id).webContents }, channel, args),
    sent: (id: number): unknown[] => windowOf(windows, id).webContents.sent,
    wantsToGo: (id: number, url: string): boolean => windowOf(windows, id).webContents.wantsToGo(url),
    wantsWindow: (id: number, url: string): string => windowOf(windows, id).webContents.wantsWindow(url),
    wantsWebview: (id: number): boolean => windowOf(windows, id).webContents.wantsWebview(),
    asksFor: (id: number, permission: string, details: object): Promise<boolean> =>
      session.asksFor(windowOf(windows, id).webContents, permission, details),
  }
}

function windowOf(windows: readonly StandInWindow[], id: number): StandInWindow {
  const found = windows.find((window) => window.id === id)
  if (found === undefined)
    throw new Error(`there is no window ${id}; open are ${windows.map((one) => one.id).join(', ')}`)
  return found
}

function seen(window: StandInWindow): SeenWindow {
  return {
    id: window.id,
    url: window.webContents.getURL(),
    title: window.getTitle(),
    isVisible: window.isVisible(),
    isFocused: window.isFocused(),
    bounds: window.getBounds(),
    webPreferences: window.options.webPreferences ?? {},
  }
}
