/** electron-updater's AppImage form, but for the moment in which the old file becomes the new one. */
import { chmodSync, closeSync, copyFileSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import updaters from 'electron-updater'

export class AtomicAppImageUpdater extends updaters.AppImageUpdater {
  /**
   * Theirs removes the old file before it moves the new one, under the new one's name, and starts it at once. Here the
   * old file is there until the new one is whole beside it; the name stays, because menus and the start at login know
   * it; and the new one starts when this program has ended, as only one may run.
   */
  protected override doInstall({ isForceRunAfter }: { isForceRunAfter: boolean }): boolean {
    const running = process.env['APPIMAGE'] ?? ''
    const brought = this.installerPath
    if (brought === null || !isAbsolute(running)) {
      throw new Error(
        `cannot replace ${JSON.stringify(running)}: APPIMAGE is not the place of a running AppImage`,
      )
    }
    const beside = `${running}.new`
    try {
      copyFileSync(brought, beside)
      chmodSync(beside, 0o755)
      const file = openSync(beside, 'r')
      try {
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(beside, running)
      rmSync(brought, { force: true })
    } catch (error) {
      rmSync(beside, { force: true })
      throw error
    }
    if (isForceRunAfter) this.app.relaunch()
    return true
  }
}
