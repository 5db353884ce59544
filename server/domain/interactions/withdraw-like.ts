/** A like by somebody elsewhere, taken back. */
import type { Transaction } from '../../db/pool.ts'
import { countLikes } from '../posts/ingest-counts.ts'

/** @param id  of the row */
export async function withdrawLike(tx: Transaction, id: string, postId: string): Promise<void> {
  const { numDeletedRows } = await tx.deleteFrom('interactions').where('id', '=', id).executeTakeFirst()
  if (numDeletedRows > 0n) await countLikes(tx, [postId], -1)
}
