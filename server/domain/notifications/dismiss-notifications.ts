/** What is put away by the owner stays away. */
import { isRowId } from '../../core/id.ts'
import type { Querier } from '../../db/pool.ts'

/** @param ids  null for all of them; those of others are left alone */
export async function dismissNotifications(
  db: Querier,
  viewerId: string,
  ids: readonly string[] | null,
  now: Date,
): Promise<void> {
  if (ids !== null && ids.filter(isRowId).length === 0) return
  let statement = db
    .updateTable('notifications')
    .set({ dismissed_at: now })
    .where('actor_id', '=', viewerId)
    .where('dismissed_at', 'is', null)
  if (ids !== null) statement = statement.where('id', 'in', ids.filter(isRowId))
  await statement.execute()
}
