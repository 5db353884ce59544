/** Takes the bytes of an upload in: sniffed, counted and hashed on their way to the disk, never whole in memory. */
import { HomebirdError } from '../../core/errors.ts'
import type { MediaStore, WrittenFile } from '../../storage/media-store.ts'
import { isKeptType, type KeptType, type UploadLimits } from '../media/media-types.ts'
import { type MediaFamily, SNIFF_BYTES, sniffMedia } from '../media/sniff-media.ts'

/** `media`: anything that a post may carry; `picture`: a preview; `profile`: an avatar or header; `emoji`: a custom one. */
export type FileUse = 'media' | 'picture' | 'profile' | 'emoji'

export interface TakenFile {
  readonly written: WrittenFile
  readonly type: KeptType
  readonly family: MediaFamily
}

/**
 * @throws HomebirdError UNPROCESSABLE for an empty file, one of another type or one too large, STORAGE_FULL, and what the source
 *   throws when it is cut; then nothing is left
 */
export async function takeFile(
  store: MediaStore,
  bytes: AsyncIterable<Uint8Array>,
  use: FileUse,
  limits: UploadLimits,
): Promise<TakenFile> {
  const checked = new CheckedBytes(bytes, use, limits)
  const written = await store.write(checked)
  const found = checked.found
  if (found === null) throw new HomebirdError('INTERNAL', 'a file was written before its type was known')
  return { written, ...found }
}

type FoundType = Pick<TakenFile, 'type' | 'family'>

class CheckedBytes implements AsyncIterable<Uint8Array> {
  readonly #bytes: AsyncIterable<Uint8Array>
  readonly #use: FileUse
  readonly #limits: UploadLimits
  found: FoundType | null = null

  constructor(bytes: AsyncIterable<Uint8Array>, use: FileUse, limits: UploadLimits) {
    this.#bytes = bytes
    this.#use = use
    this.#limits = limits
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let head = Buffer.alloc(0)
    let size = 0
    for await (const chunk of this.#bytes) {
      size += chunk.length
      if (head.length < SNIFF_BYTES) head = Buffer.concat([head, chunk.subarray(0, SNIFF_BYTES)])
      if (this.found === null && head.length >= SNIFF_BYTES) this.found = typeFor(head, this.#use)
      this.#refuseTooLarge(size)
      yield chunk
    }
    if (size === 0) throw refused('File is empty', { isEmpty: true })
    this.found ??= typeFor(head, this.#use)
  }

  #refuseTooLarge(size: number): void {
    const limit = this.#limitOf(this.found)
    if (size <= limit) return
    throw refused(`File must be smaller than ${readableSize(limit)}`)
  }

  /** Before the type is known hardly anything has come. */
  #limitOf(found: FoundType | null): number {
    if (this.#use === 'profile') return this.#limits.profileBytes
    if (this.#use === 'emoji') return this.#limits.emojiBytes
    return found === null || found.family === 'image' ? this.#limits.imageBytes : this.#limits.videoBytes
  }
}

function readableSize(bytes: number): string {
  if (bytes < 1_048_576) return `${Math.round(bytes / 1_024)} kB`
  return `${Math.round((bytes / 1_048_576) * 10) / 10} MB`
}

function typeFor(head: Buffer, use: FileUse): FoundType {
  const sniffed = sniffMedia(head.subarray(0, SNIFF_BYTES))
  if (sniffed === null) throw refused(isHeic(head) ? HEIC : 'File is of a type that is not supported')
  const { type, family } = sniffed
  if (!isKeptType(type)) throw refused('File is of a type that is not supported')
  if (use !== 'media' && family !== 'image') throw refused('File must be a picture')
  return { type, family }
}

const HEIC = 'HEIC pictures cannot be read here: send them as JPEG'

/** @see ISO/IEC 23008-12, brands of HEIF files with HEVC */
const isHeic = (head: Buffer): boolean =>
  head.toString('latin1', 4, 8) === 'ftyp' && /^(?:hei|hev|mif1|msf1)/.test(head.toString('latin1', 8, 12))

const refused = (flaw: string, details: Readonly<Record<string, unknown>> = {}): HomebirdError =>
  new HomebirdError('UNPROCESSABLE', flaw, { safe: `Validation failed: ${flaw}`, details })
