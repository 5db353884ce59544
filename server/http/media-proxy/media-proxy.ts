/**
 * Fetches pictures, videos and sounds of others for readers here: once however many ask, checked by content, kept in memory
 * for a while where they are small.
 * @see security rules 57, 58, 63
 */
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { LRUCache } from 'lru-cache'
import { HomebirdError } from '../../core/errors.ts'
import { Gate } from '../../core/gate.ts'
import type { ProxyKind } from '../../domain/media/media-urls.ts'
import { SNIFF_BYTES, type SniffedType, sniffMedia } from '../../domain/media/sniff-media.ts'
import { FETCH_LIMITS, type SafeFetch } from '../../net/fetch-types.ts'
import { hostOf } from '../../net/origin.ts'

const MIB = 1_048_576
/** Everything kept, and the largest item that is. */
const KEPT_BYTES = 32 * MIB
const KEPT_ITEM_BYTES = 4 * MIB
/** Larger files are passed on as they come instead of being read first. */
const READ_BYTES = 8 * MIB
const READS_AT_ONCE = 16
/** A host that is slow holds up its own pictures and no others. */
const READS_PER_HOST = 4
/** A failure is not tried again at once. */
const FAILURE_MS = 60_000

const MOST_BYTES: Readonly<Record<ProxyKind, number>> = {
  avatar: READ_BYTES,
  header: READ_BYTES,
  preview: READ_BYTES,
  card: READ_BYTES,
  emoji: FETCH_LIMITS.emojiBytes,
  attachment: FETCH_LIMITS.mediaBytes,
}

export interface ReadMedia {
  readonly type: string
  readonly bytes: Buffer
  /** Strong, of the content. */
  readonly etag: string
}

/** A large file on its way. */
export interface PassingMedia {
  readonly type: string
  readonly length: number | null
  readonly head: Buffer
  readonly rest: Readable
}

export type ProxiedMedia = { readonly read: ReadMedia } | { readonly passing: PassingMedia }

export class MediaProxy {
  readonly #fetch: Pick<SafeFetch, 'fetchMedia'>
  readonly #kept = new LRUCache<string, ReadMedia>({
    maxSize: KEPT_BYTES,
    maxEntrySize: KEPT_ITEM_BYTES,
    sizeCalculation: (media) => media.bytes.length + 200,
  })
  readonly #failures = new LRUCache<string, HomebirdError>({ max: 2_000, ttl: FAILURE_MS })
  readonly #flights = new Map<string, Promise<ProxiedMedia>>()
  readonly #gate = new Gate(READS_AT_ONCE, READS_PER_HOST)

  constructor(fetch: Pick<SafeFetch, 'fetchMedia'>) {
    this.#fetch = fetch
  }

  /** @throws HomebirdError FETCH_* for what cannot be had, UNSUPPORTED_TYPE for what is no media of the kind */
  async get(kind: ProxyKind, url: string): Promise<ProxiedMedia> {
    const name = `${kind} ${url}`
    const kept = this.#kept.get(name)
    if (kept !== undefined) return { read: kept }
    const failure = this.#failures.get(name)
    if (failure !== undefined) throw failure
    const flight = this.#flights.get(name)
    if (flight !== undefined) {
      const media = await flight
      // What passes belongs to who asked first.
      return 'read' in media ? media : this.#open(kind, url)
    }
    const opened = this.#open(kind, url)
    this.#flights.set(name, opened)
    try {
      const media = await opened
      if ('read' in media) this.#kept.set(name, media.read)
      return media
    } catch (error) {
      if (error instanceof HomebirdError) this.#failures.set(name, error)
      throw error
    } finally {
      this.#flights.delete(name)
    }
  }

  async #open(kind: ProxyKind, url: string): Promise<ProxiedMedia> {
    const leave = await this.#gate.enter(hostOf(url) ?? '')
    try {
      const { body, contentLength } = await this.#fetch.fetchMedia(url, {
        maxBytes: MOST_BYTES[kind],
        accept: kind === 'attachment' ? 'image/*, video/*, audio/*;q=0.9' : 'image/*',
      })
      return await readOrPass(kind, body, contentLength)
    } finally {
      leave()
    }
  }
}

async function readOrPass(kind: ProxyKind, body: Readable, length: number | null): Promise<ProxiedMedia> {
  const chunks: Buffer[] = []
  let size = 0
  let sniffed: SniffedType | null = null
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk as Buffer)
      size += (chunk as Buffer).length
      if (sniffed === null && size >= SNIFF_BYTES) sniffed = typeFor(kind, Buffer.concat(chunks))
      if (size > READ_BYTES && sniffed !== null) {
        return { passing: { type: sniffed.type, length, head: Buffer.concat(chunks), rest: body } }
      }
    }
    const bytes = Buffer.concat(chunks)
    const { type } = sniffed ?? typeFor(kind, bytes)
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`
    return { read: { type, bytes, etag } }
  } catch (error) {
    body.destroy()
    throw error
  }
}

function typeFor(kind: ProxyKind, head: Buffer): SniffedType {
  const sniffed = sniffMedia(head.subarray(0, SNIFF_BYTES))
  if (sniffed !== null && (kind === 'attachment' || sniffed.family === 'image')) return sniffed
  throw new HomebirdError(
    'FETCH_REFUSED',
    `what was fetched as ${kind} is ${sniffed?.type ?? 'of no known type'}`,
  )
}
