/** Complaints by others about what is written here. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { cleanLines } from '../text/clean-text.ts'

export interface IncomingReport {
  readonly uri: string
  readonly reporterId: string
  readonly reporterHost: string
  readonly targetId: string
  readonly postUris: readonly string[]
  readonly comment: string
}

/** More unanswered complaints of one server than these tell the owner nothing new. */
const MOST_OPEN_PER_HOST = 50
const MOST_COMMENT = 5_000

/** @returns its id; null when it is known, or its server has as many open reports as one may have */
export async function receiveReport(tx: Transaction, report: IncomingReport): Promise<string | null> {
  const comment = cleanLines(report.comment, MOST_COMMENT)
  const { rows } = await sql<{ id: string }>`
    insert into reports (uri, reporter_id, reporter_host, target_id, is_ours, post_uris, comment, state)
    select ${report.uri}, ${report.reporterId}::bigint, ${report.reporterHost}, ${report.targetId}::bigint, false,
           ${[...report.postUris]}::text[], ${comment}, 'received'
     where (select count(*) from reports
             where reporter_host = ${report.reporterHost} and resolved_at is null and not is_ours) < ${MOST_OPEN_PER_HOST}
        on conflict (uri) do nothing
    returning id`.execute(tx)
  return rows[0]?.id ?? null
}
