/** Finds actors by what somebody types: the beginning of a name, an address, a part of a display name. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { blockedBetween } from '../posts/can-see.ts'

export interface ActorSearch {
  readonly text: string
  readonly onlyFollowed: boolean
  readonly limit: number
  readonly offset: number
}

/**
 * Ids of actors whose name, address or display name holds the text; exact names first, then those the viewer follows,
 * then those that begin with it. The instance actor, the gone and the blocked are left out.
 */
export async function searchActors(db: Querier, viewerId: string, search: ActorSearch): Promise<string[]> {
  const text = search.text.trim().replace(/^@/, '')
  if (text === '') return []
  const [name = '', domain] = text.split('@', 2)
  const part = `%${escapeLike(text)}%`
  const isFollowed = sql`exists (select 1 from follows
    where follows.source_id = ${viewerId} and follows.target_id = actors.id and follows.state = 'accepted')`
  const followed = search.onlyFollowed ? sql` and ${isFollowed}` : sql``
  const { rows } = await sql<{ id: string }>`
    select actors.id from actors
     where (actors.username || '@' || actors.handle_domain || ' ' || actors.display_name) ilike ${part}
       and not actors.is_instance_actor and actors.gone_at is null and actors.suspended_at is null
       and (actors.fetched_at is not null or actors.is_local)
       and not ${blockedBetween(viewerId, sql.ref('actors.id'))}${followed}
     order by (lower(actors.username) = ${name.toLowerCase()}
               and (${domain ?? null}::text is null or actors.handle_domain = ${domain?.toLowerCase() ?? ''})) desc,
              ${isFollowed} desc, (actors.username ilike ${`${escapeLike(name)}%`}) desc,
              actors.last_post_at desc nulls last, actors.id desc
     limit ${search.limit} offset ${search.offset}`.execute(db)
  return rows.map((row) => row.id)
}

/** Text as a part of a LIKE pattern. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, String.raw`\$&`)
