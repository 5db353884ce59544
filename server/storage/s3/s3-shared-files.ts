/**
 * Shared files in the bucket of the media. Whoever may read that bucket, such as every reader of the web, is not meant to read
 * these: they are sealed with a key of the home that only its database knows, each bound to its name.
 */
import { hkdfSync, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { ByteReader } from '../../core/byte-reader.ts'
import { contentBytesOf, openChunks, sealChunks } from '../../core/sealed-chunks.ts'
import type { FoundFile, ListedFile } from '../media-store.ts'
import {
  type FileHere,
  type SharedFiles,
  type SharedFolder,
  type SharedName,
  isSharedName,
} from '../shared-files.ts'
import { abortLeftUploads, foundFrom, listObjects } from './list-objects.ts'
import { unreachable } from './s3-answers.ts'
import { S3Client, type S3ClientOptions } from './s3-client.ts'
import { PART_BYTES, uploadStream } from './upload-object.ts'

const SALT_BYTES = 32
const KEY_BYTES = 32
const INFO = 'homebird shared file '
const HEADERS = { 'content-type': 'application/octet-stream', 'cache-control': 'private, no-store' }

export interface S3SharedOptions extends S3ClientOptions {
  /** Of the home: the same on each of its machines. */
  readonly loadKey: () => Promise<Buffer>
}

export class S3SharedFiles implements SharedFiles {
  readonly #client: S3Client
  readonly #options: S3SharedOptions
  #key: Promise<Buffer> | null = null

  constructor(options: S3SharedOptions) {
    this.#client = new S3Client(options)
    this.#options = options
  }

  async put(name: SharedName, { path, size }: FileHere, signal?: AbortSignal): Promise<void> {
    const salt = randomBytes(SALT_BYTES)
    const key = await this.#keyOf(name, salt)
    const content = createReadStream(path)
    const sealed = this.#sealed(content, salt, key)
    const within = signal ?? new AbortController().signal
    try {
      if (size > PART_BYTES) {
        await uploadStream(this.#client, name, sealed, { headers: HEADERS, signal: within })
        return
      }
      const body = await buffer(sealed)
      await this.#client.callForHead({ method: 'PUT', key: name, headers: HEADERS, body, signal: within })
    } finally {
      // Also where the bucket failed before anything was read.
      content.destroy()
    }
  }

  async find(name: SharedName): Promise<FoundFile | null> {
    const asked = { method: 'HEAD', key: name, expected: [404] } as const
    const { status, headers } = await this.#client.callForHead(asked)
    return status === 404 ? null : contentOf(foundFrom(headers['content-length'], headers['last-modified']))
  }

  async open(name: SharedName, signal?: AbortSignal): Promise<Readable | null> {
    const within = signal === undefined ? {} : { signal }
    const { status, body } = await this.#client.call({ method: 'GET', key: name, expected: [404], ...within })
    if (status === 404) {
      body.on('error', () => undefined).resume() // read to its end, so that the connection may be used again
      return null
    }
    const opened = Readable.from(this.#opened(name, body), { objectMode: false })
    // Also where nobody ever reads.
    return opened.once('close', () => body.destroy())
  }

  async remove(name: SharedName): Promise<void> {
    await this.#client.callForHead({ method: 'DELETE', key: name, expected: [404] })
  }

  async *list(folder: SharedFolder): AsyncGenerator<ListedFile & { readonly key: SharedName }> {
    for await (const { key, ...found } of listObjects(this.#client, this.#prefix, `${folder}/`)) {
      if (isSharedName(key)) yield { key, ...contentOf(found) }
    }
  }

  async removeLeftovers(before: Date): Promise<number> {
    return abortLeftUploads(
      this.#client,
      this.#prefix,
      (key, begunAt) => isSharedName(key) && begunAt < before,
    )
  }

  async close(): Promise<void> {
    await this.#options.transport.close()
  }

  get #prefix(): string {
    return this.#options.backend.prefix
  }

  async *#sealed(content: Readable, salt: Buffer, key: Buffer): AsyncGenerator<Buffer> {
    const reader = new ByteReader(content)
    try {
      yield salt
      yield* sealChunks(reader, key)
    } finally {
      await reader.close()
      content.destroy()
    }
  }

  async *#opened(name: SharedName, body: Readable): AsyncGenerator<Buffer> {
    const reader = new ByteReader(body)
    try {
      const salt = await reader.read(SALT_BYTES)
      const invalid = (why: string, cause?: unknown): Error =>
        unreachable(`${name} in the bucket at ${this.#client.host} is not what was put there: ${why}`, cause)
      yield* openChunks(reader, await this.#keyOf(name, salt), invalid)
    } finally {
      await reader.close()
      body.destroy()
    }
  }

  async #keyOf(name: SharedName, salt: Buffer): Promise<Buffer> {
    this.#key ??= this.#options.loadKey()
    try {
      return Buffer.from(hkdfSync('sha256', await this.#key, salt, INFO + name, KEY_BYTES))
    } catch (error) {
      // The database may answer the next time.
      this.#key = null
      throw error
    }
  }
}

const contentOf = ({ size, changedAt }: FoundFile): FoundFile => ({
  size: contentBytesOf(size - SALT_BYTES),
  changedAt,
})
