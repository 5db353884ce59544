/** The timeline of a link: public posts that have it in their text or on their card. */
import { type SqlBool, sql } from 'kysely'
import type { PageOf, PageRequest } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import { listWhere, publicPosts } from './list-posts.ts'
import type { PostRow } from './status-facts.ts'

/** @param url  as an app names it; what is no address of a page is in no post */
export async function listLinkingPosts(
  db: Querier,
  viewerId: string | null,
  url: string,
  page: PageRequest,
): Promise<PageOf<PostRow>> {
  const address = canonicalAddress(url)
  const linking = sql`array(
    select post_id from post_links where link = link_key(${address})
    union
    select post_cards.post_id from post_cards join cards on cards.id = post_cards.card_id
     where cards.url = ${address} or cards.page_url = ${address})`
  // An array of ids: a condition on the posts would be asked of every public post there is.
  return listWhere(db, page, [sql<SqlBool>`posts.id = any(${linking})`, publicPosts(viewerId)])
}

/** As links stand in posts that were sanitised. */
function canonicalAddress(url: string): string {
  if (!URL.canParse(url)) return ''
  const parsed = new URL(url)
  parsed.hash = ''
  return parsed.href
}
