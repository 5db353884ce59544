/** When an actor's document is read again, and what remains when it is gone. */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import { notify } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { tellOfLostAccounts } from '../follows/lost-accounts.ts'
import { forgetProfile } from '../profiles/profile-readings.ts'
import { removePosts } from '../posts/remove-posts.ts'
import type { Actor } from './actor.ts'
import { actorGraph } from './actor-graph.ts'
import { REMOTE_KEYS_CHANGED } from './upsert-remote-actor.ts'

/** A document that was read this long ago is read again when somebody looks at the actor; HOMEBIRD_ACTOR_MAX_AGE says otherwise. */
const FRESH_SECONDS = 86_400
const REFRESHED_AT_ONCE = 500

/** True for actors of others that should be read again. */
export function isStale(
  actor: Pick<Actor, 'is_local' | 'fetched_at' | 'gone_at'>,
  now: Date,
  maxAgeSeconds = FRESH_SECONDS,
): boolean {
  if (actor.is_local || actor.gone_at !== null) return false
  return actor.fetched_at === null || now.getTime() - actor.fetched_at.getTime() > maxAgeSeconds * 1_000
}

/**
 * Has stale actors read again by the worker; to be called when they are shown or speak.
 * @returns how many will be read
 */
export async function refreshStaleActors(
  tx: Transaction,
  actors: Iterable<Pick<Actor, 'id' | 'is_local' | 'fetched_at' | 'gone_at'>>,
  now: Date,
  maxAgeSeconds = FRESH_SECONDS,
): Promise<number> {
  const ids = [...actors].filter((actor) => isStale(actor, now, maxAgeSeconds)).map(({ id }) => id)
  return (await moveRows(tx, actorGraph, [...new Set(ids)].sort(), 'outdated')).length
}

/** Has actors read again however fresh they are, as when they say that their profile changed. */
export async function refreshActors(tx: Transaction, ids: readonly string[]): Promise<void> {
  await moveRows(tx, actorGraph, [...new Set(ids)].sort(), 'outdated')
}

/** Whom the owner may have read again: everybody of one server and of those below it, or everybody that an identity follows or is followed by. */
export type KnownPeople = { readonly host: string } | 'followed'

/** A bounded piece at a time. @returns where the next piece begins, null after the last; and how many it were */
export async function refreshKnownPeople(
  tx: Transaction,
  whom: KnownPeople,
  after: string,
): Promise<{ readonly last: string | null; readonly count: number }> {
  const belongs =
    whom === 'followed'
      ? sql`exists (select from follows
                     where (follows.source_id = actors.id or follows.target_id = actors.id)
                       and follows.state in ('unrequested', 'pending_approval', 'accepting', 'accepted'))`
      : sql`(${isAtOrBelow('host', whom.host)} or ${isAtOrBelow('handle_domain', whom.host)})`
  const { rows } = await sql<{ id: string }>`
    select id from actors
     where id > ${after}::bigint and not is_local and gone_at is null and not is_domain_blocked and ${belongs}
     order by id limit ${REFRESHED_AT_ONCE}`.execute(tx)
  const ids = rows.map(({ id }) => id)
  await refreshActors(tx, ids)
  return { last: ids.length < REFRESHED_AT_ONCE ? null : (ids.at(-1) ?? null), count: ids.length }
}

const isAtOrBelow = (column: string, host: string) =>
  sql`(${sql.ref(column)} = ${host} or ${sql.ref(column)} like '%.' || ${host})`

/**
 * The origin says that an actor is gone: its posts, follows and what it did here go with it. The row stays, so that what
 * refers to it has a name.
 */
export async function forgetGoneActor(tx: Transaction, actorId: string, now: Date): Promise<void> {
  const gone = await tx
    .updateTable('actors')
    .set({ gone_at: now, display_name: '', bio_html: '', fields: '[]', icon_url: null, header_url: null })
    .where('id', '=', actorId)
    .where('is_local', '=', false)
    .where('gone_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (gone === undefined) return
  await tellOfLostAccounts(tx, [actorId])
  await removeFollowsOf(tx, actorId)
  await sql`update actor_keys set revoked_at = ${now} where actor_id = ${actorId}`.execute(tx)
  await sql`delete from notifications where from_actor_id = ${actorId}`.execute(tx)
  await removeLikesOf(tx, actorId)
  // Votes stay counted, without a name.
  await sql`delete from poll_votes where actor_id = ${actorId}`.execute(tx)
  await removePostsOf(tx, actorId)
  await forgetProfile(tx, actorId)
  await notify(tx, 'changed', REMOTE_KEYS_CHANGED)
}

/** Both directions, with the counts of the identities. */
export async function removeFollowsOf(tx: Transaction, actorId: string): Promise<void> {
  await sql`
    with removed as (
      delete from follows where source_id = ${actorId} or target_id = ${actorId} returning source_id, target_id, state
    ), counted as (
      select id, sum(following)::integer as following, sum(followers)::integer as followers
        from (select source_id as id, 1 as following, 0 as followers from removed where state = 'accepted'
              union all
              select target_id, 0, 1 from removed where state in ('accepted', 'accepting')) as each
       group by id
    )
    update actors
       set following_count = greatest(0, following_count - counted.following),
           followers_count = greatest(0, followers_count - counted.followers)
      from counted where actors.id = counted.id and actors.is_local`.execute(tx)
}

async function removeLikesOf(tx: Transaction, actorId: string): Promise<void> {
  await sql`
    with removed as (
      delete from interactions where actor_id = ${actorId} returning post_id, kind
    )
    update posts set likes_count = greatest(0, likes_count - 1) from removed
     where posts.id = removed.post_id and removed.kind = 'like'`.execute(tx)
}

const POSTS_PER_STATEMENT = 500

async function removePostsOf(tx: Transaction, actorId: string): Promise<void> {
  for (;;) {
    const ids = await listPostIds(tx, actorId)
    if (ids.length === 0) return
    await removePosts(tx, ids)
  }
}

async function listPostIds(db: Querier, actorId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('posts')
    .select('id')
    .where('author_id', '=', actorId)
    .limit(POSTS_PER_STATEMENT)
    .execute()
  return rows.map(({ id }) => id)
}
