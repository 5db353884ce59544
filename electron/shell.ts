/** The desktop shell: a list of its rooms, opened one after the other and closed in reverse. */
import { join } from 'node:path'
import type { ElectronParts } from './electron-parts.ts'
import { openKeptHome } from './home/kept-home.ts'
import { createUtilityProcessLauncher } from './launcher/utility-process-launcher.ts'
import { openLifecycle } from './lifecycle.ts'
import { type OneInstance, takeInstance } from './one-instance.ts'
import type { ShellPlaces } from './places.ts'
import { openShellStore } from './shell/shell-store.ts'

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
  app.enableSandbox()
  app
    .whenReady()
    .then(() => openRooms(parts, surroundings, instance))
    .catch((error: unknown) => {
      dialog.showErrorBox('Homebird', String(error))
      app.exit(1)
    })
}

/** A room may use those above it; what it holds is closed before them. */
async function openRooms(
  parts: ElectronParts,
  { env, places }: Surroundings,
  instance: OneInstance,
): Promise<void> {
  const rooms = new AsyncDisposableStack()
  const notice = (message: string): void => void process.stderr.write(`${message}\n`)
  const home = openKeptHome({
    sources: { env },
    launcher: createUtilityProcessLauncher(parts, { env, entries: places.entries }),
    windowDir: places.windowDir,
  })
  rooms.defer(() => home.stop())
  const store = openShellStore(join(home.dataDir, 'shell.json'), { noticed: notice })
  const show = (): void => undefined
  openLifecycle(parts, {
    show,
    keepsRunning: () => store.get('keepsRunning') !== false,
    close: () => rooms.disposeAsync(),
    failed: (error) => notice(String(error)),
  })
  instance.onSecond(show)
  await home.start()
}
