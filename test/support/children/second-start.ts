/**
 * Loaded before the shell's bundle under plain Node: stands in for Electron's module where a first instance runs already. The
 * bundle has to load whole, ask for the lock, and end.
 */
import { registerHooks } from 'node:module'

const NAMES =
  'BrowserWindow Menu Notification Tray app clipboard crashReporter dialog ipcMain nativeImage nativeTheme powerMonitor'
const MORE_NAMES = 'protocol safeStorage screen session shell utilityProcess autoUpdater net'
const source = `
  import { EventEmitter } from 'node:events'
  ${`${NAMES} ${MORE_NAMES}`
    .split(' ')
    .filter((name) => name !== 'app')
    .map((name) => `export const ${name} = {}`)
    .join('\n')}
  export const app = Object.assign(new EventEmitter(), {
    getPath: () => '/nowhere',
    setPath() {},
    requestSingleInstanceLock() { process.stdout.write('asked for the lock\\n'); return false },
    exit: (code) => process.exit(code),
  })
  export default {}`

registerHooks({
  resolve(specifier, context, next) {
    return specifier === 'electron'
      ? { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true }
      : next(specifier, context)
  },
})
