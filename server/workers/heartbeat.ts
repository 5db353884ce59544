/** Beats once a minute as long as a worker runs, and finds out at its start whether the home was away. */
import type { Clock } from '../core/clock.ts'
import { describeError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import { beat } from '../domain/absences/heartbeat.ts'

const BEAT_MS = 60_000

export interface HeartbeatParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
}

/** @returns what ends it: no beat is under way when it resolves */
export function startHeartbeat({ db, clock, log }: HeartbeatParts): () => Promise<void> {
  const beatOnce = async (): Promise<void> => {
    try {
      const awayMs = await beat(db, clock.now())
      if (awayMs > 0) log.info({ event: 'home.was_away', awayMs })
    } catch (error) {
      log.warn({ event: 'home.heartbeat_failed', error: describeError(error) })
    }
  }
  let beating = beatOnce()
  const timer = setInterval(() => {
    // A beat that is late is not overtaken by the next.
    beating = beating.then(beatOnce)
  }, BEAT_MS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await beating
  }
}
