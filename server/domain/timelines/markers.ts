/** How far an identity has read, shared by all its apps. */
import { sql } from 'kysely'
import type { Marker, Markers } from '../../contracts/notification.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { notify } from '../../db/transaction.ts'

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

/**
 * Sets one marker; it may go back, since that is what an app asked for.
 * @throws HomebirdError CONFLICT where another app sets it at the same moment
 */
export async function setMarker(
  db: Querier,
  actorId: string,
  timeline: MarkedTimeline,
  lastReadId: string,
): Promise<Marker> {
  const known = await db
    .selectFrom('markers')
    .select('version')
    .where('actor_id', '=', actorId)
    .where('timeline', '=', timeline)
    .executeTakeFirst()
  const { rows } = await (
    known === undefined
      ? sql<Row<'markers'>>`
        insert into markers (actor_id, timeline, last_read_id) values (${actorId}, ${timeline}, ${lastReadId})
            on conflict do nothing
        returning *`
      : sql<Row<'markers'>>`
        update markers set last_read_id = ${lastReadId}, version = version + 1, updated_at = now()
         where actor_id = ${actorId} and timeline = ${timeline} and version = ${known.version}
        returning *`
  ).execute(db)
  const [row] = rows
  if (row !== undefined) {
    // What is unread is shown outside of the window too.
    if (timeline === 'notifications') await notify(db, 'changed', 'markers')
    return markerOf(row)
  }
  throw new HomebirdError('CONFLICT', `the marker of ${timeline} of ${actorId} was set meanwhile`, {
    safe: 'Conflict during update, please try again',
  })
}

function markerOf(row: Row<'markers'>): Marker {
  return { last_read_id: row.last_read_id, version: row.version, updated_at: row.updated_at.toISOString() }
}
