/** The owner complains about somebody elsewhere; Stator tells their server when that is asked for. */
import { HomebirdError } from '../../core/errors.ts'
import type { ReportCategory } from '../../db/moderation-tables.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import type { Home } from '../owner/home.ts'
import { nextId } from '../owner/identities.ts'
import { reportUri } from '../owner/own-uris.ts'

export interface ReportForm {
  readonly comment: string
  readonly category: ReportCategory
  readonly ruleIds: readonly string[]
  /** Of the target, as the reporter sees them. */
  readonly postUris: readonly string[]
  readonly isForwarded: boolean
}

/**
 * @throws HomebirdError UNPROCESSABLE for a complaint about an identity of this home
 */
export async function fileReport(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  reporter: Pick<Row<'actors'>, 'id' | 'host'>,
  target: Pick<Row<'actors'>, 'id' | 'domain_id'>,
  form: ReportForm,
  now: Date,
): Promise<Row<'reports'>> {
  if (target.domain_id !== null) {
    throw new HomebirdError('UNPROCESSABLE', `${target.id} is an identity of this home`, {
      safe: 'Validation failed: nobody reads complaints about you but you',
    })
  }
  const id = await nextId(tx)
  const report = await tx
    .insertInto('reports')
    .values({
      id,
      // Of the home and not of the identity: nothing in it tells who complains.
      uri: reportUri(home.origin(), id),
      reporter_id: reporter.id,
      reporter_host: reporter.host,
      target_id: target.id,
      is_ours: true,
      post_uris: [...form.postUris],
      comment: form.comment,
      category: form.category,
      rule_ids: [...form.ruleIds],
      is_forwarded: form.isForwarded,
      created_at: now,
      state_next_attempt_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await wakeWorker(tx, 'reports')
  return report
}
