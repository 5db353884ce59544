/** Answers to follows of this home's identities: approved, refused, or a follower taken away again. */
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { moveRows } from '../../stator/move.ts'
import { tellIdentities } from '../posts/local-effects.ts'
import { countFollows } from './count-follows.ts'
import { followGraph } from './follow-graph.ts'
import { forgetFollowNotices } from './follow-notices.ts'
import { clearTimelineOf, returnTimelineOf } from './timeline-of-follow.ts'

type FollowId = Pick<Row<'follows'>, 'id'>

/** Approves a request that waits; Stator sends the Accept where the follower is elsewhere. Anything else is left alone. */
export async function acceptFollow(tx: Transaction, { id }: FollowId, now: Date): Promise<void> {
  const moved = await moveRows(tx, followGraph, [id], 'accepting', { priority: 0 })
  if (moved.length === 0) return
  const follow = await tx
    .updateTable('follows')
    .set({ accepted_at: now })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await countFollows(tx, [follow], 1)
  await forgetFollowNotices(tx, follow, ['follow_request'])
  await tellIdentities(tx, [
    { actorId: follow.target_id, kind: 'follow', fromActorId: follow.source_id, postId: null },
  ])
  if (!(await isWithinHome(tx, follow))) return
  await moveRows(tx, followGraph, [id], 'accepted')
  await returnTimelineOf(tx, follow.source_id, follow.target_id, now)
}

/** Refuses a request, or takes a follower away; Stator sends the Reject where they are elsewhere. */
export async function rejectFollow(tx: Transaction, { id }: FollowId): Promise<void> {
  const follow = await tx
    .selectFrom('follows')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (follow === undefined) return
  const moved = await moveRows(tx, followGraph, [id], 'rejecting', { priority: 0 })
  if (moved.length === 0) return
  if (follow.state === 'accepted' || follow.state === 'accepting') await countFollows(tx, [follow], -1)
  await forgetFollowNotices(tx, follow, ['follow', 'follow_request'])
  if (!(await isWithinHome(tx, follow))) return
  await clearTimelineOf(tx, follow.source_id, follow.target_id)
  await tx.deleteFrom('follows').where('id', '=', id).execute()
}

async function isWithinHome(tx: Transaction, follow: Row<'follows'>): Promise<boolean> {
  const source = await tx
    .selectFrom('actors')
    .select('domain_id')
    .where('id', '=', follow.source_id)
    .executeTakeFirst()
  return source !== undefined && source.domain_id !== null
}
