/**
 * Subscriptions to block lists. What a list brings is kept apart from the owner's own words, and goes with the list; a list
 * that fails, empties or shrinks to less than half keeps what it had until the owner says otherwise.
 */
import { sql } from 'kysely'
import { isRowId } from '../../core/id.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { parseRemoteUrl } from '../../net/origin.ts'
import { moveRows } from '../../stator/move.ts'
import { blockListGraph } from './block-list-graph.ts'
import { afterWords, listOwnHosts, lockDomainWords } from './domain-blocks.ts'
import { coversOneOf } from './domain-name.ts'
import type { ParsedBlockList } from './parse-block-list.ts'

type Subscription = Row<'block_list_subscriptions'>

/** A shorter list than this may change as it likes. */
const SHRINKS_FROM = 20
const LEAST_SHARE = 0.5

/** A second subscription to a list is the first, and reads it again. @throws HomebirdError FETCH_REFUSED for a bad address */
export async function subscribe(tx: Transaction, rawUrl: string, title: string): Promise<string> {
  const { href, host } = parseRemoteUrl(rawUrl)
  const { id } = await tx
    .insertInto('block_list_subscriptions')
    .values({ url: href, host, title })
    .onConflict((conflict) => conflict.column('url').doUpdateSet({ title }))
    .returning('id')
    .executeTakeFirstOrThrow()
  await moveRows(tx, blockListGraph, [id], 'due')
  await wakeWorker(tx, blockListGraph.table)
  return id
}

/** Reads a list now. @param mayShrink  what it says counts, however little is left of it @returns false when there is none */
export async function refreshList(tx: Transaction, id: string, mayShrink: boolean): Promise<boolean> {
  if (!isRowId(id)) return false
  const { numUpdatedRows } = await tx
    .updateTable('block_list_subscriptions')
    .set({ may_shrink: mayShrink })
    .where('id', '=', id)
    .executeTakeFirst()
  await moveRows(tx, blockListGraph, [id], 'due', { priority: 0 })
  return numUpdatedRows > 0n
}

/** Takes away what this list alone brought. Follows that ended do not come back. @returns false when there is none */
export async function unsubscribe(tx: Transaction, id: string): Promise<boolean> {
  if (!isRowId(id)) return false
  await lockDomainWords(tx)
  const { numDeletedRows } = await tx
    .deleteFrom('block_list_subscriptions')
    .where('id', '=', id)
    .executeTakeFirst()
  if (numDeletedRows > 0n) {
    await learnSizes(tx)
    await afterWords(tx)
  }
  return numDeletedRows > 0n
}

/** Takes over what was read, or notes why not. @returns the problem, or null */
export async function storeReading(
  tx: Transaction,
  id: string,
  reading: ParsedBlockList,
  now: Date,
): Promise<string | null> {
  await lockDomainWords(tx)
  const list = await tx
    .selectFrom('block_list_subscriptions')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (list === undefined) return 'the subscription was ended'
  const problem = reading.ok ? flawOf(list, reading) : reading.problem
  if (problem !== null || !reading.ok) {
    const columns = { tried_at: now, problem }
    await tx.updateTable('block_list_subscriptions').set(columns).where('id', '=', id).execute()
    return problem
  }
  const ownHosts = await listOwnHosts(tx)
  const entries = reading.entries.filter(({ domain }) => !coversOneOf(domain, ownHosts))
  const own = reading.entries.length - entries.length
  const passedOver = own === 0 ? reading.passedOver : { ...reading.passedOver, own }
  await replaceEntries(tx, id, entries)
  await learnSizes(tx)
  await tx
    .updateTable('block_list_subscriptions')
    .set({
      good_at: now,
      tried_at: now,
      problem: null,
      entries: entries.length,
      passed_over: JSON.stringify(passedOver),
      may_shrink: false,
    })
    .where('id', '=', id)
    .execute()
  await afterWords(tx)
  await learnSizes(tx)
  return null
}

type Reading = Extract<ParsedBlockList, { ok: true }>

function flawOf(list: Subscription, { entries, passedOver }: Reading): string | null {
  const count = entries.length
  // A new list that only wants servers shown less is a list; one that blocked and does so no more is looked at.
  const isNewList = list.good_at === null && (passedOver.limited ?? 0) === 0
  if (count === 0 && (list.entries > 0 || isNewList) && !list.may_shrink) {
    return 'it names no domain that could be blocked'
  }
  const isMuchLess = list.entries >= SHRINKS_FROM && count < list.entries * LEAST_SHARE
  return isMuchLess && !list.may_shrink
    ? `it has shrunk from ${list.entries} to ${count} domains; what it had stays in force until you allow it`
    : null
}

/** Two statements, whatever the size of the list. */
async function replaceEntries(
  tx: Transaction,
  id: string,
  entries: ReadonlyArray<{ readonly domain: string; readonly comment: string }>,
): Promise<void> {
  const domains = entries.map(({ domain }) => domain)
  await sql`
    delete from block_list_entries as entry
     where subscription_id = ${id}
       and not exists (select from unnest(${domains}::text[]) as given where given = entry.domain)`.execute(
    tx,
  )
  await sql`
    insert into block_list_entries (subscription_id, domain, comment)
    select ${id}::bigint, given.domain, given.comment
      from unnest(${domains}::text[], ${entries.map(({ comment }) => comment)}::text[]) as given (domain, comment)
        on conflict (subscription_id, domain) do update set comment = excluded.comment
     where block_list_entries.comment <> excluded.comment`.execute(tx)
}

/** Plans of statements that were made for small tables are made anew: a list changes sizes by the hundred thousand. */
async function learnSizes(tx: Transaction): Promise<void> {
  await sql`analyze block_list_entries, domain_blocks`.execute(tx)
}

export interface ListedSubscription extends Subscription {
  /** Of its domains, how many it has blocked. */
  readonly blocked: number
}

export async function listSubscriptions(db: Querier): Promise<ListedSubscription[]> {
  const { rows } = await sql<ListedSubscription>`
    select block_list_subscriptions.*,
           (select count(*)::integer from block_list_entries
              join domain_blocks on domain_blocks.domain = block_list_entries.domain
             where block_list_entries.subscription_id = block_list_subscriptions.id) as blocked
      from block_list_subscriptions order by id`.execute(db)
  return rows
}

/** How many of these domains nobody has said anything about yet. */
export async function countUnsaid(db: Querier, domains: readonly string[]): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from unnest(${[...domains]}::text[]) as word (domain)
     where not is_blocked_domain(word.domain)
       and not exists (select from domain_allows where domain_allows.domain = word.domain)`.execute(db)
  return rows[0]?.count ?? 0
}
