/**
 * What the shell uses of Electron. Only `main.ts` and the preload scripts import Electron itself; every other module takes
 * the parts that it uses as an argument, so that its logic runs without Electron's binary.
 */
import type * as Electron from 'electron'

export type ElectronParts = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'clipboard'
  | 'crashReporter'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'nativeImage'
  | 'nativeTheme'
  | 'Notification'
  | 'powerMonitor'
  | 'protocol'
  | 'safeStorage'
  | 'screen'
  | 'session'
  | 'shell'
  | 'Tray'
  | 'utilityProcess'
>
