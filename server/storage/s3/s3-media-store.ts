/**
 * A media store in a bucket. What comes in and is not looked at yet stays in the folder of the home, where nobody else can
 * read it, or lies sealed where all machines of the home find it; what is served lies in the bucket under the hash of its content, so that what is there already is not sent again. Files
 * that lie in the folder from before are served from there.
 */
import { Readable } from 'node:stream'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/clock.ts'
import type { S3Backend, S3Credentials } from '../../core/media-backend.ts'
import {
  type BorrowedFile,
  type ByteSpan,
  type FoundFile,
  type ListedFile,
  type MediaStore,
  type WrittenFile,
  isContentKey,
} from '../media-store.ts'
import { type SharedFiles, type SharedName, isSharedName } from '../shared-files.ts'
import { abortLeftUploads, foundFrom, listObjects } from './list-objects.ts'
import { S3Client, type StorageTransport } from './s3-client.ts'
import { uploadObject } from './upload-object.ts'

export interface S3StoreOptions {
  readonly backend: S3Backend
  readonly credentials: S3Credentials
  /** `private` is left unsaid: not every provider knows the word. */
  readonly acl: 'private' | 'public-read'
  readonly transport: StorageTransport
  readonly clock: Clock
  /** Of the home: for what comes in. */
  readonly local: MediaStore
  /** What lies in the folder from before is served from there. False for looking at the bucket alone. */
  readonly servesLocal: boolean
  /** For what comes in, where other machines may be the ones to look at it. */
  readonly shared?: SharedFiles | null
  readonly pausesMs?: readonly number[]
}

export function openS3MediaStore(options: S3StoreOptions): MediaStore {
  return new S3MediaStore(options)
}

const FOREVER = 'public, max-age=31536000, immutable'
/** What is known of a file never changes while it is there; that it has gone is seen when it is opened. */
const KNOWN = { max: 5_000, ttl: 600_000 }

class S3MediaStore implements MediaStore {
  readonly #client: S3Client
  readonly #local: MediaStore
  readonly #shared: SharedFiles | null
  readonly #servesLocal: boolean
  readonly #acl: S3StoreOptions['acl']
  readonly #prefix: string
  readonly #transport: StorageTransport
  readonly #known = new LRUCache<string, FoundFile>(KNOWN)
  readonly place: string

  constructor(options: S3StoreOptions) {
    this.#client = new S3Client(options)
    this.#local = options.local
    this.#shared = options.shared ?? null
    this.#servesLocal = options.servesLocal
    this.#acl = options.acl
    this.#transport = options.transport
    const { bucket, prefix } = options.backend
    this.#prefix = prefix
    this.place = `bucket ${bucket}${prefix === '' ? '' : `/${prefix}`} at ${this.#client.host}`
  }

  async check(): Promise<void> {
    await this.#local.check()
    const query = { 'list-type': '2', 'max-keys': '1', prefix: this.#prefix }
    await this.#client.callForXml({ method: 'GET', key: '', query })
  }

  async write(bytes: AsyncIterable<Uint8Array>): Promise<WrittenFile> {
    const draft = await this.#local.write(bytes)
    return {
      ...draft,
      keep: async (key, type) =>
        isContentKey(key) ? this.#keep(draft, key, type) : this.#keepIncoming(draft, key),
    }
  }

  async find(key: string): Promise<FoundFile | null> {
    const here = this.#isHere(key) ? await this.#local.find(key) : null
    if (here !== null) return here
    if (!isContentKey(key)) return isSharedName(key) ? ((await this.#shared?.find(key)) ?? null) : null
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const { status, headers } = await this.#client.callForHead({ method: 'HEAD', key, expected: [404] })
    if (status === 404) return null
    const found = foundFrom(headers['content-length'], headers['last-modified'])
    this.#known.set(key, found)
    return found
  }

  async open(key: string, span?: ByteSpan): Promise<Readable | null> {
    const here = this.#isHere(key) ? await this.#local.open(key, span) : null
    if (here !== null) return here
    if (!isContentKey(key)) return isSharedName(key) ? this.#openShared(key, span) : null
    const headers: Record<string, string> =
      span === undefined ? {} : { range: `bytes=${span.start}-${span.end}` }
    const { status, body } = await this.#client.call({ method: 'GET', key, headers, expected: [404] })
    // Who does not know of ranges sends the whole.
    if (status !== 404)
      return span === undefined || status === 206
        ? body
        : Readable.from(cutOut(body, span), { objectMode: false })
    body.on('error', () => undefined).resume()
    this.#known.delete(key)
    return null
  }

  async borrow(key: string): Promise<BorrowedFile | null> {
    const here = this.#isHere(key) ? await this.#local.borrow(key) : null
    if (here !== null) return here
    const bytes = await this.open(key)
    if (bytes === null) return null
    const copy = await this.#local.write(bytes).finally(() => bytes.destroy())
    return { path: copy.path, [Symbol.asyncDispose]: async () => copy.discard() }
  }

  async remove(key: string): Promise<void> {
    this.#known.delete(key)
    if (this.#isHere(key)) await this.#local.remove(key)
    if (isContentKey(key)) await this.#client.callForHead({ method: 'DELETE', key, expected: [404] })
    else if (isSharedName(key)) await this.#shared?.remove(key)
  }

  async *list(): AsyncGenerator<ListedFile> {
    if (this.#servesLocal) yield* this.#local.list()
    for await (const file of listObjects(this.#client, this.#prefix)) {
      if (isContentKey(file.key)) yield file
    }
  }

  async removeLeftovers(before: Date, isKept: (key: string) => Promise<boolean>): Promise<number> {
    const local = await this.#local.removeLeftovers(before, isKept)
    const isLeft = (key: string, begunAt: Date): boolean => isContentKey(key) && begunAt < before
    return (
      local +
      (await abortLeftUploads(this.#client, this.#prefix, isLeft)) +
      (await this.#removeLeftIncoming(before, isKept))
    )
  }

  async close(): Promise<void> {
    await this.#transport.close()
  }

  #isHere(key: string): boolean {
    return this.#servesLocal || !isContentKey(key)
  }

  async #keep(draft: WrittenFile, key: string, type: string | undefined): Promise<void> {
    try {
      const { status, headers } = await this.#client.callForHead({
        method: 'HEAD',
        key,
        // Who may put may not always look.
        expected: [403, 404],
      })
      const isThere = status === 200 && Number(headers['content-length']) === draft.size
      if (!isThere) await uploadObject(this.#client, key, draft, this.#headersOf(type))
      this.#known.delete(key)
    } finally {
      await draft.discard()
    }
  }

  #headersOf(type = 'application/octet-stream'): Record<string, string> {
    const headers = { 'content-type': type, 'cache-control': FOREVER }
    return this.#acl === 'private' ? headers : { ...headers, 'x-amz-acl': this.#acl }
  }

  async #keepIncoming(draft: WrittenFile, key: string): Promise<void> {
    if (this.#shared === null || !isSharedName(key)) return draft.keep(key)
    try {
      await this.#shared.put(key, draft)
    } finally {
      await draft.discard()
    }
  }

  async #openShared(key: SharedName, span: ByteSpan | undefined): Promise<Readable | null> {
    const bytes = (await this.#shared?.open(key)) ?? null
    return bytes === null || span === undefined
      ? bytes
      : Readable.from(cutOut(bytes, span), { objectMode: false })
  }

  async #removeLeftIncoming(before: Date, isKept: (key: string) => Promise<boolean>): Promise<number> {
    if (this.#shared === null) return 0
    let removed = 0
    for await (const { key, changedAt } of this.#shared.list('incoming')) {
      if (changedAt >= before || (await isKept(key))) continue
      await this.#shared.remove(key)
      removed += 1
    }
    return removed
  }
}

/** Leaves its source where the span ends. */
async function* cutOut(bytes: Readable, { start, end }: ByteSpan): AsyncGenerator<Buffer> {
  let at = 0
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    const wanted = chunk.subarray(Math.max(0, start - at), Math.max(0, end + 1 - at))
    at += chunk.length
    if (wanted.length > 0) yield wanted
    if (at > end) return
  }
}
