/** Finds out what other servers run, from their NodeInfo. */
import { readNodeInfo } from '../activitypub/read-node-info.ts'
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { closeBreakers } from '../domain/fan-outs/breaker.ts'
import type { Home } from '../domain/owner/home.ts'
import type { peerGraph } from '../domain/peers/peer-graph.ts'
import { storePeerSoftware } from '../domain/peers/peer.ts'
import type { SafeFetch } from '../net/fetch-types.ts'
import { type HandlersOf, again } from '../stator/graph.ts'

export interface PeerParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly home: Home
  readonly fetch: SafeFetch
}

/** A week later, or a day after silence, a server is asked again. */
export function peerHandlers(parts: PeerParts): HandlersOf<typeof peerGraph> {
  return {
    outdated: { each: async (peer) => readPeer(parts, peer) },
    updated: { each: async () => Promise.resolve('outdated' as const) },
    unreachable: { each: async () => Promise.resolve('outdated' as const) },
  }
}

async function readPeer(parts: PeerParts, peer: Row<'peers'>) {
  const { db, clock } = parts
  const found = await readNodeInfo(parts, peer.host)
  if (found.outcome === 'unavailable') return again({ reason: found.reason })
  if (found.outcome === 'none') return { to: 'unreachable', note: found.reason } as const
  await storePeerSoftware(db, peer.host, found.facts, clock.now())
  await closeBreakers(db, [peer.host])
  return 'updated' as const
}
