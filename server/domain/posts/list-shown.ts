/**
 * What stands on the public pages of an identity: its public posts, and public posts of others that it boosted. What is
 * meant for fewer, or is not to be listed, stands at its own address alone.
 */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type PageOf, type PageRequest, toPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import { blockedBetween, visiblePosts } from './can-see.ts'
import { listWhere } from './list-posts.ts'
import { findHashtagId } from './list-published.ts'
import { type PostRow, SHOWN_POSTS } from './status-facts.ts'

/** Posts and boosts without replies to others; with them, but without boosts; own posts with media; own with a hashtag. */
export type ShownList =
  | { readonly kind: 'posts' | 'replies' | 'media' }
  | { readonly kind: 'tagged'; readonly hashtag: string }

type Condition = RawBuilder<SqlBool>

const LISTED: Condition = sql<SqlBool>`posts.visibility = 'public'`
const NO_BOOST: Condition = sql<SqlBool>`posts.boost_of_id is null`
/** Replies to oneself are no replies here: a thread is told by its author. */
const NO_REPLY: Condition = sql<SqlBool>`(posts.in_reply_to_uri is null or posts.in_reply_to_author_id = posts.author_id)`
/** Whom the identity has boosted and blocked since is not shown on its page. */
const LISTED_BOOST: Condition = sql<SqlBool>`(posts.boost_of_id is null or (
  select boosted.visibility = 'public' and not ${blockedBetween(sql.ref('posts.author_id'), sql.ref('boosted.author_id'))}
    from posts as boosted where boosted.id = posts.boost_of_id) is true)`
const HAS_MEDIA: Condition = sql<SqlBool>`exists (select from attachments where attachments.post_id = posts.id)`

/**
 * By the id: how often others use a hashtag decides whether its index or that of own posts is read, so that a stranger who
 * asks for one that everybody but this home uses does not have all of their posts looked through.
 */
const hasHashtag = (id: string): Condition => sql<SqlBool>`exists (
  select from post_hashtags where post_hashtags.post_id = posts.id and post_hashtags.hashtag_id = ${id})`

const nothingOf = (page: PageRequest): PageOf<PostRow> => toPage<PostRow>([], page, ({ id }) => id)

type PlainList = Exclude<ShownList, { kind: 'tagged' }>

function conditionsOf(list: PlainList): readonly Condition[] {
  switch (list.kind) {
    case 'posts':
      return [NO_REPLY, LISTED_BOOST]
    case 'replies':
      return [NO_BOOST]
    case 'media':
      return [NO_BOOST, HAS_MEDIA]
  }
}

/** One statement, two for a hashtag. @param list.hashtag  by its canonical name */
export async function listShownPosts(
  db: Querier,
  identityId: string,
  list: ShownList,
  page: PageRequest,
): Promise<PageOf<PostRow>> {
  const isTheirs = sql<SqlBool>`posts.author_id = ${identityId}`
  if (list.kind !== 'tagged')
    return listWhere(db, page, [isTheirs, LISTED, ...conditionsOf(list), visiblePosts(null)])
  const hashtagId = await findHashtagId(db, list.hashtag)
  if (hashtagId === null) return nothingOf(page)
  return listWhere(db, page, [isTheirs, LISTED, NO_BOOST, hasHashtag(hashtagId), visiblePosts(null)])
}

/** Own posts under a hashtag, of all identities that want to be found; two statements. @param name  canonical */
export async function listTaggedHere(db: Querier, name: string, page: PageRequest): Promise<PageOf<PostRow>> {
  const hashtagId = await findHashtagId(db, name)
  if (hashtagId === null) return nothingOf(page)
  const isFound = sql<SqlBool>`(select is_discoverable and gone_at is null from actors where actors.id = posts.author_id)`
  return listWhere(db, page, [
    sql<SqlBool>`posts.is_local`,
    LISTED,
    NO_BOOST,
    hasHashtag(hashtagId),
    isFound,
    visiblePosts(null),
  ])
}

/** The last pinned first. To pin a post is to list it: quiet ones are among them. */
export async function listShownPins(db: Querier, identityId: string, limit: number): Promise<PostRow[]> {
  const { rows } = await sql<PostRow>`
    select ${SHOWN_POSTS} from pins join posts on posts.id = pins.post_id
     where pins.actor_id = ${identityId} and posts.author_id = pins.actor_id and ${visiblePosts(null)}
     order by pins.id desc limit ${limit}`.execute(db)
  return rows
}

/** Of those actors the ones between whom and the identity there is a block. No statement where there is nobody else. */
export async function findBlockedAmong(
  db: Querier,
  identityId: string,
  actorIds: Iterable<string>,
): Promise<ReadonlySet<string>> {
  const others = [...new Set(actorIds)].filter((id) => id !== identityId)
  if (others.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    select id from unnest(${others}::bigint[]) as other (id)
     where ${blockedBetween(identityId, sql.ref('other.id'))}`.execute(db)
  return new Set(rows.map(({ id }) => id))
}
