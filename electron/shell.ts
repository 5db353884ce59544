/** The desktop shell: a list of its rooms, opened one after the other and closed in reverse. */
import { join } from 'node:path'
import { findMetered, homeFolder, keepMetered } from '../server/appliance/index.ts'
import type { BrowserWindow } from 'electron'
import type { ElectronParts } from './electron-parts.ts'
import { openKeptHome } from './home/kept-home.ts'
import { type DesktopOffers, factsOf, openDesktopBridge } from './ipc/desktop-bridge.ts'
import { createUtilityProcessLauncher } from './launcher/utility-process-launcher.ts'
import { openLifecycle } from './lifecycle.ts'
import { type OneInstance, takeInstance } from './one-instance.ts'
import type { ShellPlaces } from './places.ts'
import { registerAppScheme } from './protocol/app-protocol.ts'
import { keepCrashReports } from './shell/crash-reports.ts'
import { type EarlyLinks, catchEarlyLinks } from './shell/deep-links.ts'
import { doesKeepRunning, keepsRunningOf } from './shell/keeps-running.ts'
import { openLastFault, tellLastFault } from './shell/last-fault.ts'
import { openLoginItem, startsHidden } from './shell/login-item.ts'
import { openPower } from './shell/power.ts'
import { openSigns } from './shell/open-signs.ts'
import { openSecrets } from './shell/secrets.ts'
import { openShellJournal } from './shell/shell-journal.ts'
import { openShellStore } from './shell/shell-store.ts'
import { openShellTimes } from './shell/shell-times.ts'
import { openWords } from './shell/words.ts'
import { openAppUpdates } from './updates/open-updates.ts'
import type { Updates } from './updates/updates.ts'
import { openLastWindow } from './windows/last-window.ts'
import { openMainWindows } from './windows/main-window.ts'
import { openWindowGround } from './windows/open-windows.ts'
import { openStartupWindow } from './windows/startup-window.ts'
import { type WindowCare, openWindowCare } from './windows/window-care.ts'

export interface Surroundings {
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  readonly places: ShellPlaces
}

/** Returns at once in a later start: the first one has its arguments, and this process ends. */
export function startShell(parts: ElectronParts, surroundings: Surroundings): void {
  const { app, dialog } = parts
  const instance = takeInstance(app, surroundings)
  if (instance === null) return
  // What Electron takes only before it is ready stands here.
  keepCrashReports(parts, () => join(homeFolder({ env: surroundings.env }), 'logs', 'crashes'))
  app.enableSandbox()
  registerAppScheme(parts)
  const earlyLinks = catchEarlyLinks(parts)
  app
    .whenReady()
    .then(() => openRooms(parts, surroundings, instance, earlyLinks))
    .catch((error: unknown) => {
      dialog.showErrorBox('Homebird', String(error))
      app.exit(1)
    })
}

/** A room may use those above it; what it holds is closed before them. */
async function openRooms(
  parts: ElectronParts,
  surroundings: Surroundings,
  instance: OneInstance,
  earlyLinks: EarlyLinks,
): Promise<void> {
  const rooms = new AsyncDisposableStack()
  const times = openShellTimes()
  times.comesTo('ready')
  const floor = openFloor(parts, surroundings, rooms)
  const { home, store, journal } = floor
  tellLastFault(parts, { ...floor, fault: openLastFault(() => home.dataDir) })
  const isMetered = keepMetered({ find: () => findMetered(surroundings) })
  const power = openPower(parts, {
    home: () => home.appliance,
    isMetered,
    failed: (error) => journal.note(String(error)),
  })
  rooms.defer(() => power.close())
  const isRestoring = (): boolean => startup.isTakingBack
  const updates = openAppUpdates(parts, { ...surroundings, ...floor, isRestoring, isMetered })
  const care = rooms.use(openWindowCare(parts, { ...surroundings, ...floor }))
  const login = openLoginItem(parts, surroundings)
  const keepsRunning = (): boolean => doesKeepRunning(store)
  const isQuitting = (): boolean => lifecycle.isQuitting
  const offers = openOffers({ ...floor, login, updates, care, isQuitting })
  const watchLast = openLastWindow(parts, { ...surroundings, ...floor, keepsRunning, isQuitting })
  const opened = { ...floor, offers, rooms, care }
  const { ground, windows, show, startup } = openWindows(parts, surroundings, opened, (window) => {
    care.adopt(window)
    watchLast(window)
    window.once('ready-to-show', () => {
      if (times.comesTo('window')) journal.note(`the window stood after ${times.told()}`, 'info')
    })
  })
  const isQuiet = startsHidden(parts, surroundings.platform, surroundings.argv)
  home.onStage(({ kind }) => {
    if (kind !== 'running') return
    times.comesTo('home')
    power.tell()
    if (!isQuiet) windows.show()
  })
  const shown = { ...floor, session: ground.session, windows, show, earlyLinks, updates: offers.updates }
  const signs = rooms.use(openSigns(parts, { ...surroundings, ...shown, noticed: floor.notice }))
  const lifecycle = openLifecycle(parts, {
    show,
    keepsRunning,
    close: () => rooms.disposeAsync(),
    last: updates.installAtEnd,
    failed: (error) => journal.note(String(error)),
  })
  instance.onSecond((given) => signs.take(given))
  await home.start()
}

type Floor = ReturnType<typeof openFloor>

/** What every room stands on: the home, its journal, what the shell keeps, its words, its secrets. */
function openFloor(
  parts: ElectronParts,
  { env, places, platform }: Surroundings,
  rooms: AsyncDisposableStack,
) {
  const secrets = openSecrets(parts, { platform })
  const launcher = createUtilityProcessLauncher(parts, { env, entries: places.entries })
  const home = openKeptHome(
    { sources: { env }, launcher, windowDir: places.windowDir, sealer: secrets.sealer },
    { failed: (error) => journal.note(String(error), 'error') },
  )
  rooms.defer(() => home.stop())
  const journal = openShellJournal(home)
  const notice = (message: string): void => journal.note(message)
  const store = openShellStore(join(home.dataDir, 'shell.json'), { noticed: notice })
  const languages = parts.app.getPreferredSystemLanguages()
  const words = openWords(languages, join(places.resourcesDir, 'locales', 'shell'))
  return { secrets, launcher, home, journal, notice, store, words }
}

interface Offering extends Floor {
  readonly login: DesktopOffers['login']
  readonly updates: Updates
  readonly care: WindowCare
  readonly isQuitting: () => boolean
}

/** What the window can ask of the desktop. */
function openOffers({ store, login, secrets, home, updates, care, isQuitting }: Offering): DesktopOffers {
  return {
    login,
    keepsRunning: keepsRunningOf(store),
    updates,
    spelling: care.spelling,
    secrets: secrets.offered(() => home.appliance),
    setWriting: (isWriting) => {
      // Who quits while they write goes on writing afterwards: what closes the window then is no end of it.
      if (!isQuitting()) updates.setWriting(isWriting)
    },
  }
}

interface WindowRooms extends Floor {
  readonly offers: DesktopOffers
  readonly rooms: AsyncDisposableStack
  readonly care: WindowCare
}

/** @param adopt  watches every main window */
function openWindows(
  parts: ElectronParts,
  { argv, env, places, platform }: Surroundings,
  { home, secrets, launcher, words, notice, offers, rooms, care }: WindowRooms,
  adopt: (window: BrowserWindow) => void,
) {
  const ground = openWindowGround(parts, {
    home: () => home.appliance,
    dataDir: home.dataDir,
    sealer: secrets.sealer,
    places,
    words,
    openPage: (address) => void windows.openAnother(address),
    noticed: notice,
  })
  rooms.use(ground)
  const windows = openMainWindows({
    factory: ground.factory,
    lookOf: care.lookOf,
    facts: { ...factsOf(offers) },
    adopt,
  })
  rooms.use(openDesktopBridge({ ipc: ground.ipc, windows, offers }))
  const startup = openStartupWindow(parts, {
    home,
    sources: { env },
    sealer: secrets.sealer,
    launcher,
    ground,
    words,
    arrived: () => void windows.show(),
    isQuiet: startsHidden(parts, platform, argv),
  })
  rooms.use(startup)
  const show = (): void => {
    if (!startup.show()) windows.show()
  }
  return { ground, windows, show, startup }
}
