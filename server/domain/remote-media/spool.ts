/**
 * Bytes on their way: one writer, and any number of readers who each read at their own pace from wherever they like, what is
 * there already and then what comes. Little stays in memory; more goes to a file without a name, which is gone with the process. The
 * writer waits for no reader.
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { HomebirdError } from '../../core/errors.ts'
import type { ByteSpan } from '../../storage/media-store.ts'

/** Of each spool; what is larger has a file. */
export const MEMORY_BYTES = 262_144
/** Where no file can be written, all spools together hold this much. */
const MEMORY_WITHOUT_FILES = 64 * 1_048_576
const READ_BYTES = 131_072

/** What all spools of a process share. */
export class SpoolFolder {
  readonly path: string
  /** In memory although there should be a file. */
  homelessBytes = 0

  constructor(path: string) {
    this.path = path
  }

  /** Null where the disk is full or not there. */
  async openFile(): Promise<FileHandle | null> {
    const path = join(this.path, randomBytes(16).toString('hex'))
    try {
      await mkdir(this.path, { recursive: true, mode: 0o700 })
      const handle = await open(path, 'wx+', 0o600)
      try {
        // It has no name from the start, so that nothing of it is left however the process ends.
        await rm(path, { force: true })
      } catch {
        await handle.close()
        return null
      }
      return handle
    } catch {
      return null
    }
  }
}

type End = { readonly error: Error | null }

export class Spool {
  readonly #folder: SpoolFolder
  #chunks: Buffer[] = []
  #file: FileHandle | null = null
  #homeless = 0
  #size = 0
  #end: End | null = null
  #changed = Promise.withResolvers<void>()
  #readers = 0
  #isReleased = false

  constructor(folder: SpoolFolder) {
    this.#folder = folder
  }

  /** So far. */
  get size(): number {
    return this.#size
  }

  get readers(): number {
    return this.#readers
  }

  /** One call at a time. @throws HomebirdError STORAGE_FULL where neither disk nor memory has room */
  async append(chunk: Buffer): Promise<void> {
    if (this.#file === null && this.#size + chunk.length > MEMORY_BYTES && this.#homeless === 0)
      await this.#spill()
    if (this.#file === null) this.#hold(chunk)
    else await this.#write(chunk)
    this.#size += chunk.length
    this.#tell()
  }

  /** @param error  what readers who have read all that there is are told; null at a good end */
  end(error: Error | null): void {
    this.#end ??= { error }
    this.#tell()
  }

  /** Resolves at a good end. @throws what it ended with */
  async whole(): Promise<number> {
    while (this.#end === null) await this.#changed.promise
    if (this.#end.error !== null) throw this.#end.error
    return this.#size
  }

  /** All of it where it ended well and is in memory. */
  bytes(): Buffer | null {
    return this.#end?.error === null && this.#file === null ? Buffer.concat(this.#chunks) : null
  }

  /** @returns what is to be called when the reading is over; null where it is too late */
  enter(): (() => Promise<void>) | null {
    if (this.#isReleased) return null
    this.#readers += 1
    return async () => {
      this.#readers -= 1
      await this.#closeWhenUnused()
    }
  }

  /** For who has entered. @throws what the spool ended with, behind the last byte that came */
  async *read({ start, end }: ByteSpan = { start: 0, end: Number.MAX_SAFE_INTEGER }): AsyncGenerator<Buffer> {
    for (let at = start; at <= end;) {
      if (at < this.#size) {
        const piece = await this.#piece(at, Math.min(end + 1, this.#size))
        at += piece.length
        yield piece
      } else if (this.#end === null) await this.#changed.promise
      else if (this.#end.error === null) return
      else throw this.#end.error
    }
  }

  /** Nobody new will read; who reads still does so to the end. */
  async release(): Promise<void> {
    this.#isReleased = true
    await this.#closeWhenUnused()
  }

  /** A file that has no room for what there is already is none: it all stays in memory. */
  async #spill(): Promise<void> {
    const file = await this.#folder.openFile()
    if (file === null) return
    try {
      await writeAt(file, Buffer.concat(this.#chunks), 0)
    } catch {
      await file.close()
      return
    }
    this.#file = file
    this.#chunks = []
  }

  #hold(chunk: Buffer): void {
    if (this.#size + chunk.length > MEMORY_BYTES) {
      this.#folder.homelessBytes += chunk.length
      this.#homeless += chunk.length
      if (this.#folder.homelessBytes > MEMORY_WITHOUT_FILES) throw full(null)
    }
    this.#chunks.push(chunk)
  }

  async #write(chunk: Buffer): Promise<void> {
    try {
      await writeAt(this.#file as FileHandle, chunk, this.#size)
    } catch (error) {
      throw full(error)
    }
  }

  async #piece(at: number, end: number): Promise<Buffer> {
    if (this.#file !== null) {
      const bytes = Buffer.allocUnsafe(Math.min(READ_BYTES, end - at))
      const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, at)
      if (bytesRead === 0) throw new HomebirdError('INTERNAL', `a spool of ${this.#size} bytes ends at ${at}`)
      return bytes.subarray(0, bytesRead)
    }
    let skipped = 0
    for (const chunk of this.#chunks) {
      if (at < skipped + chunk.length) return chunk.subarray(at - skipped, end - skipped)
      skipped += chunk.length
    }
    throw new HomebirdError('INTERNAL', `a spool of ${this.#size} bytes holds nothing at ${at}`)
  }

  #tell(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers<void>()
  }

  async #closeWhenUnused(): Promise<void> {
    if (!this.#isReleased || this.#readers > 0) return
    this.#folder.homelessBytes -= this.#homeless
    this.#homeless = 0
    this.#chunks = []
    const file = this.#file
    this.#file = null
    await file?.close()
  }
}

/** A full disk takes a part of what it is given. */
async function writeAt(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten
  }
}

const full = (cause: unknown): HomebirdError =>
  new HomebirdError('STORAGE_FULL', 'there is no room for what is being fetched', { cause })
