/**
 * The whole desktop shell but Electron: the real composition with real supervisor, database, server and worker, before a
 * stand-in for Electron's module. The window's role is played by Chromium, by the forwarder before the shell's own handler.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildStartPage } from '../../build/start-page.ts'
import { placesFrom } from '../../electron/places.ts'
import { startShell } from '../../electron/shell.ts'
import { type AppForwarder, openAppForwarder } from './app-forwarder.ts'
import { type ElectronStandIn, openElectronStandIn } from './electron-stand-in.ts'
import type { StandInWindow } from './electron/stand-in-windows.ts'
import { until } from './until.ts'

/** A home that is made anew, on a machine that does much else. */
const START_LIMIT_MS = 60_000
const ROOT = join(import.meta.dirname, '..', '..')

export interface DesktopShell extends AsyncDisposable {
  readonly electron: ElectronStandIn
  readonly dataDir: string
  /** Where Chromium finds what Electron would find at `app://homebird`. */
  readonly origin: string
  /** The first window of that place, once there is one. */
  window(place: 'homebird' | 'start'): Promise<StandInWindow>
  /** Quits it as a person does, and waits for its end. */
  quit(): Promise<number>
  /** Its exit code, however it came to its end. */
  readonly ended: Promise<number>
}

interface DesktopShellOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Kept when given, else made and removed. */
  readonly dataDir?: string
}

/** Starts it; what it shows is awaited by whoever looks at it. */
export async function openDesktopShell({
  env = {},
  dataDir,
}: DesktopShellOptions = {}): Promise<DesktopShell> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-shell-'))
  // Not within the other: who runs the database may have to pass through.
  const home = dataDir ?? (await mkdtemp(join(tmpdir(), 'hb-home-')))
  const startDir = join(folder, 'start')
  buildStartPage(startDir)
  const ended = Promise.withResolvers<number>()
  const electron = openElectronStandIn({
    folder,
    // The next start of this home is on the same computer.
    keychainFolder: join(home, 'keychain-of-the-computer'),
    exit: (code) => ended.resolve(code),
  })
  startShell(electron.parts, {
    argv: ['homebird'],
    env: {
      PATH: process.env['PATH'],
      XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'],
      HOMEBIRD_DATA_DIR: home,
      HOMEBIRD_PORT: '0',
      ...env,
    },
    platform: process.platform,
    places: { ...placesFrom(join(ROOT, 'electron', 'main.ts')), startDir },
  })
  electron.begin()
  const forwarder: AppForwarder = await openAppForwarder(async (request) =>
    electron.session.protocol.load(request),
  )
  const quit = async (): Promise<number> => {
    electron.parts.app.quit()
    return ended.promise
  }
  return {
    electron,
    dataDir: home,
    origin: forwarder.origin,
    window: async (place) =>
      until(
        `a window at app://${place}`,
        () => electron.windows.find(({ webContents }) => new URL(webContents.getURL()).hostname === place),
        START_LIMIT_MS,
      ),
    quit,
    ended: ended.promise,
    async [Symbol.asyncDispose]() {
      await forwarder[Symbol.asyncDispose]()
      await quit()
      await rm(folder, { recursive: true, force: true })
      if (dataDir === undefined) await rm(home, { recursive: true, force: true })
    },
  }
}
