/** Backups in a folder of this computer: of its own disk, of another that may be away, or of a share that is mounted. */
import { type Stats, createReadStream } from 'node:fs'
import { mkdir, open, readdir, realpath, rename, rm, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join, parse } from 'node:path'
import type { Readable } from 'node:stream'
import { syncFolder } from '../../core/atomic-file.ts'
import { HomebirdError } from '../../core/errors.ts'
import { writeStreamedFile } from '../../core/streamed-file.ts'
import type { BackupPlace, PlacedObject } from './backup-place.ts'
import { asPlaceError, checkedName, codeOf, notInPlace, placeFailed } from './place-errors.ts'
import { WatchedSource } from './watched-source.ts'

export interface FolderPlaceOptions {
  readonly path: string
  readonly label: string
  /** Nothing is written, and nothing is made, where the disk would be while it is away. */
  readonly isOtherDisk: boolean
  /** Of the home: another disk is none that holds this. */
  readonly dataDir: string
}

/** Before the name of what is not whole yet; no name of an object begins so. */
const DRAFT = '.draft-'
/** Longer than any writing pauses. */
const DRAFT_AGE_MS = 86_400_000
const PRIVATE_FOLDER = 0o700

export class FolderPlace implements BackupPlace {
  readonly label: string
  readonly #path: string
  readonly #options: FolderPlaceOptions

  constructor(options: FolderPlaceOptions) {
    this.#options = options
    this.label = options.label
    this.#path = options.path
  }

  async *list(prefix: string): AsyncGenerator<PlacedObject> {
    await this.#mustBeThere()
    yield* this.#walk('', prefix)
  }

  async put(name: string, source: Readable, signal: AbortSignal): Promise<number> {
    const path = this.#pathOf(name)
    const folder = dirname(path)
    const draft = join(folder, `${DRAFT}${basename(path)}`)
    const watched = new WatchedSource(source, signal)
    try {
      await this.#mustBeThere()
      await makeFolder(folder)
      await removeOldDrafts(folder)
      await writeStreamedFile(draft, watched.pieces(), signal)
      await rename(draft, path)
      syncFolder(folder)
      return watched.size
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined) // the first error is the one that tells
      throw watched.failed(this.label, error)
    } finally {
      watched.done()
    }
  }

  async get(name: string, from: number, signal: AbortSignal): Promise<Readable> {
    try {
      await this.#mustBeThere()
      const file = await open(this.#pathOf(name), 'r')
      return createReadStream('', { fd: file, start: from, signal, highWaterMark: 1_048_576 })
    } catch (error) {
      throw codeOf(error) === 'ENOENT'
        ? notInPlace(this.label, name)
        : asPlaceError(this.label, error, signal)
    }
  }

  async remove(name: string): Promise<void> {
    try {
      await this.#mustBeThere()
      await rm(this.#pathOf(name), { force: true })
    } catch (error) {
      throw asPlaceError(this.label, error)
    }
  }

  async free(): Promise<number | null> {
    try {
      await this.#mustBeThere()
      const { bavail, bsize } = await statfs(await existing(this.#path))
      return bavail * bsize
    } catch (error) {
      throw asPlaceError(this.label, error)
    }
  }

  async close(): Promise<void> {
    // It holds nothing open.
  }

  #pathOf(name: string): string {
    return join(this.#path, ...checkedName(name).split('/'))
  }

  /** @throws HomebirdError UNAVAILABLE when the disk is away */
  async #mustBeThere(): Promise<void> {
    const { isOtherDisk, dataDir } = this.#options
    if (!isOtherDisk) return
    const found = await stat(this.#path).catch(() => null) // then it is away, whatever the reason
    const home = await stat(await existing(dataDir))
    const root = await stat(parse(this.#path).root).catch(() => null) // a drive that is not there
    if (found === null || found.dev === home.dev || found.dev === root?.dev)
      throw placeFailed(this.label, 'the disk is not connected; connect it, and the next backup goes there')
  }

  /** In the order of whole names: a folder sorts as its name with the slash behind. */
  async *#walk(folder: string, prefix: string): AsyncGenerator<PlacedObject> {
    for (const entry of await this.#entries(folder)) {
      const name = `${folder}${entry}`
      if (name.endsWith('/')) {
        if (name.startsWith(prefix) || prefix.startsWith(name)) yield* this.#walk(name, prefix)
      } else if (name.startsWith(prefix)) {
        const found = await this.#statOf(name)
        if (found !== null) yield { name, bytes: found.size, modifiedAt: found.mtime }
      }
    }
  }

  /** Null for what was removed meanwhile. What the disk cannot read must not look like it. */
  async #statOf(name: string): Promise<Stats | null> {
    try {
      return await stat(join(this.#path, name))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw asPlaceError(this.label, error)
    }
  }

  async #entries(folder: string): Promise<string[]> {
    try {
      const found = await readdir(join(this.#path, folder), { withFileTypes: true })
      return found
        .filter((entry) => !entry.name.startsWith('.') && (entry.isFile() || entry.isDirectory()))
        .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
        .sort((one, other) => (one < other ? -1 : 1))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [] // nothing was put there yet
      throw asPlaceError(this.label, error)
    }
  }
}

/**
 * With those above it. Not by `recursive`: where the system answers ENOENT to the making itself, as below `/proc`, Node would
 * try again for ever.
 */
async function makeFolder(path: string): Promise<void> {
  const isThere = await stat(path).then(
    (found) => found.isDirectory(),
    () => false, // then making it tells what is wrong
  )
  if (isThere) return
  if (dirname(path) !== path) await makeFolder(dirname(path))
  try {
    await mkdir(path, { mode: PRIVATE_FOLDER })
  } catch (error) {
    // Another has made it meanwhile; a file of that name is told by whatever is written there.
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

/** What a process that was killed has left: one that is being written is younger. */
async function removeOldDrafts(folder: string): Promise<void> {
  const before = Date.now() - DRAFT_AGE_MS
  for (const name of await readdir(folder)) {
    if (!name.startsWith(DRAFT)) continue
    const path = join(folder, name)
    const found = await stat(path).catch(() => null) // it was given its name meanwhile
    if (found !== null && found.mtimeMs < before) await rm(path, { force: true })
  }
}

/** The folder itself, or the nearest above that is there. */
async function existing(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const found = await realpath(at).catch(() => null) // not made yet
    if (found !== null) return found
    if (dirname(at) === at)
      throw new HomebirdError('UNAVAILABLE', `${path} lies on a drive that is not there`)
  }
}
