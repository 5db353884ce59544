/** The hashtags on the profile of an identity, as its owner chooses them, and those on anybody's as readers see them. */
import { sql } from 'kysely'
import type { FeaturedTag } from '../../contracts/featured-tag.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { findHashtags, hashtagKey } from '../text/scan-text.ts'
import { lockFeatured, noteFeaturedChange } from './featured-changes.ts'
import { addFeaturedHashtags } from './featured-hashtags.ts'

export const MAX_FEATURED_HASHTAGS = 10

interface FeaturedRow {
  readonly id: string
  /** Canonical. */
  readonly key: string
  readonly name: string
  readonly posts: number
  readonly last_at: Date | null
}

/** In the order in which they were chosen; one statement. Only posts that everybody may see are counted. */
export async function listFeaturedHashtags(
  db: Querier,
  scope: EntityScope,
  actorId: string,
): Promise<FeaturedTag[]> {
  const { rows } = await sql<FeaturedRow>`
    select featured.id, hashtags.name as key, featured.name, count(posts.id)::integer as posts,
           max(posts.published_at) as last_at
      from featured_hashtags as featured
      join hashtags on hashtags.id = featured.hashtag_id
      left join (post_hashtags join posts on posts.id = post_hashtags.post_id)
        on post_hashtags.hashtag_id = featured.hashtag_id and posts.author_id = featured.actor_id
       and posts.visibility in ('public', 'unlisted') and posts.deleted_at is null
     where featured.actor_id = ${actorId}
     group by featured.id, hashtags.name, featured.name
     order by featured.id`.execute(db)
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    url: scope.urls.page(`/tags/${encodeURIComponent(row.key)}`),
    statuses_count: String(row.posts),
    last_status_at: row.last_at?.toISOString().slice(0, 10) ?? null,
  }))
}

/** Names as their owner writes them: what the collection of an identity tells. */
export async function listFeaturedNames(db: Querier, actorId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('featured_hashtags')
    .select('name')
    .where('actor_id', '=', actorId)
    .orderBy('id')
    .execute()
  return rows.map(({ name }) => name)
}

/**
 * One that is featured already stays as it is.
 * @param typed  with or without `#`
 * @throws HomebirdError UNPROCESSABLE for what is no hashtag, and above the most
 */
export async function featureHashtag(tx: Transaction, actorId: string, typed: string): Promise<void> {
  const name = typed.trim().replace(/^#/, '')
  if (findHashtags(`#${name}`)[0] !== name)
    throw refused(`${JSON.stringify(typed.slice(0, 60))} is not a hashtag`)
  await lockFeatured(tx, actorId)
  const featured = await listFeaturedNames(tx, actorId)
  if (featured.some((one) => hashtagKey(one) === hashtagKey(name))) return
  if (featured.length >= MAX_FEATURED_HASHTAGS) {
    throw refused('You have already featured the maximum number of hashtags')
  }
  await addFeaturedHashtags(tx, [{ actorId, name }], MAX_FEATURED_HASHTAGS)
  await noteFeaturedChange(tx, actorId, { hashtag: name })
}

/** @throws HomebirdError NOT_FOUND */
export async function unfeatureHashtag(tx: Transaction, actorId: string, id: string): Promise<void> {
  await lockFeatured(tx, actorId)
  const removed = isRowId(id)
    ? await tx
        .deleteFrom('featured_hashtags')
        .where('id', '=', id)
        .where('actor_id', '=', actorId)
        .returning('name')
        .executeTakeFirst()
    : undefined
  if (removed === undefined)
    throw new HomebirdError('NOT_FOUND', `no hashtag ${id.slice(0, 20)} of ${actorId}`)
  await noteFeaturedChange(tx, actorId, { hashtag: removed.name })
}

/** One that is not featured stays so. @param key  canonical name */
export async function unfeatureHashtagNamed(tx: Transaction, actorId: string, key: string): Promise<void> {
  await lockFeatured(tx, actorId)
  const { rows } = await sql<{ name: string }>`
    delete from featured_hashtags as featured using hashtags
     where featured.actor_id = ${actorId} and hashtags.id = featured.hashtag_id and hashtags.name = ${key}
    returning featured.name`.execute(tx)
  for (const { name } of rows) await noteFeaturedChange(tx, actorId, { hashtag: name })
}

function refused(flaw: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', flaw, { safe: `Validation failed: ${flaw}` })
}
