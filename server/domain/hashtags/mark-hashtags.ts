/**
 * Says that the numbers of hashtags are outdated. Cheap enough for every batch of posts: rows that are outdated already are
 * not touched, and nobody waits for one that is being marked by somebody else.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { RECOUNT_SECONDS } from './hashtag-graph.ts'

const MARKED_AT_ONCE = 1_000

/**
 * To stand at the end of a statement that changed which posts have which hashtags.
 * @param ids  a query for ids of hashtags
 */
export function markOutdated(ids: RawBuilder<unknown>): RawBuilder<unknown> {
  // One that is being counted at this moment is taken from the worker, whose result would be too old.
  return sql`
    update hashtags
       set state = 'outdated', state_changed_at = now(), state_lock_token = null, state_locked_until = null,
           state_next_attempt_at = now() + ${RECOUNT_SECONDS}::integer * interval '1 second', state_attempts = 0,
           state_errors = 0, state_deaths = 0
     where id in (select id from hashtags
                   where id in (${ids}) and (state = 'updated' or state_lock_token is not null)
                   order by id for no key update skip locked)`
}

/** The hashtags of posts that go, or lose them; before they do. */
export async function markHashtagsOf(tx: Transaction, postIds: readonly string[]): Promise<void> {
  if (postIds.length === 0) return
  await markOutdated(
    sql`select hashtag_id from post_hashtags where post_id = any(${postIds}::bigint[])`,
  ).execute(tx)
}

/** All hashtags that are used, a bounded piece at a time. @returns where the next piece begins; null after the last */
export async function markAllHashtags(tx: Transaction, after: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from hashtags where id > ${after}::bigint order by id limit ${MARKED_AT_ONCE}`.execute(tx)
  const ids = rows.map(({ id }) => id)
  await markOutdated(sql`select unnest(${ids}::bigint[])`).execute(tx)
  return ids.length < MARKED_AT_ONCE ? null : (ids.at(-1) ?? null)
}
