/** What is done when the reader turns away and comes back: after a sleep, another tab, a lost network. */
import type { Services } from '../stores/services.ts'

/** Whoever was away for so long finds the line where they left. */
const AWAY_MS = 10 * 60_000
/** A line that was not looked at for so long may be dead without knowing. */
const STALE_MS = 60_000

/** @returns what ends the watching */
export function watchPresence({ live, preferences, readingPlace, timeline }: Services): () => void {
  let hiddenAtMs: number | null = null
  const onOnline = (): void => live.retryNow()
  const leave = (): void => {
    hiddenAtMs = Date.now()
    readingPlace.leave()
  }
  const comeBack = (): void => {
    const awayMs = hiddenAtMs === null ? 0 : Date.now() - hiddenAtMs
    hiddenAtMs = null
    live.retryNow()
    if (awayMs > STALE_MS) {
      void timeline.catchUp()
      void readingPlace.look()
    }
    const place = readingPlace.current
    if (awayMs > AWAY_MS && place !== null) timeline.leaveAt(place)
  }
  const onVisibility = (): void => (document.visibilityState === 'hidden' ? leave() : comeBack())
  const stop = live.on('opened', ({ isAgain }) => {
    if (isAgain) void readingPlace.look()
    // Asked for while the home was away, or changed in another window meanwhile.
    if (isAgain || !preferences.isTold) void preferences.load()
  })
  window.addEventListener('online', onOnline)
  window.addEventListener('pagehide', leave)
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    stop()
    window.removeEventListener('online', onOnline)
    window.removeEventListener('pagehide', leave)
    document.removeEventListener('visibilitychange', onVisibility)
  }
}
