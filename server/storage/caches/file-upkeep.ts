/** Looks after a file cache: what has ended, what killed processes left, what index and folder do not know of each other. */
import { setImmediate as breathe } from 'node:timers/promises'
import type { CacheName } from '../../contracts/caches.ts'
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'
import type { ContentFiles } from './content-files.ts'
import { DAY_MS, type ItemIndex } from './item-index.ts'
import type { ItemRow } from './item-row.ts'

const HOUR_MS = 3_600_000
/** The start of a home has other things to do. */
const FIRST_MS = 20_000
/** Once in the life of an index. */
const NEVER_AGAIN_MS = 36_500 * DAY_MS
const ROWS_AT_ONCE = 200

interface UpkeepOptions {
  readonly name: CacheName
  readonly index: ItemIndex
  readonly files: ContentFiles
  readonly maxBytes: number
  readonly ttlSeconds: number
  readonly clock: Clock
  readonly log: Logger
  /** Whether there is anything to look after. */
  readonly mayBegin: () => boolean
  /** Before it is decided what nobody asks for any more. */
  readonly writeUses: () => void
  readonly onEvicted: (items: number) => void
}

export class FileUpkeep {
  readonly #options: UpkeepOptions
  readonly #timers: readonly NodeJS.Timeout[]
  #running: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(options: UpkeepOptions) {
    this.#options = options
    const run = (): void => void this.run()
    this.#timers = [setTimeout(run, FIRST_MS), setInterval(run, HOUR_MS)]
    for (const timer of this.#timers) timer.unref()
  }

  /** Takes items away until so many bytes more would fit. */
  async makeRoom(bytes: number): Promise<void> {
    const { index, files, maxBytes, onEvicted } = this.#options
    for (;;) {
      const evicted = index.makeRoom(bytes, maxBytes, files.remove)
      if (evicted === 0) return
      onEvicted(evicted)
      await breathe()
    }
  }

  /** After the index was made anew. */
  gatherSoon(): void {
    this.#enqueue(async () => this.#gather())
  }

  async run(): Promise<void> {
    this.#enqueue(async () => {
      if (!this.#options.mayBegin()) return
      const { index, files, clock } = this.#options
      this.#options.writeUses()
      await this.#gather()
      await files.removeLeftovers(clock.now().getTime())
      await this.#dropEnded()
      if (index.takeChore('sweep', clock.now().getTime(), DAY_MS)) await this.#sweep()
    })
    await this.#running
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    await this.#running
  }

  /** One after the other; what fails is tried again at the next occasion. */
  #enqueue(work: () => Promise<void>): void {
    const before = this.#running
    this.#running = (async () => {
      await before
      try {
        if (!this.#isStopped) await work()
      } catch (error) {
        this.#options.log.warn({ event: 'cache.upkeep_failed', cache: this.#options.name, error })
      }
    })()
  }

  /** Reads the entries of the folder into an index that knows nothing of them, once; meanwhile nothing is taken for orphaned. */
  async #gather(): Promise<void> {
    const { index, files, clock, log, name } = this.#options
    const now = clock.now().getTime()
    if (!index.takeChore('gather', now, NEVER_AGAIN_MS, 'sweep') || !files.exists()) return
    let rows: ItemRow[] = []
    let items = 0
    for await (const row of files.listed()) {
      if (this.#isStopped) return
      rows.push(row)
      if (rows.length < ROWS_AT_ONCE) continue
      index.restore(rows, files.lists)
      items += rows.length
      rows = []
      await breathe()
    }
    index.restore(rows, files.lists)
    items += rows.length
    await this.makeRoom(0)
    if (items > 0) log.info({ event: 'cache.index_gathered', cache: name, items })
  }

  async #dropEnded(): Promise<void> {
    const { index, files, clock, ttlSeconds } = this.#options
    const now = clock.now().getTime()
    while (!this.#isStopped && index.dropEnded(now, now - ttlSeconds * 1_000, files.remove) > 0)
      await breathe()
  }

  async #sweep(): Promise<void> {
    await this.#removeUnknown()
    await this.#dropWithoutContent()
    this.#options.index.recount()
    await this.makeRoom(0)
  }

  /** What lies in the folder and no row knows of. Looked at again in a transaction, as an item may just be on its way in. */
  async #removeUnknown(): Promise<void> {
    const { index, files, clock } = this.#options
    const before = clock.now().getTime() - HOUR_MS
    for await (const digest of files.contents()) {
      if (this.#isStopped) return
      if (index.hasContent(digest) || !(await files.isOlder(digest, before))) continue
      index.alone(() => {
        if (!index.hasContent(digest)) files.removeContent(digest)
      })
    }
    for await (const bucket of files.entries()) {
      if (this.#isStopped) return
      if (index.hasItem(bucket)) continue
      index.alone(() => {
        if (!index.hasItem(bucket)) files.removeEntry(bucket)
      })
    }
  }

  async #dropWithoutContent(): Promise<void> {
    const { index, files } = this.#options
    let after: Buffer = Buffer.alloc(0)
    for (;;) {
      const contents = index.contentAfter(after, ROWS_AT_ONCE)
      for (const { digest, size } of contents) {
        if (this.#isStopped) return
        if ((await files.sizeOf(digest)) !== size) index.dropContent(digest, files.remove)
      }
      const last = contents.at(-1)
      if (last === undefined) return
      after = last.digest
    }
  }
}
