/** What an identity of this home sent to one other actor, by its id on the web. */
import { type RawBuilder, sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

export interface OwnRelation {
  readonly uri: string
  readonly actor_uri: string
  /** The post that is liked or reacted to, the followed or blocked actor. */
  readonly object_uri: string
  /** The actor that it was sent to. */
  readonly recipient_uri: string
}

export async function findOwnFollow(db: Querier, uri: string): Promise<OwnRelation | undefined> {
  return first(
    db,
    sql`select follows.uri, actors.uri as actor_uri, targets.uri as object_uri, targets.uri as recipient_uri
          from follows
          join actors on actors.id = follows.source_id
          join actors as targets on targets.id = follows.target_id
         where follows.uri = ${uri} and actors.is_local
           and follows.state in ('unrequested', 'pending_approval', 'accepted')`,
  )
}

export async function findOwnBlock(db: Querier, uri: string): Promise<OwnRelation | undefined> {
  return first(
    db,
    sql`select blocks.uri, actors.uri as actor_uri, targets.uri as object_uri, targets.uri as recipient_uri
          from blocks
          join actors on actors.id = blocks.source_id
          join actors as targets on targets.id = blocks.target_id
         where blocks.uri = ${uri} and actors.is_local and not blocks.is_mute and not blocks.is_private
           and blocks.state in ('new', 'sent')`,
  )
}

async function first(db: Querier, query: RawBuilder<unknown>): Promise<OwnRelation | undefined> {
  const { rows } = await (query as RawBuilder<OwnRelation>).execute(db)
  return rows[0]
}
