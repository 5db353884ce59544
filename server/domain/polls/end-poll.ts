/** The end of a poll: nobody may vote any more, and those who waited for it are told. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { tellIdentities } from '../posts/local-effects.ts'

/** Closes an own poll at the moment that was announced. A second call changes nothing. */
export async function closeOwnPoll(tx: Transaction, pollId: string, now: Date): Promise<void> {
  await sql`
    update polls set closed_at = least(coalesce(ends_at, ${now}), ${now})
     where id = ${pollId} and closed_at is null`.execute(tx)
}

/** Tells the identities that voted, and the author of an own poll, once. */
export async function tellOfEnd(tx: Transaction, pollId: string): Promise<void> {
  const { rows } = await sql<{ authorId: string; actorId: string }>`
    select posts.author_id as "authorId", concerned.id as "actorId"
      from posts
     cross join lateral (
             select actor_id as id from poll_votes where poll_id = posts.id
             union
             select posts.author_id) as concerned
      join actors on actors.id = concerned.id and actors.is_local
     where posts.id = ${pollId} and posts.deleted_at is null`.execute(tx)
  await tellIdentities(
    tx,
    rows.map(({ authorId, actorId }) => ({ actorId, kind: 'poll', fromActorId: authorId, postId: pollId })),
  )
}
