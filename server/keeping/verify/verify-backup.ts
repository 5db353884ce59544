/**
 * Proves a backup by doing with it what it is for: it is read back from its place whole, restored into a scratch database, and
 * what lies there then is compared with its manifest; media beside it are looked for.
 */
import { Transform } from 'node:stream'
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { giveBackMemory } from '../../core/idle-memory.ts'
import { type Load, openLoad } from '../../db/copies/load.ts'
import { withScratchDatabase } from '../../db/copies/scratch.ts'
import { readArchive } from '../format/archive.ts'
import type { BackupAbout, BackupManifest } from '../format/manifest.ts'
import { type BackupTaker, readBackup } from '../format/read-backup.ts'
import { readSealedFile } from '../format/sealed-file.ts'
import { through } from '../format/through.ts'
import type { BackupPlace } from '../places/backup-place.ts'
import type { Progress } from '../progress.ts'
import { type BesideMedium, verifyMedia } from './verify-media.ts'

export interface VerifyNeeds {
  readonly place: BackupPlace
  readonly name: string
  /** The backup key. */
  readonly key: string
  readonly home: DatabaseConnection
  /** Who makes scratch databases; null for the home itself, where it may. */
  readonly admin: DatabaseConnection | null
  /** Of the disk that the database lies on; null where that is another's. */
  readonly freeBytes: number | null
  /** Whether media beside it are read too, and not only looked for. */
  readonly isThorough: boolean
  readonly progress: Progress
  readonly signal: AbortSignal
}

export interface VerifiedBackup {
  readonly manifest: BackupManifest
  /** Null where it was restored into a database too; else why it was only read. */
  readonly notRestored: string | null
}

/**
 * @throws HomebirdError DOCUMENT_INVALID for a backup that is of no use, NOT_FOUND where it is not there, and what the place
 *   and the database throw
 */
export async function verifyBackup(needs: VerifyNeeds): Promise<VerifiedBackup> {
  const { home, admin, freeBytes } = needs
  try {
    const manifest = await withScratchDatabase(home, admin, freeBytes, (scratch) =>
      restoreInto(scratch, needs),
    )
    return { manifest, notRestored: null }
  } catch (error) {
    if (!isHomebirdError(error, 'FORBIDDEN') && !isHomebirdError(error, 'STORAGE_FULL')) throw error
    const manifest = await readThrough(needs, null)
    return { manifest, notRestored: `${error.message}; it was read and its hashes are right` }
  }
}

async function restoreInto(scratch: DatabaseConnection, needs: VerifyNeeds): Promise<BackupManifest> {
  const opened: { load: Load | null } = { load: null }
  try {
    const manifest = await readThrough(needs, async ({ schemaVersion }) => {
      opened.load = await openLoad(scratch, { schemaVersion, isScratch: true })
      return opened.load
    })
    if (opened.load !== null) await compare(opened.load, manifest, needs)
    return manifest
  } finally {
    await opened.load?.[Symbol.asyncDispose]()
  }
}

async function compare(
  load: Load,
  manifest: BackupManifest,
  { name, progress, signal }: VerifyNeeds,
): Promise<void> {
  // The database takes its turn.
  await giveBackMemory()
  progress.begin('indexes', 'rows', null)
  await load.finish(manifest.sequences, () => {
    signal.throwIfAborted()
    progress.add(1)
  })
  const total = manifest.tables.reduce((sum, { bytes }) => sum + bytes, 0)
  progress.begin('compare', 'bytes', total)
  for (const table of manifest.tables) {
    const { rows, digest, bytes } = await load.digest(table, signal)
    if (rows !== table.rows || digest !== table.digest)
      throw new HomebirdError(
        'DOCUMENT_INVALID',
        `${name}: the table ${table.name} was restored with ${rows} of ${table.rows} rows, or with others`,
      )
    progress.add(bytes)
  }
}

/** @param into  where rows go; null for nowhere */
async function readThrough(
  needs: VerifyNeeds,
  into: ((about: BackupAbout) => Promise<Load>) | null,
): Promise<BackupManifest> {
  let load: Load | null = null
  const { signal, progress } = needs
  progress.begin('read', 'bytes', await sizeOf(needs))
  const wanted = new Map<string, BesideMedium>()
  const manifest = await readWith(needs, {
    ...NOBODY,
    about: async (about) => {
      load = (await into?.(about)) ?? null
    },
    table: async (table, rows) => {
      if (load === null) return drain(rows)
      await load.fill(table, rows, signal)
    },
    listed: async ({ key, object, bytes }) =>
      void (object === null ? undefined : wanted.set(object, { key, bytes })),
  })
  await verifyMedia(wanted, needs)
  return manifest
}

async function readWith(needs: VerifyNeeds, taker: BackupTaker): Promise<BackupManifest> {
  const { place, name, key, signal, progress } = needs
  const source = await place.get(name, 0, signal)
  try {
    const counter = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        progress.add(chunk.length)
        next(null, chunk)
      },
    })
    const file = await readSealedFile(through(source, counter), 'backup', name)
    return await readBackup(readArchive(file.open(key)), taker)
  } finally {
    source.destroy()
  }
}

async function sizeOf({ place, name }: VerifyNeeds): Promise<number | null> {
  for await (const object of place.list(name)) if (object.name === name) return object.bytes
  return null
}

async function drain(source: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of source) void chunk
}

const NOBODY: BackupTaker = {
  about: async () => undefined,
  table: async (_table, rows) => drain(rows),
  file: async (_name, content) => drain(content),
  medium: async (_key, content) => drain(content),
  listed: async () => undefined,
}
