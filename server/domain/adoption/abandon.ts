/** Undoes an adoption that is not finished: the home is as empty as it was before. */
import { HomebirdError } from '../../core/errors.ts'
import { emptyTables } from '../../db/empty-tables.ts'
import type { Database } from '../../db/pool.ts'
import { inTransaction, notify } from '../../db/transaction.ts'
import { editHomeTexts } from '../owner/home-texts.ts'

/** What a home has before it is anybody's; files are taken away by whoever knows where they lie. */
const KEPT_TABLES: readonly string[] = [
  'schema_migrations',
  'home_settings',
  'owner_sessions',
  'media_files',
  'dropped_media',
  'edges',
  'purge_target',
  'purges',
  'heartbeats',
  'home_statistics',
  'doctor_findings',
  'doctor_runs',
]

const NO_TEXTS = { title: '', description: '', about: '', privacyPolicy: '', termsOfService: '' }

/** @throws HomebirdError CONFLICT for one that is finished, NOT_FOUND where none was begun */
export async function abandonAdoption(db: Database, now: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    // Held: it may come to its end at this very moment.
    const begun = await tx.selectFrom('adoption').select('finished_at').forUpdate().executeTakeFirst()
    const owner = await tx.selectFrom('owner').select('id').executeTakeFirst()
    if (begun === undefined) throw new HomebirdError('NOT_FOUND', 'no server is being taken over here')
    if (begun.finished_at !== null || owner !== undefined) {
      throw new HomebirdError('CONFLICT', 'an adoption that is finished cannot be undone', {
        safe: 'The server has been taken over: this is its home now.',
      })
    }
    await emptyTables(tx, KEPT_TABLES)
    await editHomeTexts(tx, NO_TEXTS, now)
    for (const what of ['domains', 'keys', 'settings', 'blocks', 'domain_blocks'])
      await notify(tx, 'changed', what)
  })
}
