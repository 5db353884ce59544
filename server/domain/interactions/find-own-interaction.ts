/** Likes and reactions of identities of this home, with all that their activities are made of. */
import { type RawBuilder, sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import type { OwnRelation } from '../follows/find-own-relations.ts'

export interface OwnInteraction extends OwnRelation {
  readonly id: string
  readonly actor_id: string
  readonly actor_host: string
  readonly post_id: string
  readonly recipient_id: string
  /** Null for a like. */
  readonly emoji: string | null
  readonly emoji_url: string | null
  readonly emoji_uri: string | null
  readonly sent_as: Row<'interactions'>['sent_as']
  /** What the author's server runs, as far as it is known. */
  readonly software: string | null
}

async function find(db: Querier, condition: RawBuilder<unknown>): Promise<OwnInteraction | undefined> {
  const { rows } = await sql<OwnInteraction>`
    select interactions.id, interactions.uri, actors.id as actor_id, actors.uri as actor_uri,
           actors.host as actor_host, posts.id as post_id, posts.uri as object_uri, authors.id as recipient_id,
           authors.uri as recipient_uri, interactions.emoji, emojis.url as emoji_url, emojis.uri as emoji_uri,
           interactions.sent_as, peers.software
      from interactions
      join actors on actors.id = interactions.actor_id and actors.is_local
      join posts on posts.id = interactions.post_id
      join actors as authors on authors.id = posts.author_id
      left join emojis on emojis.id = interactions.emoji_id
      left join peers on peers.host = authors.host
     where ${condition}
     order by interactions.id desc limit 1`.execute(db)
  return rows[0]
}

/** Undefined where it was not made here, or is gone. */
export async function findInteraction(tx: Transaction, id: string): Promise<OwnInteraction | undefined> {
  return find(tx, sql`interactions.id = ${id}`)
}

/** By its address on the web; what was taken back is not there. */
export async function findStandingInteraction(
  db: Querier,
  kind: Row<'interactions'>['kind'],
  uri: string,
): Promise<OwnInteraction | undefined> {
  return find(
    db,
    sql`interactions.uri = ${uri} and interactions.kind = ${kind}
        and interactions.state in ('new', 'fanned_out')`,
  )
}

/** The last one that stands of those that told the same author of the same post with a Like. */
export async function findOtherLike(
  tx: Transaction,
  { actor_id: actorId, post_id: postId }: OwnInteraction,
): Promise<OwnInteraction | undefined> {
  return find(
    tx,
    sql`interactions.actor_id = ${actorId} and interactions.post_id = ${postId}
        and interactions.state = 'fanned_out' and (interactions.kind = 'like' or interactions.sent_as = 'Like')`,
  )
}
