/** The desktop shell: a list of its rooms, opened one after the other and closed in reverse. */
import { join } from 'node:path'
import type { UpdateState } from '../server/contracts/desktop-bridge.ts'
import type { ElectronParts } from './electron-parts.ts'
import { openKeptHome } from './home/kept-home.ts'
import { type DesktopOffers, factsOf, openDesktopBridge } from './ipc/desktop-bridge.ts'
import { createUtilityProcessLauncher } from './launcher/utility-process-launcher.ts'
import { openLifecycle } from './lifecycle.ts'
import { type OneInstance, takeInstance } from './one-instance.ts'
import type { ShellPlaces } from './places.ts'
import { registerAppScheme } from './protocol/app-protocol.ts'
import { doesKeepRunning, keepsRunningOf } from './shell/keeps-running.ts'
import { type DesktopSecrets, openSecrets } from './shell/secrets.ts'
import { type ShellStore, openShellStore } from './shell/shell-store.ts'
import { openWords } from './shell/words.ts'
import { openMainWindows } from './windows/main-window.ts'
import { openWindowGround } from './windows/open-windows.ts'
import { openStartupWindow } from './windows/startup-window.ts'

export interface Surroundings {
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  readonly places: ShellPlaces
}

const NONE: UpdateState = {
  version: '0',
  phase: 'off',
  reason: 'This shell does not look for newer versions.',
  checkedAt: null,
  next: null,
  percent: null,
  waitsFor: [],
}

const NO_UPDATES: DesktopOffers['updates'] = {
  state: async () => NONE,
  check: async () => NONE,
  install: async () => undefined,
  onState: () => () => undefined,
}

/** Returns at once in a later start: the first one has its arguments, and this process ends. */
export function startShell(parts: ElectronParts, surroundings: Surroundings): void {
  const { app, dialog } = parts
  const instance = takeInstance(app, surroundings)
  if (instance === null) return
  // What Electron takes only before it is ready stands here.
  app.enableSandbox()
  registerAppScheme(parts)
  app
    .whenReady()
    .then(() => openRooms(parts, surroundings, instance))
    .catch((error: unknown) => {
      dialog.showErrorBox('Homebird', String(error))
      app.exit(1)
    })
}

const offersOf = (store: ShellStore, secrets: DesktopSecrets): DesktopOffers => ({
  login: null,
  keepsRunning: keepsRunningOf(store),
  updates: NO_UPDATES,
  spelling: null,
  secrets: { level: async () => secrets.level(false) },
  setWriting: () => undefined,
})

/** A room may use those above it; what it holds is closed before them. */
async function openRooms(
  parts: ElectronParts,
  { argv, env, places, platform }: Surroundings,
  instance: OneInstance,
): Promise<void> {
  const { app } = parts
  const rooms = new AsyncDisposableStack()
  const notice = (message: string): void => void process.stderr.write(`${message}\n`)
  const home = openKeptHome({
    sources: { env },
    launcher: createUtilityProcessLauncher(parts, { env, entries: places.entries }),
    windowDir: places.windowDir,
  })
  rooms.defer(() => home.stop())
  const store = openShellStore(join(home.dataDir, 'shell.json'), { noticed: notice })
  const words = openWords(app.getPreferredSystemLanguages(), join(places.resourcesDir, 'locales', 'shell'))
  const secrets = openSecrets(parts, { platform })
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
  const offers = offersOf(store, secrets)
  const windows = openMainWindows({
    factory: ground.factory,
    lookOf: () => ({ width: 1180, height: 800, minWidth: 360, minHeight: 480 }),
    facts: { ...factsOf(offers) },
    adopt: () => undefined,
  })
  rooms.use(openDesktopBridge({ ipc: ground.ipc, windows, offers }))
  const startup = openStartupWindow(parts, {
    home,
    sources: { env },
    ground,
    words,
    arrived: () => void windows.show(),
    isQuiet: argv.includes('--hidden'),
  })
  rooms.use(startup)
  const show = (): void => {
    if (!startup.show()) windows.show()
  }
  home.onStage(({ kind }) => {
    if (kind === 'running') windows.show()
  })
  openLifecycle(parts, {
    show,
    keepsRunning: () => doesKeepRunning(store),
    close: () => rooms.disposeAsync(),
    failed: (error) => notice(String(error)),
  })
  instance.onSecond(show)
  await home.start()
}
