/** Hashtags as the tags of the client API, with what the viewer has to do with them. */
import { type RawBuilder, sql } from 'kysely'
import type { Tag, TagHistory } from '../../contracts/tag.ts'
import type { HashtagDay } from '../../db/tables.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { HISTORY_DAYS } from './recount-hashtags.ts'

const DAY_MS = 86_400_000

export interface HashtagFacts {
  readonly id: string
  readonly name: string
  readonly display_name: string
  readonly history: readonly HashtagDay[]
  readonly is_followed: boolean
  readonly is_featured: boolean
}

/** The select list of `hashtags` that are to be shown. @param viewerId  null for a stranger, who follows none */
export const hashtagFacts = (viewerId: string | null): RawBuilder<unknown> => sql`
  hashtags.id, hashtags.name, hashtags.display_name, hashtags.history,
  exists (select 1 from followed_hashtags
           where followed_hashtags.hashtag_id = hashtags.id and followed_hashtags.actor_id = ${viewerId}::bigint) as is_followed,
  exists (select 1 from featured_hashtags
           where featured_hashtags.hashtag_id = hashtags.id and featured_hashtags.actor_id = ${viewerId}::bigint) as is_featured`

export function tagFromFacts(scope: EntityScope, hashtag: HashtagFacts, now: Date): Tag {
  return {
    id: hashtag.id,
    name: hashtag.display_name,
    url: scope.urls.page(`/tags/${encodeURIComponent(hashtag.name)}`),
    history: fullHistory(hashtag.history, now),
    ...(scope.viewerId === null ? {} : { following: hashtag.is_followed, featuring: hashtag.is_featured }),
  }
}

/** Today first, a day without a use counting zero. */
export function fullHistory(rows: readonly HashtagDay[], now: Date): TagHistory[] {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  return Array.from({ length: HISTORY_DAYS }, (_, age) => {
    const day = (today - age * DAY_MS) / 1_000
    const row = rows.find((candidate) => candidate.day === day)
    return { day: String(day), uses: String(row?.uses ?? 0), accounts: String(row?.accounts ?? 0) }
  })
}
