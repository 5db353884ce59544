/** What ends when domains become blocked: follows in both directions, and what home timelines hold of their actors. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { moveRows } from '../../stator/move.ts'
import { countFollows } from '../follows/count-follows.ts'
import { LIVING_FOLLOW_STATES } from '../follows/follow-actor.ts'
import { followGraph } from '../follows/follow-graph.ts'
import { type Severance, tellOfSeverances } from '../notifications/severances.ts'
import { publishToStreams } from '../timelines/stream-notices.ts'
import { domainAndParents } from './domain-words.ts'

export interface EndedTies {
  readonly follows: number
  readonly followers: number
}

interface Tie extends Pick<Row<'follows'>, 'id' | 'source_id' | 'target_id' | 'state'> {
  /** The identity follows; else it is followed. */
  readonly is_ours: boolean
  /** Of the other one. */
  readonly host: string
  readonly handle_domain: string
}

/**
 * Ends every tie to actors of blocked domains. Nobody is told: from the moment of the block nothing goes to a blocked domain,
 * so neither Undo nor Reject is sent, and a follow that is wanted again after an unblock is asked for anew. The identities are
 * told how many follows they have lost, domain by domain.
 * @param blocked  the domains that the owner has just blocked; what else ends was blocked by a list
 */
export async function endTiesToBlockedDomains(
  tx: Transaction,
  blocked: readonly string[],
): Promise<EndedTies> {
  const { rows: ties } = await sql<Tie>`
    select follows.id, follows.source_id, follows.target_id, follows.state, true as is_ours,
           actors.host, actors.handle_domain
      from follows join actors on actors.id = follows.target_id and actors.is_domain_blocked
     where follows.state = any(${[...LIVING_FOLLOW_STATES]}::text[])
     union all
    select follows.id, follows.source_id, follows.target_id, follows.state, false, actors.host, actors.handle_domain
      from follows join actors on actors.id = follows.source_id and actors.is_domain_blocked
     where follows.state = any(${[...LIVING_FOLLOW_STATES]}::text[])`.execute(tx)
  const idsOf = (isOurs: boolean): string[] => ties.flatMap((tie) => (tie.is_ours === isOurs ? [tie.id] : []))
  const ended = new Set([
    ...(await moveRows(tx, followGraph, idsOf(true), 'undone')),
    ...(await moveRows(tx, followGraph, idsOf(false), 'rejecting')),
  ])
  const counted = ties.filter(
    ({ id, state }) => ended.has(id) && (state === 'accepted' || state === 'accepting'),
  )
  await countFollows(tx, counted, -1)
  await tellOfSeverances(tx, severancesOf(counted, new Set(blocked)))
  await clearTimelines(tx)
  const follows = counted.filter((tie) => tie.is_ours).length
  return { follows, followers: counted.length - follows }
}

/** One for each identity and domain. */
function severancesOf(ties: readonly Tie[], blocked: ReadonlySet<string>): Severance[] {
  const groups = Map.groupBy(ties, (tie) => `${identityOf(tie)} ${targetOf(tie, blocked)}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const target = targetOf(first, blocked)
    const following = group.filter((tie) => tie.is_ours).length
    return {
      actorId: identityOf(first),
      kind: blocked.has(target) ? 'user_domain_block' : 'domain_block',
      target,
      following,
      followers: group.length - following,
      isPurged: false,
    }
  })
}

const identityOf = (tie: Tie): string => (tie.is_ours ? tie.source_id : tie.target_id)

function targetOf({ host, handle_domain: domain }: Tie, blocked: ReadonlySet<string>): string {
  const names = [...domainAndParents(host), ...domainAndParents(domain)]
  return names.find((name) => blocked.has(name)) ?? domain
}

/** The posts come back to their pages after an unblock, but not into timelines. */
async function clearTimelines(tx: Transaction): Promise<void> {
  const { rows } = await sql<{ actor_id: string; id: string }>`
    delete from timeline_entries as entry
     using posts left join posts as boosted on boosted.id = posts.boost_of_id
     where posts.id = entry.post_id
       and exists (select from actors
                    where actors.is_domain_blocked and actors.id in (posts.author_id, boosted.author_id))
    returning entry.actor_id, posts.id`.execute(tx)
  await publishToStreams(
    tx,
    rows.map(({ actor_id: actorId, id }) => ({ actorId, event: 'delete', id })),
  )
}
