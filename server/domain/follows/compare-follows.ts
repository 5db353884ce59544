/** Whether those who are followed from here count the same followers here; where they do not, their list is read. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { followCheckGraph } from './follow-check-graph.ts'
import { digestOfUris } from './follower-digests.ts'

/** What an actor elsewhere told of its followers on one host of ours. */
export interface FollowClaim {
  readonly actorId: string
  readonly actorHost: string
  readonly url: string
  readonly digest: string
}

/** Two statements for any number of claims, and none for none. @param host  ours, where the followers are counted */
export async function compareFollows(
  tx: Transaction,
  claims: readonly FollowClaim[],
  host: string,
): Promise<void> {
  // The last word of each counts.
  const byActor = new Map(claims.map((claim) => [claim.actorId, claim]))
  if (byActor.size === 0) return
  const { rows } = await sql<{ target_id: string; uri: string }>`
    select follows.target_id, actors.uri from follows join actors on actors.id = follows.source_id
     where follows.target_id = any(${[...byActor.keys()]}::bigint[]) and follows.state = 'accepted'
       and actors.is_local and actors.gone_at is null and actors.host = ${host}`.execute(tx)
  const different = [...byActor.values()].filter(({ actorId, digest }) => {
    const uris = rows.filter((row) => row.target_id === actorId).map(({ uri }) => uri)
    return digestOfUris(uris) !== digest
  })
  if (different.length > 0) await planChecks(tx, different)
}

/** Once an hour for each actor, whatever it says. */
async function planChecks(tx: Transaction, claims: readonly FollowClaim[]): Promise<void> {
  await sql`
    insert into follow_checks (actor_id, url, host)
    select "actorId", url, "actorHost"
      from jsonb_to_recordset(${JSON.stringify(claims)}::jsonb) as given ("actorId" bigint, url text, "actorHost" text)
     order by "actorId"
        on conflict (actor_id) do update
       set url = excluded.url, state = 'due', state_changed_at = now(), state_next_attempt_at = now(),
           state_attempts = 0, state_errors = 0, state_deaths = 0, state_error = null
     where follow_checks.state = 'done' and follow_checks.state_changed_at < now() - interval '1 hour'`.execute(
    tx,
  )
  await wakeWorker(tx, followCheckGraph.table)
}
