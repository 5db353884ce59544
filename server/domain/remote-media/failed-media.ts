/**
 * What could not be fetched is not asked for again at once: after five minutes, then twice as long each time, up to a day. Known
 * to every process of the home and over its restarts, by the address; forgotten when it can be had, or long after.
 */
import { sql } from 'kysely'
import { boundedMap } from '../../core/bounded-map.ts'
import type { Clock } from '../../core/clock.ts'
import { HomebirdError, describeError, isHomebirdError } from '../../core/errors.ts'
import type { Logger } from '../../core/log.ts'
import type { Database } from '../../db/pool.ts'
import { type FetchFailureReason, fetchFailureOf } from '../../net/fetch-types.ts'
import { hostOf } from '../../net/origin.ts'
import type { RemoteItem } from './media-shapes.ts'

export const FIRST_WAIT_SECONDS = 300
export const LONGEST_WAIT_SECONDS = 86_400

export interface KnownFailure {
  readonly failures: number
  readonly retryAt: Date
  readonly reason: string
  /** What was answered, such as 404. */
  readonly status: number | null
}

/** What says nothing about the other server, and is over when it is over. */
const OURS: ReadonlySet<FetchFailureReason> = new Set<FetchFailureReason>([
  'paused',
  'aborted',
  'closed',
  'blocked',
])
/** Asked of the database again after this: another process may have had more luck. */
const KEPT_MS = 30_000
const KEPT = 2_000

interface FailedMediaParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
}

export class FailedMedia {
  readonly #parts: FailedMediaParts
  readonly #kept = boundedMap<string, KnownFailure>({ max: KEPT, ttl: KEPT_MS })

  constructor(parts: FailedMediaParts) {
    this.#parts = parts
  }

  /** Whatever is known, also where its time to try again has come. */
  async find(keys: readonly string[]): Promise<ReadonlyMap<string, KnownFailure>> {
    const found = new Map(
      keys.flatMap((key) => {
        const kept = this.#kept.get(key)
        return kept === undefined ? [] : [[key, kept] as const]
      }),
    )
    const asked = keys.filter((key) => !found.has(key))
    if (asked.length === 0) return found
    const rows = await this.#parts.db
      .selectFrom('failed_media')
      .select(['key', 'failures', 'retry_at', 'reason', 'status'])
      .where('key', 'in', asked)
      .execute()
    for (const { key, failures, retry_at: retryAt, reason, status } of rows) {
      found.set(key, { failures, retryAt, reason, status })
      this.#kept.set(key, { failures, retryAt, reason, status })
    }
    return found
  }

  /** Whether nobody is to be asked yet. */
  isWaiting(known: KnownFailure | undefined): known is KnownFailure {
    return known !== undefined && known.retryAt > this.#parts.clock.now()
  }

  /** Notes one more failure, unless it is one of ours. Never throws: what is not noted is only tried again sooner. */
  async note(key: string, item: RemoteItem, error: unknown, known: KnownFailure | undefined): Promise<void> {
    const failure = fetchFailureOf(error)
    if (failure === undefined || OURS.has(failure.reason)) return
    const { reason, status, retryAfterSeconds } = failure
    const failures = Math.min((known?.failures ?? 0) + 1, 30)
    const waitSeconds = Math.min(
      LONGEST_WAIT_SECONDS,
      Math.max(FIRST_WAIT_SECONDS * 2 ** (failures - 1), retryAfterSeconds ?? 0),
    )
    const now = this.#parts.clock.now()
    const row = {
      failures,
      reason,
      status,
      retry_at: new Date(now.getTime() + waitSeconds * 1_000),
      failed_at: now,
    }
    this.#kept.set(key, { failures, reason, status, retryAt: row.retry_at })
    await this.#write(
      sql`insert into failed_media (key, host, failures, reason, status, retry_at, failed_at)
          values (${key}, ${hostOf(item.url) ?? ''}, ${failures}, ${reason}, ${status}, ${row.retry_at}, ${now})
          on conflict (key) do update
             set failures = excluded.failures, reason = excluded.reason, status = excluded.status,
                 retry_at = excluded.retry_at, failed_at = excluded.failed_at`,
    )
  }

  /** It can be had. */
  async forget(key: string): Promise<void> {
    this.#kept.delete(key)
    await this.#write(sql`delete from failed_media where key = ${key}`)
  }

  /** What this process remembers; the database is asked anew. */
  drop(): void {
    this.#kept.clear()
  }

  async #write(statement: ReturnType<typeof sql>): Promise<void> {
    const { db, log } = this.#parts
    try {
      await statement.execute(db)
    } catch (error) {
      log.warn({ event: 'media.failure_not_noted', error: describeError(error) })
    }
  }
}

/** The error that a reader is told while nobody is asked. */
export function stillFailing(item: RemoteItem, { reason, status, retryAt }: KnownFailure): HomebirdError {
  return new HomebirdError(
    'FETCH_FAILED',
    `${item.kind} ${item.url} failed before and is not asked for until ${retryAt.toISOString()}`,
    { details: { url: item.url, reason, status } },
  )
}

/** Whether the other server says that there is nothing, in contrast to one that is in trouble or sends what is no media. */
export function isGoneThere(error: unknown): boolean {
  const status = isHomebirdError(error) ? error.details['status'] : null
  return status === 404 || status === 410
}
