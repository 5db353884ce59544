/** What becomes of a follow of ours when whom it follows answers. */
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { moveRows } from '../../stator/move.ts'
import { followedProfile } from '../profiles/profile-readings.ts'
import { countFollows } from './count-follows.ts'
import { followGraph } from './follow-graph.ts'
import { clearTimelineOf, returnTimelineOf } from './timeline-of-follow.ts'

export type OwnFollow = Pick<Row<'follows'>, 'id' | 'uri' | 'source_id' | 'target_id' | 'state'>

/** Follows of somebody elsewhere by identities, whatever has become of them. */
export async function findOwnFollows(tx: Transaction, targetId: string): Promise<OwnFollow[]> {
  return tx
    .selectFrom('follows')
    .innerJoin('actors', 'actors.id', 'follows.source_id')
    .select(['follows.id', 'follows.uri', 'follows.source_id', 'follows.target_id', 'follows.state'])
    .where('follows.target_id', '=', targetId)
    .where('actors.domain_id', 'is not', null)
    .forUpdate('follows')
    .execute()
}

/** @returns false when it does not wait for an answer */
export async function followAccepted(tx: Transaction, follow: OwnFollow, now: Date): Promise<boolean> {
  if (follow.state !== 'unrequested' && follow.state !== 'pending_approval') return false
  const moved = await moveRows(tx, followGraph, [follow.id], 'accepted')
  if (moved.length === 0) return false
  await tx.updateTable('follows').set({ accepted_at: now }).where('id', '=', follow.id).execute()
  await countFollows(tx, [follow], 1)
  await followedProfile(tx, follow.target_id)
  await returnTimelineOf(tx, follow.source_id, follow.target_id, now)
  return true
}

/** Ends the follow, asked for or accepted; what it brought leaves the timeline. @returns false when it has ended already */
export async function followRejected(tx: Transaction, follow: OwnFollow): Promise<boolean> {
  if (!['unrequested', 'pending_approval', 'accepted'].includes(follow.state)) return false
  await tx.deleteFrom('follows').where('id', '=', follow.id).execute()
  if (follow.state === 'accepted') await countFollows(tx, [follow], -1)
  await clearTimelineOf(tx, follow.source_id, follow.target_id)
  return true
}
