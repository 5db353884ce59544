/** Opens a backup for restoring: finds the key that opens it, says what is inside, and reads it as often as is asked. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import type { BackupSource, KeyLock } from '../../contracts/keeping.ts'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { openAnyLock } from '../../core/key-lock.ts'
import { readArchive } from '../format/archive.ts'
import type { BackupAbout, BackupManifest } from '../format/manifest.ts'
import { type BackupTaker, readBackup } from '../format/read-backup.ts'
import { type BackupHead, readSealedFile } from '../format/sealed-file.ts'
import { through } from '../format/through.ts'
import type { BackupPlace } from '../places/backup-place.ts'
import { openNamedPlace } from '../places/open-named-place.ts'

export interface BackupWords {
  /** This home's own backup key; null where there is none. */
  readonly key: string | null
  /** The passphrase, or the recovery code. */
  readonly words: string | null
}

export interface OpenedBackup extends AsyncDisposable {
  readonly name: string
  readonly head: BackupHead
  /** The backup key that opens it, and the media beside it. */
  readonly key: string
  /** Where it lies, with the media beside it. */
  readonly place: BackupPlace
  /** Null where its place does not tell. */
  readonly bytes: number | null
  about(): Promise<BackupAbout>
  /** @param passed  bytes of the file as they go by */
  read(taker: BackupTaker, passed: (bytes: number) => void): Promise<BackupManifest>
}

/**
 * @throws HomebirdError NOT_FOUND, UNAVAILABLE; DOCUMENT_INVALID for what is no backup or a damaged one; FORBIDDEN where nothing
 *   that is known opens it
 */
export async function openBackup(
  from: BackupSource,
  words: BackupWords,
  dataDir: string,
  signal: AbortSignal,
): Promise<OpenedBackup> {
  const isFile = 'file' in from
  const name = isFile ? basename(from.file) : from.name
  if (isFile) await requireFile(from.file)
  const place = await openNamedPlace(isFile ? dirname(from.file) : from.place, dataDir)
  try {
    const open = isFile
      ? () => Promise.resolve(createReadStream(from.file, { signal, highWaterMark: 1_048_576 }))
      : () => place.get(name, 0, signal)
    const head = await headOf(open, name)
    const key = await keyOf(head, words, open, name)
    const readWith = async (taker: BackupTaker, passed: (bytes: number) => void): Promise<BackupManifest> =>
      reading(open, passed, async (source) => {
        const file = await readSealedFile(source, 'backup', name)
        return readBackup(readArchive(file.open(key)), taker)
      })
    return {
      name,
      head,
      key,
      place,
      bytes: isFile ? (await stat(from.file)).size : await sizeIn(place, name),
      about: () => aboutOf(readWith),
      read: readWith,
      [Symbol.asyncDispose]: () => place.close(),
    }
  } catch (error) {
    await place.close()
    throw error
  }
}

type Open = () => Promise<Readable>

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    const why = `${path} cannot be read (${code}); name the file of a backup`
    throw new HomebirdError('NOT_FOUND', why, { cause, safe: why })
  })
  if (!found.isFile()) {
    const why = `${path} is no file; name the file of a backup, such as homebird-…-whole.backup`
    throw new HomebirdError('NOT_FOUND', why, { safe: why })
  }
}

async function sizeIn(place: BackupPlace, name: string): Promise<number | null> {
  for await (const object of place.list(name)) if (object.name === name) return object.bytes
  return null
}

async function reading<T>(
  open: Open,
  passed: (bytes: number) => void,
  read: (source: AsyncIterable<Buffer>) => Promise<T>,
): Promise<T> {
  const source = await open()
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      passed(chunk.length)
      next(null, chunk)
    },
  })
  try {
    return await read(through(source, counter))
  } finally {
    source.destroy()
  }
}

function headOf(open: Open, name: string): Promise<BackupHead> {
  return reading(open, noCount, async (source) => {
    const file = await readSealedFile(source, 'backup', name)
    await file.close()
    return file.head
  })
}

const noCount = (): void => undefined

/** @throws HomebirdError FORBIDDEN saying what would open it */
async function keyOf(
  head: BackupHead,
  { key, words }: BackupWords,
  open: Open,
  name: string,
): Promise<string> {
  if (words !== null) {
    const opened = await openAnyLock(head.locks, words)
    if (opened !== null) return opened
    throw closed(name, `what was given opens it not: it opens with ${sayLocks(head.locks)}`)
  }
  if (key !== null && (await isKey(key, open, name))) return key
  throw closed(name, `it opens with ${sayLocks(head.locks)}`)
}

function closed(name: string, why: string): HomebirdError {
  const text = `${name} stays closed: ${why}`
  return new HomebirdError('FORBIDDEN', text, { safe: text })
}

function sayLocks(locks: readonly KeyLock[]): string {
  const known = locks.map(({ by }) =>
    by === 'passphrase' ? 'the passphrase of its home' : 'the recovery code',
  )
  return [...known, 'the secrets of the home that made it'].join(', or with ')
}

/** Its first bytes tell. */
function isKey(key: string, open: Open, name: string): Promise<boolean> {
  return reading(open, noCount, async (source) => {
    const chunks = (await readSealedFile(source, 'backup', name)).open(key)
    try {
      await chunks.next()
      return true
    } catch (error) {
      if (isHomebirdError(error, 'DOCUMENT_INVALID')) return false
      throw error
    } finally {
      await chunks.return(undefined)
    }
  })
}

class SeenEnough extends Error {}

async function aboutOf(
  read: (taker: BackupTaker, passed: (bytes: number) => void) => Promise<unknown>,
): Promise<BackupAbout> {
  const seen: { about: BackupAbout | null } = { about: null }
  const nothing = (): Promise<void> => Promise.resolve()
  const look: BackupTaker = {
    about(about) {
      seen.about = about
      return Promise.reject(new SeenEnough())
    },
    table: nothing,
    file: nothing,
    medium: nothing,
    listed: nothing,
  }
  await read(look, noCount).catch((error: unknown) => {
    if (!(error instanceof SeenEnough)) throw error
  })
  if (seen.about === null) throw new HomebirdError('INTERNAL', 'a backup was read without what it is')
  return seen.about
}
