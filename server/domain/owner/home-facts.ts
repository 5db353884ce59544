/** What the home knows about its own state without asking anybody: its name, what waits, the last proof from outside. */
import { sql } from 'kysely'
import type { HomeReach } from '../../contracts/home-state.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier } from '../../db/pool.ts'
import { reachOf } from './home-summary.ts'
import { UNPUBLISHED_DOMAIN } from './own-uris.ts'

export interface HomeFactsRow {
  readonly state: HomeReach
  readonly provedAt: Date | null
  readonly username: string
  readonly displayName: string
  readonly domain: string | null
  readonly serviceDomain: string | null
  readonly waitingDeliveries: number
  readonly waitingServers: number
}

interface FactsRow {
  readonly username: string
  readonly display_name: string
  readonly domain: string
  readonly service_host: string
  readonly proved_at: Date | null
  readonly deliveries: number
  readonly servers: number
}

/** @throws HomebirdError NOT_FOUND for an identity that is not of this home */
export async function readHomeFacts(db: Querier, identityId: string, now: Date): Promise<HomeFactsRow> {
  const { rows } = await sql<FactsRow>`
    select actors.username, actors.display_name, domains.domain, domains.service_host,
           (select received_at from inbox_messages order by id desc limit 1) as proved_at,
           waiting.deliveries, waiting.servers
      from actors
      join domains on domains.id = actors.domain_id
     cross join (select count(*)::int as deliveries, count(distinct host)::int as servers
                   from fan_outs where state = 'new') as waiting
     where actors.id = ${identityId}`.execute(db)
  const row = rows[0]
  if (row === undefined) throw new HomebirdError('NOT_FOUND', `identity ${identityId} is not of this home`)
  const isPublished = row.domain !== UNPUBLISHED_DOMAIN
  return {
    state: reachOf(isPublished, row.proved_at, now),
    provedAt: isPublished ? row.proved_at : null,
    username: row.username,
    displayName: row.display_name,
    domain: isPublished ? row.domain : null,
    serviceDomain: isPublished && row.service_host !== row.domain ? row.service_host : null,
    waitingDeliveries: row.deliveries,
    waitingServers: row.servers,
  }
}
