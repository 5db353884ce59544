/**
 * Stands in for the `electron` module where its binary cannot be had: objects and events as its documentation tells them,
 * with a record of what the shell does to them. It draws no pixel, holds no page, and proves nothing about Electron
 * itself; utility processes, the single-instance lock and sealing are real. A call that is not known here throws.
 */
import { mkdirSync } from 'node:fs'
import type { ElectronParts } from '../../electron/electron-parts.ts'
import { Acts } from './electron/acts.ts'
import { StandInApp, type StandInAppOptions } from './electron/stand-in-app.ts'
import { StandInIpc } from './electron/stand-in-ipc.ts'
import {
  type MenuGround,
  menusOf,
  notificationClass,
  standInImages,
  trayClass,
} from './electron/stand-in-menus.ts'
import { StandInProtocol, StandInSession } from './electron/stand-in-session.ts'
import {
  StandInClipboard,
  StandInDialogs,
  StandInKeychain,
  StandInPower,
  StandInScreen,
  StandInTheme,
  crashReports,
  otherPrograms,
} from './electron/stand-in-system.ts'
import { utilityProcesses } from './electron/stand-in-utility-process.ts'
import { type StandInWindow, type WindowGround, windowClass } from './electron/stand-in-windows.ts'
import { plainEvent } from './electron/plain-event.ts'

export type StandInOptions = Partial<Omit<StandInAppOptions, 'folder'>> & {
  readonly folder: string
  /** Of the keychain, where several starts share one. */
  readonly keychainFolder?: string
  readonly hasNotifications?: boolean
}

export interface ElectronStandIn {
  /** What the shell takes for Electron. */
  readonly parts: ElectronParts
  readonly acts: Acts
  readonly app: StandInApp
  readonly windows: readonly StandInWindow[]
  readonly menus: Readonly<MenuGround>
  readonly ipc: StandInIpc
  readonly session: StandInSession
  readonly power: StandInPower
  readonly screen: StandInScreen
  readonly dialogs: StandInDialogs
  readonly keychain: StandInKeychain
  readonly clipboard: StandInClipboard
  readonly theme: StandInTheme
  /** Electron says `ready`: call it once the entry of the shell has run. */
  begin(): void
}

export function openElectronStandIn(options: StandInOptions): ElectronStandIn {
  mkdirSync(options.folder, { recursive: true })
  const acts = new Acts()
  const app = new StandInApp(
    {
      platform: process.platform,
      version: '0.1.0',
      isPackaged: false,
      languages: ['en-GB'],
      argv: process.argv,
      exit: () => undefined,
      ...options,
    },
    acts,
  )
  const isReady = (): boolean => app.isReady()
  const session = new StandInSession(new StandInProtocol(isReady), acts)
  const ground = windowGround(app, session, acts)
  const menus: MenuGround = { acts, application: null, trays: [], notifications: [] }
  const system = {
    ipc: new StandInIpc(),
    power: new StandInPower(),
    screen: new StandInScreen(),
    dialogs: new StandInDialogs(acts),
    keychain: new StandInKeychain(options.keychainFolder ?? options.folder),
    clipboard: new StandInClipboard(),
    theme: new StandInTheme(),
  }
  const parts = {
    app,
    BrowserWindow: windowClass(ground),
    clipboard: system.clipboard,
    crashReporter: crashReports(acts),
    dialog: system.dialogs,
    ipcMain: system.ipc,
    Menu: menusOf(menus),
    nativeImage: standInImages,
    nativeTheme: system.theme,
    Notification: notificationClass(menus, () => options.hasNotifications !== false),
    powerMonitor: system.power,
    protocol: session.protocol,
    safeStorage: system.keychain,
    screen: system.screen,
    session: { defaultSession: session, fromPartition: () => session },
    shell: otherPrograms(acts),
    Tray: trayClass(menus),
    utilityProcess: utilityProcesses(isReady),
  } satisfies Record<keyof ElectronParts, unknown>
  const begin = (): void =>
    app.begin({
      closeAll() {
        for (const window of ground.open.slice()) window.close()
        return ground.open.length === 0
      },
      destroyAll() {
        for (const window of ground.open.slice()) window.destroy()
      },
    })
  return {
    parts: parts as unknown as ElectronParts,
    acts,
    app,
    windows: ground.open,
    menus,
    session,
    begin,
    ...system,
  }
}

function windowGround(app: StandInApp, session: StandInSession, acts: Acts): WindowGround {
  let lastId = 0
  return {
    acts,
    open: [],
    session,
    nextId: () => (lastId += 1),
    madeContents: (contents) => app.emit('web-contents-created', plainEvent(), contents),
    made: (window) => app.emit('browser-window-created', plainEvent(), window),
    lastClosed: () => app.lastWindowClosed(),
  }
}
