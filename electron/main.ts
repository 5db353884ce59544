/** Entry of the desktop app: hands Electron itself and what surrounds the process to the shell. */
import {
  BrowserWindow,
  Menu,
  Notification,
  Tray,
  app,
  clipboard,
  crashReporter,
  dialog,
  ipcMain,
  nativeImage,
  nativeTheme,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  utilityProcess,
} from 'electron'
import { endOnFaults } from './end-on-faults.ts'
import { placesFrom } from './places.ts'
import { startShell } from './shell.ts'

endOnFaults(process, { app, dialog })
startShell(
  {
    BrowserWindow,
    Menu,
    Notification,
    Tray,
    app,
    clipboard,
    crashReporter,
    dialog,
    ipcMain,
    nativeImage,
    nativeTheme,
    powerMonitor,
    protocol,
    safeStorage,
    screen,
    session,
    shell,
    utilityProcess,
  },
  {
    argv: process.argv,
    env: process.env,
    platform: process.platform,
    places: placesFrom(import.meta.filename),
  },
)
