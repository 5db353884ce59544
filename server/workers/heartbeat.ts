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

export interface Heartbeat {
  /** Now, and not only when it is due: a machine that has slept was away. */
  beat(): void
  /** No beat is under way when it resolves. */
  stop(): Promise<void>
}

export function startHeartbeat({ db, clock, log }: HeartbeatParts): Heartbeat {
  const beatOnce = async (): Promise<void> => {
    try {
      const awayMs = await beat(db, clock.now())
      if (awayMs > 0) log.info({ event: 'home.was_away', awayMs })
    } catch (error) {
      log.warn({ event: 'home.heartbeat_failed', error: describeError(error) })
    }
  }
  let beating = beatOnce()
  // A beat that is late is not overtaken by the next.
  const beatNext = (): void => {
    beating = beating.then(beatOnce)
  }
  const timer = setInterval(beatNext, BEAT_MS)
  timer.unref()
  return {
    beat: beatNext,
    stop: async () => {
      clearInterval(timer)
      await beating
    },
  }
}
