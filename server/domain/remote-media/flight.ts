/**
 * One fetch on its way and everybody who waits for it. It goes on when a reader leaves, as far as what is left is worth it, and
 * is no faster or slower for any of them.
 */
import { Readable } from 'node:stream'
import { HomebirdError } from '../../core/errors.ts'
import type { ByteSpan } from '../../storage/media-store.ts'
import type { FileHead } from './fetch-file.ts'
import { Spool, type SpoolFolder } from './spool.ts'

/** A reader who seeks goes and comes back at once. */
const GRACE_MS = 15_000
const LOOKED_EVERY_MS = 5_000
/** What is no larger is fetched to its end although nobody waits any more. */
const SMALL_BYTES = 8 * 1_048_576
const BUFFERED_BYTES = 131_072

export class Flight {
  readonly head: Promise<FileHead>
  /** The end of the fetch, good or bad. Never rejects. */
  readonly landed: Promise<void>
  readonly #spool: Spool
  readonly #abandoning = new AbortController()
  readonly #watch: NodeJS.Timeout
  #size: number | null = null
  #wantedAtMs = performance.now()

  /** @param run  fetches into the sink; its error is what readers are told */
  constructor(
    folder: SpoolFolder,
    run: (
      sink: { head(head: FileHead): void; bytes(chunk: Buffer): Promise<void> },
      signal: AbortSignal,
    ) => Promise<void>,
  ) {
    this.#spool = new Spool(folder)
    const head = Promise.withResolvers<FileHead>()
    this.head = head.promise
    // Who waits is told; it may be nobody.
    this.head.catch(() => undefined)
    const sink = {
      head: (found: FileHead): void => {
        this.#size = found.size
        head.resolve(found)
      },
      bytes: async (chunk: Buffer) => this.#spool.append(chunk),
    }
    this.#watch = setInterval(() => this.#look(), LOOKED_EVERY_MS).unref()
    this.landed = run(sink, this.#abandoning.signal).then(
      () => this.#spool.end(null),
      (raw: unknown) => {
        const error = raw instanceof Error ? raw : new HomebirdError('INTERNAL', String(raw))
        head.reject(error)
        this.#spool.end(error)
      },
    )
    void this.landed.then(() => clearInterval(this.#watch))
  }

  /** Resolves when all of it is there. @throws what the fetch threw */
  async whole(): Promise<number> {
    this.want()
    return this.#spool.whole()
  }

  /** Somebody is about to read. */
  want(): void {
    this.#wantedAtMs = performance.now()
  }

  /** The stream is the caller's to read or destroy. Null where it is too late: it is kept elsewhere by now, or lost. */
  open(span?: ByteSpan): Readable | null {
    const leave = this.#spool.enter()
    if (leave === null) return null
    const stream = Readable.from(this.#spool.read(span), { objectMode: false, highWaterMark: BUFFERED_BYTES })
    stream.once('close', () => {
      this.want()
      // What cannot be closed is closed with the process; it has no name any more.
      leave().catch(() => undefined)
    })
    return stream
  }

  /** For who lets go of it afterwards. */
  read(): AsyncIterable<Buffer> {
    return this.#spool.read()
  }

  /** All of it where it is small and has landed well. */
  bytes(): Buffer | null {
    return this.#spool.bytes()
  }

  /** Ends the fetch where it still runs; who reads does so to the end. */
  async release(): Promise<void> {
    this.#abandoning.abort()
    await this.landed
    await this.#spool.release()
  }

  /** More of it is here than is left, or little is left. */
  get #isWorthEnding(): boolean {
    return this.#size !== null && (this.#size <= SMALL_BYTES || this.#spool.size * 2 >= this.#size)
  }

  #look(): void {
    if (this.#spool.readers > 0) this.want()
    const isAlone = performance.now() - this.#wantedAtMs > GRACE_MS
    if (isAlone && !this.#isWorthEnding) this.#abandoning.abort()
  }
}
