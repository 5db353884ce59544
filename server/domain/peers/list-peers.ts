/** Other servers as the owner sees them: what they run, how they do, what waits for them. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export interface ListedPeer extends Pick<
  Row<'peers'>,
  | ('host' | 'state' | 'software' | 'software_version' | 'first_seen_at' | 'last_success_at')
  | ('last_failure_at' | 'failures' | 'failing_since' | 'last_error' | 'retry_at' | 'unavailable_at')
> {
  /** Deliveries. */
  readonly waiting: number
  readonly is_blocked: boolean
}

export interface PeerFilter {
  /** Only those that fail, and those something waits for. */
  readonly onlyTroubled: boolean
  /** Part of the host, in any case; empty for all. */
  readonly search: string
  /** The place of the last one of the page before, `cursorOf`; empty for the first page. */
  readonly after: string
}

/** Those that fail stand before all others. */
export const cursorOf = ({ failures, host }: ListedPeer): string => `${failures > 0 ? 0 : 1}:${host}`

/** Those that fail first, else in alphabetical order; one statement. */
export async function listPeers(
  db: Querier,
  { onlyTroubled, search, after }: PeerFilter,
  limit: number,
): Promise<ListedPeer[]> {
  const waiting = sql`(select count(*)::integer from fan_outs where fan_outs.host = peers.host and fan_outs.state = 'new')`
  const isTroubled = onlyTroubled
    ? sql`(failures > 0 or exists (select from fan_outs where fan_outs.host = peers.host and fan_outs.state = 'new'))`
    : sql`true`
  const [, given, lastHost = ''] = /^([01]):(.*)$/s.exec(after) ?? []
  const rank = Number(given ?? 0)
  const { rows } = await sql<ListedPeer>`
    select host, state, software, software_version, first_seen_at, last_success_at, last_failure_at, failures,
           failing_since, last_error, retry_at, unavailable_at, ${waiting} as waiting,
           is_blocked_domain(host) as is_blocked
      from peers
     where (case when failures > 0 then 0 else 1 end, host) > (${rank}, ${lastHost})
       and strpos(host, ${search.toLowerCase()}) > 0 and ${isTroubled}
     order by case when failures > 0 then 0 else 1 end, host limit ${limit}`.execute(db)
  return rows
}

export interface PeerCounts {
  readonly all: number
  readonly troubled: number
}

/** One statement. */
export async function countPeers(db: Querier): Promise<PeerCounts> {
  const { rows } = await sql<PeerCounts>`
    select count(*)::integer as all, count(*) filter (where failures > 0)::integer as troubled
      from peers`.execute(db)
  return rows[0] ?? { all: 0, troubled: 0 }
}
