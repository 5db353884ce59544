/** What is put away by the owner stays away. */
import { isRowId } from '../../core/id.ts'
import type { Querier } from '../../db/pool.ts'
import { singleId } from './list-groups.ts'

/** Those of others are left alone. */
export async function dismissNotifications(
  db: Querier,
  viewerId: string,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  const wanted = ids.filter(isRowId)
  if (wanted.length === 0) return
  await undismissed(db, viewerId, now).where('id', 'in', wanted).execute()
}

/** All that is shown; what waits for the owner's word, who has not seen it, goes on waiting. */
export async function clearNotifications(db: Querier, viewerId: string, now: Date): Promise<void> {
  await undismissed(db, viewerId, now).where('is_filtered', '=', false).execute()
}

/** All of a group, those too that no page has shown yet. */
export async function dismissGroup(db: Querier, viewerId: string, key: string, now: Date): Promise<void> {
  const single = singleId(key)
  if (single !== null) return dismissNotifications(db, viewerId, [single], now)
  await undismissed(db, viewerId, now).where('group_key', '=', key).where('is_filtered', '=', false).execute()
}

const undismissed = (db: Querier, viewerId: string, now: Date) =>
  db
    .updateTable('notifications')
    .set({ dismissed_at: now })
    .where('actor_id', '=', viewerId)
    .where('dismissed_at', 'is', null)
