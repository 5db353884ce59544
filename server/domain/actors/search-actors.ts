/** Finds actors by what somebody types: the beginning of a name, an address, a part of a display name. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { blockedBetween } from '../posts/can-see.ts'

export interface ActorSearch {
  readonly text: string
  readonly onlyFollowed: boolean
  readonly limit: number
  readonly offset: number
}

/** Trigrams need three characters: what is shorter is looked for where names begin, and among those who are followed. */
const LEAST_PART = 3
/** Of each way to be found, before they are put in order: of a million actors `a` would find half. */
const MOST_FOUND = 400

/**
 * Ids of actors whose name, address or display name holds the text; exact names first, then those the viewer follows,
 * then those whose name begins with it. The instance actor, the gone and the blocked are left out. One statement, quick
 * enough for every key that is pressed.
 */
export async function searchActors(db: Querier, viewerId: string, search: ActorSearch): Promise<string[]> {
  const text = search.text.trim().replace(/^@/, '')
  if (text === '') return []
  const [name = '', domain] = text.toLowerCase().split('@', 2)
  const begins = beginsWith(name, domain)
  const isExact = sql<SqlBool>`(lower(actors.username) = ${name}
    and (${domain ?? null}::text is null or actors.handle_domain = ${domain ?? ''}))`
  const { rows } = await sql<{ id: string }>`
    with followed as materialized (
      select target_id as id from follows where source_id = ${viewerId} and state = 'accepted'
    ), candidates as (
      ${sql.join(candidates(text, begins, search.onlyFollowed), sql` union `)}
    )
    select actors.id from candidates join actors on actors.id = candidates.id
     where not actors.is_instance_actor and actors.gone_at is null and actors.suspended_at is null
       and (actors.fetched_at is not null or actors.is_local)
       and not ${blockedBetween(viewerId, sql.ref('actors.id'))}
     order by ${isExact} desc, actors.id in (select id from followed) desc, ${begins} desc,
              actors.last_post_at desc nulls last, actors.id desc
     limit ${search.limit} offset ${search.offset}`.execute(db)
  return rows.map((row) => row.id)
}

function beginsWith(name: string, domain: string | undefined): RawBuilder<SqlBool> {
  if (domain === undefined) return sql<SqlBool>`(lower(actors.username) like ${`${escapeLike(name)}%`})`
  return sql<SqlBool>`(lower(actors.username) = ${name} and actors.handle_domain like ${`${escapeLike(domain)}%`})`
}

/** Queries for ids. */
function candidates(text: string, begins: RawBuilder<SqlBool>, onlyFollowed: boolean): RawBuilder<unknown>[] {
  const holds = sql<SqlBool>`(actors.username || '@' || actors.handle_domain || ' ' || actors.display_name)
    ilike ${`%${escapeLike(text)}%`}`
  const among = sql`(select actors.id from followed join actors on actors.id = followed.id
                      where ${holds} limit ${sql.lit(MOST_FOUND)})`
  if (onlyFollowed) return [among]
  const named = sql`(select actors.id from actors where ${begins}
                      order by actors.last_post_at desc nulls last limit ${sql.lit(MOST_FOUND)})`
  if (Array.from(text).length < LEAST_PART) return [among, named]
  return [among, named, sql`(select actors.id from actors where ${holds} limit ${sql.lit(MOST_FOUND)})`]
}

/** A known actor by id or by the address of the profile; nobody whom a block hides. */
export async function findActorByUrl(
  db: Querier,
  viewerId: string,
  url: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select actors.id from actors
     where (actors.uri = ${url} or actors.page_url = ${url}) and not actors.is_instance_actor
       and actors.gone_at is null and (actors.fetched_at is not null or actors.is_local)
       and not ${blockedBetween(viewerId, sql.ref('actors.id'))}
     order by actors.uri = ${url} desc limit 1`.execute(db)
  return rows[0]?.id
}

/** Text as a part of a LIKE pattern. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, String.raw`\$&`)
