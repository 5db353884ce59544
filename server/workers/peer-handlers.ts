/** Finds out what other servers run, from their NodeInfo, and deletes what is kept of those the owner will have nothing of. */
import { readNodeInfo } from '../activitypub/read-node-info.ts'
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { isToBePurged, purgeBatch } from '../domain/peers/purge-peer.ts'
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
    purging: { each: async (peer, { signal }) => purge(parts, peer, signal) },
  }
}

async function readPeer(parts: PeerParts, peer: Row<'peers'>) {
  const { db, clock } = parts
  const found = await readNodeInfo(parts, peer.host)
  if (found.outcome === 'unavailable') {
    // Silent for a week: asked once a day and not oftener.
    if (peer.unavailable_at !== null) return { to: 'unreachable', note: found.reason } as const
    return again({ reason: found.reason })
  }
  if (found.outcome === 'none') {
    if (found.isThere) await closeBreakers(db, [peer.host])
    return { to: 'unreachable', note: found.reason } as const
  }
  await storePeerSoftware(db, peer.host, found.facts, clock.now())
  await closeBreakers(db, [peer.host])
  return 'updated' as const
}

/** One call works so long; then others have their turn. */
const PURGE_MS = 10_000

/** Batch after batch, so that nothing is locked for long. A block that was taken back meanwhile stops it. */
async function purge({ db, clock, log }: PeerParts, peer: Row<'peers'>, signal: AbortSignal) {
  const endMs = clock.monotonicMs() + PURGE_MS
  let deleted = 0
  while (!signal.aborted && clock.monotonicMs() < endMs) {
    if (!(await isToBePurged(db, peer.host))) return 'outdated' as const
    const rows = await purgeBatch(db, peer.host)
    deleted += rows
    if (rows > 0) continue
    log.info({ event: 'peer.purged', host: peer.host, rows: deleted })
    return 'purged' as const
  }
  return again({ afterSeconds: 1, isUncounted: true })
}
