/**
 * Files of others for readers here: fetched once however many ask, kept in the caches, made small where they are shown small.
 * Server and worker both use it; what one has kept, the other finds.
 * @see security rules 57 to 60, 63; DESIGN 8
 */
import { LRUCache } from 'lru-cache'
import { boundedMap } from '../../core/bounded-map.ts'
import type { Clock } from '../../core/clock.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import { Gate } from '../../core/gate.ts'
import type { Logger } from '../../core/log.ts'
import type { Database } from '../../db/pool.ts'
import type { SafeFetch } from '../../net/fetch-types.ts'
import { hostOf } from '../../net/origin.ts'
import type { Cache } from '../../storage/caches/cache.ts'
import type { PicturePool } from '../decoding/picture-pool.ts'
import { FailedMedia, type KnownFailure, stillFailing } from './failed-media.ts'
import { type FileSink, fetchFile } from './fetch-file.ts'
import { Flight } from './flight.ts'
import { Gathered, type MadePicture, makePicture } from './made-pictures.ts'
import { MEDIA_SHAPES, type MediaShape, type RemoteItem, itemKey } from './media-shapes.ts'
import { type HeldFile, type OpenedMedia, openCached, openFlight, openHeld } from './opened-media.ts'
import { SpoolFolder } from './spool.ts'

const MIB = 1_048_576
/** What is asked for all the time stays in memory, for as long as another process may have forgotten it. */
const HELD_BYTES = 16 * MIB
const HELD_ITEM_BYTES = 65_536
const HELD_MS = 60_000
/** What no cache has kept stays so long where it is, so that a player who seeks does not cause it to be fetched each time. */
const LINGERING = 8
/** Pictures are gathered in memory, files are not. A host that is slow holds up its own and no others. */
const GATES = { pictures: [8, 3], files: [24, 4] } as const
/** A crowd beyond this waits no more. */
const MOST_WAITING = 500
/** What was kept before it could be made small. */
const UNMADE_SECONDS = 3_600
const FORCED_EVERY_MS = 60_000

export interface RemoteMediaParts {
  readonly db: Database
  readonly fetch: Pick<SafeFetch, 'fetchMedia'>
  readonly caches: { readonly media: Cache; readonly avatars: Cache }
  readonly pictures: PicturePool
  readonly clock: Clock
  readonly log: Logger
  /** For what is on its way. */
  readonly spoolFolder: string
}

export interface OpenOptions {
  /** Asks the other server although it failed a short time ago; heard once a minute for each item. */
  readonly isForced?: boolean
}

export class RemoteMedia implements AsyncDisposable {
  readonly #parts: RemoteMediaParts
  readonly #failed: FailedMedia
  readonly #spools: SpoolFolder
  readonly #held = new LRUCache<string, HeldFile>({
    maxSize: HELD_BYTES,
    maxEntrySize: MIB,
    ttl: HELD_MS,
    sizeCalculation: ({ bytes }) => bytes.length + 500,
  })
  readonly #flights = new Map<string, Flight>()
  readonly #makings = new Map<string, Promise<MadePicture>>()
  readonly #lingering = new LRUCache<string, Flight>({
    max: LINGERING,
    ttl: HELD_MS,
    ttlAutopurge: true,
    dispose: (flight, key) => this.#part(key, flight),
  })
  readonly #forced = boundedMap<string, true>({ max: 1_000, ttl: FORCED_EVERY_MS })
  readonly #gates = { pictures: new Gate(...GATES.pictures), files: new Gate(...GATES.files) }
  readonly #closing = new AbortController()
  #waiting = 0

  constructor(parts: RemoteMediaParts) {
    this.#parts = parts
    this.#failed = new FailedMedia(parts)
    this.#spools = new SpoolFolder(parts.spoolFolder)
  }

  /**
   * @throws HomebirdError FETCH_* for what cannot be had or is no media of its kind, UNAVAILABLE or STORAGE_FULL for what
   *   cannot be done now
   */
  async open(item: RemoteItem, { isForced = false }: OpenOptions = {}): Promise<OpenedMedia> {
    const key = itemKey(item)
    const found = await this.#find(key, item)
    if (found !== null) return found
    const mayRetry = isForced && !this.#forced.has(key)
    if (mayRetry) this.#forced.set(key, true)
    if (MEDIA_SHAPES[item.kind].shownAs !== null) return openHeld(await this.#make(key, item, mayRetry))
    const flight = this.#flights.get(key) ?? this.#take(key, item, mayRetry)
    return openFlight(flight, await flight.head)
  }

  /**
   * Fetches what is not here yet and has not failed, to its end.
   * @param known  from `failuresOf`
   * @param mayAsk  asked when there is something to fetch
   * @throws as `open`
   */
  async warm(item: RemoteItem, known: KnownFailure | undefined, mayAsk: () => boolean): Promise<void> {
    const key = itemKey(item)
    if (this.#failed.isWaiting(known) || (await this.#find(key, item)) !== null || !mayAsk()) return
    if (MEDIA_SHAPES[item.kind].shownAs !== null) await this.#make(key, item, false)
    else await (this.#flights.get(key) ?? this.#take(key, item, false)).whole()
  }

  /** What is known of failures, by the keys of items. */
  async failuresOf(items: readonly RemoteItem[]): Promise<ReadonlyMap<string, KnownFailure>> {
    return this.#failed.find(items.map(itemKey))
  }

  /** Neither served from here nor kept any more. @param keys  of items in this cache */
  async forget(cache: MediaShape['cache'], keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.#held.delete(key)
      this.#lingering.delete(key)
    }
    await this.#parts.caches[cache].forget(keys)
  }

  /** Forgets what it holds in memory; the caches stay as they are. */
  drop(): void {
    this.#failed.drop()
    this.#held.clear()
    this.#lingering.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop()
    this.#closing.abort()
    await Promise.all([...this.#flights.values()].map(async (flight) => flight.release()))
    await this.#parts.pictures[Symbol.asyncDispose]()
  }

  async #find(key: string, { kind }: RemoteItem): Promise<OpenedMedia | null> {
    const held = this.#held.get(key)
    if (held !== undefined) return openHeld(held)
    const flight = this.#flights.get(key)
    if (flight !== undefined) return openFlight(flight, await flight.head)
    const item = await this.#parts.caches[MEDIA_SHAPES[kind].cache].find(key)
    if (item === null) return null
    if (item.size > HELD_ITEM_BYTES) return openCached(item)
    const bytes = await item.bytes()
    if (bytes === null) return null
    const { type, etag } = item.facts
    this.#held.set(key, { type, etag, bytes })
    return openHeld({ type, etag, bytes })
  }

  /** One for all who ask. */
  async #make(key: string, item: RemoteItem, isForced: boolean): Promise<MadePicture> {
    const running = this.#makings.get(key)
    if (running !== undefined) return running
    const making = this.#makeNow(key, item, isForced)
    this.#makings.set(key, making)
    try {
      return await making
    } finally {
      this.#makings.delete(key)
    }
  }

  async #makeNow(key: string, item: RemoteItem, isForced: boolean): Promise<MadePicture> {
    const { shownAs, cache } = MEDIA_SHAPES[item.kind]
    if (shownAs === null) throw new HomebirdError('INTERNAL', `${item.kind} passes as it is`)
    const made = await this.#noting(key, item, isForced, async () => {
      const gathered = new Gathered()
      await fetchFile(this.#parts.fetch, item, gathered.sink, this.#closing.signal)
      return makePicture(this.#parts.pictures, item, shownAs, gathered.file)
    })
    const isKept = await this.#parts.caches[cache].keep(
      key,
      this.#factsOf(item, made),
      made.bytes,
      made.isFinal ? {} : { ttlSeconds: UNMADE_SECONDS },
    )
    if (!isKept || made.bytes.length <= HELD_ITEM_BYTES) this.#held.set(key, made)
    return made
  }

  #take(key: string, item: RemoteItem, isForced: boolean): Flight {
    const fly = async (sink: FileSink, signal: AbortSignal): Promise<void> =>
      this.#noting(key, item, isForced, async () => fetchFile(this.#parts.fetch, item, sink, signal))
    const flight = new Flight(this.#spools, fly)
    this.#flights.set(key, flight)
    void this.#land(key, item, flight)
    return flight
  }

  /** Keeps what has landed well, and lets go of the flight. Never rejects. */
  async #land(key: string, item: RemoteItem, flight: Flight): Promise<void> {
    let isLingering = false
    try {
      const head = await flight.head
      await flight.whole()
      const bytes = flight.bytes() ?? flight.read()
      const isKept = await this.#parts.caches[MEDIA_SHAPES[item.kind].cache].keep(
        key,
        this.#factsOf(item, head),
        bytes,
      )
      if (isKept) return
      isLingering = true
      this.#lingering.set(key, flight)
    } catch (error) {
      this.#parts.log.debug({ event: 'media.not_fetched', kind: item.kind, error: describeError(error) })
    } finally {
      if (!isLingering) this.#part(key, flight)
    }
  }

  #part(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
    flight
      .release()
      .catch((error: unknown) =>
        this.#parts.log.warn({ event: 'media.spool_not_closed', error: describeError(error) }),
      )
  }

  /** Does the work when its turn comes, unless it has failed of late; notes how it went. */
  async #noting<T>(key: string, item: RemoteItem, isForced: boolean, work: () => Promise<T>): Promise<T> {
    const known = (await this.#failed.find([key])).get(key)
    if (this.#failed.isWaiting(known) && !isForced) throw stillFailing(item, known)
    const leave = await this.#enter(item)
    try {
      const result = await work()
      if (known !== undefined) await this.#failed.forget(key)
      return result
    } catch (error) {
      await this.#failed.note(key, item, error, known)
      throw error
    } finally {
      leave()
    }
  }

  async #enter(item: RemoteItem): Promise<() => void> {
    if (this.#waiting >= MOST_WAITING) {
      throw new HomebirdError('UNAVAILABLE', `${MOST_WAITING} files of others are waited for already`)
    }
    this.#waiting += 1
    const gate = MEDIA_SHAPES[item.kind].shownAs === null ? this.#gates.files : this.#gates.pictures
    try {
      return await gate.enter(hostOf(item.url) ?? '')
    } finally {
      this.#waiting -= 1
    }
  }

  #factsOf(item: RemoteItem, { type, etag }: { readonly type: string; readonly etag: string }) {
    return { type, etag, storedAt: this.#parts.clock.now().getTime(), source: hostOf(item.url) ?? '' }
  }
}
