/** Pages of domains that are blocked or expressly allowed: in alphabetical order, or the last blocked first. */
import { sql } from 'kysely'
import { type PageOf, type PageRequest, pageOrder, pageWith, toPage, withinPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export interface ListedBlock extends Row<'domain_blocks'> {
  /** Lists that name it. */
  readonly lists: readonly string[]
}

/** @param after  the last domain of the page before; empty for the first page */
export async function listDomainBlocks(db: Querier, after: string, limit: number): Promise<ListedBlock[]> {
  const { rows } = await sql<ListedBlock>`
    select domain_blocks.*,
           array(select coalesce(nullif(title, ''), url) from block_list_entries
                   join block_list_subscriptions on block_list_subscriptions.id = subscription_id
                  where block_list_entries.domain = domain_blocks.domain
                  order by block_list_subscriptions.id) as lists
      from domain_blocks where domain > ${after} order by domain limit ${limit}`.execute(db)
  return rows
}

const MOST_BLOCKS = 50_000

/** All of them in alphabetical order. */
export async function listAllDomainBlocks(
  db: Querier,
): Promise<Array<Pick<Row<'domain_blocks'>, 'domain' | 'comment'>>> {
  return db
    .selectFrom('domain_blocks')
    .select(['domain', 'comment'])
    .orderBy('domain')
    .limit(MOST_BLOCKS)
    .execute()
}

export async function listDomainAllows(
  db: Querier,
  after: string,
  limit: number,
): Promise<Row<'domain_allows'>[]> {
  return db
    .selectFrom('domain_allows')
    .selectAll()
    .where('domain', '>', after)
    .orderBy('domain')
    .limit(limit)
    .execute()
}

/** Names, as apps list them; cursors are ids of the blocks. */
export async function listBlockedDomains(db: Querier, page: PageRequest): Promise<PageOf<string>> {
  const cursor = sql.ref('domain_blocks.id')
  const { rows } = await sql<{ cursor: string; domain: string }>`
    select id as cursor, domain from domain_blocks where ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  const found = toPage(rows, page, (row) => row.cursor)
  return pageWith(
    found,
    found.items.map(({ domain }) => domain),
  )
}
