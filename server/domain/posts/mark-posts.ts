/** Bookmarks and pins: what an identity keeps for itself, and what it shows first on its profile. */
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import { lockFeatured, noteFeaturedChange } from '../profiles/featured-changes.ts'
import type { PostRow } from './status-facts.ts'

export const MAX_PINS = 5

export async function bookmarkPost(tx: Transaction, actorId: string, postId: string): Promise<void> {
  await tx
    .insertInto('bookmarks')
    .values({ actor_id: actorId, post_id: postId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function unbookmarkPost(tx: Transaction, actorId: string, postId: string): Promise<void> {
  await tx.deleteFrom('bookmarks').where('actor_id', '=', actorId).where('post_id', '=', postId).execute()
}

/**
 * Pins an own post that everybody may see.
 * @throws HomebirdError UNPROCESSABLE for another's post, a boost, a post that is not public, and above five pins
 */
export async function pinPost(tx: Transaction, actorId: string, post: PostRow): Promise<void> {
  const flaw =
    post.author_id !== actorId
      ? "Someone else's post cannot be pinned"
      : post.boost_of_id !== null
        ? 'A boost cannot be pinned'
        : post.visibility === 'direct'
          ? 'Posts that are only visible to mentioned users cannot be pinned'
          : null
  if (flaw !== null) throw refused(flaw)
  // Two requests at once must not make six.
  await lockFeatured(tx, actorId)
  const pins = await tx.selectFrom('pins').select('post_id').where('actor_id', '=', actorId).execute()
  if (pins.some((pin) => pin.post_id === post.id)) return
  if (pins.length >= MAX_PINS) throw refused('You have already pinned the maximum number of posts')
  await tx.insertInto('pins').values({ actor_id: actorId, post_id: post.id }).execute()
  await noteFeaturedChange(tx, actorId, { postId: post.id })
}

export async function unpinPost(tx: Transaction, actorId: string, postId: string): Promise<void> {
  await lockFeatured(tx, actorId)
  const removed = await tx
    .deleteFrom('pins')
    .where('actor_id', '=', actorId)
    .where('post_id', '=', postId)
    .returning('id')
    .executeTakeFirst()
  if (removed !== undefined) await noteFeaturedChange(tx, actorId, { postId })
}

function refused(flaw: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', flaw, { safe: `Validation failed: ${flaw}` })
}
