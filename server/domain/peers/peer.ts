/** Other servers, by the host of their ids: met when one of their actors speaks, read about now and then. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

/** Makes rows for hosts that are new; the worker reads their NodeInfo. One statement, none for no host. */
export async function meetPeers(db: Querier, hosts: readonly string[]): Promise<void> {
  if (hosts.length === 0) return
  await sql`
    with met as (
      insert into peers (host)
      select distinct host from unnest(${hosts}::text[]) as given (host)
       where not exists (select 1 from peers where peers.host = given.host)
       order by host
          on conflict (host) do nothing
      returning 1
    )
    select pg_notify('stator', 'peers') where exists (select 1 from met)`.execute(db)
}

export interface PeerSoftware {
  readonly software: string | null
  readonly softwareVersion: string | null
}

export async function storePeerSoftware(
  db: Querier,
  host: string,
  { software, softwareVersion }: PeerSoftware,
  now: Date,
): Promise<void> {
  await db
    .updateTable('peers')
    .set({ software, software_version: softwareVersion, node_info_at: now })
    .where('host', '=', host)
    .execute()
}
