/** What is gone stays gone: deletions are remembered, those that came before what they delete too. */
import { type RawBuilder, sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export interface RemoteTombstone {
  readonly uri: string
  /** Whoever deleted it: posts of others under this id come all the same (rule 17). */
  readonly actorUri: string
  /** Whether the post was here: then late repetitions of it are expected as long as peers retry. */
  readonly wasKnown: boolean
}

/** An early Delete is remembered six hours, one of a known post as long as deliveries are retried (rules 36 and 105). */
export async function rememberDeleted(tx: Transaction, deleted: readonly RemoteTombstone[]): Promise<void> {
  if (deleted.length === 0) return
  await sql`
    insert into tombstones (uri, deleted_by, expires_at)
    select uri, "actorUri", now() + case when "wasKnown" then interval '7 days' else interval '6 hours' end
      from jsonb_to_recordset(${JSON.stringify(deleted)}::jsonb) as given (uri text, "actorUri" text, "wasKnown" boolean)
     order by uri, "actorUri"
        on conflict (uri, deleted_by) do update set expires_at = excluded.expires_at`.execute(tx)
}

/** Whether an actor elsewhere has taken back what it now sends under this id. */
export async function wasDeletedBy(db: Querier, uri: string, actorUri: string): Promise<boolean> {
  const found = await db
    .selectFrom('tombstones')
    .select('uri')
    .where('uri', '=', uri)
    .where('deleted_by', '=', actorUri)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return found !== undefined
}

/** For statements over rows with the columns `uri` and the id of their author: true where the author has deleted it. */
export function isDeletedByAuthor(
  uri: RawBuilder<unknown>,
  authorId: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select 1 from tombstones join actors on actors.uri = tombstones.deleted_by
     where tombstones.uri = ${uri} and actors.id = ${authorId} and expires_at > now())`
}

/** Of what was deleted here. */
export async function findTombstone(db: Querier, uri: string): Promise<Row<'tombstones'> | undefined> {
  return db
    .selectFrom('tombstones')
    .selectAll()
    .where('uri', '=', uri)
    .where('deleted_by', '=', '')
    .executeTakeFirst()
}
