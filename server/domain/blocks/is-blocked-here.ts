/** Whether somebody elsewhere is unwelcome in this home as a whole. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

/** True where an identity of this home blocks the actor. One person stands behind all of them. */
export async function isBlockedHere(db: Querier, actorId: string): Promise<boolean> {
  const { rows } = await sql`
    select from blocks join actors as me on me.id = blocks.source_id and me.domain_id is not null
     where blocks.target_id = ${actorId} and not blocks.is_mute and blocks.state not in ('undone', 'undone_sent')
     limit 1`.execute(db)
  return rows.length > 0
}
