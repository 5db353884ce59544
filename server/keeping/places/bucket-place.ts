/** Backups in a bucket of any provider that speaks S3. What was broken off there is ended, so that nobody pays for parts. */
import { Readable } from 'node:stream'
import type { Clock } from '../../core/clock.ts'
import type { BucketAddress } from '../../core/backup-places.ts'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { elementText, elementsOf } from '../../storage/s3/s3-answers.ts'
import { S3Client, type StorageTransport } from '../../storage/s3/s3-client.ts'
import { abortUpload, uploadStream } from '../../storage/s3/upload-object.ts'
import type { BackupPlace, PlacedObject } from './backup-place.ts'
import { asPlaceError, checkedName, notInPlace, placeFailed, placeIsFull } from './place-errors.ts'
import { skipping } from './skipping.ts'
import { WatchedSource } from './watched-source.ts'

export interface BucketPlaceOptions {
  readonly address: BucketAddress
  readonly label: string
  readonly transport: StorageTransport
  readonly clock: Clock
  readonly pausesMs?: readonly number[]
}

const LIST_SIZE = '1000'
const TYPE = { 'content-type': 'application/octet-stream' }
/** Nothing that is still being put in is so old. */
const LEFT_AFTER_MS = 86_400_000
const FULL = /QuotaExceeded|StorageFull|StorageLimit|answered 507/

export class BucketPlace implements BackupPlace {
  readonly label: string
  readonly #client: S3Client
  readonly #prefix: string
  readonly #transport: StorageTransport
  readonly #clock: Clock
  #hasLooked = false

  constructor({ address, label, transport, clock, pausesMs }: BucketPlaceOptions) {
    const { credentials } = address
    if (credentials === null) throw new HomebirdError('INTERNAL', `${label} has no key`)
    this.label = label
    this.#prefix = address.prefix
    this.#transport = transport
    this.#clock = clock
    this.#client = new S3Client({
      backend: address,
      credentials,
      transport,
      clock,
      setting: 'HOMEBIRD_BACKUP_TARGET',
      ...(pausesMs === undefined ? {} : { pausesMs }),
    })
  }

  async *list(prefix: string): AsyncGenerator<PlacedObject> {
    for (let token: string | null = ''; token !== null;) {
      const query = { 'list-type': '2', 'max-keys': LIST_SIZE, prefix: `${this.#prefix}${prefix}` }
      const more: Record<string, string> = token === '' ? query : { ...query, 'continuation-token': token }
      const { xml } = await this.#told(this.#client.callForXml({ method: 'GET', key: '', query: more }))
      for (const object of elementsOf(xml, 'Contents')) {
        const key = elementText(object, 'Key') ?? ''
        const modifiedAt = new Date(elementText(object, 'LastModified') ?? '')
        if (!key.startsWith(this.#prefix) || key.endsWith('/') || Number.isNaN(modifiedAt.getTime())) continue
        const bytes = Number(elementText(object, 'Size') ?? 0)
        yield { name: key.slice(this.#prefix.length), bytes, modifiedAt }
      }
      const next =
        elementText(xml, 'IsTruncated') === 'true' ? elementText(xml, 'NextContinuationToken') : null
      // What is missing in a listing would be taken for what nobody needs.
      if (elementText(xml, 'IsTruncated') === 'true' && (next === null || next === '' || next === token))
        throw placeFailed(this.label, 'it broke off its listing and does not say how to go on')
      token = next
    }
  }

  async put(name: string, source: Readable, signal: AbortSignal): Promise<number> {
    const watched = new WatchedSource(source, signal)
    try {
      signal.throwIfAborted()
      await this.#endLeftUploads()
      return await uploadStream(this.#client, checkedName(name), watched.pieces(), { headers: TYPE, signal })
    } catch (error) {
      throw watched.failed(this.label, this.#meant(error))
    } finally {
      watched.done()
    }
  }

  async get(name: string, from: number, signal: AbortSignal): Promise<Readable> {
    const headers: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-` }
    const { status, body } = await this.#told(
      this.#client.call({ method: 'GET', key: checkedName(name), headers, expected: [404, 416], signal }),
    )
    if (status === 200 || status === 206) {
      // Who does not know of ranges sends the whole.
      return from === 0 || status === 206 ? body : skipping(body, from)
    }
    body.on('error', () => undefined).resume()
    // Nothing is left of it behind its end.
    if (status === 416) return Readable.from([])
    throw notInPlace(this.label, name)
  }

  async remove(name: string): Promise<void> {
    await this.#told(this.#client.callForHead({ method: 'DELETE', key: checkedName(name), expected: [404] }))
  }

  async free(): Promise<number | null> {
    return null
  }

  async close(): Promise<void> {
    await this.#transport.close()
  }

  /** Parts that a process left when it died: once, before the first object. Not every provider lists them. */
  async #endLeftUploads(): Promise<void> {
    if (this.#hasLooked) return
    this.#hasLooked = true
    const { status, xml } = await this.#client.callForXml({
      method: 'GET',
      key: '',
      query: { uploads: '', prefix: this.#prefix },
      expected: [400, 403, 404, 405, 501],
    })
    if (status !== 200) return
    const before = this.#clock.now().getTime() - LEFT_AFTER_MS
    for (const upload of elementsOf(xml, 'Upload')) {
      const key = elementText(upload, 'Key') ?? ''
      const uploadId = elementText(upload, 'UploadId')
      const begunAt = new Date(elementText(upload, 'Initiated') ?? '').getTime()
      if (uploadId !== null && key.startsWith(this.#prefix) && begunAt < before)
        await abortUpload(this.#client, key.slice(this.#prefix.length), uploadId)
    }
  }

  async #told<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      throw asPlaceError(this.label, this.#meant(error))
    }
  }

  #meant(error: unknown): unknown {
    if (!isHomebirdError(error, 'STORAGE_UNREACHABLE')) return error
    return FULL.test(error.message)
      ? placeIsFull(this.label, error)
      : placeFailed(this.label, error.message, error)
  }
}
