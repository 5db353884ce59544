/** Events of the program in order: what brings it forward, what ends it, and that it ends in order. */
import type { BrowserWindow, Event } from 'electron'
import type { ElectronParts } from './electron-parts.ts'

interface LifecycleNeeds {
  /** Brings forward what there is to see. */
  readonly show: () => void
  /** Whether the home goes on without a window. */
  readonly keepsRunning: () => boolean
  /** Closes everything in order, the home last. */
  readonly close: () => Promise<void>
  /**
   * The last act, when everything is closed and no window is left; as long as it takes.
   * @param isQuick  the system itself goes down and waits for nobody
   */
  readonly last?: (isQuick: boolean) => Promise<void>
  /** What went wrong in that. */
  readonly failed: (error: unknown) => void
}

export interface Lifecycle {
  /** From the order to quit on; nothing opens any more. */
  readonly isQuitting: boolean
}

/** Of a page that hangs nothing more can be had. */
const WINDOWS_LIMIT_MS = 2_000
/** Longer than the home itself needs at most; whatever hangs then is left to end by itself, as after a crash. */
const QUIT_LIMIT_MS = 11_000

export function openLifecycle(
  {
    app,
    powerMonitor,
    BrowserWindow: windows,
  }: Pick<ElectronParts, 'app' | 'powerMonitor' | 'BrowserWindow'>,
  needs: LifecycleNeeds,
): Lifecycle {
  let phase: 'running' | 'quitting' | 'closed' = 'running'
  let isSystemEnding = false
  const closeAndQuit = async (): Promise<void> => {
    // While all of it stands yet: a page hands its last words to the home.
    await closeAll(windows.getAllWindows())
    const limit = setTimeout(() => app.exit(1), QUIT_LIMIT_MS)
    try {
      await needs.close()
    } catch (error) {
      needs.failed(error)
    }
    clearTimeout(limit)
    phase = 'closed'
    // Those of pages that hang, and whatever was opened meanwhile.
    for (const window of windows.getAllWindows()) window.destroy()
    await needs.last?.(isSystemEnding).catch(needs.failed)
    app.quit()
  }
  app.on('before-quit', (event) => {
    if (phase === 'closed') return
    event.preventDefault()
    if (phase === 'quitting') return
    phase = 'quitting'
    void closeAndQuit()
  })
  // Without a listener Electron would quit with the last window.
  app.on('window-all-closed', () => {
    if (phase === 'running' && !needs.keepsRunning()) app.quit()
  })
  app.on('activate', () => {
    if (phase === 'running') needs.show()
  })
  // The system goes down: it waits a little for whoever asks it to.
  powerMonitor.on('shutdown', (event?: Event) => {
    event?.preventDefault()
    isSystemEnding = true
    app.quit()
  })
  app.on('browser-window-created', (_event, window: BrowserWindow) => {
    // Windows asks first and waits for who asks it to; what comes after cannot be held up.
    window.on('query-session-end', (event) => {
      event.preventDefault()
      isSystemEnding = true
      app.quit()
    })
    window.on('session-end', () => {
      isSystemEnding = true
      app.quit()
    })
  })
  return {
    get isQuitting() {
      return phase !== 'running'
    },
  }
}

/** As a person closes them, so that each page hears that it is left; nobody is asked any more. */
async function closeAll(open: readonly BrowserWindow[]): Promise<void> {
  const closed = Promise.all(
    open.map((window) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      window.once('closed', () => resolve())
      window.close()
      return promise
    }),
  )
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const limit = setTimeout(resolve, WINDOWS_LIMIT_MS)
  await Promise.race([closed, late])
  clearTimeout(limit)
}
