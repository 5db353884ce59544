/** Whether the data of another home, or of an older day, can be read by this program. */
import { HomebirdError } from '../core/errors.ts'
import { MIGRATIONS_DIR, readMigrations } from './migrator.ts'

/** @throws HomebirdError SCHEMA_NEWER */
export async function requireKnownSchema({
  schemaVersion,
  madeBy,
}: {
  readonly schemaVersion: number
  readonly madeBy: string
}): Promise<void> {
  const known = (await readMigrations(MIGRATIONS_DIR)).length
  if (schemaVersion <= known) return
  const why = `that home is of Homebird ${madeBy} and has schema ${schemaVersion}; this one knows up to ${known}. Use Homebird ${madeBy} or newer here`
  throw new HomebirdError('SCHEMA_NEWER', why, { safe: why })
}
