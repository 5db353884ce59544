/** What a home timeline has of one author. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { isAside } from '../timelines/aside.ts'
import { publishToStreams } from '../timelines/stream-notices.ts'

/** Takes out what the author wrote or boosted; with `alsoBoosted` what others boosted of the author too. */
export async function clearTimelineOf(
  tx: Transaction,
  identityId: string,
  authorId: string,
  options: { readonly alsoBoosted?: boolean } = {},
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    delete from timeline_entries as entry
     using posts left join posts as boosted on boosted.id = posts.boost_of_id
     where entry.actor_id = ${identityId} and posts.id = entry.post_id
       and (posts.author_id = ${authorId}
            or (${options.alsoBoosted === true} and boosted.author_id = ${authorId}))
    returning posts.id`.execute(tx)
  await publishToStreams(
    tx,
    rows.map(({ id }) => ({ actorId: identityId, event: 'delete', id })),
  )
}

/** After that what a follow had brought is gone for good: nobody takes its end back so late. */
const KEPT_HOURS = 24
/** A window that is open reads older ones when it is opened anew. */
const MOST_TOLD = 200

/** Takes out what a follow brought, and keeps it for as long as that may be taken back. */
export async function leaveTimelineOf(
  tx: Transaction,
  identityId: string,
  authorId: string,
  now: Date,
): Promise<void> {
  await sql`
    delete from left_entries
     where actor_id = ${identityId}
       and (followed_id = ${authorId} or left_at < ${now}::timestamptz - make_interval(hours => ${KEPT_HOURS}))`.execute(
    tx,
  )
  await sql`
    insert into left_entries (actor_id, post_id, followed_id, left_at)
    select entry.actor_id, entry.post_id, ${authorId}, ${now}
      from timeline_entries as entry join posts on posts.id = entry.post_id
     where entry.actor_id = ${identityId} and posts.author_id = ${authorId}
        on conflict (actor_id, post_id) do update set left_at = excluded.left_at`.execute(tx)
  await clearTimelineOf(tx, identityId, authorId)
}

/** Somebody is followed again: what left with the end of the follow stands where it stood, as far as it is wanted now. */
export async function returnTimelineOf(
  tx: Transaction,
  identityId: string,
  authorId: string,
  now: Date,
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    with back as (
      delete from left_entries where actor_id = ${identityId} and followed_id = ${authorId}
      returning post_id, left_at
    ), entered as (
      insert into timeline_entries (actor_id, post_id, is_aside)
      select follow.source_id, posts.id, ${isAside(sql`${identityId}::bigint`, 'posts')}
        from back
        join posts on posts.id = back.post_id and posts.deleted_at is null
        join follows as follow on follow.source_id = ${identityId} and follow.target_id = ${authorId}
        left join posts as boosted on boosted.id = posts.boost_of_id
       where back.left_at > ${now}::timestamptz - make_interval(hours => ${KEPT_HOURS})
         and (follow.shows_boosts or posts.boost_of_id is null)
         and (follow.languages is null or coalesce(boosted.language, posts.language) is null
              or coalesce(boosted.language, posts.language) = any(follow.languages))
          on conflict do nothing
      returning post_id, is_aside
    )
    select post_id as id from entered where not is_aside order by post_id desc limit ${MOST_TOLD}`.execute(tx)
  await publishToStreams(
    tx,
    rows.map(({ id }) => ({ actorId: identityId, event: 'update', id })),
  )
}

/** Tells that what the author wrote or others boosted of them is not shown any more; it stays for the end of the mute. */
export async function hideTimelineOf(tx: Transaction, identityId: string, authorId: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select posts.id
      from timeline_entries as entry
      join posts on posts.id = entry.post_id
      left join posts as boosted on boosted.id = posts.boost_of_id
     where entry.actor_id = ${identityId} and (posts.author_id = ${authorId} or boosted.author_id = ${authorId})`.execute(
    tx,
  )
  await publishToStreams(
    tx,
    rows.map(({ id }) => ({ actorId: identityId, event: 'delete', id })),
  )
}

/** Takes out what a follow that was changed does not want any more: boosts, and posts in other languages. */
export async function clearUnwanted(
  tx: Transaction,
  follow: Pick<Row<'follows'>, 'source_id' | 'target_id' | 'shows_boosts' | 'languages'>,
): Promise<void> {
  if (follow.shows_boosts && follow.languages === null) return
  const { rows } = await sql<{ id: string }>`
    delete from timeline_entries as entry
     using posts left join posts as boosted on boosted.id = posts.boost_of_id
     where entry.actor_id = ${follow.source_id} and posts.id = entry.post_id and posts.author_id = ${follow.target_id}
       and ((not ${follow.shows_boosts} and posts.boost_of_id is not null)
            or coalesce(boosted.language, posts.language) <> all(${follow.languages}::text[]))
    returning posts.id`.execute(tx)
  await publishToStreams(
    tx,
    rows.map(({ id }) => ({ actorId: follow.source_id, event: 'delete', id })),
  )
}
