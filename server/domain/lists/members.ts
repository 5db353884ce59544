/** Who is on a list. Membership needs a follow that stands or is asked for, and ends with it: the database sees to that. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { type PageOf, type PageRequest, pageOrder, pageWith, toPage, withinPage } from '../../db/paging.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { LIVING_FOLLOW_STATES } from '../follows/follow-actor.ts'
import { refreshAside, writtenBy } from '../timelines/aside.ts'
import { fillList } from './list-entries.ts'

type ListOf = Pick<Row<'lists'>, 'id' | 'actor_id' | 'is_exclusive'>

/** Ids of actors, which are the cursors too; whoever is gone is left out. */
export async function listMembers(db: Querier, listId: string, page: PageRequest): Promise<PageOf<string>> {
  const cursor = sql.ref('list_members.member_id')
  const { rows } = await sql<{ id: string }>`
    select list_members.member_id as id from list_members join actors on actors.id = list_members.member_id
     where list_members.list_id = ${listId} and actors.gone_at is null and actors.suspended_at is null
       and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  const found = toPage(rows, page, (row) => row.id)
  return pageWith(
    found,
    found.items.map((row) => row.id),
  )
}

export async function listMemberIds(db: Querier, listId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('list_members')
    .select('member_id')
    .where('list_id', '=', listId)
    .orderBy('member_id', 'desc')
    .execute()
  return rows.map((row) => row.member_id)
}

/**
 * Puts actors on a list, with what they wrote before. All or none.
 * @throws HomebirdError NOT_FOUND where one is neither followed, nor asked, nor the identity itself, UNPROCESSABLE where
 *   one is on the list already
 */
export async function addMembers(tx: Transaction, list: ListOf, ids: readonly string[]): Promise<void> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return
  const unknown = wanted.find((id) => !isRowId(id))
  if (unknown !== undefined) throw notFollowed(unknown)
  await holdPostsOf(tx, wanted)
  const { rows: followed } = await sql<{ id: string }>`
    select actors.id from actors
     where actors.id = any(${wanted}::bigint[]) and actors.gone_at is null
       and (actors.id = ${list.actor_id}
            or exists (select from follows
                        where follows.source_id = ${list.actor_id} and follows.target_id = actors.id
                          and follows.state = any(${[...LIVING_FOLLOW_STATES]}::text[])))`.execute(tx)
  if (followed.length < wanted.length) throw notFollowed(wanted.join(', '))
  const { numAffectedRows } = await sql`
    insert into list_members (list_id, member_id) select ${list.id}, id from unnest(${wanted}::bigint[]) as id
        on conflict do nothing`.execute(tx)
  if (Number(numAffectedRows) < wanted.length) {
    throw new HomebirdError('UNPROCESSABLE', `of ${wanted.join(', ')} some are on list ${list.id}`, {
      safe: 'Validation failed: Account has already been taken',
    })
  }
  await fillList(tx, list.id, wanted)
  if (list.is_exclusive) await refreshHomeOf(tx, list, wanted)
}

/**
 * Lets posts of theirs that are being stored be stored first, and others wait until who is on the list is written: a post
 * takes a hold of its author, too, and whichever of the two comes second sees the first.
 */
async function holdPostsOf(tx: Transaction, ids: readonly string[]): Promise<void> {
  await sql`select from actors where id = any(${[...ids]}::bigint[]) order by id for update`.execute(tx)
}

function notFollowed(ids: string): HomebirdError {
  return new HomebirdError('NOT_FOUND', `not all of ${ids.slice(0, 200)} are followed`)
}

/** Whoever is not on the list is passed over. */
export async function removeMembers(tx: Transaction, list: ListOf, ids: readonly string[]): Promise<void> {
  const wanted = ids.filter(isRowId)
  if (wanted.length === 0) return
  await tx
    .deleteFrom('list_members')
    .where('list_id', '=', list.id)
    .where('member_id', 'in', wanted)
    .execute()
  if (list.is_exclusive) await refreshHomeOf(tx, list, wanted)
}

/** Whoever moved is on the same lists as before, with what they write there. */
export async function carryMembership(
  tx: Transaction,
  actorId: string,
  fromId: string,
  toId: string,
): Promise<void> {
  await holdPostsOf(tx, [toId])
  const { rows } = await sql<ListOf>`
    with carried as (
      insert into list_members (list_id, member_id)
      select lists.id, ${toId} from lists join list_members on list_members.list_id = lists.id
       where lists.actor_id = ${actorId} and list_members.member_id = ${fromId}
          on conflict do nothing
      returning list_id
    )
    select id, actor_id, is_exclusive from lists where id in (select list_id from carried)`.execute(tx)
  for (const list of rows) await fillList(tx, list.id, [toId])
  const exclusive = rows.find((list) => list.is_exclusive)
  if (exclusive !== undefined) await refreshHomeOf(tx, exclusive, [toId])
}

/** After a change of who is on an exclusive list: what they wrote leaves the home timeline, or comes back into it. */
export async function refreshHomeOf(
  tx: Transaction,
  list: Pick<ListOf, 'actor_id'>,
  memberIds: readonly string[],
): Promise<void> {
  if (memberIds.length > 0) await refreshAside(tx, list.actor_id, writtenBy(memberIds))
}
