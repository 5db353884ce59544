/** What identities of this home have published for anybody to keep: their own public posts, answers to others left out. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { visiblePosts } from './can-see.ts'
import { type PostRow, SHOWN_POSTS } from './status-facts.ts'

/** Of one identity, or of all that want to be found, with one hashtag. */
export type Published = { readonly authorId: string } | { readonly hashtag: string }

/** Newest first. @param wanted  the hashtag by its canonical name */
export async function listPublished(db: Querier, wanted: Published, limit: number): Promise<PostRow[]> {
  const { rows } = await sql<PostRow>`
    select ${SHOWN_POSTS} from posts
     where ${ofThose(wanted)} and posts.visibility = 'public' and posts.boost_of_id is null
       and (posts.in_reply_to_uri is null or posts.in_reply_to_author_id = posts.author_id)
       and ${visiblePosts(null)}
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

const ofThose = (wanted: Published): RawBuilder<SqlBool> =>
  'authorId' in wanted
    ? sql<SqlBool>`posts.author_id = ${wanted.authorId}`
    : sql<SqlBool>`(posts.is_local
        and (select actors.is_discoverable and actors.gone_at is null from actors where actors.id = posts.author_id)
        and (select true from post_hashtags join hashtags on hashtags.id = post_hashtags.hashtag_id
              where post_hashtags.post_id = posts.id and hashtags.name = ${wanted.hashtag} limit 1) is true)`
