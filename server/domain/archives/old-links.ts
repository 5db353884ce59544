/** Addresses that posts had where they were before: whoever follows one finds the post that is here. */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'

/** Longer ones are no addresses of posts. */
const MOST_LENGTH = 2_048

/** What the database takes for text, too. */
export const isOldLink = (link: string): boolean =>
  link.length <= MOST_LENGTH && link.isWellFormed() && !link.includes('\u0000')

/** Ids of posts by the addresses they had. */
export async function findByOldLinks(db: Querier, links: readonly string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(links)].filter(isOldLink)
  if (wanted.length === 0) return new Map()
  const { rows } = await sql<{ link: string; post_id: string }>`
    select link, post_id from imported_links where link = any(${wanted}::text[])`.execute(db)
  return new Map(rows.map((row) => [row.link, row.post_id]))
}

export async function noteOldLinks(
  tx: Transaction,
  links: readonly { readonly link: string; readonly postId: string }[],
): Promise<void> {
  const kept = links.filter(({ link }) => isOldLink(link))
  await sql`
    insert into imported_links (link, post_id)
    select * from unnest(${kept.map(({ link }) => link)}::text[], ${kept.map(({ postId }) => postId)}::bigint[])
        on conflict do nothing`.execute(tx)
}
