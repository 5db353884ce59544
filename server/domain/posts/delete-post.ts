/** Deletes posts of this home: gone here at once, a tombstone for ever, and Stator tells whoever has a copy. */
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { moveRows } from '../../stator/move.ts'
import { postGraph } from './post-graph.ts'
import { type TakenDownPost, takeDownPosts } from './take-down.ts'

/**
 * A second call changes nothing.
 * @throws HomebirdError FORBIDDEN for a post of somebody else
 */
export async function deletePost(
  tx: Transaction,
  post: Pick<Row<'posts'>, 'id' | 'is_local'>,
  now: Date,
): Promise<void> {
  if (!post.is_local) throw new HomebirdError('FORBIDDEN', `post ${post.id} was written elsewhere`)
  await deleteOwnPosts(tx, [post.id], now)
}

/** Boosts by own identities go with what they boost. */
export async function deleteOwnPosts(tx: Transaction, postIds: readonly string[], now: Date): Promise<void> {
  const removed = await takeDownPosts(tx, postIds, now)
  if (removed.length === 0) return
  const ids = removed.map((post) => post.id)
  await tx
    .insertInto('tombstones')
    .values(removed.map((post) => tombstoneOf(post, now)))
    .onConflict((conflict) => conflict.columns(['uri', 'deleted_by']).doNothing())
    .execute()
  await moveRows(tx, postGraph, ids, 'deleted', { priority: 0 })
}

function tombstoneOf(post: TakenDownPost, now: Date) {
  const isPublic = post.visibility === 'public' || post.visibility === 'unlisted'
  return {
    uri: post.uri,
    // What was never public is not told apart from anything else.
    former_kind: isPublic ? post.kind : '',
    deleted_at: now,
  }
}
