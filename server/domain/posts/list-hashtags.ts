/** Hashtags: one by name, and those that begin with what somebody types. */
import { sql } from 'kysely'
import type { Tag, TagHistory } from '../../contracts/tag.ts'
import { escapeLike } from '../actors/search-actors.ts'
import type { Querier } from '../../db/pool.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { hashtagKey } from '../text/scan-text.ts'

const HISTORY_DAYS = 7
const DAY_MS = 86_400_000

/** A hashtag that nobody used yet is as good as any: it has no history. */
export async function findHashtag(db: Querier, scope: EntityScope, name: string, now: Date): Promise<Tag> {
  const key = hashtagKey(name)
  const row = await db
    .selectFrom('hashtags')
    .select(['id', 'display_name'])
    .where('name', '=', key)
    .executeTakeFirst()
  const history = row === undefined ? [] : await readHistory(db, [row.id])
  const hashtag = { id: row?.id ?? '0', name: key, display_name: row?.display_name ?? name }
  return tagOf(scope, hashtag, fullHistory(history, now))
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
    select hashtags.id, hashtags.name, hashtags.display_name from hashtags
     where hashtags.name like ${`${escapeLike(key)}%`}
     order by (hashtags.name = ${key}) desc,
              (select max(post_id) from post_hashtags where hashtag_id = hashtags.id) desc nulls last
     limit ${search.limit} offset ${search.offset}`.execute(db)
  return withHistory(db, scope, rows, search.now)
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
    select hashtags.id, hashtags.name, hashtags.display_name
      from posts
      join post_hashtags on post_hashtags.post_id = posts.id
      join hashtags on hashtags.id = post_hashtags.hashtag_id
     where posts.author_id = ${actorId} and posts.visibility in ('public', 'unlisted') and posts.deleted_at is null
       and not exists (select from featured_hashtags as featured
                        where featured.actor_id = ${actorId} and featured.hashtag_id = hashtags.id)
     group by hashtags.id
     order by count(*) desc, max(posts.id) desc limit ${SUGGESTED}`.execute(db)
  return withHistory(db, scope, rows, now)
}

async function withHistory(
  db: Querier,
  scope: EntityScope,
  hashtags: readonly HashtagFacts[],
  now: Date,
): Promise<Tag[]> {
  const history = await readHistory(
    db,
    hashtags.map((row) => row.id),
  )
  return hashtags.map((row) => {
    const days = history.filter((day) => day.hashtag_id === row.id)
    return tagOf(scope, row, fullHistory(days, now))
  })
}

interface HashtagFacts {
  readonly id: string
  readonly name: string
  readonly display_name: string
}

function tagOf(scope: EntityScope, hashtag: HashtagFacts, history: readonly TagHistory[]): Tag {
  return {
    id: hashtag.id,
    name: hashtag.display_name,
    url: scope.urls.page(`/tags/${encodeURIComponent(hashtag.name)}`),
    history,
    ...(scope.viewerId === null ? {} : { following: false, featuring: false }),
  }
}

interface HistoryRow {
  readonly hashtag_id: string
  readonly day: number
  readonly uses: number
  readonly accounts: number
}

async function readHistory(db: Querier, ids: readonly string[]): Promise<HistoryRow[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<HistoryRow>`
    select post_hashtags.hashtag_id, extract(epoch from date_trunc('day', posts.published_at, 'UTC'))::int as day,
           count(*)::int as uses, count(distinct posts.author_id)::int as accounts
      from post_hashtags join posts on posts.id = post_hashtags.post_id
     where post_hashtags.hashtag_id = any(${ids}::bigint[]) and posts.visibility = 'public' and posts.deleted_at is null
       and posts.published_at > now() - make_interval(days => ${HISTORY_DAYS})
     group by 1, 2`.execute(db)
  return rows
}

/** Today first, a day without a use counting zero. */
function fullHistory(rows: readonly HistoryRow[], now: Date): TagHistory[] {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  return Array.from({ length: HISTORY_DAYS }, (_, age) => {
    const day = (today - age * DAY_MS) / 1_000
    const row = rows.find((candidate) => candidate.day === day)
    return { day: String(day), uses: String(row?.uses ?? 0), accounts: String(row?.accounts ?? 0) }
  })
}
