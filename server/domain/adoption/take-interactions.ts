/** Likes, boosts, votes and pins. What had no address of its own gets the one that the old server sent it with. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { findActorReferences } from '../actors/actor.ts'
import { ingestLikes } from '../interactions/ingest-likes.ts'
import { ingestBoosts } from '../posts/ingest-boosts.ts'
import type { Source } from './source.ts'
import {
  type AdoptionStep,
  type AdoptionWorld,
  type Tally,
  type Taking,
  addTo,
  countOf,
  idsOf,
} from './step.ts'

interface InteractionRow {
  readonly id: string
  readonly type: string
  readonly uri: string
  readonly actor_uri: string
  readonly post_uri: string | null
  readonly value: string | null
  readonly published: Date
}

/** One that stands, of somebody and something that are here. */
interface Standing extends InteractionRow {
  readonly actorId: string
  readonly postId: string
  readonly isOwn: boolean
}

const STANDING = `state in ('new', 'fanned_out')`

/** @param alias  of the interaction, and `a` of who did it */
export const interactionUri = (source: Source, alias: string): string =>
  `coalesce(nullif(${source.field('activities_postinteraction', alias, 'object_uri')}, ''),
            a.actor_uri || '#' || ${alias}.type || '/' || ${alias}.id)`

export const takeInteractions: AdoptionStep<InteractionRow> = {
  name: 'interactions',
  batch: 500,
  count: async ({ source }) => countOf(source, `activities_postinteraction where ${STANDING}`),
  read: async ({ source }, after, limit) =>
    source.read<InteractionRow>(
      `select x.id, x.type, ${interactionUri(source, 'x')} as uri, a.actor_uri, p.object_uri as post_uri,
              ${source.field('activities_postinteraction', 'x', 'value')} as value,
              ${source.field('activities_postinteraction', 'x', 'published', 'now()')} as published
         from activities_postinteraction x
         join users_identity a on a.id = x.identity_id join activities_post p on p.id = x.post_id
        where x.${STANDING} and x.id > $1 order by x.id limit $2`,
      [after === '' ? '-1' : after, limit],
    ),
  keyOf: ({ id }) => id,
  take: takeRows,
}

async function takeRows(
  tx: Transaction,
  world: AdoptionWorld,
  rows: readonly InteractionRow[],
): Promise<Taking> {
  const people = await findActorReferences(
    tx,
    rows.map(({ actor_uri: uri }) => uri),
  )
  const posts = await idsOf(
    tx,
    'posts',
    rows.map(({ post_uri: uri }) => uri),
  )
  const standing = rows.flatMap((row): Standing[] => {
    const actor = people.get(row.actor_uri)
    const postId = posts.get(row.post_uri ?? '')
    if (actor === undefined || postId === undefined) return []
    return [{ ...row, actorId: actor.id, postId, isOwn: actor.is_local }]
  })
  const of = (type: string): Standing[] => standing.filter((row) => row.type === type)
  const taken: Tally = {}
  const leftOut: Tally = {}
  addTo(taken, 'likes', await takeLikes(tx, of('like')))
  addTo(taken, 'boosts', await takeBoosts(tx, of('boost'), world.now))
  addTo(taken, 'votes', await takeVotes(tx, of('vote')))
  addTo(taken, 'pins', await takePins(tx, of('pin')))
  addTo(leftOut, 'interactions_of_unknown', rows.length - standing.length)
  return { taken, leftOut }
}

async function takeLikes(tx: Transaction, likes: readonly Standing[]): Promise<number> {
  const stored = await ingestLikes(tx, likes)
  await sql`
    update interactions set created_at = given.at
      from unnest(${likes.map(({ uri }) => uri)}::text[], ${likes.map(({ published }) => published)}::timestamptz[])
           as given (uri, at)
     where interactions.uri = given.uri`.execute(tx)
  return stored.length
}

async function takeBoosts(tx: Transaction, boosts: readonly Standing[], now: Date): Promise<number> {
  const stored = await ingestBoosts(
    tx,
    boosts.map(({ uri, actorId, postId, published }) => ({
      uri,
      authorId: actorId,
      boostOfId: postId,
      visibility: 'public',
      publishedAt: published,
    })),
    now,
  )
  const own = boosts.filter(({ isOwn }) => isOwn).map(({ uri }) => uri)
  await sql`
    update posts set is_local = true, fetched_at = null, state_priority = 0, created_at = published_at
     where uri = any(${own}::text[])`.execute(tx)
  return stored.length
}

/** Each names the option by its words. */
async function takeVotes(tx: Transaction, votes: readonly Standing[]): Promise<number> {
  if (votes.length === 0) return 0
  const { rows } = await sql`
    insert into poll_votes (uri, poll_id, is_multiple, actor_id, position, created_at, state, state_next_attempt_at)
    select given.uri, polls.id, polls.is_multiple, given."actorId", option.position, given.published, 'counted', null
      from jsonb_to_recordset(${JSON.stringify(votes)}::jsonb)
        as given (uri text, "actorId" bigint, "postId" bigint, value text, published timestamptz)
      join polls on polls.id = given."postId"
      join poll_options as option on option.poll_id = polls.id and option.title = given.value
        on conflict do nothing
    returning 1`.execute(tx)
  return rows.length
}

/** Those of others are read from their own servers when somebody looks. */
async function takePins(tx: Transaction, pins: readonly Standing[]): Promise<number> {
  const own = pins.filter(({ isOwn }) => isOwn)
  if (own.length === 0) return 0
  const { rows } = await sql`
    insert into pins (actor_id, post_id)
    select given."actorId", posts.id
      from jsonb_to_recordset(${JSON.stringify(own)}::jsonb) as given ("actorId" bigint, "postId" bigint)
      join posts on posts.id = given."postId" and posts.author_id = given."actorId"
        on conflict do nothing
    returning 1`.execute(tx)
  return rows.length
}
