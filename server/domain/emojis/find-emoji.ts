/** The custom emoji that somebody here means by a name. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import type { EmojiName } from '../interactions/reaction-emoji.ts'

export type KnownEmoji = Pick<Row<'emojis'>, 'id' | 'host' | 'shortcode' | 'url' | 'uri'>

/**
 * With a host, the one of that host. Without, the first of: one of this home, one that others reacted to the post with, one of
 * the author's server, any that is known. Unusable ones, those that
 * are switched off and those of blocked domains are none.
 */
export async function findEmoji(
  db: Querier,
  { shortcode, host }: EmojiName,
  post: Pick<Row<'posts'>, 'id' | 'author_id'>,
): Promise<KnownEmoji | undefined> {
  const isOfHost = host === null ? sql`true` : sql`emojis.host = ${host}`
  const { rows } = await sql<KnownEmoji>`
    select emojis.id, emojis.host, emojis.shortcode, emojis.url, emojis.uri
      from emojis
     where emojis.shortcode = ${shortcode} and ${isOfHost} and emojis.state <> 'unusable'
       and not emojis.is_disabled
       and not is_blocked_domain(emojis.host)
     order by emojis.host is null desc,
              exists (select 1 from interactions
                       where interactions.emoji_id = emojis.id and interactions.post_id = ${post.id}
                         and interactions.state not in ('undone', 'undone_fanned_out')) desc,
              emojis.host = (select host from actors where id = ${post.author_id}) desc nulls last,
              emojis.is_confirmed desc, emojis.id
     limit 1`.execute(db)
  return rows[0]
}
