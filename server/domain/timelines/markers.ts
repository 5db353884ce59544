/** How far an identity has read, shared by all its apps. */
import { sql } from 'kysely'
import type { Marker, Markers } from '../../contracts/notification.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export type MarkedTimeline = Row<'markers'>['timeline']

export async function findMarkers(
  db: Querier,
  actorId: string,
  timelines: readonly MarkedTimeline[],
): Promise<Markers> {
  if (timelines.length === 0) return {}
  const rows = await db
    .selectFrom('markers')
    .selectAll()
    .where('actor_id', '=', actorId)
    .where('timeline', 'in', [...timelines])
    .execute()
  return Object.fromEntries(rows.map((row) => [row.timeline, markerOf(row)]))
}

/** Sets one marker; it may go back, since that is what an app asked for. */
export async function setMarker(
  db: Querier,
  actorId: string,
  timeline: MarkedTimeline,
  lastReadId: string,
): Promise<Marker> {
  const row = await db
    .insertInto('markers')
    .values({ actor_id: actorId, timeline, last_read_id: lastReadId })
    .onConflict((conflict) =>
      conflict.columns(['actor_id', 'timeline']).doUpdateSet({
        last_read_id: lastReadId,
        version: sql<number>`markers.version + 1`,
        updated_at: sql<Date>`now()`,
      }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
  return markerOf(row)
}

function markerOf(row: Row<'markers'>): Marker {
  return { last_read_id: row.last_read_id, version: row.version, updated_at: row.updated_at.toISOString() }
}
