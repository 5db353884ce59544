/** Keeps where the windows of the home stand, how large they are and how far they are zoomed. */
import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron'
import type { ElectronParts } from '../electron-parts.ts'
import {
  LEAST,
  type Screen,
  type WindowPlace,
  besides,
  placeFor,
  readPlaces,
  screensKey,
  withPlace,
} from './window-place.ts'

export interface WindowStates {
  /** How a window is made that opens now. */
  lookOf(): Pick<BrowserWindowConstructorOptions, 'x' | 'y' | 'width' | 'height' | 'minWidth' | 'minHeight'>
  /** From now on this window is watched; what it was besides its size (full screen, zoom) it becomes. */
  adopt(window: BrowserWindow): void
  /** Keeps what is now: before the windows are gone without a word. */
  close(): void
}

interface StateNeeds {
  readonly store: { get(name: string): unknown; set(name: string, value: unknown): void }
  /** @returns what calls it off */
  readonly after?: (ms: number, act: () => void) => () => void
}

const KEPT = 'windows'
/** Moving a window tells of every step. */
const SETTLED_AFTER_MS = 400
const EVENTS = [
  'resize',
  'move',
  'maximize',
  'unmaximize',
  'enter-full-screen',
  'leave-full-screen',
  'blur',
] as const

export function openWindowStates({ screen }: Pick<ElectronParts, 'screen'>, needs: StateNeeds): WindowStates {
  const { store, after = afterMs } = needs
  const open = new Set<BrowserWindow>()
  let opening: WindowPlace | null = null
  const screens = (): Screen[] => {
    const main = screen.getPrimaryDisplay()
    return [main, ...screen.getAllDisplays().filter(({ id }) => id !== main.id)]
  }
  const keep = (window: BrowserWindow): void => {
    if (window.isDestroyed() || window.isMinimized()) return
    const kept = readPlaces(store.get(KEPT))
    const next = withPlace(kept, screensKey(screens()), placeOf(window))
    // The file is written anew each time: only for something new.
    if (JSON.stringify(next) !== JSON.stringify(kept)) store.set(KEPT, next)
  }
  return {
    lookOf: () => {
      const [last] = [...open].slice(-1)
      opening =
        last === undefined || last.isDestroyed()
          ? placeFor(readPlaces(store.get(KEPT)), screens())
          : besides(placeOf(last), screens())
      const { x, y, width, height } = opening
      return { x, y, width, height, minWidth: LEAST.width, minHeight: LEAST.height }
    },
    adopt: (window) => {
      open.add(window)
      if (opening !== null) becomeAgain(window, opening)
      opening = null
      let callOff = (): void => undefined
      const settle = (): void => {
        callOff()
        callOff = after(SETTLED_AFTER_MS, () => keep(window))
      }
      for (const event of EVENTS) window.on(event as 'resize', settle)
      // The last moment in which it can still be asked; its zoom is told by no event.
      window.on('close', () => keep(window))
      window.once('closed', () => {
        callOff()
        open.delete(window)
      })
    },
    close: () => {
      for (const window of open) keep(window)
    },
  }
}

function afterMs(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

function placeOf(window: BrowserWindow): WindowPlace {
  const { x, y, width, height } = window.getNormalBounds()
  return {
    x,
    y,
    width,
    height,
    isMaximized: window.isMaximized(),
    isFullScreen: window.isFullScreen(),
    zoomLevel: window.webContents.getZoomLevel(),
  }
}

function becomeAgain(window: BrowserWindow, place: WindowPlace): void {
  // The size that it returns to is the one it was made with; it grows from there once it is seen.
  if (place.isMaximized || place.isFullScreen) {
    window.once('show', () => (place.isFullScreen ? window.setFullScreen(true) : window.maximize()))
  }
  const { zoomLevel } = place
  if (zoomLevel === 0) return
  window.webContents.once('did-finish-load', () => window.webContents.setZoomLevel(zoomLevel))
}
