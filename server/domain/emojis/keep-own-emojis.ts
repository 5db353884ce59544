/** The custom emoji that the owner gives to the home: added, put in order, switched off, taken away. */
import { sql } from 'kysely'
import { EMOJI_NAME, MOST_CATEGORY_CHARACTERS, type OwnEmojiChange } from '../../contracts/own-emojis.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export type OwnEmoji = Pick<Row<'emojis'>, 'id' | 'shortcode' | 'url' | 'category' | 'is_disabled'>

export const listKeptEmojis = async (db: Querier): Promise<OwnEmoji[]> =>
  db
    .selectFrom('emojis')
    .select(['id', 'shortcode', 'url', 'category', 'is_disabled'])
    .where('host', 'is', null)
    .orderBy(sql`category nulls first`)
    .orderBy('shortcode')
    .execute()

/** @throws HomebirdError UNPROCESSABLE for a name that not every server would find in a text */
export function parseEmojiShortcode(raw: string): string {
  const name = raw.trim().replace(/^:|:$/g, '')
  if (EMOJI_NAME.test(name)) return name
  const safe = 'The name of an emoji has 2 to 64 letters without accents, digits and underscores.'
  throw new HomebirdError('UNPROCESSABLE', `${JSON.stringify(raw.slice(0, 80))} is no name of an emoji`, {
    safe,
  })
}

/** @returns null for none */
export function parseEmojiCategory(raw: string | null | undefined): string | null {
  const category = (raw ?? '').replace(/\s+/g, ' ').trim()
  return category === '' ? null : Array.from(category).slice(0, MOST_CATEGORY_CHARACTERS).join('')
}

export interface NewEmoji {
  readonly shortcode: string
  readonly category: string | null
  /** With the origin of the home. */
  readonly url: string
}

/** @throws HomebirdError CONFLICT for a name that is taken */
export async function addOwnEmoji(
  tx: Transaction,
  { shortcode, category, url }: NewEmoji,
): Promise<OwnEmoji> {
  const row = await tx
    .insertInto('emojis')
    // It is no fact of others that could be forgotten or looked at again.
    .values({ host: null, shortcode, category, url, image_host: new URL(url).host, state: 'updated' })
    .onConflict((conflict) => conflict.constraint('emojis_name').doNothing())
    .returning(['id', 'shortcode', 'url', 'category', 'is_disabled'])
    .executeTakeFirst()
  if (row !== undefined) return row
  throw new HomebirdError('CONFLICT', `there is an own emoji :${shortcode}: already`, {
    safe: `There is an emoji :${shortcode}: already.`,
  })
}

/** @returns whether there is such an emoji of the home */
export async function changeOwnEmoji(tx: Transaction, id: string, change: OwnEmojiChange): Promise<boolean> {
  const { category, isDisabled } = change
  const { numUpdatedRows } = await tx
    .updateTable('emojis')
    .set((eb) => ({
      category: category === undefined ? eb.ref('category') : parseEmojiCategory(category),
      is_disabled: isDisabled ?? eb.ref('is_disabled'),
    }))
    .where('id', '=', id)
    .where('host', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** Its file goes with it after a while. @returns whether there was such an emoji of the home */
export async function removeOwnEmoji(tx: Transaction, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('emojis')
    .where('id', '=', id)
    .where('host', 'is', null)
    .executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}

export type SeenEmojiRow = Pick<Row<'emojis'>, 'id' | 'shortcode' | 'url'> & { readonly host: string }

/** @param words  part of a name or of a host; empty for all */
export async function listSeenEmojis(
  db: Querier,
  words: string,
  beforeId: string | null,
  limit: number,
): Promise<SeenEmojiRow[]> {
  const like = `%${words
    .trim()
    .toLowerCase()
    .replace(/[\\%_]/g, '\\$&')}%`
  const { rows } = await sql<SeenEmojiRow>`
    select id, shortcode, host, url from emojis
     where host is not null and state <> 'unusable' and not is_blocked_domain(host)
       and (lower(shortcode) like ${like} or host like ${like})
       and (${beforeId}::bigint is null or id < ${beforeId}::bigint)
     order by id desc limit ${limit}`.execute(db)
  return rows
}

/** @throws HomebirdError NOT_FOUND */
export async function getSeenEmoji(db: Querier, id: string): Promise<SeenEmojiRow> {
  const { rows } = await sql<SeenEmojiRow>`
    select id, shortcode, host, url from emojis
     where id = ${id} and host is not null and state <> 'unusable' and not is_blocked_domain(host)`.execute(
    db,
  )
  if (rows[0] !== undefined) return rows[0]
  throw new HomebirdError('NOT_FOUND', `no emoji ${id} of others is known`)
}
