/**
 * What the block lists say, made into blocks: all that any list names, without what the owner allows, without the home itself,
 * and without domains of people whom the owner follows: those wait for the owner's word.
 */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'

/** Entries that would end a follow; with a block or an allowance of their own the owner decides. */
export interface HeldEntry {
  readonly domain: string
  readonly comment: string
  /** How many people there are followed. */
  readonly follows: number
}

/** Names that cover the host or the handle of somebody who is followed, and how many people they cover. */
const FOLLOWED_NAMES = sql`
  select above.domain, count(distinct followed.id)::integer as follows
    from (select distinct actors.id, actors.host, actors.handle_domain
            from follows
            join actors as me on me.id = follows.source_id and me.domain_id is not null
            join actors on actors.id = follows.target_id and actors.domain_id is null
           where follows.state in ('unrequested', 'pending_approval', 'accepted')) as followed,
         lateral (values (followed.host), (followed.handle_domain)) as named (name),
         lateral (select string_to_array(split_part(named.name, ':', 1), '.') as labels) as split,
         generate_series(1, cardinality(split.labels)) as first,
         lateral (select array_to_string(split.labels[first:], '.') as domain) as above
   where not exists (select from domain_allows where domain_allows.domain = split_part(named.name, ':', 1))
   group by above.domain`

const NOT_SAID_YET = sql`
  not exists (select from domain_allows where domain_allows.domain = block_list_entries.domain)
  and not exists (select from domain_blocks where domain_blocks.domain = block_list_entries.domain)`

/** Brings `domain_blocks` in line with the lists; what the owner blocked is not touched. */
export async function applyBlockLists(tx: Transaction, ownHosts: readonly string[]): Promise<void> {
  await sql`
    delete from domain_blocks
     where not is_own
       and (not exists (select from block_list_entries where block_list_entries.domain = domain_blocks.domain)
            or exists (select from domain_allows where domain_allows.domain = domain_blocks.domain))`.execute(
    tx,
  )
  await sql`
    with followed as materialized (${FOLLOWED_NAMES})
    insert into domain_blocks (domain, comment, is_own)
    select domain, min(comment), false from block_list_entries
     where ${NOT_SAID_YET}
       and not exists (select from followed where followed.domain = block_list_entries.domain)
       and not exists (select from unnest(${[...ownHosts]}::text[]) as host
                        where split_part(host, ':', 1) = block_list_entries.domain
                           or split_part(host, ':', 1) like '%.' || block_list_entries.domain)
     group by domain
        on conflict do nothing`.execute(tx)
}

/** In alphabetical order. */
export async function listHeldEntries(db: Querier, limit: number): Promise<HeldEntry[]> {
  const { rows } = await sql<HeldEntry>`
    with followed as materialized (${FOLLOWED_NAMES})
    select block_list_entries.domain, min(block_list_entries.comment) as comment, max(followed.follows) as follows
      from block_list_entries join followed on followed.domain = block_list_entries.domain
     where ${NOT_SAID_YET}
     group by block_list_entries.domain order by block_list_entries.domain limit ${limit}`.execute(db)
  return rows
}
