/**
 * Restores a backup into a home in the making: an empty database and an empty folder. Every hash is proven on the way, the rows
 * are read again and compared, the schema is brought up to that of this program, and what may have gone out since is set aside.
 */
import { statfs } from 'node:fs/promises'
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import type { RestoreJob } from '../../contracts/keeping.ts'
import { systemClock } from '../../core/clock.ts'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { giveBackMemory } from '../../core/idle-memory.ts'
import { createLogger } from '../../core/log.ts'
import { type Load, openLoad } from '../../db/copies/load.ts'
import { migrate } from '../../db/migrator.ts'
import { openDatabase } from '../../db/pool.ts'
import { type SetAside, setOutboundAside } from '../../domain/restoring/set-aside.ts'
import type { BackupAbout, BackupManifest } from '../format/manifest.ts'
import type { Progress } from '../progress.ts'
import { LaidFiles } from './laid-files.ts'
import { type OpenedBackup, openBackup } from './open-backup.ts'

export interface RestoreNeeds extends Pick<
  RestoreJob,
  'from' | 'key' | 'words' | 'into' | 'mediaFolder' | 'keepsQueue' | 'hasLeft'
> {
  /** The home's folder, by which a place of its own is found. */
  readonly dataDir: string
  readonly database: DatabaseConnection
  readonly progress: Progress
  readonly signal: AbortSignal
}

export interface Restored {
  readonly name: string
  readonly about: BackupAbout
  readonly aside: SetAside
  /** Media that could not be had. */
  readonly missingMedia: number
}

/** Beside the backup itself: its tables take more room than in it, and so do their indexes. */
const LEAST_TIMES = 2
const LEAST_FREE_BYTES = 256 * 1_048_576

/**
 * @throws HomebirdError DOCUMENT_INVALID, SCHEMA_NEWER, FORBIDDEN, NOT_FOUND, UNAVAILABLE, STORAGE_FULL; what was laid by then is of no use
 */
export async function restoreBackup(needs: RestoreNeeds): Promise<Restored> {
  try {
    const backup = await openBackup(needs.from, needs, needs.dataDir, needs.signal)
    try {
      return await restoreOpened(backup, needs)
    } finally {
      await backup[Symbol.asyncDispose]()
    }
  } catch (error) {
    throw asRoom(error)
  }
}

async function restoreOpened(backup: OpenedBackup, needs: RestoreNeeds): Promise<Restored> {
  await requireRoom(backup, needs.into)
  const about = await backup.about()
  const files = await LaidFiles.open(needs)
  try {
    const load = await openLoad(needs.database, { schemaVersion: about.schemaVersion, isScratch: false })
    try {
      await fill(backup, load, files, needs)
    } finally {
      await load[Symbol.asyncDispose]()
    }
    const missingMedia = await bringMedia(backup, files, needs)
    files.sync()
    return { name: backup.name, about, aside: await makeFit(about, needs), missingMedia }
  } finally {
    await files.close()
  }
}

async function requireRoom({ bytes, name }: OpenedBackup, into: string): Promise<void> {
  if (bytes === null) return
  const { bavail, bsize } = await statfs(into)
  const [free, needed] = [bavail * bsize, bytes * LEAST_TIMES + LEAST_FREE_BYTES]
  if (free < needed)
    throw noRoom(`${name} needs ${megabytes(needed)} at least, and ${megabytes(free)} are free`)
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_048_576)} MB`

function noRoom(what: string, cause?: unknown): HomebirdError {
  const text = `${what} on the disk of this home; make room and restore again, nothing was changed`
  return new HomebirdError('STORAGE_FULL', text, { safe: text, ...(cause === undefined ? {} : { cause }) })
}

/** Of the file system, or of PostgreSQL. @see PostgreSQL manual, appendix A: 53100 is disk_full */
function asRoom(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : ''
    if (isHomebirdError(cause, 'STORAGE_FULL')) return error
    if (['ENOSPC', 'EDQUOT', '53100'].includes(code)) return noRoom('there is no room left', error)
  }
  return error
}

async function fill(
  backup: OpenedBackup,
  load: Load,
  files: LaidFiles,
  { progress, signal }: RestoreNeeds,
): Promise<void> {
  progress.begin('read', 'bytes', backup.bytes)
  const manifest = await backup.read(
    {
      about: async () => undefined,
      table: (table, rows) => load.fill(table, rows, signal),
      file: (name, content) => files.file(name, content),
      medium: (key, content) => files.medium(key, content),
      listed: (line) => files.listed(line),
    },
    (bytes) => progress.add(bytes),
  )
  // The database takes its turn.
  await giveBackMemory()
  progress.begin('indexes', 'rows', null)
  await load.finish(manifest.sequences, () => {
    signal.throwIfAborted()
    progress.add(1)
  })
  await compare(manifest, load, { name: backup.name, progress, signal })
}

/** @throws HomebirdError DOCUMENT_INVALID naming the first table that is not as the manifest says */
async function compare(
  { tables }: BackupManifest,
  load: Load,
  { name, progress, signal }: Pick<RestoreNeeds, 'progress' | 'signal'> & { readonly name: string },
): Promise<void> {
  progress.begin(
    'compare',
    'bytes',
    tables.reduce((sum, { bytes }) => sum + bytes, 0),
  )
  for (const table of tables) {
    const found = await load.digest(table, signal)
    if (found.rows !== table.rows || found.digest !== table.digest)
      throw new HomebirdError(
        'DOCUMENT_INVALID',
        `${name}: the table ${table.name} was restored with ${found.rows} of ${table.rows} rows, or with others`,
      )
    progress.add(found.bytes)
  }
}

async function bringMedia(
  backup: OpenedBackup,
  files: LaidFiles,
  { progress }: RestoreNeeds,
): Promise<number> {
  progress.begin('media', 'files', files.beside)
  return files.bringBeside(backup, () => progress.add(1))
}

/** From the schema of the backup to that of today, and nothing goes out a second time. */
async function makeFit(
  { madeAt }: BackupAbout,
  { database, progress, keepsQueue = false, hasLeft = false }: RestoreNeeds,
): Promise<SetAside> {
  progress.begin('schema', 'rows', null)
  await migrate(database)
  if (keepsQueue) return { deliveries: 0, acts: 0, scheduled: 0, drafts: 0, isToldGone: false }
  const log = createLogger('keeper', 'warn')
  const opened = openDatabase(database, { connections: 1, applicationName: 'homebird keeper', log })
  try {
    return await opened.db
      .transaction()
      .execute((tx) => setOutboundAside(tx, new Date(madeAt), systemClock.now(), hasLeft))
  } finally {
    await opened.close()
  }
}
