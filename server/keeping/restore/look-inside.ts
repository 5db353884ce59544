/** What a backup holds, read from its first entry: enough to decide whether it shall take the place of a home. */
import type { BackupInside } from '../../contracts/backups.ts'
import type { BackupSource } from '../../contracts/keeping.ts'
import { requireKnownSchema } from '../../db/known-schema.ts'
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
