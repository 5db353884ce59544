/** A media store in a folder. Files are written beside it, made safe and then named, so that a name always means a whole file. */
import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, access, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { NO_ROOM_BYTES } from '../contracts/room.ts'
import { HomebirdError } from '../core/errors.ts'
import {
  type BorrowedFile,
  type ByteSpan,
  type FoundFile,
  type ListedFile,
  type MediaStore,
  type WrittenFile,
  isContentKey,
  isStoreKey,
} from './media-store.ts'

/** What lies beside them in a folder that others use too is not ours. */
const LEFTOVER = /^[0-9a-f]{32}$/

export interface LocalStoreOptions {
  readonly folder: string
  readonly leastFreeBytes?: number
}

export function openLocalMediaStore(options: LocalStoreOptions): MediaStore {
  return new LocalMediaStore(options)
}

class LocalMediaStore implements MediaStore {
  readonly #folder: string
  readonly #drafts: string
  readonly #leastFreeBytes: number
  readonly place: string

  constructor({ folder, leastFreeBytes = NO_ROOM_BYTES }: LocalStoreOptions) {
    this.#folder = folder
    this.#drafts = join(folder, 'drafts')
    this.#leastFreeBytes = leastFreeBytes
    this.place = `folder ${folder}`
  }

  async check(): Promise<void> {
    try {
      await makeFolder(this.#drafts)
      await access(this.#drafts, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch (cause) {
      const why = `${this.#folder} cannot be written: give it to this user, or change HOMEBIRD_MEDIA_ROOT`
      throw new HomebirdError('STORAGE_UNREACHABLE', why, { cause })
    }
  }

  async write(bytes: AsyncIterable<Uint8Array>): Promise<WrittenFile> {
    const path = join(this.#drafts, randomBytes(16).toString('hex'))
    try {
      await makeFolder(this.#drafts)
      await this.#requireRoom()
      const { size, sha256 } = await writeFile(path, bytes)
      return {
        size,
        sha256,
        path,
        keep: async (key) => this.#name(path, key),
        discard: async () => rm(path, { force: true }),
      }
    } catch (error) {
      await rm(path, { force: true })
      throw asStorageError(error)
    }
  }

  async find(key: string): Promise<FoundFile | null> {
    try {
      const { size, mtime } = await stat(this.#pathOf(key))
      return { size, changedAt: mtime }
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  async open(key: string, span?: ByteSpan): Promise<Readable | null> {
    try {
      const handle = await open(this.#pathOf(key), 'r')
      return handle.createReadStream({ ...span, autoClose: true })
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  async borrow(key: string): Promise<BorrowedFile | null> {
    if ((await this.find(key)) === null) return null
    return { path: this.#pathOf(key), [Symbol.asyncDispose]: async () => undefined }
  }

  async remove(key: string): Promise<void> {
    await rm(this.#pathOf(key), { force: true })
  }

  async *list(): AsyncGenerator<ListedFile> {
    for (const folder of await namesIn(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue
      for (const name of await namesIn(join(this.#folder, folder))) {
        const key = `${folder}/${name}`
        const found = isContentKey(key) ? await this.find(key) : null
        if (found !== null) yield { key, ...found }
      }
    }
  }

  async close(): Promise<void> {
    // A folder is not opened.
  }

  async removeLeftovers(before: Date, isKept: (key: string) => Promise<boolean>): Promise<number> {
    let removed = 0
    for (const folder of ['drafts', 'incoming']) {
      for (const name of await namesIn(join(this.#folder, folder))) {
        if (!LEFTOVER.test(name)) continue
        const path = join(this.#folder, folder, name)
        // Named or removed since the folder was read; what cannot be looked at stays where it is until the next sweep.
        const found = await stat(path).catch(() => null)
        if (found === null || found.mtime >= before || (await isKept(`${folder}/${name}`))) continue
        await rm(path, { force: true })
        removed += 1
      }
    }
    return removed
  }

  async #name(draft: string, key: string): Promise<void> {
    try {
      const path = this.#pathOf(key)
      await makeFolder(dirname(path))
      await rename(draft, path)
      await syncFolder(dirname(path))
    } catch (error) {
      await rm(draft, { force: true })
      throw asStorageError(error)
    }
  }

  #pathOf(key: string): string {
    if (!isStoreKey(key)) throw new HomebirdError('INTERNAL', `${key.slice(0, 100)} is no key of a file`)
    return join(this.#folder, key)
  }

  async #requireRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#drafts)
    const free = bavail * bsize
    if (free >= this.#leastFreeBytes) return
    throw new HomebirdError(
      'STORAGE_FULL',
      `${this.#folder} has ${free} bytes left and ${this.#leastFreeBytes} stay free`,
    )
  }
}

async function writeFile(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Pick<WrittenFile, 'size' | 'sha256'>> {
  const hash = createHash('sha256')
  let size = 0
  const file: FileHandle = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of bytes) {
      hash.update(chunk)
      size += chunk.length
      await writeWhole(file, chunk)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { size, sha256: hash.digest('hex') }
}

/** A full disk takes a part of what it is given. */
async function writeWhole(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length;) {
    offset += (await file.write(chunk, offset, chunk.length - offset)).bytesWritten
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

/** Windows knows no handle of a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT'

function asStorageError(error: unknown): unknown {
  const code = codeOf(error)
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return new HomebirdError('STORAGE_FULL', `the disk is full (${code})`, { cause: error })
}
