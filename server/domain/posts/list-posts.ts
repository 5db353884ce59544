/** Pages of posts: of an account, of everybody, of a hashtag, what the viewer liked or marked. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type PageOf, type PageRequest, pageOrder, toPage, withinPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import { statement } from '../../db/statement.ts'
import { blockedBetween, unmutedPosts, visiblePosts } from './can-see.ts'
import { type PostRow, SHOWN_POSTS } from './status-facts.ts'

type Condition = RawBuilder<SqlBool>

const POST_ID = sql.ref('posts.id')
const ALWAYS: Condition = sql<SqlBool>`true`

export interface AccountPostsFilter {
  readonly excludesReplies: boolean
  readonly excludesBoosts: boolean
  readonly excludesDirect: boolean
  readonly onlyMedia: boolean
  readonly onlyPinned: boolean
  /** Names in lower case, all of which a post must carry. */
  readonly hashtags: readonly string[]
}

/** What somebody wrote and boosted. Replies to themselves are no replies here: a thread is told by its author. */
export async function listAccountPosts(
  db: Querier,
  viewerId: string | null,
  authorId: string,
  filter: AccountPostsFilter,
  page: PageRequest,
): Promise<PageOf<PostRow>> {
  if (filter.onlyPinned) return listPinnedPosts(db, viewerId, authorId, page)
  return toPage(await readAccountPage(db, { viewerId, authorId, ...page }, filter), page, (row) => row.id)
}

interface AccountPage extends PageRequest {
  readonly viewerId: string | null
  readonly authorId: string
}

const readAccountPage = statement(
  ({ viewerId, authorId, ...page }: AccountPage, filter: AccountPostsFilter) => {
    const isOwnThread = sql<SqlBool>`(posts.in_reply_to_uri is null or posts.in_reply_to_author_id = posts.author_id)`
    return pageWhere(page, [
      sql<SqlBool>`posts.author_id = ${authorId}`,
      visiblePosts(viewerId),
      filter.excludesReplies ? isOwnThread : ALWAYS,
      filter.excludesBoosts ? sql<SqlBool>`posts.boost_of_id is null` : ALWAYS,
      filter.excludesDirect ? sql<SqlBool>`posts.visibility <> 'direct'` : ALWAYS,
      filter.onlyMedia ? hasMedia() : ALWAYS,
      ...filter.hashtags.map((name) => hasHashtag([name])),
    ])
  },
)

/** The last pinned first. A page of them is all of them: an account pins a handful. */
async function listPinnedPosts(
  db: Querier,
  viewerId: string | null,
  authorId: string,
  page: PageRequest,
): Promise<PageOf<PostRow>> {
  const cursor = sql.ref('pins.id')
  const { rows } = await sql<PostRow & { cursor: string }>`
    select ${SHOWN_POSTS}, pins.id as cursor from pins join posts on posts.id = pins.post_id
     where pins.actor_id = ${authorId} and ${visiblePosts(viewerId)} and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  return toPage(rows, page, (row) => row.cursor)
}

export interface PublicFilter {
  readonly onlyLocal: boolean
  readonly onlyRemote: boolean
  readonly onlyMedia: boolean
}

/** What stands in public and hashtag timelines, and in their streams: boosts do not, nor what the viewer muted. */
export function publicPosts(viewerId: string | null): Condition {
  const unmuted = viewerId === null ? ALWAYS : unmutedPosts(viewerId)
  return sql<SqlBool>`(posts.visibility = 'public' and posts.boost_of_id is null
    and ${visiblePosts(viewerId)} and ${unmuted})`
}

/** Everything public that is known here, boosts left out. */
export async function listPublicPosts(
  db: Querier,
  viewerId: string | null,
  filter: PublicFilter,
  page: PageRequest,
): Promise<PageOf<PostRow>> {
  return toPage(await readPublicPage(db, { viewerId, ...page }, filter), page, (row) => row.id)
}

const readPublicPage = statement(
  ({ viewerId, ...page }: PageRequest & { readonly viewerId: string | null }, filter: PublicFilter) =>
    pageWhere(page, [...narrowedTo(filter), publicPosts(viewerId)]),
)

export function narrowedTo(filter: PublicFilter): Condition[] {
  return [
    filter.onlyLocal ? sql<SqlBool>`posts.is_local` : ALWAYS,
    filter.onlyRemote ? sql<SqlBool>`not posts.is_local` : ALWAYS,
    filter.onlyMedia ? hasMedia() : ALWAYS,
  ]
}

/** Posts by their ids; one statement. */
export async function listWhere(
  db: Querier,
  page: PageRequest,
  conditions: readonly Condition[],
): Promise<PageOf<PostRow>> {
  const { rows } = await pageWhere(page, conditions).execute(db)
  return toPage(rows, page, (row) => row.id)
}

function pageWhere(page: PageRequest, conditions: readonly Condition[]): RawBuilder<PostRow> {
  return sql<PostRow>`
    select ${SHOWN_POSTS} from posts
     where ${sql.join([withinPage(POST_ID, page), ...conditions], sql` and `)}
     ${pageOrder(POST_ID, page)}`
}

const hasMedia = (): Condition =>
  sql<SqlBool>`exists (select 1 from attachments where attachments.post_id = posts.id)`

const hasHashtag = (names: readonly string[]): Condition => sql<SqlBool>`exists (
  select 1 from post_hashtags join hashtags on hashtags.id = post_hashtags.hashtag_id
   where post_hashtags.post_id = posts.id and hashtags.name = any(${[...names]}::text[]))`

/** What the viewer liked, the last liked first; cursors are those of the likes. */
export async function listLikedPosts(
  db: Querier,
  viewerId: string,
  page: PageRequest,
): Promise<PageOf<PostRow>> {
  const cursor = sql.ref('interactions.id')
  const { rows } = await sql<PostRow & { cursor: string }>`
    select ${SHOWN_POSTS}, interactions.id as cursor from interactions join posts on posts.id = interactions.post_id
     where interactions.actor_id = ${viewerId} and interactions.kind = 'like'
       and interactions.state not in ('undone', 'undone_fanned_out')
       and ${visiblePosts(viewerId)} and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  return toPage(rows, page, (row) => row.cursor)
}

/** What the viewer marked, the last marked first; cursors are those of the marks. */
export async function listBookmarkedPosts(
  db: Querier,
  viewerId: string,
  page: PageRequest,
): Promise<PageOf<PostRow>> {
  const cursor = sql.ref('bookmarks.id')
  const { rows } = await sql<PostRow & { cursor: string }>`
    select ${SHOWN_POSTS}, bookmarks.id as cursor from bookmarks join posts on posts.id = bookmarks.post_id
     where bookmarks.actor_id = ${viewerId} and ${visiblePosts(viewerId)} and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  return toPage(rows, page, (row) => row.cursor)
}

/** Who liked a post, the last first; those who block the viewer or are blocked are left out. */
export async function listLikers(
  db: Querier,
  viewerId: string | null,
  postId: string,
  page: PageRequest,
): Promise<PageOf<string>> {
  const cursor = sql.ref('interactions.id')
  const { rows } = await sql<{ cursor: string; actor_id: string }>`
    select interactions.id as cursor, interactions.actor_id from interactions
     where interactions.post_id = ${postId} and interactions.kind = 'like'
       and interactions.state not in ('undone', 'undone_fanned_out')
       and ${notBlocked(viewerId, 'interactions.actor_id')} and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  return idsOf(toPage(rows, page, (row) => row.cursor))
}

/** Who boosted a post, the last first; only boosts that the viewer may see. */
export async function listBoosters(
  db: Querier,
  viewerId: string | null,
  postId: string,
  page: PageRequest,
): Promise<PageOf<string>> {
  const { rows } = await sql<{ cursor: string; actor_id: string }>`
    select posts.id as cursor, posts.author_id as actor_id from posts
     where posts.boost_of_id = ${postId} and ${visiblePosts(viewerId)} and ${withinPage(POST_ID, page)}
     ${pageOrder(POST_ID, page)}`.execute(db)
  return idsOf(toPage(rows, page, (row) => row.cursor))
}

/** The same as strangers see it on the pages of who wrote the post: boosts for all, by nobody in a block with the writer. */
export async function listShownBoosters(
  db: Querier,
  identityId: string,
  postId: string,
  page: PageRequest,
): Promise<PageOf<string>> {
  const boosts = await listWhere(db, page, [
    sql<SqlBool>`posts.boost_of_id = ${postId}`,
    visiblePosts(null),
    notBlocked(identityId, 'posts.author_id'),
  ])
  return { ...boosts, items: boosts.items.map((boost) => boost.author_id) }
}

/** Agreed quotes of a post, the newest first; only those that the viewer may see. */
export async function listQuotes(
  db: Querier,
  viewerId: string,
  quotedId: string,
  page: PageRequest,
): Promise<PageOf<PostRow>> {
  return listWhere(db, page, [
    sql<SqlBool>`posts.id in (select post_id from quotes where quoted_id = ${quotedId} and approval = 'accepted')`,
    visiblePosts(viewerId),
  ])
}

const notBlocked = (viewerId: string | null, column: string): Condition =>
  viewerId === null ? ALWAYS : sql<SqlBool>`not ${blockedBetween(viewerId, sql.ref(column))}`

function idsOf(page: PageOf<{ readonly actor_id: string }>): PageOf<string> {
  return { ...page, items: page.items.map((row) => row.actor_id) }
}
