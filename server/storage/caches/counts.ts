/**
 * What the caches did, counted over all processes of this data directory: each adds its own now and then to the index file. Counting
 * begins anew when that is lost.
 */
import { randomUUID } from 'node:crypto'
import type { CacheName } from '../../contracts/caches.ts'
import type { Clock } from '../../core/clock.ts'
import type { IndexFile } from './index-file.ts'

export interface Counts {
  readonly hits: number
  readonly misses: number
  readonly evictions: number
  readonly bytesSaved: number
}

/** What lies in the memory of one process. */
interface Gauge {
  readonly bytes: number
  readonly items: number
}

export const NO_COUNTS: Counts = { hits: 0, misses: 0, evictions: 0, bytesSaved: 0 }
const FLUSH_MS = 10_000

export interface TallyOptions {
  /** Null where nobody else is to know. */
  readonly file: IndexFile | null
  readonly cache: CacheName
  readonly clock: Clock
  /** For caches in memory. */
  readonly gauge?: () => Gauge
  /** Called with each writing. */
  readonly onFlush?: () => void
}

export class Tally {
  readonly #options: TallyOptions
  readonly #process = `${process.pid}:${randomUUID()}`
  #added = { ...NO_COUNTS }
  #timer: NodeJS.Timeout | null = null

  constructor(options: TallyOptions) {
    this.#options = options
  }

  hit(): void {
    this.#added.hits += 1
    this.#flushLater()
  }

  miss(): void {
    this.#added.misses += 1
    this.#flushLater()
  }

  /** What was found was not there after all. */
  missAfterHit(): void {
    this.#added.hits -= 1
    this.miss()
  }

  evicted(items = 1): void {
    if (items === 0) return
    this.#added.evictions += items
    this.#flushLater()
  }

  saved(bytes: number): void {
    this.#added.bytesSaved += bytes
    this.#flushLater()
  }

  counts(): Counts & { readonly since: string | null } {
    this.flush()
    const { file, cache } = this.#options
    const row = file?.use(
      (index) =>
        index.get<Counts & { since: number }>(
          'select hits, misses, evictions, bytes_saved as bytesSaved, since from count where cache = ?',
          cache,
        ),
      false,
    )
    if (row === null || row === undefined) return { ...this.#added, since: null }
    const { since, ...counts } = row
    return { ...sum(counts, this.#added), since: new Date(since).toISOString() }
  }

  /** Of all processes that hold something in memory. */
  gauges(): Gauge {
    const { file, cache, gauge } = this.#options
    const own = gauge?.() ?? { bytes: 0, items: 0 }
    const others = file?.use(
      (index) =>
        index.all<Gauge & { process: string }>(
          'select process, bytes, items from gauge where cache = ? and process <> ?',
          cache,
          this.#process,
        ),
      false,
    )
    return (others ?? [])
      .filter((one) => isRunning(one.process))
      .reduce((all, { bytes, items }) => ({ bytes: all.bytes + bytes, items: all.items + items }), own)
  }

  /** Adds what was counted since the last time; what cannot be written now is written the next time. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const { file, cache, clock, gauge, onFlush } = this.#options
    onFlush?.()
    if (file === null || isNothing(this.#added)) return
    const { hits, misses, evictions, bytesSaved } = this.#added
    const now = clock.now().getTime()
    const isWritten = file.change((index) => {
      index.run(
        `insert into count values (?, ?, ?, ?, ?, ?)
          on conflict (cache) do update set hits = hits + excluded.hits, misses = misses + excluded.misses,
            evictions = evictions + excluded.evictions, bytes_saved = bytes_saved + excluded.bytes_saved`,
        cache,
        hits,
        misses,
        evictions,
        bytesSaved,
        now,
      )
      if (gauge !== undefined) {
        const { bytes, items } = gauge()
        index.run(
          'insert or replace into gauge values (?, ?, ?, ?, ?)',
          cache,
          this.#process,
          bytes,
          items,
          now,
        )
      }
      return true
    })
    if (isWritten === true) this.#added = { ...NO_COUNTS }
  }

  close(): void {
    this.flush()
    if (this.#options.gauge === undefined) return
    this.#options.file?.use((index) => {
      for (const row of index.all<{ process: string }>('select process from gauge')) {
        if (row.process === this.#process || !isRunning(row.process))
          index.run('delete from gauge where process = ?', row.process)
      }
    }, false)
  }

  #flushLater(): void {
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => this.flush(), FLUSH_MS)
    this.#timer.unref()
  }
}

const sum = (one: Counts, other: Counts): Counts => ({
  hits: one.hits + other.hits,
  misses: one.misses + other.misses,
  evictions: one.evictions + other.evictions,
  bytesSaved: one.bytesSaved + other.bytesSaved,
})

const isNothing = (counts: Counts): boolean => Object.values(counts).every((count) => count === 0)

/** By the number that its name begins with. One of another user runs as well. */
function isRunning(name: string): boolean {
  try {
    process.kill(Number.parseInt(name, 10), 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
