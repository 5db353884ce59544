/** What a backup holds, read from its first entry: enough to decide whether it shall take the place of a home. */
import type { BackupInside } from '../../contracts/backups.ts'
import type { BackupSource } from '../../contracts/keeping.ts'
import { HomebirdError } from '../../core/errors.ts'
import { MIGRATIONS_DIR, readMigrations } from '../../db/migrator.ts'
import type { BackupAbout } from '../format/manifest.ts'
import { type BackupWords, openBackup } from './open-backup.ts'

/** @throws HomebirdError as `openBackup`, and SCHEMA_NEWER for one that this Homebird is too old for */
export async function lookInside(
  from: BackupSource,
  words: BackupWords,
  dataDir: string,
  signal: AbortSignal,
): Promise<BackupInside> {
  const backup = await openBackup(from, words, dataDir, signal)
  try {
    const about = await backup.about()
    await requireKnownSchema(about)
    const { madeAt, madeBy, platform, identities, posts, followers, following, isWhole } = about
    const { name, bytes } = backup
    return { name, bytes, madeAt, madeBy, platform, identities, posts, followers, following, isWhole }
  } finally {
    await backup[Symbol.asyncDispose]()
  }
}

/** @throws HomebirdError SCHEMA_NEWER */
export async function requireKnownSchema({
  schemaVersion,
  madeBy,
}: Pick<BackupAbout, 'schemaVersion' | 'madeBy'>): Promise<void> {
  const known = (await readMigrations(MIGRATIONS_DIR)).length
  if (schemaVersion <= known) return
  const why = `that home is of Homebird ${madeBy} and has schema ${schemaVersion}; this one knows up to ${known}. Use Homebird ${madeBy} or newer here`
  throw new HomebirdError('SCHEMA_NEWER', why, { safe: why })
}
