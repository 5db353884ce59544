/** Stores boosts by others, any number with one statement, and counts them. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Visibility } from '../../db/tables.ts'
import { addToLists } from '../lists/list-entries.ts'
import { ofBlockedDomain } from './can-see.ts'
import { countNewPosts } from './ingest-counts.ts'
import { isDeletedByAuthor } from './tombstones.ts'

export interface BoostRecord {
  /** Of the Announce. */
  readonly uri: string
  readonly authorId: string
  readonly boostOfId: string
  readonly visibility: Visibility
  readonly publishedAt: Date
}

export interface IngestedBoost {
  readonly id: string
  readonly uri: string
}

/** Left alone are boosts that are known or were undone, second ones of a post by the same actor, and those of blocked domains. */
export async function ingestBoosts(
  tx: Transaction,
  records: readonly BoostRecord[],
  now: Date,
): Promise<IngestedBoost[]> {
  if (records.length === 0) return []
  const { rows } = await sql<IngestedBoost>`
    with given as materialized (
      select distinct on ("authorId", "boostOfId") id_at("publishedAt") as id, numbered.*
        from rows from (jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
               as (uri text, "authorId" bigint, "boostOfId" bigint, visibility text, "publishedAt" timestamptz))
             with ordinality as numbered
       where not ${isDeletedByAuthor(sql.ref('numbered.uri'), sql.ref('numbered.authorId'))}
         and not exists (select 1 from posts
                          where posts.boost_of_id = "boostOfId" and posts.author_id = "authorId"
                            and posts.deleted_at is null)
       order by "authorId", "boostOfId", ordinality
    )
    insert into posts (id, uri, author_id, kind, boost_of_id, language, visibility, conversation_id, published_at,
                       fetched_at, state, state_next_attempt_at)
    select given.id, given.uri, "authorId", 'Announce', boosted.id, boosted.language, given.visibility, given.id,
           least("publishedAt", ${now}::timestamptz), ${now}, 'fanned_out', null
      from given join posts as boosted on boosted.id = "boostOfId" and boosted.deleted_at is null
     where not ${ofBlockedDomain(sql.ref('boosted.author_id'))}
     order by given.id
        on conflict (uri) do nothing
    returning id, uri`.execute(tx)
  const ids = rows.map(({ id }) => id)
  await countNewPosts(tx, ids)
  await addToLists(tx, ids)
  return rows
}
