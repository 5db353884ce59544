/** What an actor elsewhere did here that it can take back. */
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export type Undoable =
  | {
      readonly kind: 'Follow'
      readonly follow: Pick<Row<'follows'>, 'id' | 'source_id' | 'target_id' | 'state'>
    }
  | { readonly kind: 'Like'; readonly id: string; readonly postId: string }
  | { readonly kind: 'Reaction'; readonly id: string }
  | { readonly kind: 'Announce'; readonly id: string; readonly postId: string }
  | { readonly kind: 'Block'; readonly targetId: string }

export interface UndoQuery {
  /** Only what this actor did is found. */
  readonly actorId: string
  /** Id of what is undone, where it is told. */
  readonly uri: string | null
  /** Type of what is undone, where it is told. */
  readonly kind: string | null
  /** What it was about, where it is told. */
  readonly objectUri: string | null
  /** Of a reaction: its emoji, as it is stored. */
  readonly emoji: string | null
}

interface Found {
  readonly kind: Undoable['kind']
  readonly id: string
  readonly target_id: string
  readonly state: string
}

/** By id first; by type and object, and of a reaction by its emoji, where the id is not known. */
export async function findUndoable(tx: Transaction, query: UndoQuery): Promise<Undoable | undefined> {
  const { actorId, uri, objectUri, emoji } = query
  const kind = emoji === null ? query.kind : 'Reaction'
  const byId = uri === null ? undefined : await find(tx, actorId, sql`activity.uri = ${uri}`)
  if (byId !== undefined) return undoableOf(byId, actorId)
  if (kind === null || objectUri === null) return undefined
  const condition = sql`activity.kind = ${kind} and activity.object_uri = ${objectUri}
     and activity.emoji is not distinct from ${emoji}`
  const found = await find(tx, actorId, condition)
  return found === undefined ? undefined : undoableOf(found, actorId)
}

async function find(
  tx: Transaction,
  actorId: string,
  condition: RawBuilder<unknown>,
): Promise<Found | undefined> {
  const { rows } = await sql<Found>`
    select kind, id, target_id, state
      from (select 'Follow' as kind, follows.id, follows.target_id, follows.state, follows.uri, actors.uri as object_uri,
                   null as emoji
              from follows join actors on actors.id = follows.target_id
             where follows.source_id = ${actorId}
             union all
            select case interactions.kind when 'like' then 'Like' else 'Reaction' end, interactions.id, posts.id,
                   interactions.state, interactions.uri, posts.uri, interactions.emoji
              from interactions join posts on posts.id = interactions.post_id
             where interactions.actor_id = ${actorId}
             union all
            select 'Announce', posts.id, posts.boost_of_id, posts.state, posts.uri, boosted.uri, null
              from posts join posts as boosted on boosted.id = posts.boost_of_id
             where posts.author_id = ${actorId} and posts.deleted_at is null
             union all
            select 'Block', blocks.id, blocks.target_id, blocks.state, blocks.uri, actors.uri, null
              from blocks join actors on actors.id = blocks.target_id
             where blocks.source_id = ${actorId} and not blocks.is_mute) as activity
     where ${condition}
     limit 1`.execute(tx)
  return rows[0]
}

function undoableOf(found: Found, actorId: string): Undoable {
  const { kind, id, target_id: targetId, state } = found
  if (kind === 'Follow') {
    return { kind, follow: { id, source_id: actorId, target_id: targetId, state } }
  }
  if (kind === 'Block') return { kind, targetId }
  return kind === 'Reaction' ? { kind, id } : { kind, id, postId: targetId }
}
