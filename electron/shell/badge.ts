/** How many notifications are unread, on the icon of the program: a number where the system has one, a dot on Windows. */
import { join } from 'node:path'
import type { BrowserWindow } from 'electron'
import { MOST_COUNTED } from '../../server/contracts/home-feed.ts'
import type { ElectronParts } from '../electron-parts.ts'
import type { HomeWatch } from '../home/home-watch.ts'
import { unreadLabel } from './tray.ts'
import type { Words } from './words.ts'

interface BadgeNeeds {
  readonly platform: NodeJS.Platform
  readonly words: Words
  readonly watch: Pick<HomeWatch, 'onView'>
  /** `resources/icons/tray`. */
  readonly iconDir: string
}

/** What stands on the icon: nothing for none, and an end to counting. */
export function badgeText(unread: number): string {
  if (unread === 0) return ''
  return unread < MOST_COUNTED ? String(unread) : `${MOST_COUNTED - 1}+`
}

export function openBadge(
  { app, BrowserWindow: windows, nativeImage }: Pick<ElectronParts, 'app' | 'BrowserWindow' | 'nativeImage'>,
  { platform, words, watch, iconDir }: BadgeNeeds,
): Disposable {
  let unread = 0
  const dot = nativeImage.createFromPath(join(iconDir, 'win32', 'unread.png'))
  const mark = (window: BrowserWindow): void => {
    if (platform === 'win32') {
      window.setOverlayIcon(unread === 0 ? null : dot, unread === 0 ? '' : unreadLabel(words, unread))
    }
  }
  const show = (): void => {
    if (platform === 'darwin') app.dock?.setBadge(badgeText(unread))
    else if (platform === 'linux') app.setBadgeCount(unread)
    else for (const window of windows.getAllWindows()) mark(window)
  }
  const adopt = (_event: unknown, window: BrowserWindow): void => mark(window)
  app.on('browser-window-created', adopt)
  const end = watch.onView(({ summary }) => {
    const now = summary?.unread ?? 0
    if (now === unread) return
    unread = now
    show()
  })
  return {
    [Symbol.dispose]() {
      end()
      app.off('browser-window-created', adopt)
      unread = 0
      show()
    },
  }
}
