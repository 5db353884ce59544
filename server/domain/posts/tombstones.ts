/** What is gone stays gone: deletions are remembered, those that came before what they delete too. */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export interface RemoteTombstone {
  readonly uri: string
  readonly host: string
  /** Whether the post was here: then late repetitions of it are expected as long as peers retry. */
  readonly wasKnown: boolean
}

/** An early Delete is remembered six hours, one of a known post as long as deliveries are retried (rules 36 and 105). */
export async function rememberDeleted(tx: Transaction, deleted: readonly RemoteTombstone[]): Promise<void> {
  if (deleted.length === 0) return
  await sql`
    insert into tombstones (uri, host, expires_at)
    select uri, host, now() + case when "wasKnown" then interval '7 days' else interval '6 hours' end
      from jsonb_to_recordset(${JSON.stringify(deleted)}::jsonb) as given (uri text, host text, "wasKnown" boolean)
     order by uri
        on conflict (uri) do update set expires_at = excluded.expires_at where tombstones.expires_at is not null`.execute(
    tx,
  )
}

export async function findTombstone(db: Querier, uri: string): Promise<Row<'tombstones'> | undefined> {
  return db.selectFrom('tombstones').selectAll().where('uri', '=', uri).executeTakeFirst()
}
