/** Timelines of hashtags: read along the index of each hashtag, so that a rare one and one of everybody cost the same. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type PageOf, type PageRequest, pageOrder, toPage, withinPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import { type PublicFilter, listWhere, narrowedTo, publicPosts } from './list-posts.ts'
import { type PostRow, SHOWN_POSTS } from './status-facts.ts'

export interface HashtagFilter extends PublicFilter {
  /** Canonical names; a post must carry one of the first list, all of the second, none of the third. */
  readonly any: readonly string[]
  readonly all: readonly string[]
  readonly none: readonly string[]
}

interface Hashtag {
  readonly id: string
  readonly name: string
  /** In public posts, as it was last counted. */
  readonly uses_count: number
}

/** Two statements; cursors are ids of posts. */
export async function listHashtagPosts(
  db: Querier,
  viewerId: string | null,
  filter: HashtagFilter,
  page: PageRequest,
): Promise<PageOf<PostRow>> {
  const known = await findHashtags(db, [...filter.any, ...filter.all, ...filter.none])
  const named = (names: readonly string[]): Hashtag[] => known.filter(({ name }) => names.includes(name))
  const [any, all, none] = [named(filter.any), named(filter.all), named(filter.none)]
  if (any.length === 0 || filter.all.some((name) => !known.some((hashtag) => hashtag.name === name))) {
    return toPage([], page, String)
  }
  const read = alongWhich(any, all)
  const conditions = [
    ...(read === any ? [] : [carries(any)]),
    ...all.map((hashtag) => carries([hashtag])),
    ...(none.length === 0 ? [] : [sql<SqlBool>`not ${carries(none)}`]),
    ...narrowedTo(filter),
    publicPosts(viewerId),
  ]
  // Own posts are few; of all with a hashtag they may be the last.
  if (filter.onlyLocal) return listWhere(db, page, [carries(any), ...conditions])
  const postId = sql.ref('posts.id')
  const { rows } = await sql<PostRow>`
    select ${SHOWN_POSTS}
      from (select distinct post_id
              from (${sql.join(
                read.map(({ id }) => newestWith(id, conditions, page, filter.onlyMedia)),
                sql` union all `,
              )}) as each) as found
      join posts on posts.id = found.post_id
     ${pageOrder(postId, page)}`.execute(db)
  return toPage(rows, page, (row) => row.id)
}

/**
 * As many as a page holds: what is on the page is among those of one of the hashtags. Each post is looked up on the way
 * along the index of the hashtag; the planner is kept from turning that around. Those with files have an index of their own.
 */
function newestWith(
  id: string,
  conditions: readonly RawBuilder<SqlBool>[],
  page: PageRequest,
  onlyMedia: boolean,
): RawBuilder<unknown> {
  const cursor = sql.ref('tagged.post_id')
  const isLookedAt = onlyMedia ? sql`tagged.has_media` : sql`true`
  return sql`(
    select ${cursor} from post_hashtags as tagged
     cross join lateral (select from posts
                          where posts.id = ${cursor} and ${sql.join(conditions, sql` and `)} offset 0) as fitting
     where tagged.hashtag_id = ${id} and ${isLookedAt} and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)})`
}

async function findHashtags(db: Querier, names: readonly string[]): Promise<Hashtag[]> {
  return db
    .selectFrom('hashtags')
    .select(['id', 'name', 'uses_count'])
    .where('name', 'in', [...new Set(names)])
    .execute()
}

/** Where a post must carry several hashtags, the rarest of them leads to it soonest. */
function alongWhich(any: readonly Hashtag[], all: readonly Hashtag[]): readonly Hashtag[] {
  const rarest = all.toSorted((a, b) => a.uses_count - b.uses_count)[0]
  if (rarest === undefined) return any
  const uses = any.reduce((sum, hashtag) => sum + hashtag.uses_count, 0)
  return uses <= rarest.uses_count ? any : [rarest]
}

/** Looked up by index for each post: as `exists` the planner would read all posts of a hashtag for one page. */
const carries = (hashtags: readonly Hashtag[]): RawBuilder<SqlBool> => sql<SqlBool>`((
  select true from post_hashtags as other
   where other.post_id = posts.id and other.hashtag_id = any(${hashtags.map(({ id }) => id)}::bigint[]) limit 1) is true)`
