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
import { homeFolder } from '../server/appliance/index.ts'
import { endOnFaults } from './end-on-faults.ts'
import { placesFrom } from './places.ts'
import { openLastFault } from './shell/last-fault.ts'
import { startAgain } from './shell/start-again.ts'
import { startShell } from './shell.ts'

const { argv, env } = process
const fault = openLastFault(() => homeFolder({ env }))
endOnFaults(
  process,
  { app },
  {
    keep: (technical) => fault.keep(technical, Date.now()),
    startAgain: () => startAgain({ app }, { argv, env, staysHidden: true }),
    say: (line) => void process.stderr.write(`${line}\n`),
  },
)
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
    argv,
    env,
    platform: process.platform,
    places: placesFrom(import.meta.filename),
  },
)
