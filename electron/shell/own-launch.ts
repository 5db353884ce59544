/** How the system starts this program again: an installed one by its file, Electron in a checkout by the folder that it was given. */
import type { ElectronParts } from '../electron-parts.ts'

export interface OwnLaunch {
  readonly path: string
  readonly args: readonly string[]
}

export function ownLaunch({ app }: Pick<ElectronParts, 'app'>, execPath = process.execPath): OwnLaunch {
  return { path: execPath, args: app.isPackaged ? [] : [app.getAppPath()] }
}
