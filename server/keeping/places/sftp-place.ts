/** Backups on a server over SFTP. Pieces are written and read ahead of their answers, so that a far server is not a slow one. */
import { posix } from 'node:path'
import { Readable } from 'node:stream'
import type { FileEntryWithStats } from 'ssh2'
import type { SftpAddress } from '../../core/backup-places.ts'
import type { BackupPlace, PlacedObject } from './backup-place.ts'
import { asPlaceError, checkedName, notInPlace, placeFailed, placeIsFull } from './place-errors.ts'
import { ASIDE, type SftpSession, isDenied, isMissing, openSftpSession } from './sftp-session.ts'
import { WatchedSource } from './watched-source.ts'

/** Every server takes so much at once. */
const PIECE_BYTES = 32_768
const WRITES_AHEAD = 48
const READS_AHEAD = 32
const DRAFT = '.draft-'
/** Longer than any writing pauses. */
const DRAFT_AGE_MS = 86_400_000
/** A server says only "failure" where its disk is full. */
const FULL_BELOW_BYTES = 4 * 1_048_576
const DIRECTORY = 0o040000
const FILE = 0o100000
const KIND = 0o170000

export class SftpPlace implements BackupPlace {
  readonly label: string
  readonly #address: SftpAddress
  #session: Promise<SftpSession> | null = null
  readonly #made = new Set<string>()
  readonly #tidied = new Set<string>()

  constructor(address: SftpAddress, label: string) {
    this.#address = address
    this.label = label
  }

  async *list(prefix: string): AsyncGenerator<PlacedObject> {
    const session = await this.#open()
    yield* this.#walk(session, '', prefix)
  }

  async put(name: string, source: Readable, signal: AbortSignal): Promise<number> {
    const path = this.#pathOf(name)
    const draft = posix.join(posix.dirname(path), `${DRAFT}${posix.basename(path)}`)
    const watched = new WatchedSource(source, signal)
    let session: SftpSession | null = null
    try {
      signal.throwIfAborted()
      session = await this.#open()
      await this.#makeFolder(session, posix.dirname(path))
      await this.#removeOldDrafts(session, posix.dirname(path))
      await writeAll(session, draft, watched.pieces())
      await session.replace(draft, path)
      return watched.size
    } catch (error) {
      const isFull = !signal.aborted && (await this.#isFull(session))
      await session?.unlink(draft).catch(() => undefined) // the first error is the one that tells
      throw watched.failed(this.label, isFull ? placeIsFull(this.label, error) : this.#meant(error, signal))
    } finally {
      watched.done()
    }
  }

  async get(name: string, from: number, signal: AbortSignal): Promise<Readable> {
    try {
      const session = await this.#open()
      const handle = await session.open(this.#pathOf(name), 'r')
      return Readable.from(readAhead(session, handle, from), { objectMode: false, signal })
    } catch (error) {
      throw isMissing(error) ? notInPlace(this.label, name) : this.#meant(error, signal)
    }
  }

  async remove(name: string): Promise<void> {
    try {
      await (await this.#open()).unlink(this.#pathOf(name))
    } catch (error) {
      if (!isMissing(error)) throw this.#meant(error)
    }
  }

  async free(): Promise<number | null> {
    try {
      const session = await this.#open()
      await this.#makeFolder(session, this.#root)
      const found = await session.freeSpace(this.#root)
      return found === undefined ? null : found.f_bavail * found.f_frsize
    } catch (error) {
      throw this.#meant(error)
    }
  }

  async close(): Promise<void> {
    const session = this.#session
    this.#session = null
    const open = await session?.catch(() => null) // one that never came up needs no end
    open?.end()
  }

  get #root(): string {
    return this.#address.path === '' ? '.' : this.#address.path
  }

  #pathOf(name: string): string {
    return posix.join(this.#root, checkedName(name))
  }

  /** One connection for all; a lost one is made anew. */
  async #open(): Promise<SftpSession> {
    const kept = await this.#session?.catch(() => null) // told when it was asked for
    if (kept?.isLost === false) return kept
    this.#session = openSftpSession(this.#address, this.label)
    return this.#session
  }

  async #makeFolder(session: SftpSession, path: string): Promise<void> {
    if (path === '.' || path === '/' || this.#made.has(path)) return
    const isThere = await session.stat(path).then(
      () => true,
      () => false, // then making it tells what is wrong
    )
    if (!isThere) {
      await this.#makeFolder(session, posix.dirname(path))
      await session.mkdir(path)
    }
    this.#made.add(path)
  }

  async *#walk(session: SftpSession, folder: string, prefix: string): AsyncGenerator<PlacedObject> {
    for (const { name, size, mtime } of await this.#entries(session, folder)) {
      if (name.endsWith('/')) {
        if (name.startsWith(prefix) || prefix.startsWith(name)) yield* this.#walk(session, name, prefix)
      } else if (name.startsWith(prefix)) {
        yield { name, bytes: size, modifiedAt: new Date(mtime * 1_000) }
      }
    }
  }

  async #entries(
    session: SftpSession,
    folder: string,
  ): Promise<{ readonly name: string; readonly size: number; readonly mtime: number }[]> {
    try {
      const found = await session.readdir(posix.join(this.#root, folder))
      return found
        .flatMap((entry) => {
          const { filename, attrs } = entry
          const kind = kindOf(entry)
          if (filename.startsWith('.') || (kind !== DIRECTORY && kind !== FILE)) return []
          const name = `${folder}${filename}${kind === DIRECTORY ? '/' : ''}`
          return [{ name, size: attrs.size ?? 0, mtime: attrs.mtime ?? 0 }]
        })
        .sort((one, other) => (one.name < other.name ? -1 : 1))
    } catch (error) {
      if (isMissing(error)) return [] // nothing was put there yet
      throw this.#meant(error)
    }
  }

  /** What a process that was killed has left: one that is being written is younger. */
  async #removeOldDrafts(session: SftpSession, folder: string): Promise<void> {
    if (this.#tidied.has(folder)) return
    this.#tidied.add(folder)
    const before = Date.now() - DRAFT_AGE_MS
    const drafts = new Set<string>()
    const found = await session.readdir(folder)
    for (const { filename, attrs } of found) {
      if (!filename.startsWith(DRAFT)) continue
      if (attrs.mtime === undefined || attrs.mtime * 1_000 > before) drafts.add(filename.slice(DRAFT.length))
      else await session.unlink(posix.join(folder, filename)).catch(() => undefined) // the next time takes it away
    }
    const names = new Set(found.map(({ filename }) => filename))
    for (const name of names) {
      const of = name.startsWith(ASIDE) ? name.slice(ASIDE.length) : null
      // While the new one is written the old one may be on its way.
      if (of === null || drafts.has(of)) continue
      await session.endAside(posix.join(folder, of), names.has(of)).catch(() => undefined) // the next time does
    }
  }

  async #isFull(session: SftpSession | null): Promise<boolean> {
    const found = await session?.freeSpace(this.#root).catch(() => undefined) // the first error is told then
    return found !== undefined && found.f_bavail * found.f_frsize < FULL_BELOW_BYTES
  }

  #meant(error: unknown, signal?: AbortSignal): unknown {
    if (signal?.aborted !== true && isDenied(error))
      return placeFailed(
        this.label,
        `${this.#address.user} may not read and write there; change its rights or the folder`,
        error,
      )
    return asPlaceError(this.label, error, signal)
  }
}

/** Not every server tells permissions, and with them the kind; then the line for people begins with it. */
function kindOf({ attrs, longname }: Pick<FileEntryWithStats, 'attrs' | 'longname'>): number {
  const told = ((attrs as Partial<typeof attrs>).mode ?? 0) & KIND
  if (told !== 0) return told
  return longname.startsWith('d') ? DIRECTORY : longname.startsWith('l') ? 0 : FILE
}

async function writeAll(session: SftpSession, path: string, source: AsyncIterable<Buffer>): Promise<void> {
  const handle = await session.open(path, 'w')
  const underWay: Promise<void>[] = []
  let position = 0
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        if (underWay.length >= WRITES_AHEAD) await underWay.shift()
        const piece = chunk.subarray(at, at + PIECE_BYTES)
        const written = session.write(handle, piece, position)
        written.catch(() => undefined) // told when it is its turn
        underWay.push(written)
        position += piece.length
      }
    }
    await Promise.all(underWay)
    await session.sync(handle)
  } finally {
    await Promise.allSettled(underWay)
    await session.closeFile(handle).catch(() => undefined) // what was written and synced is there
  }
}

async function* readAhead(session: SftpSession, handle: Buffer, from: number): AsyncGenerator<Buffer> {
  const ahead: Promise<Buffer>[] = []
  let position = from
  try {
    for (;;) {
      while (ahead.length < READS_AHEAD) {
        const piece = session.read(handle, PIECE_BYTES, position)
        piece.catch(() => undefined) // told when it is its turn
        ahead.push(piece)
        position += PIECE_BYTES
      }
      const piece = (await ahead.shift()) ?? Buffer.alloc(0)
      if (piece.length > 0) yield piece
      if (piece.length < PIECE_BYTES) return
    }
  } finally {
    await Promise.allSettled(ahead)
    await session.closeFile(handle).catch(() => undefined) // it was only read
  }
}
