/**
 * Takes from a place what the keep rule leaves no room for, and the media that no backup there names any more. It is done after a
 * backup was made and proven, never instead: a place loses nothing while backups fail.
 */
import type { KeepRule } from '../core/backup-settings.ts'
import { backupsToRemove } from './keep-rule.ts'
import { INDEX_SUFFIX, indexNameOf, readMediaIndex } from './media-index.ts'
import { BACKUP_PREFIX, type BackupName, MEDIA_PREFIX, readBackupName } from './format/names.ts'
import type { BackupPlace } from './places/backup-place.ts'
import type { IsOurs } from './sealed-by.ts'

export interface Tidied {
  readonly backups: number
  readonly media: number
}

/**
 * Copies with everything inside were made by hand and go only by hand. What another home keeps there is its own business.
 * @throws what the place throws; what was not removed then is removed the next time
 */
export async function tidyPlace(
  place: BackupPlace,
  rule: KeepRule,
  isOurs: IsOurs,
  signal: AbortSignal,
  now: Date,
): Promise<Tidied> {
  const { backups, indexes } = await lookAt(place)
  const ours: BackupName[] = []
  for (const backup of backups)
    if (!backup.isWhole && (await isOurs('backup', backup.name))) ours.push(backup)
  const gone = backupsToRemove(ours, rule, now)
  for (const { name } of gone) await removeBackup(place, name, signal)
  const left = backups.filter((backup) => !gone.includes(backup))
  const wanted = new Set(left.map(({ name }) => indexNameOf(name)))
  for (const name of indexes) {
    signal.throwIfAborted()
    if (!wanted.has(name)) await place.remove(name)
  }
  const needing = left.filter(({ isWhole }) => !isWhole)
  return { backups: gone.length, media: await removeUnnamedMedia(place, needing, isOurs, signal, now) }
}

/** The backup first: without its list it would stay, and keep all media with it. */
export async function removeBackup(place: BackupPlace, name: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await place.remove(name)
  await place.remove(indexNameOf(name))
}

async function lookAt(place: BackupPlace) {
  const backups: BackupName[] = []
  const indexes: string[] = []
  for await (const { name } of place.list(BACKUP_PREFIX)) {
    const backup = readBackupName(name)
    if (backup !== null) backups.push(backup)
    else if (name.endsWith(INDEX_SUFFIX)) indexes.push(name)
  }
  return { backups, indexes }
}

/** A home that was restored on trial beside this one may be bringing it, for a backup that is not there yet. Clocks of places may be wrong. */
const FRESH_MS = 86_400_000
const isFresh = (at: Date, now: Date): boolean => Math.abs(now.getTime() - at.getTime()) < FRESH_MS

async function removeUnnamedMedia(
  place: BackupPlace,
  backups: readonly { readonly name: string }[],
  isOurs: IsOurs,
  signal: AbortSignal,
  now: Date,
): Promise<number> {
  const named = new Set<string>()
  for (const { name } of backups) {
    const names = await readMediaIndex(place, name, signal)
    if (names === null) return 0
    for (const one of names) named.add(one)
  }
  const unnamed: string[] = []
  for await (const { name, modifiedAt } of place.list(MEDIA_PREFIX))
    if (!named.has(name) && !isFresh(modifiedAt, now)) unnamed.push(name)
  let removed = 0
  for (const name of unnamed) {
    signal.throwIfAborted()
    // Another home may be bringing them there, for a backup that is not there yet.
    if (!(await isOurs('medium', name))) continue
    await place.remove(name)
    removed += 1
  }
  return removed
}
