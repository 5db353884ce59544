/** Once a minute, what the statistics need and the database does not know: memory, caches, room on the disk. */
import { statfs } from 'node:fs/promises'
import type { ApplianceFacts } from '../../contracts/appliance-status.ts'
import type { Clock } from '../../core/clock.ts'
import { describeError } from '../../core/errors.ts'
import type { Logger } from '../../core/log.ts'
import type { Database } from '../../db/pool.ts'
import { type Caches, statsOf } from '../../storage/caches/open-caches.ts'
import { recordStatistics } from './record-statistics.ts'

const MINUTE_MS = 60_000
/** So that what was written in the last moments of a minute is there to be counted. */
const AFTER_MINUTE_MS = 2_000

export interface SamplerParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly caches: Caches
  /** Null where nobody tells. */
  readonly facts: () => Promise<ApplianceFacts | null>
  /** A folder on the disk that is watched. */
  readonly folder: string
}

export interface CacheCounts {
  readonly hits: number
  readonly misses: number
}

export class Sampler {
  readonly #parts: SamplerParts
  #counted: CacheCounts | null = null
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(parts: SamplerParts) {
    this.#parts = parts
  }

  start(): void {
    const intoMinuteMs = this.#parts.clock.now().getTime() % MINUTE_MS
    this.#timer = setTimeout(
      () => {
        this.#running = this.#sampleSafely().then(() => {
          if (!this.#isStopped) this.start()
        })
      },
      MINUTE_MS - intoMinuteMs + AFTER_MINUTE_MS,
    )
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#running
  }

  /** Writes the minute that is over. */
  async sample(): Promise<void> {
    const { db, clock } = this.#parts
    const [memoryBytes, counts, diskFreeBytes] = await Promise.all([
      this.#memoryBytes(),
      this.#cacheCounts(),
      freeBytes(this.#parts.folder),
    ])
    const before = this.#counted ?? counts
    this.#counted = counts
    await recordStatistics(
      db,
      {
        memoryBytes,
        // A cache that was emptied with its counts begins anew.
        cacheHits: Math.max(0, counts.hits - before.hits),
        cacheMisses: Math.max(0, counts.misses - before.misses),
        diskFreeBytes,
      },
      clock.now(),
    )
  }

  async #sampleSafely(): Promise<void> {
    try {
      await this.sample()
    } catch (error) {
      this.#parts.log.warn({ event: 'statistics.not_written', error: describeError(error) })
    }
  }

  async #memoryBytes(): Promise<number | null> {
    const facts = await this.#parts.facts().catch(() => null)
    if (facts === null) return null
    return facts.parts.reduce((sum, part) => sum + (part.memoryBytes ?? 0), facts.memoryBytes)
  }

  async #cacheCounts(): Promise<CacheCounts> {
    const all = await statsOf(this.#parts.caches)
    return {
      hits: all.reduce((sum, { hits }) => sum + hits, 0),
      misses: all.reduce((sum, { misses }) => sum + misses, 0),
    }
  }
}

/** Null where the file system does not tell. */
async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return null
  }
}
