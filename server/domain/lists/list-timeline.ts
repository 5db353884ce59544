/** The timeline of a list: what its members write and boost, as far as the list and the follows want it now. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type PageOf, type PageRequest, pageOrder, toPage, withinPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import { mutedBy, unmutedPosts, visiblePosts } from '../posts/can-see.ts'
import { type PostRow, SHOWN_POSTS } from '../posts/status-facts.ts'
import type { OwnList } from './lists.ts'

/** A boost is left out for so long after the list had the same post, written or boosted. */
const REPEAT_MS = 86_400_000
/** Ids count milliseconds above these bits. */
const ID_BITS = 16
const REPEAT_IDS = sql.lit((BigInt(REPEAT_MS) << BigInt(ID_BITS)).toString())

/** One statement; cursors are ids of posts. */
export async function listListTimeline(
  db: Querier,
  list: OwnList,
  page: PageRequest,
): Promise<PageOf<PostRow>> {
  const cursor = sql.ref('entry.post_id')
  const facts = {
    viewerId: list.actor_id,
    listId: sql`${list.id}::bigint`,
    repliesPolicy: sql`${list.replies_policy}::text`,
  }
  const { rows } = await sql<PostRow>`
    select ${SHOWN_POSTS} from list_entries as entry join posts on posts.id = entry.post_id
     where entry.list_id = ${list.id} and ${withinPage(cursor, page)} and ${shownByList(facts)}
     ${pageOrder(cursor, page)}`.execute(db)
  return toPage(rows, page, (row) => row.id)
}

/**
 * Which lists of an identity show which of these posts: one statement for any number of posts and lists.
 * @returns ids of lists by the id of the post; posts that no list shows are missing
 */
export async function findListsShowing(
  db: Querier,
  viewerId: string,
  postIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const shown = new Map<string, string[]>()
  if (postIds.length === 0) return shown
  const facts = {
    viewerId,
    listId: sql.ref('entry.list_id'),
    repliesPolicy: sql.ref('lists.replies_policy'),
  }
  const { rows } = await sql<{ list_id: string; post_id: string }>`
    select entry.list_id, entry.post_id
      from list_entries as entry
      join lists on lists.id = entry.list_id and lists.actor_id = ${viewerId}
      join posts on posts.id = entry.post_id
     where entry.post_id = any(${postIds}::bigint[]) and ${shownByList(facts)}
     order by entry.list_id`.execute(db)
  for (const row of rows) shown.set(row.post_id, [...(shown.get(row.post_id) ?? []), row.list_id])
  return shown
}

interface ListFacts {
  readonly viewerId: string
  readonly listId: RawBuilder<unknown>
  readonly repliesPolicy: RawBuilder<unknown>
}

/** True for rows of `posts` that a list shows of what it holds. */
function shownByList(facts: ListFacts): RawBuilder<SqlBool> {
  const { viewerId } = facts
  return sql<SqlBool>`(${isFollowed(viewerId, 'posts')} and ${isWantedReply(facts, 'posts')}
    and (posts.boost_of_id is null or not ${isRepeated(facts)})
    and ${visiblePosts(viewerId)} and ${unmutedPosts(viewerId)})`
}

/** Whoever is asked to be followed may be on a list, and writes nothing there before the answer. */
function isFollowed(viewerId: string, alias: string): RawBuilder<SqlBool> {
  const column = (name: string) => sql.ref(`${alias}.${name}`)
  return sql<SqlBool>`(${column('author_id')} = ${viewerId} or (
    select true from follows
     where follows.source_id = ${viewerId} and follows.target_id = ${column('author_id')}
       and follows.state = 'accepted' and (follows.shows_boosts or ${column('boost_of_id')} is null)
       and (follows.languages is null or ${column('language')} is null or ${column('language')} = any(follows.languages))
     limit 1) is true)`
}

function isWantedReply({ viewerId, listId, repliesPolicy }: ListFacts, alias: string): RawBuilder<SqlBool> {
  const column = (name: string) => sql.ref(`${alias}.${name}`)
  const parentAuthor = column('in_reply_to_author_id')
  return sql<SqlBool>`(${column('in_reply_to_uri')} is null or ${parentAuthor} in (${column('author_id')}, ${viewerId})
    or ((case ${repliesPolicy}
           when 'followed' then (select true from follows
                                  where follows.source_id = ${viewerId} and follows.target_id = ${parentAuthor}
                                    and follows.state = 'accepted' limit 1)
           when 'list' then (select true from list_members
                              where list_members.list_id = ${listId} and list_members.member_id = ${parentAuthor} limit 1)
         end) is true and not ${mutedBy(viewerId, parentAuthor)}))`
}

/** The list shows the boosted post itself, or an earlier boost of it, of the time before. */
function isRepeated(facts: ListFacts): RawBuilder<SqlBool> {
  const { viewerId, listId } = facts
  const isRecent = (id: RawBuilder<unknown>) =>
    sql`${id} < posts.id and ${id} > posts.id - ${REPEAT_IDS}::bigint`
  const isShown = (alias: string) =>
    sql`${sql.ref(`${alias}.deleted_at`)} is null and ${isFollowed(viewerId, alias)}
        and not ${mutedBy(viewerId, sql.ref(`${alias}.author_id`))}`
  return sql<SqlBool>`((
    select true from list_entries as earlier join posts as original on original.id = earlier.post_id
     where earlier.list_id = ${listId} and earlier.post_id = posts.boost_of_id and ${isRecent(sql.ref('earlier.post_id'))}
       and ${isShown('original')} and ${isWantedReply(facts, 'original')} limit 1) is true
    or (
    select true from posts as sibling
      join list_entries as earlier on earlier.list_id = ${listId} and earlier.post_id = sibling.id
     where sibling.boost_of_id = posts.boost_of_id and ${isRecent(sql.ref('sibling.id'))} and ${isShown('sibling')}
     limit 1) is true)`
}
