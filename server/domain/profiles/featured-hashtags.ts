/** Hashtags that somebody shows on their profile: the identities as they choose, others as their origin tells it. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { hashtagKey } from '../text/scan-text.ts'

/** Nobody's profile shows more. */
export const MAX_REMOTE_FEATURED = 20

export interface FeaturedName {
  readonly actorId: string
  /** As written, without `#`. */
  readonly name: string
}

/** The first come first; those beyond the most are left out, those that are there already stay as they are. */
export async function addFeaturedHashtags(
  tx: Transaction,
  featured: readonly FeaturedName[],
  most: number,
): Promise<void> {
  const given = featured
    .map(({ actorId, name }) => ({ actorId, name, key: hashtagKey(name) }))
    .filter(({ key }) => key !== '')
  if (given.length === 0) return
  const rows = sql`rows from (jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
                     as ("actorId" bigint, name text, key text)) with ordinality as given`
  await sql`
    insert into hashtags (name, display_name)
    select distinct on (key) key, given.name from ${rows} order by key
        on conflict (name) do nothing`.execute(tx)
  await sql`
    insert into featured_hashtags (actor_id, hashtag_id, name)
    select "actorId", hashtags.id, given.name from ${rows} join hashtags on hashtags.name = key
     where (select count(*) from featured_hashtags where actor_id = "actorId") + ordinality <= ${most}
     order by ordinality
        on conflict (actor_id, hashtag_id) do nothing`.execute(tx)
}

export async function removeFeaturedHashtags(
  tx: Transaction,
  featured: readonly FeaturedName[],
): Promise<void> {
  if (featured.length === 0) return
  const given = featured.map(({ actorId, name }) => ({ actorId, key: hashtagKey(name) }))
  await sql`
    delete from featured_hashtags
     using jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as given ("actorId" bigint, key text)
      join hashtags on hashtags.name = key
     where featured_hashtags.actor_id = "actorId" and featured_hashtags.hashtag_id = hashtags.id`.execute(tx)
}

export async function replaceFeaturedHashtags(
  tx: Transaction,
  actorId: string,
  names: readonly string[],
): Promise<void> {
  await tx.deleteFrom('featured_hashtags').where('actor_id', '=', actorId).execute()
  await addFeaturedHashtags(
    tx,
    names.map((name) => ({ actorId, name })),
    MAX_REMOTE_FEATURED,
  )
}
