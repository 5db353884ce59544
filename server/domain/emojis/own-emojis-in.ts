/** Which custom emoji of this home somebody here wrote, for the documents and entities that show them. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { StoredEmoji } from '../../db/tables.ts'

/** The closing colon may be the opening one of the next. */
const NAMED = /:([\p{L}\p{N}_][\p{L}\p{N}_.+-]{0,127})(?=:)/gu
/** As many as are read of others. */
const MOST = 64

/** Nothing is asked where no text has a `:name:` in it. */
export async function ownEmojisIn(db: Querier, texts: readonly string[]): Promise<StoredEmoji[]> {
  const names = new Set(texts.flatMap((text) => [...text.matchAll(NAMED)].map(([, name = '']) => name)))
  if (names.size === 0) return []
  const rows = await db
    .selectFrom('emojis')
    .select(['shortcode', 'url', 'uri'])
    .where('host', 'is', null)
    .where('state', '<>', 'unusable')
    .where('is_disabled', '=', false)
    .where('shortcode', '=', sql<string>`any(${[...names]}::text[])`)
    .orderBy('shortcode')
    .limit(MOST)
    .execute()
  return rows.map(({ shortcode, url, uri }) => (uri === null ? { shortcode, url } : { shortcode, url, uri }))
}
