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
  /** The last host of the page before; empty for the first page. */
  readonly after: string
}

/** In alphabetical order; one statement. */
export async function listPeers(
  db: Querier,
  { onlyTroubled, after }: PeerFilter,
  limit: number,
): Promise<ListedPeer[]> {
  const waiting = sql`(select count(*)::integer from fan_outs where fan_outs.host = peers.host and fan_outs.state = 'new')`
  const isTroubled = onlyTroubled
    ? sql`(failures > 0 or exists (select from fan_outs where fan_outs.host = peers.host and fan_outs.state = 'new'))`
    : sql`true`
  const { rows } = await sql<ListedPeer>`
    select host, state, software, software_version, first_seen_at, last_success_at, last_failure_at, failures,
           failing_since, last_error, retry_at, unavailable_at, ${waiting} as waiting,
           is_blocked_domain(host) as is_blocked
      from peers where host > ${after} and ${isTroubled}
     order by host limit ${limit}`.execute(db)
  return rows
}
