/** What closing the last window means is said once, before it is closed: the home goes on. */
import type { BrowserWindow } from 'electron'
import type { ElectronParts } from '../electron-parts.ts'
import type { ShellStore } from '../shell/shell-store.ts'
import type { Words } from '../shell/words.ts'

interface LastWindowNeeds {
  readonly platform: NodeJS.Platform
  readonly store: ShellStore
  readonly words: Words
  readonly keepsRunning: () => boolean
  readonly isQuitting: () => boolean
}

const SAID = 'saidThatItKeepsRunning'
const KEEP = 0
const QUIT = 1

/** @returns what watches a window that was made */
export function openLastWindow(
  { app, dialog, BrowserWindow: windows }: Pick<ElectronParts, 'app' | 'dialog' | 'BrowserWindow'>,
  { platform, store, words, keepsRunning, isQuitting }: LastWindowNeeds,
): (window: BrowserWindow) => void {
  let isAsking = false
  const say = async (window: BrowserWindow): Promise<void> => {
    isAsking = true
    const { response } = await dialog
      .showMessageBox(window, {
        type: 'info',
        message: words('close.keeps_running'),
        // A desktop of Linux may have no place for the tray, and nobody tells.
        detail: words(platform === 'linux' ? 'close.how_to_open_again' : 'close.how_to_open'),
        buttons: [words('close.keep'), words('menu.quit')],
        defaultId: KEEP,
        cancelId: KEEP,
        noLink: true,
      })
      .finally(() => {
        isAsking = false
      })
    store.set(SAID, true)
    if (response === QUIT) app.quit()
    else if (!window.isDestroyed()) window.close()
  }
  return (window) => {
    window.on('close', (event) => {
      const isLast = windows.getAllWindows().every((other) => other === window)
      if (!isLast || isQuitting() || !keepsRunning() || store.get(SAID) === true) return
      event.preventDefault()
      // Where the question cannot be put, nothing was said, and the window closes the next time all the same.
      if (!isAsking) say(window).catch(() => store.set(SAID, true))
    })
  }
}
