/** Which posts have their pictures fetched before anybody looks at them, and which pictures those are. */
import { type RawBuilder, sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { RemoteItem } from './media-shapes.ts'

/** What is older when it comes into a timeline is found far down in it, if ever. */
const FRESH = sql`interval '1 day'`
/** Of one post, and of a claim of posts. */
const MOST_EMOJIS = 20
const MOST_PICTURES = 500

/**
 * The part of a statement that notes the posts of others which have just come into a home timeline.
 * @param entries  the name of the entries that are new
 */
export function wantPictures(entries: string): RawBuilder<unknown> {
  return sql`
    insert into timeline_pictures (id)
    select distinct post.id from ${sql.table(entries)} as entry join posts as post on post.id = entry.post_id
     where not entry.is_aside and not post.is_local and post.published_at > now() - ${FRESH}
     order by post.id
        on conflict do nothing`
}

/**
 * What a timeline shows of these posts, as far as it is not here: faces, emoji, still pictures, pictures of link previews. One
 * statement, however many posts there are.
 */
export async function listWantedPictures(
  db: Querier,
  postIds: readonly string[],
  hasCards: boolean,
): Promise<RemoteItem[]> {
  if (postIds.length === 0) return []
  const { rows } = await sql<RemoteItem>`
    with entry as (
      select id, author_id, boost_of_id from posts where id = any(${postIds}::bigint[])
    ), shown as (
      select post.id, post.author_id, post.emojis from posts as post
       where post.id in (select coalesce(boost_of_id, id) from entry) and not post.is_local
    ), face as (
      select actor.icon_url, actor.emojis from actors as actor
       where actor.id in (select author_id from entry union select author_id from shown)
         and not actor.is_local and not actor.is_domain_blocked
    )
    select 'avatar' as kind, icon_url as url from face where icon_url is not null
    union
    select case when remote_preview_url is null then 'attachment' else 'preview' end,
           coalesce(remote_preview_url, remote_url)
      from attachments join shown on shown.id = attachments.post_id
     where (remote_preview_url is not null or (kind = 'image' and remote_url is not null)) and file_key is null
    union
    select 'emoji', emoji ->> 'url'
      from (select emojis from face union all select emojis from shown) as lists,
           lateral (select emoji from jsonb_array_elements(lists.emojis) as emoji limit ${MOST_EMOJIS}) as each_of
     where emoji ->> 'url' is not null
    union
    select 'card', card.image_url
      from post_cards join shown on shown.id = post_cards.post_id join cards as card on card.id = post_cards.card_id
     where ${hasCards} and card.image_url is not null and not is_blocked_domain(card.host)
     limit ${MOST_PICTURES}`.execute(db)
  return rows
}
