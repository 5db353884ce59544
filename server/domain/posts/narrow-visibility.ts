/** Posts whose authors have made them visible to fewer people: followed at once. To more people they never become visible. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row, Visibility } from '../../db/tables.ts'
import { indexPosts } from '../search/index-posts.ts'
import { countNewPosts, uncountPosts } from './ingest-counts.ts'

/** From the widest to the narrowest. */
const WIDTHS: readonly Visibility[] = ['public', 'unlisted', 'followers', 'direct']

/**
 * @param visibility  what the author's latest document says; null where it names no addressees
 * @returns whether the post is visible to fewer than before
 * @see security rule 24: any doubt is resolved to the narrower
 */
export async function narrowVisibility(
  tx: Transaction,
  post: Pick<Row<'posts'>, 'id' | 'visibility'>,
  visibility: Visibility | null,
): Promise<boolean> {
  if (visibility === null || WIDTHS.indexOf(visibility) <= WIDTHS.indexOf(post.visibility)) return false
  // What it counted for by what it was, it counts for by what it is.
  await uncountPosts(tx, [post.id])
  await sql`update posts set visibility = ${visibility} where id = ${post.id}`.execute(tx)
  await countNewPosts(tx, [post.id])
  await indexPosts(tx, [post.id])
  return true
}
