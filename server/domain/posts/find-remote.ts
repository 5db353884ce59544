/** Posts and actors by the addresses that other servers and people use for them, whoever may see them. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { sameOrigin } from '../../net/origin.ts'
import type { Actor } from '../actors/actor.ts'

const SAME_PAGE = 20

/** What is looked up for every post that an activity names. */
export type PostReference = Pick<
  Row<'posts'>,
  | ('id' | 'uri' | 'author_id' | 'is_local' | 'visibility' | 'boost_of_id' | 'edited_at' | 'published_at')
  | ('in_reply_to_id' | 'conversation_id')
>

export async function findPostByUri(db: Querier, uri: string): Promise<Row<'posts'> | undefined> {
  return db
    .selectFrom('posts')
    .selectAll()
    .where('uri', '=', uri)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

/** Those of the URIs that are known and not deleted, in one statement. */
export async function findPostReferences(
  db: Querier,
  uris: Iterable<string>,
): Promise<Map<string, PostReference>> {
  const wanted = [...new Set(uris)]
  if (wanted.length === 0) return new Map()
  const rows = await db
    .selectFrom('posts')
    .select(['id', 'uri', 'author_id', 'is_local', 'visibility', 'boost_of_id', 'edited_at', 'published_at'])
    .select(['in_reply_to_id', 'conversation_id'])
    .where('uri', '=', sql<string>`any(${wanted}::text[])`)
    .where('deleted_at', 'is', null)
    .execute()
  return new Map(rows.map((row) => [row.uri, row]))
}

/**
 * What the page at this address shows. Whoever names a page on another server than its own is passed over: anybody could
 * claim anybody's page.
 */
export async function findByPageUrl(
  db: Querier,
  url: string,
): Promise<
  | { readonly kind: 'post'; readonly post: Row<'posts'> }
  | { readonly kind: 'actor'; readonly actor: Actor }
  | null
> {
  const posts = await db
    .selectFrom('posts')
    .selectAll()
    .where('page_url', '=', url)
    .where('deleted_at', 'is', null)
    .limit(SAME_PAGE)
    .execute()
  const post = posts.find(({ uri }) => sameOrigin(uri, url))
  if (post !== undefined) return { kind: 'post', post }
  const actors = await db
    .selectFrom('actors')
    .selectAll()
    .where('page_url', '=', url)
    .where('gone_at', 'is', null)
    .where('fetched_at', 'is not', null)
    .limit(SAME_PAGE)
    .execute()
  const actor = actors.find(({ uri }) => sameOrigin(uri, url))
  return actor === undefined ? null : { kind: 'actor', actor }
}

/** Those of the URIs that this actor wrote or boosted. */
export async function findAuthorsPosts(
  db: Querier,
  authorId: string,
  uris: readonly string[],
): Promise<Pick<Row<'posts'>, 'id' | 'uri' | 'in_reply_to_author_id'>[]> {
  if (uris.length === 0) return []
  return db
    .selectFrom('posts')
    .select(['id', 'uri', 'in_reply_to_author_id'])
    .where('uri', '=', sql<string>`any(${[...uris]}::text[])`)
    .where('author_id', '=', authorId)
    .where('deleted_at', 'is', null)
    .execute()
}
