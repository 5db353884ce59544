/** Hashtags: one by name, and those that begin with what somebody types. */
import { sql } from 'kysely'
import type { Tag } from '../../contracts/tag.ts'
import { HomebirdError } from '../../core/errors.ts'
import { escapeLike } from '../actors/search-actors.ts'
import type { Querier } from '../../db/pool.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { type HashtagFacts, hashtagFacts, tagFromFacts } from '../hashtags/hashtag-entity.ts'
import { findHashtags, hashtagKey } from '../text/scan-text.ts'

/**
 * A hashtag that nobody used yet is as good as any: it has no history. The owner's looking it up makes it; what strangers
 * ask for leaves no trace.
 * @throws HomebirdError NOT_FOUND for what can be no hashtag
 */
export async function getHashtag(db: Querier, scope: EntityScope, typed: string): Promise<HashtagFacts> {
  const name = typed.replace(/^#/, '')
  if (findHashtags(`#${name}`)[0] !== name) {
    throw new HomebirdError('NOT_FOUND', `${JSON.stringify(typed.slice(0, 60))} is not a hashtag`)
  }
  const key = hashtagKey(name)
  const known = await findFacts(db, scope, key)
  if (known !== undefined) return known
  if (scope.viewerId !== null) {
    const row = { name: key, display_name: name }
    await db
      .insertInto('hashtags')
      .values(row)
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
  }
  const unused = { id: '0', name: key, display_name: name, history: [] }
  return (await findFacts(db, scope, key)) ?? { ...unused, is_followed: false, is_featured: false }
}

async function findFacts(db: Querier, scope: EntityScope, key: string): Promise<HashtagFacts | undefined> {
  const { rows } = await sql<HashtagFacts>`
    select ${hashtagFacts(scope.viewerId)} from hashtags where hashtags.name = ${key}`.execute(db)
  return rows[0]
}

/** The one that is typed first, then those used most. Nothing is reviewed before it is shown: there is one reader. */
export async function searchHashtags(
  db: Querier,
  scope: EntityScope,
  search: { readonly text: string; readonly limit: number; readonly offset: number; readonly now: Date },
): Promise<Tag[]> {
  const key = hashtagKey(search.text.trim().replace(/^#/, ''))
  if (key === '' || /\s/.test(key)) return []
  const { rows } = await sql<HashtagFacts>`
    select ${hashtagFacts(scope.viewerId)} from hashtags
     where hashtags.name like ${`${escapeLike(key)}%`}
     order by (hashtags.name = ${key}) desc, hashtags.uses_count desc, hashtags.id desc
     limit ${search.limit} offset ${search.offset}`.execute(db)
  return rows.map((row) => tagFromFacts(scope, row, search.now))
}

/** In the order of the ids; one statement. */
export async function listHashtags(
  db: Querier,
  scope: EntityScope,
  ids: readonly string[],
  now: Date,
): Promise<Tag[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<HashtagFacts>`
    select ${hashtagFacts(scope.viewerId)} from hashtags
     where id = any(${[...ids]}::bigint[]) order by array_position(${[...ids]}::bigint[], id)`.execute(db)
  return rows.map((row) => tagFromFacts(scope, row, now))
}

const SUGGESTED = 10

/** What an identity uses most and does not show on its profile yet. */
export async function suggestHashtags(
  db: Querier,
  scope: EntityScope,
  actorId: string,
  now: Date,
): Promise<Tag[]> {
  const { rows } = await sql<HashtagFacts>`
    select ${hashtagFacts(scope.viewerId)}
      from posts
      join post_hashtags on post_hashtags.post_id = posts.id
      join hashtags on hashtags.id = post_hashtags.hashtag_id
     where posts.author_id = ${actorId} and posts.visibility in ('public', 'unlisted') and posts.deleted_at is null
       and not exists (select from featured_hashtags as featured
                        where featured.actor_id = ${actorId} and featured.hashtag_id = hashtags.id)
     group by hashtags.id
     order by count(*) desc, max(posts.id) desc limit ${SUGGESTED}`.execute(db)
  return rows.map((row) => tagFromFacts(scope, row, now))
}
