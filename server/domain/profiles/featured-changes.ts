/** Notes what an identity features or no longer does: the worker tells its followers how it stands when it comes to it. */
import type { Transaction } from '../../db/pool.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { featuredChangeGraph } from './featured-change-graph.ts'

/** Whoever changes what somebody features, and whoever tells of it, holds this: what is told last is what is so. */
export async function lockFeatured(tx: Transaction, actorId: string): Promise<void> {
  await tx.selectFrom('actors').select('id').where('id', '=', actorId).forUpdate().execute()
}

export type FeaturedThing = { readonly postId: string } | { readonly hashtag: string }

export async function noteFeaturedChange(
  tx: Transaction,
  actorId: string,
  thing: FeaturedThing,
): Promise<void> {
  const what = 'postId' in thing ? { post_id: thing.postId } : { hashtag: thing.hashtag }
  await tx
    .insertInto('featured_changes')
    .values({ actor_id: actorId, ...what })
    .execute()
  await wakeWorker(tx, featuredChangeGraph.table)
}
