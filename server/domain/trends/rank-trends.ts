/**
 * What the people that an identity follows talk about: hashtags, posts and links, counted over seven days of what they
 * wrote and passed on in public. Only ranks are made here; what is shown of them is read when it is shown.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { HashtagDay } from '../../db/tables.ts'
import { HISTORY_DAYS } from '../hashtags/recount-hashtags.ts'
import { unmutedPosts, visiblePosts } from '../posts/can-see.ts'
import { type PostRow, SHOWN_POSTS } from '../posts/status-facts.ts'

/** However much somebody writes, only so much of it counts. */
const POSTS_PER_AUTHOR = 50
/** The newest of all, however many are followed. */
const MOST_POSTS = 20_000
/** One person is no trend. */
const LEAST_ACCOUNTS = 2
const MOST_RANKED = 100

interface RankedLink {
  /** Of the card. */
  readonly id: string
  readonly history: readonly HashtagDay[]
}

export interface Trends {
  /** Ids of hashtags. */
  readonly hashtags: readonly string[]
  /** Ids of posts, none of them a boost. */
  readonly posts: readonly string[]
  readonly links: readonly RankedLink[]
}

interface RankRow {
  readonly kind: 'hashtag' | 'post' | 'link'
  readonly id: string
  readonly history: readonly HashtagDay[] | null
}

/** One statement that looks at 20,000 posts at most. The best first. */
export async function rankTrends(db: Querier, viewerId: string): Promise<Trends> {
  const { rows } = await sql<RankRow>`
    with shared as materialized (${sharedPosts(viewerId)}),
         hashtag_ranks as (${HASHTAG_RANKS}),
         post_ranks as (${postRanks(viewerId)}),
         shared_links as (${SHARED_LINKS}),
         link_ranks as (${LINK_RANKS})
    select 'hashtag' as kind, id, place, null::json as history from hashtag_ranks where place <= ${MOST_RANKED}
    union all
    select 'post', id, place, null from post_ranks where place <= ${MOST_RANKED}
    union all
    select 'link', id, place, (
             select json_agg(json_build_object('day', day, 'uses', uses, 'accounts', accounts))
               from (select day, count(*) as uses, count(distinct by_id) as accounts from shared_links
                      where shared_links.card_id = link_ranks.id group by day) as days)
      from link_ranks where place <= ${MOST_RANKED}
     order by place`.execute(db)
  const idsOf = (kind: RankRow['kind']): string[] =>
    rows.filter((row) => row.kind === kind).map(({ id }) => id)
  return {
    hashtags: idsOf('hashtag'),
    posts: idsOf('post'),
    links: rows
      .filter((row) => row.kind === 'link')
      .map(({ id, history }) => ({ id, history: history ?? [] })),
  }
}

/** Who (`by_id`) wrote or passed on which public post (`id`) and when. */
const sharedPosts = (viewerId: string): RawBuilder<unknown> => sql`
  select recent.by_id, recent.boost_of_id is not null as is_boost, shown.id, recent.published_at
    from (select posts.author_id as by_id, posts.id, posts.boost_of_id, posts.published_at
            from follows
            join lateral (
                   select * from posts
                    where posts.author_id = follows.target_id and posts.deleted_at is null
                      and posts.id > id_at(now() - make_interval(days => ${HISTORY_DAYS}))
                      and posts.visibility in ('public', 'unlisted')
                    order by posts.id desc limit ${POSTS_PER_AUTHOR}) as posts on true
           where follows.source_id = ${viewerId} and follows.state = 'accepted'
           order by posts.id desc limit ${MOST_POSTS}) as recent
    join posts as shown on shown.id = coalesce(recent.boost_of_id, recent.id)
   where shown.visibility = 'public' and shown.deleted_at is null`

/** Those that may be shown now, in the order of the ids: ranks are kept for a while, and somebody may be blocked or muted since. */
export async function findTrendingPosts(
  db: Querier,
  viewerId: string,
  ids: readonly string[],
): Promise<PostRow[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<PostRow>`
    select ${SHOWN_POSTS} from posts
     where posts.id = any(${[...ids]}::bigint[]) and ${visiblePosts(viewerId)} and ${unmutedPosts(viewerId)}
     order by array_position(${[...ids]}::bigint[], posts.id)`.execute(db)
  return rows
}

const HASHTAG_RANKS = sql`
  select post_hashtags.hashtag_id as id,
         row_number() over (order by count(distinct shared.by_id) desc, count(*) desc, post_hashtags.hashtag_id desc) as place
    from shared join post_hashtags on post_hashtags.post_id = shared.id
   group by post_hashtags.hashtag_id
  having count(distinct shared.by_id) >= ${LEAST_ACCOUNTS}`

/**
 * What was passed on, most by whom is followed, then by everybody. Only of authors who want to be found or are followed,
 * and neither replies nor what is under a warning.
 */
const postRanks = (viewerId: string): RawBuilder<unknown> => sql`
  select posts.id,
         row_number() over (
           order by passed_on.accounts desc,
                    greatest(posts.likes_count, posts.origin_likes) + greatest(posts.boosts_count, posts.origin_boosts) desc,
                    posts.id desc) as place
    from (select id, count(distinct by_id) as accounts from shared where is_boost group by id) as passed_on
    join posts on posts.id = passed_on.id
    join actors on actors.id = posts.author_id
   where posts.in_reply_to_uri is null and not posts.is_sensitive and posts.summary = '' and posts.author_id <> ${viewerId}
     and (actors.is_discoverable
          or exists (select 1 from follows where source_id = ${viewerId} and target_id = actors.id and state = 'accepted'))`

const SHARED_LINKS = sql`
  select shared.by_id, post_cards.card_id,
         extract(epoch from date_trunc('day', shared.published_at, 'UTC'))::integer as day
    from shared join post_cards on post_cards.post_id = shared.id`

const LINK_RANKS = sql`
  select cards.id,
         row_number() over (order by count(distinct shared_links.by_id) desc, count(*) desc, cards.id desc) as place
    from shared_links join cards on cards.id = shared_links.card_id
   where cards.fetched_at is not null and cards.title <> ''
   group by cards.id
  having count(distinct shared_links.by_id) >= ${LEAST_ACCOUNTS}`
