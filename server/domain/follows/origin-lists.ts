/**
 * Who follows somebody elsewhere, and whom they follow, as their origin tells it. What is kept is what the owner looks at:
 * the entries in the order of the origin, with the actor of each as soon as it is known.
 */
import { sql } from 'kysely'
import { type PageOf, type PageRequest, pageOrder, pageWith, toPage, withinPage } from '../../db/paging.ts'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction, wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { IS_ASKABLE } from '../actors/askable-actors.ts'
import { blockedBetween } from '../posts/can-see.ts'
import { originListGraph } from './origin-list-graph.ts'

export type OriginList = Row<'origin_lists'>
export type OriginSide = OriginList['side']

/** Entries of one list, whatever its origin says (rule 32). */
export const MAX_ORIGIN_ENTRIES = 200
/** A list that was read in part is read on when somebody looks again, not before this. */
const PAUSE = sql`interval '1 minute'`

/** The owner looks at a list: it is read, or read on. */
export async function lookAtOriginList(
  db: Database,
  actorId: string,
  side: OriginSide,
  now: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { numAffectedRows = 0n } = await sql`
      insert into origin_lists (actor_id, side, host)
      select actors.id, ${side}, actors.host from actors where actors.id = ${actorId} and ${IS_ASKABLE}
          on conflict (actor_id, side) do nothing`.execute(tx)
    if (numAffectedRows > 0n) return wakeWorker(tx, originListGraph.table)
    const { rows } = await sql<{ id: string }>`
      select origin_lists.id from origin_lists join actors on actors.id = actor_id
       where actor_id = ${actorId} and side = ${side} and origin_lists.state = 'partial'
         and origin_lists.state_changed_at < ${now}::timestamptz - ${PAUSE} and ${IS_ASKABLE}`.execute(tx)
    const ids = rows.map(({ id }) => id)
    await moveRows(tx, originListGraph, ids, 'reading', { priority: 0 })
  })
}

/**
 * Appends a page of the origin. Actors who are known are named at once; entries that are there already stay where they are.
 * @returns how many entries there are now
 */
export async function appendOriginEntries(
  tx: Transaction,
  list: Pick<OriginList, 'id'>,
  uris: readonly string[],
  nextPageUri: string | null,
): Promise<number> {
  const { rows } = await sql<{ entries: number }>`
    with added as (
      insert into origin_list_entries (list_id, place, uri, actor_id)
      select list.id, ${MAX_ORIGIN_ENTRIES}::integer - list.entries - given.place::integer, given.uri, actors.id
        from origin_lists as list
        join unnest(${[...new Set(uris)]}::text[]) with ordinality as given (uri, place)
          on given.place <= ${MAX_ORIGIN_ENTRIES} - list.entries
        left join actors on actors.uri = given.uri and actors.gone_at is null
       where list.id = ${list.id}
          on conflict do nothing
      returning 1
    )
    update origin_lists
       set next_page_uri = ${nextPageUri}, pages_read = pages_read + 1,
           entries = least(${MAX_ORIGIN_ENTRIES}, entries + ${new Set(uris).size})
     where id = ${list.id} and (select count(*) from added) >= 0
    returning entries`.execute(tx)
  return rows[0]?.entries ?? 0
}

/** Entries whose actor nobody has tried to read, the first first. */
export async function listUnknownEntries(
  db: Querier,
  listId: string,
  limit: number,
): Promise<Array<{ readonly place: number; readonly uri: string }>> {
  return db
    .selectFrom('origin_list_entries')
    .select(['place', 'uri'])
    .where('list_id', '=', listId)
    .where('actor_id', 'is', null)
    .where('is_tried', '=', false)
    .orderBy('place', 'desc')
    .limit(limit)
    .execute()
}

/** @param actorId  null where it cannot be read */
export async function noteEntryActor(
  db: Querier,
  listId: string,
  place: number,
  actorId: string | null,
): Promise<void> {
  await db
    .updateTable('origin_list_entries')
    .set({ actor_id: actorId, is_tried: true })
    .where('list_id', '=', listId)
    .where('place', '=', place)
    .execute()
}

/** Cursors of entries lie below those of follows, which are ids of rows. */
const FOLLOW_COLUMNS = {
  followers: { own: sql.ref('follows.target_id'), other: sql.ref('follows.source_id') },
  following: { own: sql.ref('follows.source_id'), other: sql.ref('follows.target_id') },
} as const

/**
 * Ids of actors: first those whose follows this home knows of its own and the origin does not list, then the origin's
 * list as far as it is read. Those who block the viewer or are blocked are left out.
 */
export async function listOriginSide(
  db: Querier,
  viewerId: string | null,
  actorId: string,
  side: OriginSide,
  page: PageRequest,
): Promise<PageOf<string>> {
  const { own, other } = FOLLOW_COLUMNS[side]
  const cursor = sql.ref('listed.cursor')
  const isShown =
    viewerId === null ? sql`true` : sql`not ${blockedBetween(viewerId, sql.ref('listed.other'))}`
  const entriesOf = sql`origin_list_entries as entry join origin_lists as list on list.id = entry.list_id`
  const { rows } = await sql<{ cursor: string; other: string }>`
    select listed.cursor, listed.other
      from (select entry.place::bigint as cursor, entry.actor_id as other from ${entriesOf}
             where list.actor_id = ${actorId} and list.side = ${side} and entry.actor_id is not null
            union all
            select follows.id, ${other} from follows
             where ${own} = ${actorId} and follows.state in ('accepting', 'accepted')
               and not exists (select from ${entriesOf}
                                where list.actor_id = ${actorId} and list.side = ${side}
                                  and entry.actor_id = ${other})) as listed
      join actors on actors.id = listed.other and actors.gone_at is null and actors.suspended_at is null
     where ${isShown} and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  const found = toPage(rows, page, (row) => row.cursor)
  return pageWith(
    found,
    found.items.map((row) => row.other),
  )
}
