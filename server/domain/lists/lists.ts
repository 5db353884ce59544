/** The lists of an identity: made, changed, removed, and found by who is on them. */
import { sql } from 'kysely'
import type { List } from '../../contracts/list.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { listMemberIds, refreshHomeOf } from './members.ts'

export type OwnList = Row<'lists'>

export interface ListDraft {
  readonly title: string
  readonly repliesPolicy: OwnList['replies_policy']
  readonly isExclusive: boolean
}

/** As many as Mastodon allows. */
const MOST_LISTS = 50
const MAX_TITLE_LENGTH = 256

export const listEntity = (list: OwnList): List => ({
  id: list.id,
  title: list.title,
  replies_policy: list.replies_policy,
  exclusive: list.is_exclusive,
})

/** The first made first; there is no paging, since there are few. */
export async function findLists(db: Querier, actorId: string): Promise<OwnList[]> {
  return db.selectFrom('lists').selectAll().where('actor_id', '=', actorId).orderBy('id').execute()
}

/** Those of the identity on which somebody is. */
export async function findListsWith(db: Querier, actorId: string, memberId: string): Promise<OwnList[]> {
  return db
    .selectFrom('lists')
    .innerJoin('list_members', 'list_members.list_id', 'lists.id')
    .selectAll('lists')
    .where('lists.actor_id', '=', actorId)
    .where('list_members.member_id', '=', memberId)
    .orderBy('lists.id')
    .execute()
}

/** @throws HomebirdError NOT_FOUND, for lists of others too (rule 64) */
export async function getList(db: Querier, actorId: string, id: string): Promise<OwnList> {
  const list = isRowId(id)
    ? await db
        .selectFrom('lists')
        .selectAll()
        .where('id', '=', id)
        .where('actor_id', '=', actorId)
        .executeTakeFirst()
    : undefined
  if (list === undefined) throw new HomebirdError('NOT_FOUND', `no list ${id.slice(0, 30)} of ${actorId}`)
  return list
}

/** @throws HomebirdError UNPROCESSABLE for a bad title, and above the most */
export async function createList(tx: Transaction, actorId: string, draft: ListDraft): Promise<OwnList> {
  const { repliesPolicy, isExclusive } = draft
  const { rows } = await sql<OwnList>`
    insert into lists (actor_id, title, replies_policy, is_exclusive)
    select ${actorId}, ${checkedTitle(draft.title)}, ${repliesPolicy}, ${isExclusive}
     where (select count(*) from lists where actor_id = ${actorId}) < ${MOST_LISTS}
    returning *`.execute(tx)
  const [list] = rows
  if (list === undefined) throw refused('You have reached the maximum number of lists')
  return list
}

/**
 * What is not said stays.
 * @throws HomebirdError NOT_FOUND, UNPROCESSABLE for a bad title
 */
export async function changeList(
  tx: Transaction,
  actorId: string,
  id: string,
  change: Partial<ListDraft>,
): Promise<OwnList> {
  const before = await getList(tx, actorId, id)
  const { title = before.title, repliesPolicy = before.replies_policy } = change
  const { isExclusive = before.is_exclusive } = change
  const list = await tx
    .updateTable('lists')
    .set({ title: checkedTitle(title), replies_policy: repliesPolicy, is_exclusive: isExclusive })
    .where('id', '=', before.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (isExclusive !== before.is_exclusive) await refreshHomeOf(tx, list, await listMemberIds(tx, list.id))
  return list
}

/** Nobody is unfollowed by it. @throws HomebirdError NOT_FOUND */
export async function removeList(tx: Transaction, actorId: string, id: string): Promise<void> {
  const list = await getList(tx, actorId, id)
  const memberIds = list.is_exclusive ? await listMemberIds(tx, list.id) : []
  await tx.deleteFrom('lists').where('id', '=', list.id).execute()
  await refreshHomeOf(tx, list, memberIds)
}

function checkedTitle(typed: string): string {
  const title = typed.trim()
  if (title === '') throw refused("Title can't be blank")
  if (Array.from(title).length > MAX_TITLE_LENGTH) {
    throw refused(`Title is too long (maximum is ${MAX_TITLE_LENGTH} characters)`)
  }
  return title
}

function refused(flaw: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', flaw, { safe: `Validation failed: ${flaw}` })
}
