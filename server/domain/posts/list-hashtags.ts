/** Hashtags: one by name, and those that begin with what somebody types. */
import { sql } from 'kysely'
import type { Tag, TagHistory } from '../../contracts/tag.ts'
import { escapeLike } from '../actors/search-actors.ts'
import type { Querier } from '../../db/pool.ts'
import type { HashtagDay } from '../../db/tables.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { HISTORY_DAYS } from '../hashtags/recount-hashtags.ts'
import { hashtagKey } from '../text/scan-text.ts'

const DAY_MS = 86_400_000

/** A hashtag that nobody used yet is as good as any: it has no history. */
export async function findHashtag(db: Querier, scope: EntityScope, name: string, now: Date): Promise<Tag> {
  const key = hashtagKey(name)
  const row = await db
    .selectFrom('hashtags')
    .select(['id', 'display_name', 'history'])
    .where('name', '=', key)
    .executeTakeFirst()
  const hashtag = { id: row?.id ?? '0', name: key, display_name: row?.display_name ?? name }
  return tagOf(scope, hashtag, fullHistory(row?.history ?? [], now))
}

/** Those used last come first. */
export async function searchHashtags(
  db: Querier,
  scope: EntityScope,
  search: { readonly text: string; readonly limit: number; readonly offset: number; readonly now: Date },
): Promise<Tag[]> {
  const key = hashtagKey(search.text.trim().replace(/^#/, ''))
  if (key === '' || /\s/.test(key)) return []
  const { rows } = await sql<HashtagFacts>`
    select hashtags.id, hashtags.name, hashtags.display_name, hashtags.history from hashtags
     where hashtags.name like ${`${escapeLike(key)}%`}
     order by (hashtags.name = ${key}) desc,
              (select max(post_id) from post_hashtags where hashtag_id = hashtags.id) desc nulls last
     limit ${search.limit} offset ${search.offset}`.execute(db)
  return rows.map((row) => tagOf(scope, row, fullHistory(row.history, search.now)))
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
    select hashtags.id, hashtags.name, hashtags.display_name, hashtags.history
      from posts
      join post_hashtags on post_hashtags.post_id = posts.id
      join hashtags on hashtags.id = post_hashtags.hashtag_id
     where posts.author_id = ${actorId} and posts.visibility in ('public', 'unlisted') and posts.deleted_at is null
       and not exists (select from featured_hashtags as featured
                        where featured.actor_id = ${actorId} and featured.hashtag_id = hashtags.id)
     group by hashtags.id
     order by count(*) desc, max(posts.id) desc limit ${SUGGESTED}`.execute(db)
  return rows.map((row) => tagOf(scope, row, fullHistory(row.history, now)))
}

interface HashtagFacts {
  readonly id: string
  readonly name: string
  readonly display_name: string
  readonly history: readonly HashtagDay[]
}

function tagOf(
  scope: EntityScope,
  hashtag: Omit<HashtagFacts, 'history'>,
  history: readonly TagHistory[],
): Tag {
  return {
    id: hashtag.id,
    name: hashtag.display_name,
    url: scope.urls.page(`/tags/${encodeURIComponent(hashtag.name)}`),
    history,
    ...(scope.viewerId === null ? {} : { following: false, featuring: false }),
  }
}

/** Today first, a day without a use counting zero. */
function fullHistory(rows: readonly HashtagDay[], now: Date): TagHistory[] {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  return Array.from({ length: HISTORY_DAYS }, (_, age) => {
    const day = (today - age * DAY_MS) / 1_000
    const row = rows.find((candidate) => candidate.day === day)
    return { day: String(day), uses: String(row?.uses ?? 0), accounts: String(row?.accounts ?? 0) }
  })
}
