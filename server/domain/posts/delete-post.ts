/** Deletes posts of this home: gone here at once, a tombstone for ever, and Stator tells whoever has a copy. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { moveRows } from '../../stator/move.ts'
import { postGraph } from './post-graph.ts'
import { type TakenDownPost, takeDownPosts } from './take-down.ts'

export interface PostDeletion {
  /** False lets its attachments wait a day for another post, as for one that is written anew. */
  readonly withMedia?: boolean
}

/**
 * A second call changes nothing.
 * @throws HomebirdError FORBIDDEN for a post of somebody else
 */
export async function deletePost(
  tx: Transaction,
  post: Pick<Row<'posts'>, 'id' | 'is_local'>,
  now: Date,
  { withMedia = true }: PostDeletion = {},
): Promise<void> {
  if (!post.is_local) throw new HomebirdError('FORBIDDEN', `post ${post.id} was written elsewhere`)
  if (!withMedia) await releaseAttachments(tx, post.id)
  await deleteOwnPosts(tx, [post.id], now)
}

async function releaseAttachments(tx: Transaction, postId: string): Promise<void> {
  await tx
    .updateTable('attachments')
    .set({ post_id: null, created_at: sql<Date>`now()` })
    .where('post_id', '=', postId)
    .where('owner_actor_id', 'is not', null)
    .execute()
}

/** Boosts by own identities go with what they boost. */
export async function deleteOwnPosts(tx: Transaction, postIds: readonly string[], now: Date): Promise<void> {
  const removed = await takeDownPosts(tx, postIds, now)
  if (removed.length === 0) return
  const ids = removed.map((post) => post.id)
  await removeAttachments(tx, ids)
  await tx
    .insertInto('tombstones')
    .values(removed.map((post) => tombstoneOf(post, now)))
    .onConflict((conflict) => conflict.columns(['uri', 'deleted_by']).doNothing())
    .execute()
  await moveRows(tx, postGraph, ids, 'deleted', { priority: 0 })
}

/** Their files go when nothing else names them. */
async function removeAttachments(tx: Transaction, postIds: readonly string[]): Promise<void> {
  await sql`delete from attachments where post_id = any(${postIds}::bigint[])`.execute(tx)
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
