/** Notifications that a follow caused, taken back when it is no longer so. */
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export async function forgetFollowNotices(
  tx: Transaction,
  follow: Pick<Row<'follows'>, 'source_id' | 'target_id'>,
  kinds: readonly ('follow' | 'follow_request')[],
): Promise<void> {
  await tx
    .deleteFrom('notifications')
    .where('actor_id', '=', follow.target_id)
    .where('from_actor_id', '=', follow.source_id)
    .where('kind', 'in', [...kinds])
    .execute()
}

/** Whoever follows again is news, where the first time was put away; else it still stands there. */
export async function forgetReadFollowNotice(
  tx: Transaction,
  follow: Pick<Row<'follows'>, 'source_id' | 'target_id'>,
): Promise<void> {
  await tx
    .deleteFrom('notifications')
    .where('actor_id', '=', follow.target_id)
    .where('from_actor_id', '=', follow.source_id)
    .where('kind', '=', 'follow')
    .where('dismissed_at', 'is not', null)
    .execute()
}
