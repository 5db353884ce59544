/** electron-updater's AppImage form, but for the moment in which the old file becomes the new one. */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import updaters from 'electron-updater'

type Arguments = ConstructorParameters<typeof updaters.AppImageUpdater>

export class AtomicAppImageUpdater extends updaters.AppImageUpdater {
  readonly #running: string

  /** @param running  the file of the AppImage that runs */
  constructor(running: string, ...rest: Arguments) {
    super(...rest)
    this.#running = running
  }

  /**
   * Theirs removes the old file before it moves the new one, under the new one's name, and starts it at once. Here the
   * old file is there until the new one is whole beside it; the name stays, because menus and the start at login know
   * it; and the new one starts when this program has ended, as only one may run.
   */
  protected override doInstall({ isForceRunAfter }: { isForceRunAfter: boolean }): boolean {
    const running = this.#running
    const brought = this.installerPath
    if (brought === null || !isAbsolute(running)) {
      throw new Error(
        `cannot replace ${JSON.stringify(running)}: APPIMAGE is not the place of a running AppImage`,
      )
    }
    const beside = `${running}.new`
    try {
      // What stands there, a link to elsewhere too, goes before anything is written.
      rmSync(beside, { force: true })
      copyFileSync(brought, beside, constants.COPYFILE_EXCL)
      chmodSync(beside, 0o755)
      syncFile(beside)
      renameSync(beside, running)
      keepName(dirname(running))
      rmSync(brought, { force: true })
    } catch (error) {
      rmSync(beside, { force: true })
      throw error
    }
    if (isForceRunAfter) this.app.relaunch()
    return true
  }
}

/** That the name leads to the new file outlasts a loss of power. */
function keepName(folder: string): void {
  try {
    syncFile(folder)
  } catch {
    // Some file systems cannot do this for folders; the new file is in its place all the same.
  }
}

function syncFile(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
