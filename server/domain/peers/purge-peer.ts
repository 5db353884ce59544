/** Deletes everything that is kept of a blocked server, on the owner's word and a bounded number of rows at a time. */
import { sql } from 'kysely'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import { moveRows } from '../../stator/move.ts'
import { domainAndParents } from '../blocks/domain-words.ts'
import { peerGraph } from './peer-graph.ts'

const POSTS = 200
const ACTORS = 50
const MESSAGES = 500

/**
 * Has every server below a blocked domain purged, those too that only handles name.
 * @returns how many there are; 0 also when the domain is not blocked
 */
export async function startPurge(tx: Transaction, domain: string): Promise<number> {
  const { rows } = await sql<{ host: string }>`
    select distinct host from (
      select host from peers where state <> 'purged'
       union select host from actors where is_domain_blocked
       union select handle_domain from actors where is_domain_blocked) as known
     where is_blocked_domain(host)
       and (split_part(host, ':', 1) = ${domain} or split_part(host, ':', 1) like '%.' || ${domain})`.execute(
    tx,
  )
  const hosts = rows.map(({ host }) => host).filter((host) => domainAndParents(host).includes(domain))
  if (hosts.length === 0) return 0
  await sql`
    update severances set is_purged = true where target = ${domain} or target like '%.' || ${domain}`.execute(
    tx,
  )
  await sql`
    insert into peers (host) select host from unnest(${hosts}::text[]) as host order by host
        on conflict (host) do nothing`.execute(tx)
  await moveRows(tx, peerGraph, hosts, 'purging', { priority: 0 })
  return hosts.length
}

export interface PurgeCount {
  readonly people: number
  readonly posts: number
  readonly isBlocked: boolean
}

/** What is kept of a domain and those below it. One statement. @param domain  from `parseBlockedDomain` */
export async function countPurge(db: Querier, domain: string): Promise<PurgeCount> {
  const isBelow = (column: string) => sql`
    (split_part(${sql.ref(column)}, ':', 1) = ${domain} or split_part(${sql.ref(column)}, ':', 1) like '%.' || ${domain})`
  const { rows } = await sql<PurgeCount>`
    with people as materialized (
      select id from actors where domain_id is null and (${isBelow('host')} or ${isBelow('handle_domain')})
    )
    select (select count(*) from people)::integer as people,
           (select count(*) from posts where author_id in (select id from people))::integer as posts,
           is_blocked_domain(${domain}) as "isBlocked"`.execute(db)
  return rows[0] ?? { people: 0, posts: 0, isBlocked: false }
}

/** Servers that are blocked no more are met anew. */
export async function forgivePurged(tx: Transaction): Promise<void> {
  const { rows } = await sql<{ host: string }>`
    select host from peers where state = 'purged' and not is_blocked_domain(host)`.execute(tx)
  await moveRows(
    tx,
    peerGraph,
    rows.map(({ host }) => host),
    'outdated',
  )
}

/** Asked of the database, which knows of a block before the memory of this process does. */
export async function isToBePurged(db: Querier, host: string): Promise<boolean> {
  const { rows } = await sql<{ blocked: boolean }>`select is_blocked_domain(${host}) as blocked`.execute(db)
  return rows[0]?.blocked === true
}

const ACTORS_OF = (host: string) => sql`
  select id from actors where is_domain_blocked and domain_id is null and (host = ${host} or handle_domain = ${host})`

/**
 * Posts first, then what came and waits to go, then the actors, with whom everything else goes that hangs on them.
 * @returns how many rows are gone; 0 when nothing is left
 */
export async function purgeBatch(db: Database, host: string): Promise<number> {
  const steps: ReadonlyArray<(querier: Querier) => Promise<{ readonly numAffectedRows?: bigint }>> = [
    async (querier) =>
      sql`delete from posts where id in (
            select id from posts where author_id in (${ACTORS_OF(host)}) limit ${POSTS})`.execute(querier),
    async (querier) =>
      sql`delete from inbox_messages where id in (
            select id from inbox_messages where host = ${host} and state_lock_token is null
             limit ${MESSAGES})`.execute(querier),
    async (querier) =>
      sql`delete from fan_outs where id in (
            select id from fan_outs where host = ${host} and state_lock_token is null
             limit ${MESSAGES})`.execute(querier),
    async (querier) =>
      sql`delete from missing_inboxes where split_part(split_part(inbox_uri, '://', 2), '/', 1) = ${host}`.execute(
        querier,
      ),
    async (querier) =>
      sql`delete from actors where id in (${ACTORS_OF(host)} limit ${ACTORS})`.execute(querier),
  ]
  for (const step of steps) {
    const { numAffectedRows = 0n } = await step(db)
    if (numAffectedRows > 0n) return Number(numAffectedRows)
  }
  await db
    .updateTable('peers')
    .set({ software: null, software_version: null, node_info_at: null, last_error: null })
    .where('host', '=', host)
    .execute()
  return 0
}
