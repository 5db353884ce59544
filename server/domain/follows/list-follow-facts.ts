/** The follows of an identity with what the owner sorts them out by: one statement for all of them. */
import { sql } from 'kysely'
import type { FollowFacts, FollowFactsList } from '../../contracts/follow-facts.ts'
import type { Querier } from '../../db/pool.ts'
import { blockedBetween } from '../posts/can-see.ts'

/** More than anybody sorts out by hand. */
const MOST = 20_000

interface FactsRow extends Omit<FollowFacts, 'lastPostAt'> {
  readonly lastPostAt: Date | null
}

/** Those who are blocked, and those of blocked servers, are left out, as from the lists themselves. */
export async function listFollowFacts(
  db: Querier,
  actorId: string,
  side: 'followers' | 'following',
): Promise<FollowFactsList> {
  const [own, other] = side === 'followers' ? ['target_id', 'source_id'] : ['source_id', 'target_id']
  const otherId = sql.ref(`follows.${other}`)
  const states = side === 'followers' ? ['accepting', 'accepted'] : ['accepted']
  const back = side === 'followers' ? ['accepted'] : ['accepting', 'accepted']
  const { rows } = await sql<FactsRow>`
    select actors.id, case when actors.domain_id is null then actors.handle_domain else '' end as domain,
           actors.last_post_at as "lastPostAt", actors.moved_to_uri is not null as "hasMoved",
           exists (select from follows as back
                    where ${sql.ref(`back.${other}`)} = ${actorId} and ${sql.ref(`back.${own}`)} = actors.id
                      and back.state = any(${back}::text[])) as "isMutual"
      from follows join actors on actors.id = ${otherId}
     where ${sql.ref(`follows.${own}`)} = ${actorId} and follows.state = any(${states}::text[])
       and not actors.is_domain_blocked and not ${blockedBetween(actorId, otherId)}
     order by follows.id desc limit ${MOST + 1}`.execute(db)
  const people = rows.slice(0, MOST).map((row) => Object.assign(row, { lastPostAt: iso(row.lastPostAt) }))
  return { people, isCut: rows.length > MOST }
}

function iso(moment: Date | null): string | null {
  return moment?.toISOString() ?? null
}
