/** The entry that pauses the home, or resumes it while it is paused. */
import type { MenuItemConstructorOptions } from 'electron'
import type { HomeView } from '../home/home-watch.ts'
import type { PauseLength, ShellActs } from './acts.ts'
import type { Words } from './words.ts'

const LENGTHS: readonly PauseLength[] = ['hour', 'tomorrow', 'resume']

export function pauseEntry(
  words: Words,
  { summary }: HomeView,
  acts: Pick<ShellActs, 'pause' | 'resume'>,
): MenuItemConstructorOptions {
  // Only a home that answers can be told.
  const enabled = summary !== null
  if (summary !== null && summary.pause !== null) {
    return { label: words('menu.resume'), enabled, click: () => acts.resume() }
  }
  return {
    label: words('menu.pause'),
    enabled,
    submenu: LENGTHS.map((length) => ({
      label: words(`menu.pause_${length}`),
      enabled,
      click: () => acts.pause(length),
    })),
  }
}
