/** The domains that the owner will have nothing to do with, and those that stay open whatever a list says. */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import { notify } from '../../db/transaction.ts'
import { forgivePurged } from '../peers/purge-peer.ts'
import { applyBlockLists } from './apply-block-lists.ts'
import { type EndedTies, endTiesToBlockedDomains } from './end-ties.ts'
import { ADVISORY_LOCK } from '../../core/advisory-locks.ts'

export interface DomainWord {
  readonly domain: string
  readonly comment: string
  readonly now: Date
}

/** Every domain and service host of this home: never to be blocked. */
export async function listOwnHosts(db: Querier): Promise<string[]> {
  const rows = await db.selectFrom('domains').select(['domain', 'service_host']).execute()
  return rows.flatMap((row) => [row.domain, row.service_host])
}

/**
 * Blocks a domain and everything below it, by the owner's own word. A second block changes the comment.
 * @param word.domain  from `parseBlockedDomain`
 */
export async function blockDomain(tx: Transaction, word: DomainWord): Promise<EndedTies> {
  await lockDomainWords(tx)
  await tx.deleteFrom('domain_allows').where('domain', '=', word.domain).execute()
  await tx
    .insertInto('domain_blocks')
    .values({ domain: word.domain, comment: word.comment, created_at: word.now, is_own: true })
    .onConflict((conflict) => conflict.column('domain').doUpdateSet({ comment: word.comment, is_own: true }))
    .execute()
  return afterWords(tx, [word.domain])
}

/**
 * Blocks many at once, none of them the home's own; comments of those that are blocked already stay. A fixed number of
 * statements.
 */
export async function blockDomains(tx: Transaction, domains: readonly string[], now: Date): Promise<void> {
  const given = [...domains]
  await lockDomainWords(tx)
  await sql`delete from domain_allows where domain = any(${given}::text[])`.execute(tx)
  await sql`
    insert into domain_blocks (domain, comment, created_at, is_own)
    select domain, '', ${now}::timestamptz, true from unnest(${given}::text[]) as domain
        on conflict (domain) do update set is_own = true`.execute(tx)
  await afterWords(tx, given)
}

/** Takes a block back. One that lists name too is allowed expressly, or it would be back tomorrow. */
export async function unblockDomain(tx: Transaction, word: DomainWord): Promise<void> {
  await unblockDomains(tx, [word.domain], word.now, word.comment)
}

/** The same for many at once, in a fixed number of statements. */
export async function unblockDomains(
  tx: Transaction,
  domains: readonly string[],
  now: Date,
  comment = '',
): Promise<void> {
  const given = [...domains]
  await lockDomainWords(tx)
  await sql`delete from domain_blocks where domain = any(${given}::text[])`.execute(tx)
  await sql`
    insert into domain_allows (domain, comment, created_at)
    select distinct domain, ${comment}, ${now}::timestamptz from block_list_entries
     where domain = any(${given}::text[])
        on conflict (domain) do update set comment = excluded.comment`.execute(tx)
  await afterWords(tx)
}

/** Keeps a domain and everything below it open, although a wider block or a list covers it. */
export async function allowDomain(tx: Transaction, word: DomainWord): Promise<void> {
  await lockDomainWords(tx)
  await tx.deleteFrom('domain_blocks').where('domain', '=', word.domain).execute()
  await insertAllowance(tx, word)
  await afterWords(tx)
}

/** From now on lists decide again. @returns what ends by it */
export async function disallowDomain(tx: Transaction, domain: string): Promise<EndedTies> {
  await lockDomainWords(tx)
  await tx.deleteFrom('domain_allows').where('domain', '=', domain).execute()
  return afterWords(tx)
}

/** Words of the owner and of lists are said one after the other. Held until the transaction ends. */
export async function lockDomainWords(tx: Transaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK.domainBlocks})`.execute(tx)
}

/**
 * Puts what was said into force, in all processes once the transaction is committed.
 * @param blocked  the domains that the owner has just blocked
 */
export async function afterWords(tx: Transaction, blocked: readonly string[] = []): Promise<EndedTies> {
  await applyBlockLists(tx, await listOwnHosts(tx))
  await forgivePurged(tx)
  await notify(tx, 'changed', 'domain_blocks')
  return endTiesToBlockedDomains(tx, blocked)
}

async function insertAllowance(tx: Transaction, { domain, comment, now }: DomainWord): Promise<void> {
  await tx
    .insertInto('domain_allows')
    .values({ domain, comment, created_at: now })
    .onConflict((conflict) => conflict.column('domain').doUpdateSet({ comment }))
    .execute()
}
