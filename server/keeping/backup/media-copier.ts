/** Brings own media to a place, each sealed by itself and named by its content: what lies there is not sent again. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { isHomebirdError } from '../../core/errors.ts'
import type { MediaStore } from '../../storage/media-store.ts'
import { MEDIA_PREFIX, mediumNamer, sha256OfMedium } from '../format/names.ts'
import { sealFile } from '../format/sealed-file.ts'
import type { BackupPlace } from '../places/backup-place.ts'

export interface MediaFile {
  readonly key: string
  readonly bytes: number
}

interface CopierNeeds {
  readonly media: MediaStore
  readonly place: BackupPlace
  /** The backup key. */
  readonly key: string
  readonly signal: AbortSignal
}

export class MediaCopier {
  readonly nameOf: (sha256: string) => string
  readonly #needs: CopierNeeds
  readonly #present = new Set<string>()
  readonly #damaged = new Set<string>()
  /** What was asked for and lies there. */
  readonly brought = new Set<string>()

  private constructor(needs: CopierNeeds) {
    this.#needs = needs
    this.nameOf = mediumNamer(needs.key)
  }

  /** Looks at what lies there already. */
  static async open(needs: CopierNeeds): Promise<MediaCopier> {
    const copier = new MediaCopier(needs)
    for await (const { name, bytes } of needs.place.list(MEDIA_PREFIX)) {
      needs.signal.throwIfAborted()
      if (bytes > 0) copier.#present.add(name)
    }
    return copier
  }

  /** @returns whether it lies in the place now: not when the store has it no more, or with another content */
  async bring({ key }: MediaFile): Promise<boolean> {
    const { media, place, signal } = this.#needs
    signal.throwIfAborted()
    const sha256 = sha256OfMedium(key)
    const name = this.nameOf(sha256)
    if (this.#present.has(name)) {
      this.brought.add(name)
      return true
    }
    if (this.#damaged.has(key)) return false
    const source = await media.open(key)
    if (source === null) return false
    const sealed = sealFile({ kind: 'medium', name }, this.#needs.key, checked(source, sha256))
    try {
      await place.put(name, Readable.from(sealed, { objectMode: false }), signal)
    } catch (error) {
      if (!isDamaged(error)) throw error
      this.#damaged.add(key)
      return false
    }
    this.#present.add(name)
    this.brought.add(name)
    return true
  }
}

class DamagedMedium extends Error {}

/** A store of places may tell its own error with ours as the cause. */
function isDamaged(error: unknown): boolean {
  if (error instanceof DamagedMedium) return true
  return isHomebirdError(error) && isDamaged(error.cause)
}

/** Passes on what has the hash that it should have; what does not breaks off before its end. */
async function* checked(source: AsyncIterable<Uint8Array>, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const chunk of source) {
    hash.update(chunk)
    yield chunk
  }
  if (hash.digest('hex') !== sha256)
    throw new DamagedMedium('a medium has not the content that its name says')
}
