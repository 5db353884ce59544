/** Makes a backup and proves it, or proves one that lies in a place. */
import { statfs } from 'node:fs/promises'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import type { KeeperJob } from '../contracts/keeping.ts'
import { systemClock } from '../core/clock.ts'
import { dataDirAt } from '../core/data-dir.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import { SecretBox } from '../core/secret-box.ts'
import { giveBackMemory } from '../core/idle-memory.ts'
import { createStorageExchange } from '../net/storage-exchange.ts'
import { openMediaStore } from '../storage/open-media-store.ts'
import type { BackupManifest } from './format/manifest.ts'
import { type WrittenBackup, writeBackup } from './backup/write-backup.ts'
import type { BackupPlace } from './places/backup-place.ts'
import { openNamedPlace } from './places/open-named-place.ts'
import type { JobSurroundings, KeeperChannel } from './job-surroundings.ts'
import { sealedBy } from './sealed-by.ts'
import { tidyPlace } from './tidy-place.ts'
import { verifyBackup } from './verify/verify-backup.ts'
import { verifyFresh } from './verify/verify-fresh.ts'

type BackupJob = Extract<KeeperJob, { readonly task: 'backup' }>
type VerifyJob = Extract<KeeperJob, { readonly task: 'verify' }>

export async function makeBackup(job: BackupJob, around: JobSurroundings): Promise<void> {
  const place = await placeOf(job, around)
  try {
    const written = await around.perform('backup', null, async (progress) => {
      const value = await write(job, place, { ...around, progress })
      return { subject: value.name, message: sayMissing(value.manifest), value }
    })
    if (written === null || !job.isVerified) return
    await giveBackMemory()
    const proven = await prove({ ...job, name: written.name }, place, around, verifyFresh)
    // Nothing older goes for one that is of no use.
    if (proven) await tidy(place, job.keys.key, around)
  } finally {
    await place.close()
  }
}

export async function proveBackup(job: VerifyJob, around: JobSurroundings): Promise<void> {
  const place = await placeOf(job, around)
  try {
    await prove(job, place, around, verifyBackup)
  } finally {
    await place.close()
  }
}

function placeOf({ place }: BackupJob | VerifyJob, { channel }: JobSurroundings): Promise<BackupPlace> {
  return openNamedPlace(place, channel.start.dataDir)
}

/** What stays too long does no harm: the next backup tries again. */
async function tidy(place: BackupPlace, key: string, { channel, signal }: JobSurroundings): Promise<void> {
  try {
    const { backups, media } = await tidyPlace(
      place,
      channel.start.settings.backupKeep,
      sealedBy(place, key, signal),
      signal,
      systemClock.now(),
    )
    if (backups + media > 0)
      channel.notice(
        'info',
        `${place.label}: ${backups} older backups and ${media} files that none needs were removed`,
      )
  } catch (error) {
    if (!signal.aborted)
      channel.notice('warn', `${place.label}: older backups could not be removed: ${describeError(error)}`)
  }
}

type Working = JobSurroundings & { readonly progress: Parameters<typeof writeBackup>[0]['progress'] }

async function write(job: BackupJob, place: BackupPlace, working: Working): Promise<WrittenBackup> {
  const { channel, signal, progress } = working
  const { start } = channel
  const dir = dataDirAt(start.dataDir)
  const media = openMediaStore({
    config: start.settings,
    backend: start.settings.mediaBackend,
    folder: start.settings.mediaRoot ?? dir.media,
    clock: systemClock,
    openTransport: createStorageExchange,
  })
  try {
    const box = new SecretBox(start.secretsKey)
    const { keys, isWhole } = job
    return await writeBackup({
      database: databaseOf(channel),
      dir,
      box,
      media,
      place,
      keys,
      isWhole,
      progress,
      signal,
      now: systemClock.now(),
    })
  } finally {
    await media.close()
  }
}

async function prove(
  { name, keys, admin, isThorough = false }: Pick<VerifyJob, 'name' | 'keys' | 'admin' | 'isThorough'>,
  place: BackupPlace,
  { channel, signal, perform }: JobSurroundings,
  verify: typeof verifyBackup,
): Promise<boolean> {
  const proven = await perform('verify', name, async (progress) => {
    const home = databaseOf(channel)
    const freeBytes = admin === null ? null : await freeBytesOf(channel.start.dataDir)
    const needs = { place, name, key: keys.key, home, admin, freeBytes, isThorough, progress, signal }
    const found = await verify(needs)
    return { subject: name, message: found.notRestored, value: found }
  })
  return proven !== null
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

function databaseOf({ start }: KeeperChannel): DatabaseConnection {
  if (start.database !== null) return start.database
  throw new HomebirdError('INTERNAL', 'a keeper of backups was started without the database')
}

function sayMissing({ media }: BackupManifest): string | null {
  const count = media.missing.length
  if (count === 0) return null
  return `${count} own files that posts name are not where they should be, or damaged, and are in no backup; the first is ${media.missing[0] ?? ''}`
}
