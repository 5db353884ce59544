/**
 * Whom an identity may like to follow, from what this home has seen: those whom several of those it follows follow, as far
 * as their lists were read, and those with whom it has much to do.
 */
import { type SqlBool, type RawBuilder, sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import { blockedBetween, mutedBy } from '../posts/can-see.ts'

export type SuggestionSource = 'friends_of_friends' | 'most_interactions'

export interface Suggestion {
  /** Of the actor. */
  readonly id: string
  readonly sources: readonly SuggestionSource[]
}

const MOST = 80
/** One friend who follows somebody is chance. */
const LEAST_FRIENDS = 2
const LEAST_MEETINGS = 3
const MEETING_DAYS = 90

/** One statement, bounded by what the identity follows and did. The nearest first. */
export async function listSuggestions(db: Querier, viewerId: string): Promise<Suggestion[]> {
  const { rows } = await sql<{ id: string; friends: number; meetings: number }>`
    with friends as (
      select entry.actor_id as id, count(distinct list.actor_id)::integer as friends
        from follows
        join origin_lists as list on list.actor_id = follows.target_id and list.side = 'following'
        join origin_list_entries as entry on entry.list_id = list.id and entry.actor_id is not null
       where follows.source_id = ${viewerId} and follows.state = 'accepted'
       group by entry.actor_id having count(distinct list.actor_id) >= ${LEAST_FRIENDS}
    ), met as (
      select author_id as id, count(*)::integer as meetings from (${meetings(viewerId)}) as meeting
       group by author_id having count(*) >= ${LEAST_MEETINGS}
    )
    select actors.id, coalesce(friends, 0) as friends, coalesce(meetings, 0) as meetings
      from friends full join met using (id) join actors using (id)
     where ${isToBeFollowed(viewerId)}
     order by coalesce(friends, 0) + coalesce(meetings, 0) desc, actors.id limit ${MOST}`.execute(db)
  return rows.map(({ id, friends, meetings: times }) => ({
    id,
    sources: [
      ...(friends > 0 ? (['friends_of_friends'] as const) : []),
      ...(times > 0 ? (['most_interactions'] as const) : []),
    ],
  }))
}

/** Authors of what the identity liked, passed on or answered lately, once for each time. */
const meetings = (viewerId: string): RawBuilder<unknown> => sql`
  select posts.author_id from interactions join posts on posts.id = interactions.post_id
   where interactions.actor_id = ${viewerId} and interactions.kind = 'like'
     and interactions.state not in ('undone', 'undone_fanned_out')
     and interactions.created_at > now() - make_interval(days => ${MEETING_DAYS})
  union all
  select coalesce(boosted.author_id, mine.in_reply_to_author_id)
    from posts as mine left join posts as boosted on boosted.id = mine.boost_of_id
   where mine.author_id = ${viewerId} and mine.deleted_at is null
     and mine.id > id_at(now() - make_interval(days => ${MEETING_DAYS}))
     and (mine.boost_of_id is not null or mine.in_reply_to_author_id is not null)`

/** Whoever wants to be found, is there, and is neither followed nor unwanted. */
const isToBeFollowed = (viewerId: string): RawBuilder<SqlBool> => sql<SqlBool>`(
  actors.is_discoverable and not actors.is_local and actors.moved_to_uri is null and not actors.is_memorial
  and actors.gone_at is null and actors.suspended_at is null
  and not exists (select 1 from follows where source_id = ${viewerId} and target_id = actors.id
                     and state in ('unrequested', 'pending_approval', 'accepting', 'accepted'))
  and not exists (select 1 from dismissed_suggestions where actor_id = ${viewerId} and target_id = actors.id)
  and not ${mutedBy(viewerId, sql.ref('actors.id'))} and not ${blockedBetween(viewerId, sql.ref('actors.id'))})`

/** Those of earlier suggestions that still are some: somebody may be followed, blocked or dismissed since. */
export async function stillSuggested(
  db: Querier,
  viewerId: string,
  suggestions: readonly Suggestion[],
): Promise<Suggestion[]> {
  if (suggestions.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    select actors.id from actors
     where actors.id = any(${suggestions.map(({ id }) => id)}::bigint[]) and ${isToBeFollowed(viewerId)}`.execute(
    db,
  )
  const left = new Set(rows.map(({ id }) => id))
  return suggestions.filter(({ id }) => left.has(id))
}

/** Somebody who was never suggested may be dismissed as well. */
export async function dismissSuggestion(tx: Transaction, actorId: string, targetId: string): Promise<void> {
  await tx
    .insertInto('dismissed_suggestions')
    .values({ actor_id: actorId, target_id: targetId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
