/** Fills the home timelines anew, a bounded piece at a time, from the oldest post to the newest. */
import type { Database } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'
import { idAt } from '../clean-up/keep-posts.ts'
import { refillTimelines } from './add-to-timelines.ts'

const STRETCH = 200

export interface RebuiltStretch {
  /** Where the next stretch begins; null after the last. */
  readonly last: string | null
  readonly posts: number
  readonly added: number
  readonly removed: number
}

/** Where to begin, so that what was written from then on is looked at. */
export const stretchFrom = (moment: Date): string => String(BigInt(idAt(moment)) - 1n)

export async function rebuildStretch(db: Database, after: string): Promise<RebuiltStretch> {
  return inTransaction(db, async (tx) => {
    const rows = await tx
      .selectFrom('posts')
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .limit(STRETCH)
      .execute()
    const ids = rows.map(({ id }) => id)
    const { added, removed } = await refillTimelines(tx, ids)
    return { last: ids.length < STRETCH ? null : (ids.at(-1) ?? null), posts: ids.length, added, removed }
  })
}
