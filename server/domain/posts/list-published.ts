/** What identities of this home have published for anybody to keep: their own public posts, answers to others left out. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { visiblePosts } from './can-see.ts'
import { type PostRow, SHOWN_POSTS } from './status-facts.ts'

/** Of one identity, or of all that want to be found; with one hashtag, or all. */
export interface Published {
  readonly authorId: string | null
  /** Its id. */
  readonly hashtagId: string | null
}

/** Null for one that nobody here has seen: then there is nothing to look for. @param name  canonical */
export async function findHashtagId(db: Querier, name: string): Promise<string | null> {
  const row = await db.selectFrom('hashtags').select('id').where('name', '=', name).executeTakeFirst()
  return row?.id ?? null
}

const IS_LISTED = sql<SqlBool>`(posts.visibility = 'public' and posts.boost_of_id is null and ${visiblePosts(null)})`

/** Newest first. */
export async function listPublished(db: Querier, wanted: Published, limit: number): Promise<PostRow[]> {
  const { rows } = await sql<PostRow>`
    select ${SHOWN_POSTS} from posts
     where ${ofThose(wanted)} and ${IS_LISTED}
       and (posts.in_reply_to_uri is null or posts.in_reply_to_author_id = posts.author_id)
     order by posts.id desc limit ${limit}`.execute(db)
  return rows
}

/** When one of them was last taken away, as long as that is remembered; null where none was. */
export async function lastTakenBack(db: Querier, wanted: Published): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select max(posts.deleted_at) as at from posts
     where ${ofThose(wanted)} and posts.state <> 'fanned_out' and posts.deleted_at is not null`.execute(db)
  return rows[0]?.at ?? null
}

/** The hashtag by its id: how often it is used decides whether its index or that of own posts is read. */
function ofThose({ authorId, hashtagId }: Published): RawBuilder<SqlBool> {
  const isTagged =
    hashtagId === null
      ? sql<SqlBool>`true`
      : sql<SqlBool>`exists (select from post_hashtags
          where post_hashtags.post_id = posts.id and post_hashtags.hashtag_id = ${hashtagId})`
  const ofAuthor =
    authorId === null
      ? sql<SqlBool>`posts.is_local and (select actors.has_feeds and actors.is_discoverable and actors.gone_at is null
          from actors where actors.id = posts.author_id)`
      : sql<SqlBool>`posts.author_id = ${authorId}`
  return sql<SqlBool>`(${ofAuthor} and ${isTagged})`
}

/** A month of somebody who wants to be found by search, in which there is something to find. */
export interface PublishedMonth {
  readonly username: string
  /** `2026-11` in UTC */
  readonly month: string
  readonly changedAt: Date
}

export interface PublishedPage {
  readonly url: string
  readonly changedAt: Date | null
}

/** A sitemap may name as many. */
const MOST_PAGES = 50_000

const IS_FOUND = sql<SqlBool>`(actors.is_local and not actors.is_instance_actor and actors.gone_at is null
  and actors.suspended_at is null and actors.is_indexable and actors.is_discoverable)`

const MONTH = sql<string>`to_char(posts.published_at at time zone 'UTC', 'YYYY-MM')`
const CHANGED_AT = sql`coalesce(posts.edited_at, posts.published_at)`

/** Of those whose pages are on this host, the newest first. */
export async function listPublishedMonths(db: Querier, host: string): Promise<PublishedMonth[]> {
  const { rows } = await sql<PublishedMonth>`
    select actors.username, ${MONTH} as month, max(${CHANGED_AT}) as "changedAt"
      from actors join posts on posts.author_id = actors.id
     where actors.host = ${host} and ${IS_FOUND} and ${IS_LISTED}
     group by 1, 2 order by 2 desc, 1`.execute(db)
  return rows
}

/** The posts of a month, oldest first; empty for who does not want to be found. @param month  `2026-11` */
export async function listPagesOfMonth(
  db: Querier,
  { host, username, month }: { readonly host: string; readonly username: string; readonly month: string },
): Promise<PublishedPage[]> {
  const begins = new Date(`${month}-01T00:00:00Z`)
  const ends = new Date(Date.UTC(begins.getUTCFullYear(), begins.getUTCMonth() + 1))
  const { rows } = await sql<PublishedPage>`
    select posts.page_url as url, ${CHANGED_AT} as "changedAt"
      from actors join posts on posts.author_id = actors.id
     where actors.host = ${host} and actors.username = ${username} and ${IS_FOUND} and ${IS_LISTED}
       and posts.page_url is not null and posts.published_at >= ${begins} and posts.published_at < ${ends}
     order by posts.id limit ${MOST_PAGES}`.execute(db)
  return rows
}

/** The pages of those on this host who want to be found. */
export async function listFoundProfiles(db: Querier, host: string): Promise<PublishedPage[]> {
  const { rows } = await sql<PublishedPage>`
    select actors.page_url as url, actors.last_post_at as "changedAt" from actors
     where actors.host = ${host} and ${IS_FOUND} and actors.page_url is not null order by actors.id`.execute(
    db,
  )
  return rows
}
