/**
 * Where archives lie while they are taken in: each under the number of its import, beside what was unpacked of it. Where other machines
 * may be the ones to take it in, it lies where all of them find it, and each has a copy of it for as long as it works on it.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { MOST_ARCHIVE_BYTES } from '../../contracts/archive.ts'
import { HomebirdError } from '../../core/errors.ts'
import { writeStreamedFile } from '../../core/streamed-file.ts'
import type { SharedFiles } from '../shared-files.ts'
import { ARCHIVE_LIMITS, type Archive } from './archive.ts'
import { openArchive } from './open-archive.ts'

export interface TakenArchive {
  readonly path: string
  readonly size: number
  /** SHA-256 in hex. */
  readonly sha256: string
}

/** Room is looked for again after so many bytes. */
const LOOK_EVERY_BYTES = 64 * 1_048_576
/** One that came in and is nobody's after this time was left behind. */
const LEFT_BEHIND_MS = 2 * 86_400_000
/** The row of an import is written within moments of the archive getting its number. */
const NOT_YET_NOTED_MS = 3_600_000
/** In a bucket its time is that of the beginning of its upload. */
const SENT_AND_NOT_YET_NOTED_MS = 86_400_000

export class ArchiveShelf {
  readonly #folder: string
  readonly #shared: SharedFiles | null

  constructor(folder: string, shared: SharedFiles | null = null) {
    this.#folder = folder
    this.#shared = shared
  }

  /**
   * Takes bytes as they come, whole or not at all.
   * @throws HomebirdError TOO_LARGE, STORAGE_FULL, UNPROCESSABLE for no bytes, and what the source throws
   */
  async take(bytes: AsyncIterable<Uint8Array>, mostBytes: number): Promise<TakenArchive> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = join(this.#folder, `${randomBytes(16).toString('hex')}.part`)
    const hash = createHash('sha256')
    let size = 0
    try {
      await writeStreamedFile(
        path,
        this.#watched(bytes, mostBytes, (chunk) => {
          hash.update(chunk)
          size += chunk.length
        }),
      )
      if (size === 0) {
        throw new HomebirdError('UNPROCESSABLE', 'an archive came without bytes', {
          safe: 'The archive is missing or empty.',
        })
      }
    } catch (error) {
      if (bytes instanceof Readable) bytes.destroy() // nobody may have begun to read it
      await rm(path, { force: true })
      const { code } = error as NodeJS.ErrnoException
      throw code === 'ENOSPC' || code === 'EDQUOT' ? noRoom(error) : error
    }
    return { path, size, sha256: hash.digest('hex') }
  }

  async *#watched(
    bytes: AsyncIterable<Uint8Array>,
    mostBytes: number,
    see: (chunk: Uint8Array) => void,
  ): AsyncGenerator<Uint8Array> {
    let [size, lookAt] = [0, 0]
    for await (const chunk of bytes) {
      size += chunk.length
      if (size > mostBytes) {
        const text = `the archive is larger than ${mostBytes} bytes; divide it`
        throw new HomebirdError('TOO_LARGE', text, { safe: `${text}.` })
      }
      if (size >= lookAt) {
        await this.#requireRoom()
        lookAt = size + LOOK_EVERY_BYTES
      }
      see(chunk)
      yield chunk
    }
  }

  async #requireRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder)
    if (bavail * bsize < ARCHIVE_LIMITS.leastFreeBytes) throw noRoom()
  }

  /** Gives it the number of its import. @throws HomebirdError STORAGE_UNREACHABLE */
  async shelve({ path, size }: TakenArchive, id: string): Promise<void> {
    if (this.#shared === null) await rename(path, this.#placeOf(id))
    else await this.#shared.put(`archives/${id}`, { path, size })
  }

  /** Where one lies that was taken and has no number yet; null for what is no name of one. */
  partNamed(name: string): string | null {
    return /^[0-9a-f]{32}\.part$/.test(name) ? join(this.#folder, name) : null
  }

  async discard({ path }: Pick<TakenArchive, 'path'>): Promise<void> {
    await rm(path, { force: true })
  }

  /** @throws HomebirdError STORAGE_UNREACHABLE */
  async has(id: string): Promise<boolean> {
    // What cannot be looked at here is asked of the bucket.
    if ((await stat(this.#placeOf(id)).catch(() => null)) !== null) return true
    return this.#shared !== null && (await this.#shared.find(`archives/${id}`)) !== null
  }

  /** @throws HomebirdError as `openArchive`, and STORAGE_UNREACHABLE */
  async open(id: string, signal: AbortSignal): Promise<Archive> {
    const path = this.#placeOf(id)
    // What cannot be looked at here is fetched again; what is wrong with the folder is told by the fetching.
    if (this.#shared !== null && (await stat(path).catch(() => null)) === null)
      await this.#fetch(this.#shared, id, signal)
    return openArchive(path, { folder: join(this.#folder, `${id}.files`), signal })
  }

  async #fetch(shared: SharedFiles, id: string, signal: AbortSignal): Promise<void> {
    const bytes = await shared.open(`archives/${id}`, signal)
    if (bytes === null) throw new HomebirdError('NOT_FOUND', `archive ${id} is not where it was put`)
    const copy = await this.take(bytes, MOST_ARCHIVE_BYTES).finally(() => bytes.destroy())
    await rename(copy.path, this.#placeOf(id))
  }

  async remove(id: string): Promise<void> {
    await this.#removeHere(id)
    await this.#shared?.remove(`archives/${id}`)
  }

  async #removeHere(id: string): Promise<void> {
    await rm(this.#placeOf(id), { force: true })
    await rm(join(this.#folder, `${id}.files`), { recursive: true, force: true })
  }

  /**
   * Takes away what belongs to no import any more, here and where all machines look.
   * @returns how many it were
   */
  async sweep(isNeeded: (id: string) => Promise<boolean>, now: Date): Promise<number> {
    const isOver = async (id: string, changedAtMs: number, graceMs = NOT_YET_NOTED_MS): Promise<boolean> =>
      now.getTime() - changedAtMs > graceMs && !(await isNeeded(id))
    let removed = 0
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const [, id] = /^(\d{1,19})\.(?:archive|files)$/.exec(name) ?? []
      const path = join(this.#folder, name)
      // What went meanwhile is gone.
      const found = await stat(path).catch(() => null)
      if (found === null) continue
      const isLeft = name.endsWith('.part') && now.getTime() - found.mtimeMs > LEFT_BEHIND_MS
      if (!isLeft && (id === undefined || !(await isOver(id, found.mtimeMs)))) continue
      await rm(path, { recursive: true, force: true })
      removed += 1
    }
    return this.#shared === null ? removed : removed + (await this.#sweepShared(this.#shared, isOver, now))
  }

  async #sweepShared(
    shared: SharedFiles,
    isOver: (id: string, changedAtMs: number, graceMs: number) => Promise<boolean>,
    now: Date,
  ): Promise<number> {
    let removed = await shared.removeLeftovers(new Date(now.getTime() - LEFT_BEHIND_MS))
    for await (const { key, changedAt } of shared.list('archives')) {
      const id = key.slice('archives/'.length)
      if (!(await isOver(id, changedAt.getTime(), SENT_AND_NOT_YET_NOTED_MS))) continue
      await shared.remove(key)
      removed += 1
    }
    return removed
  }

  #placeOf(id: string): string {
    return join(this.#folder, `${id}.archive`)
  }
}

function noRoom(cause?: unknown): HomebirdError {
  const text = `an archive needs room: less than ${ARCHIVE_LIMITS.leastFreeBytes} bytes would be left on the disk`
  return new HomebirdError('STORAGE_FULL', text, {
    safe: 'The home has no room left for this archive.',
    cause,
  })
}
