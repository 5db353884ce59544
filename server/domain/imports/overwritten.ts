/**
 * What an identity has and a file does not name: counted before an import that overwrites, and taken away in steps once all
 * its lines were looked at, so that nobody is lost who only has another name there.
 */
import { type RawBuilder, sql } from 'kysely'
import type { ImportKind, ImportLoss } from '../../contracts/import.ts'
import { assertNever } from '../../core/errors.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { unblockActor, unmuteActor } from '../blocks/block-actor.ts'
import { unblockDomains } from '../blocks/domain-blocks.ts'
import { removeFilter } from '../filters/edit-filters.ts'
import { unfollowActor } from '../follows/follow-actor.ts'
import { removeList } from '../lists/lists.ts'
import { removeMembers } from '../lists/members.ts'

type ImportOf = Pick<Row<'imports'>, 'id' | 'actor_id' | 'kind'>

interface Other {
  /** Of the actor, post, list or filter; of a domain its name. */
  readonly id: string
  readonly name: string
  /** Of a member: the list. */
  readonly list_id: string | null
  readonly domain_id: string | null
}

const MOST_NAMED = 20
/** Taken away in one transaction. */
const STEP = 100

export async function countOthers(db: Querier, one: ImportOf): Promise<ImportLoss> {
  const { rows } = await sql<{ count: number; named: string[] }>`
    with others as materialized (${othersOf(one)})
    select count(*)::integer as count,
           array(select name from others order by name limit ${MOST_NAMED}) as named from others`.execute(db)
  return rows[0] ?? { count: 0, named: [] }
}

/** @returns how many were taken away; 0 when there is nothing left */
export async function removeOthers(tx: Transaction, one: ImportOf, now: Date): Promise<number> {
  const { rows } = await sql<Other>`
    select * from (${othersOf(one)}) as others order by name limit ${STEP}`.execute(tx)
  const source = { id: one.actor_id }
  switch (one.kind) {
    case 'following':
      for (const other of rows) await unfollowActor(tx, source, other, now)
      break
    case 'blocks':
    case 'mutes':
      await endBlocks(tx, one, rows)
      break
    case 'domain_blocks':
      if (rows.length > 0) {
        await unblockDomains(
          tx,
          rows.map(({ id }) => id),
          now,
        )
      }
      break
    case 'bookmarks':
      await sql`
        delete from bookmarks
         where actor_id = ${one.actor_id} and post_id = any(${rows.map(({ id }) => id)}::bigint[])`.execute(
        tx,
      )
      break
    case 'lists':
      await endLists(tx, one, rows)
      break
    case 'filters':
      for (const { id } of rows) await removeFilter(tx, one.actor_id, id)
      break
    default:
      return assertNever(one.kind)
  }
  return rows.length
}

async function endBlocks(tx: Transaction, one: ImportOf, rows: readonly Other[]): Promise<void> {
  const end = one.kind === 'mutes' ? unmuteActor : unblockActor
  const { host } = await tx
    .selectFrom('actors')
    .select('host')
    .where('id', '=', one.actor_id)
    .executeTakeFirstOrThrow()
  for (const other of rows) await end(tx, { id: one.actor_id, host }, other)
}

async function endLists(tx: Transaction, one: ImportOf, rows: readonly Other[]): Promise<void> {
  for (const { id, list_id: listId } of rows) if (listId === null) await removeList(tx, one.actor_id, id)
  const members = Map.groupBy(
    rows.filter((row) => row.list_id !== null),
    (row) => row.list_id ?? '',
  )
  for (const [listId, gone] of members) {
    const list = await tx
      .selectFrom('lists')
      .select(['id', 'actor_id', 'is_exclusive'])
      .where('id', '=', listId)
      .executeTakeFirst()
    if (list !== undefined) {
      await removeMembers(
        tx,
        list,
        gone.map(({ id }) => id),
      )
    }
  }
}

const ACTOR_COLUMNS = sql`
  actors.id::text as id, actors.username || '@' || actors.handle_domain as name, null::text as list_id, actors.domain_id`
const PLAIN = sql`null::text as list_id, null::bigint as domain_id`

/** What came after the file was queued, which may be hours ago, is not what the owner agreed to lose. */
function othersOf({ id, actor_id: actorId, kind }: ImportOf): RawBuilder<unknown> {
  const isNamed = (target: RawBuilder<unknown>, subject: RawBuilder<unknown>, more = sql`true`) => sql`(
    exists (select from import_entries as entry
             where entry.import_id = ${id} and entry.target_id = ${target} and ${more})
    or exists (select from import_entries as entry
                where entry.import_id = ${id} and lower(entry.subject) = lower(${subject}) and ${more}))`
  const handle = sql`actors.username || '@' || actors.handle_domain`
  const kinds: Readonly<Record<ImportKind, () => RawBuilder<unknown>>> = {
    following: () => sql`
      select ${ACTOR_COLUMNS} from follows join actors on actors.id = follows.target_id
       where follows.source_id = ${actorId} and follows.id < ${id} and follows.state = 'accepted'
         and not ${isNamed(sql`follows.target_id`, handle)}`,
    blocks: () => blocksBeside({ id, actorId }, false, isNamed(sql`blocks.target_id`, handle)),
    mutes: () => blocksBeside({ id, actorId }, true, isNamed(sql`blocks.target_id`, handle)),
    domain_blocks: () => sql`
      select domain as id, domain as name, ${PLAIN} from domain_blocks
       where is_own and created_at <= (select created_at from imports where imports.id = ${id})
         and not exists (select from import_entries as entry
                                     where entry.import_id = ${id} and lower(entry.subject) = domain)`,
    bookmarks: () => sql`
      select posts.id::text as id, posts.uri as name, ${PLAIN} from bookmarks join posts on posts.id = bookmarks.post_id
       where bookmarks.actor_id = ${actorId} and bookmarks.id < ${id} and not ${isNamed(sql`posts.id`, sql`posts.uri`)}`,
    lists: () => sql`
      select lists.id::text as id, lists.title as name, ${PLAIN} from lists
       where lists.actor_id = ${actorId} and lists.id < ${id}
         and not exists (select from import_entries as entry
                          where entry.import_id = ${id} and entry.facts ->> 'list' = lists.title)
       union all
      select actors.id::text, ${handle} || ' on ' || lists.title, lists.id::text, actors.domain_id
        from lists join list_members on list_members.list_id = lists.id
        join actors on actors.id = list_members.member_id
       where lists.actor_id = ${actorId}
         and exists (select from import_entries as entry
                      where entry.import_id = ${id} and entry.facts ->> 'list' = lists.title)
         and not ${isNamed(sql`actors.id`, handle, sql`entry.facts ->> 'list' = lists.title`)}`,
    filters: () => sql`
      select filters.id::text as id, filters.title as name, ${PLAIN} from filters
       where filters.actor_id = ${actorId} and filters.id < ${id}
         and not exists (select from import_entries as entry
                          where entry.import_id = ${id} and lower(entry.subject) = lower(filters.title))`,
  }
  return kinds[kind]()
}

function blocksBeside(
  { id, actorId }: { readonly id: string; readonly actorId: string },
  isMute: boolean,
  isNamed: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`
    select ${ACTOR_COLUMNS} from blocks join actors on actors.id = blocks.target_id
     where blocks.source_id = ${actorId} and blocks.id < ${id} and blocks.is_mute = ${isMute} and blocks.state not in ('undone', 'undone_sent')
       and (blocks.expires_at is null or blocks.expires_at > now()) and not ${isNamed}`
}
