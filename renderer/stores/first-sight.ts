/** When the window may be drawn for the first time: once, with all that is on its way anyhow, and not piece by piece. */
import type { HomeTimeline } from './home-timeline.ts'
import type { Session } from './session.ts'

interface SightParts {
  readonly session: Pick<Session, 'view'>
  readonly timeline: Pick<HomeTimeline, 'view'>
  /** The first page shows the home timeline. */
  readonly isHome: boolean
  /** Then it is drawn with what there is: the line that says so stands for the rest. */
  readonly mostMs: number
}

/** Resolves as soon as the first page has what it shows, or will not get it; it never fails. */
export async function firstSight({ session, timeline, isHome, mostMs }: SightParts): Promise<void> {
  const isThere = (): boolean => {
    const { phase } = session.view.get()
    if (phase === 'unknown') return false
    return phase !== 'signed_in' || !isHome || timeline.view.get().phase !== 'starting'
  }
  if (isThere()) return
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (isThere()) end()
    }
    const end = (): void => {
      clearTimeout(timer)
      for (const stop of stops) stop()
      resolve()
    }
    const timer = setTimeout(end, mostMs)
    const stops = [session.view.subscribe(look), timeline.view.subscribe(look)]
  })
}
