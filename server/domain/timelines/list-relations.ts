/** How the identities stand to those who send them something: asked once for a whole batch. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

export interface Relation {
  readonly identity_id: string
  readonly actor_id: string
  /** The identity follows the actor, who has accepted. */
  readonly follows: boolean
  /** It wants a notification for each post. */
  readonly notifies: boolean
  /** The identity blocks the actor. */
  readonly is_blocked: boolean
}

/** Pairs with a follow or a block; all others have none. */
export async function listRelations(db: Querier, actorIds: readonly string[]): Promise<Relation[]> {
  if (actorIds.length === 0) return []
  const { rows } = await sql<Relation>`
    select me.id as identity_id, other.id as actor_id, follow.id is not null as follows,
           coalesce(follow.notifies, false) as notifies, block.id is not null as is_blocked
      from actors as me
     cross join unnest(${[...new Set(actorIds)]}::bigint[]) as other (id)
      left join follows as follow
        on follow.source_id = me.id and follow.target_id = other.id and follow.state = 'accepted'
      left join blocks as block
        on block.source_id = me.id and block.target_id = other.id and not block.is_mute
       and block.state not in ('undone', 'undone_sent')
     where me.domain_id is not null and not me.is_instance_actor and me.gone_at is null
       and (follow.id is not null or block.id is not null)`.execute(db)
  return rows
}
