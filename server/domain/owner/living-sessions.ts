/** Which sessions of the window are still good: what its open streams ask. */
import type { Querier } from '../../db/pool.ts'

/** @param publicIds  as `findOwnerSession` names them */
export async function livingSessions(
  db: Querier,
  publicIds: readonly string[],
  now: Date,
): Promise<Set<string>> {
  if (publicIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('owner_sessions')
    .select('public_id')
    .where('public_id', 'in', [...publicIds])
    .where('expires_at', '>', now)
    .execute()
  return new Set(rows.map((row) => row.public_id))
}
