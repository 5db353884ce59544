/**
 * Takes from a place what the keep rule leaves no room for, and the media that no backup there names any more. It is done after a
 * backup was made and proven, never instead: a place loses nothing while backups fail.
 */
import type { KeepRule } from '../core/backup-settings.ts'
import { backupsToRemove } from './keep-rule.ts'
import { INDEX_SUFFIX, indexNameOf, readMediaIndex } from './media-index.ts'
import { BACKUP_PREFIX, MEDIA_PREFIX, readBackupName } from './format/names.ts'
import type { BackupPlace } from './places/backup-place.ts'

export interface Tidied {
  readonly backups: number
  readonly media: number
}

/**
 * Copies with everything inside were made by hand and go only by hand.
 * @throws what the place throws; what was not removed then is removed the next time
 */
export async function tidyPlace(place: BackupPlace, rule: KeepRule, signal: AbortSignal): Promise<Tidied> {
  const { backups, indexes } = await lookAt(place)
  const gone = backupsToRemove(
    backups.filter(({ isWhole }) => !isWhole),
    rule,
  )
  for (const { name } of gone) await removeBackup(place, name, signal)
  const left = backups.filter((backup) => !gone.includes(backup))
  const wanted = new Set(left.map(({ name }) => indexNameOf(name)))
  for (const name of indexes) {
    signal.throwIfAborted()
    if (!wanted.has(name)) await place.remove(name)
  }
  const needing = left.filter(({ isWhole }) => !isWhole)
  return { backups: gone.length, media: await removeUnnamedMedia(place, needing, signal) }
}

/** The backup first: without its list it would stay, and keep all media with it. */
export async function removeBackup(place: BackupPlace, name: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await place.remove(name)
  await place.remove(indexNameOf(name))
}

async function lookAt(place: BackupPlace) {
  const backups: NonNullable<ReturnType<typeof readBackupName>>[] = []
  const indexes: string[] = []
  for await (const { name } of place.list(BACKUP_PREFIX)) {
    const backup = readBackupName(name)
    if (backup !== null) backups.push(backup)
    else if (name.endsWith(INDEX_SUFFIX)) indexes.push(name)
  }
  return { backups, indexes }
}

async function removeUnnamedMedia(
  place: BackupPlace,
  backups: readonly { readonly name: string }[],
  signal: AbortSignal,
): Promise<number> {
  const named = new Set<string>()
  for (const { name } of backups) {
    const names = await readMediaIndex(place, name, signal)
    if (names === null) return 0
    for (const one of names) named.add(one)
  }
  const unnamed: string[] = []
  for await (const { name } of place.list(MEDIA_PREFIX)) if (!named.has(name)) unnamed.push(name)
  for (const name of unnamed) {
    signal.throwIfAborted()
    await place.remove(name)
  }
  return unnamed.length
}
