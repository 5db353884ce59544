/**
 * Makes one backup: a snapshot of the database, the secrets and settings of the home, its own media. Nothing that the
 * snapshot names is taken away meanwhile, and nobody waits for it.
 */
import { Readable } from 'node:stream'
import { HomebirdError } from '../../core/errors.ts'
import { VERSION } from '../../core/version.ts'
import { type Snapshot, asFallOfDatabase, holdMedia, openSnapshot } from '../../db/copies/snapshot.ts'
import { writeArchive } from '../format/archive.ts'
import type { BackupAbout, BackupManifest } from '../format/manifest.ts'
import { backupName } from '../format/names.ts'
import { sealFile } from '../format/sealed-file.ts'
import type { BackupPlace } from '../places/backup-place.ts'
import { archiveEntries } from './archive-entries.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { putMediaIndex } from '../media-index.ts'
import { MediaCopier } from './media-copier.ts'

export interface WrittenBackup {
  readonly name: string
  readonly bytes: number
  readonly manifest: BackupManifest
}

/** The text of a table is larger than its pages now and then, and zstd makes a third of it at least. */
const SHARE_OF_TABLES = 0.5
const ROOM_TO_LEAVE_BYTES = 64 * 1_048_576

/**
 * @throws HomebirdError STORAGE_FULL, UNAVAILABLE of the place, DATABASE_UNREACHABLE where it fell meanwhile, DATABASE_UNSUITABLE naming the table that cannot be read; then no
 *   backup of that name is there, and those before are untouched
 */
export async function writeBackup(needs: BackupNeeds): Promise<WrittenBackup> {
  const hold = await holdMedia(needs.database)
  const signal = AbortSignal.any([needs.signal, hold.lost])
  try {
    return await writeHeld({ ...needs, signal })
  } catch (error) {
    // What broke by it says less than it does.
    if (hold.lost.aborted && !needs.signal.aborted) throw hold.lost.reason
    throw asFallOfDatabase(error)
  } finally {
    await hold[Symbol.asyncDispose]()
  }
}

async function writeHeld(needs: BackupNeeds): Promise<WrittenBackup> {
  const copier = needs.isWhole ? null : await bringMedia(needs)
  const snapshot = await openSnapshot(needs.database)
  try {
    return await write(needs, snapshot, copier)
  } finally {
    await snapshot[Symbol.asyncDispose]()
  }
}

/** Before the snapshot that counts: the first time it may take hours, and a snapshot keeps the database from tidying up. */
async function bringMedia({
  database,
  media,
  place,
  keys,
  progress,
  signal,
}: BackupNeeds): Promise<MediaCopier> {
  progress.begin('media', 'files', null)
  const copier = await MediaCopier.open({ media, place, key: keys.key, signal })
  const snapshot = await openSnapshot(database)
  try {
    for await (const file of snapshot.mediaFiles()) {
      await copier.bring(file)
      progress.add(1)
    }
  } finally {
    await snapshot[Symbol.asyncDispose]()
  }
  return copier
}

async function write(
  needs: BackupNeeds,
  snapshot: Snapshot,
  copier: MediaCopier | null,
): Promise<WrittenBackup> {
  const { now, isWhole, keys, place, progress, signal } = needs
  const { tableBytes } = snapshot
  await requireRoom(place, tableBytes * SHARE_OF_TABLES)
  progress.begin('tables', 'bytes', tableBytes)
  const about: BackupAbout = {
    format: 1,
    madeAt: now.toISOString(),
    madeBy: VERSION,
    platform: `${process.platform} ${process.arch}`,
    isWhole,
    ...snapshot.facts,
    tables: snapshot.tables,
  }
  const made: { manifest: BackupManifest | null } = { manifest: null }
  const entries = archiveEntries({ ...needs, snapshot, copier, about }, (manifest) => {
    made.manifest = manifest
  })
  const head = { kind: 'backup', madeAt: about.madeAt, madeBy: VERSION, isWhole, locks: keys.locks } as const
  const name = backupName(now, isWhole, keys.key)
  const sealed = sealFile(head, keys.key, writeArchive(entries))
  const bytes = await place.put(name, Readable.from(sealed, { objectMode: false }), signal)
  if (copier !== null) await putMediaIndex(place, name, copier.brought, signal)
  if (made.manifest === null) throw new HomebirdError('INTERNAL', `${name} was written without its manifest`)
  return { name, bytes, manifest: made.manifest }
}

async function requireRoom(place: BackupPlace, bytes: number): Promise<void> {
  const free = await place.free()
  const needed = bytes + ROOM_TO_LEAVE_BYTES
  if (free === null || free >= needed) return
  const why = `${place.label} has ${Math.floor(free / 1_048_576)} MB left and a backup may need ${Math.ceil(needed / 1_048_576)} MB; make room there or choose another place`
  throw new HomebirdError('STORAGE_FULL', why, { safe: why })
}
