/** Whom the handles of a search mean. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { FoundHandles } from './compile-query.ts'
import type { Handle, SearchTerm } from './parse-query.ts'

/** Of one name without a domain there may be many elsewhere. */
const MOST_NAMESAKES = 50

/**
 * One statement for all of them, none where there are none. A name alone is somebody of this home; where nobody is called
 * so here, everybody elsewhere who is.
 */
export async function findHandles(db: Querier, terms: readonly SearchTerm[]): Promise<FoundHandles> {
  const handles = terms.flatMap((term) =>
    (term.kind === 'author' || term.kind === 'mention') && term.who !== 'me' ? [term.who] : [],
  )
  if (handles.length === 0) return () => []
  const { rows } = await sql<{ place: string; id: string; is_own: boolean }>`
    select place, actors.id, actors.domain_id is not null as is_own
      from unnest(${handles.map(({ username }) => username)}::text[],
                  ${handles.map(({ domain }) => domain)}::text[]) with ordinality as given (username, domain, place)
     cross join lateral (
       select id, domain_id from actors
        where lower(actors.username) = given.username and not actors.is_instance_actor
          and (given.domain is null or actors.handle_domain = given.domain or actors.host = given.domain)
        order by domain_id is not null desc, last_post_at desc nulls last limit ${MOST_NAMESAKES}
     ) as actors`.execute(db)
  return (who: Handle) => {
    const place = String(handles.indexOf(who) + 1)
    const those = rows.filter((row) => row.place === place)
    const own = who.domain === null ? those.filter((row) => row.is_own) : []
    return (own.length > 0 ? own : those).map((row) => row.id)
  }
}
