/** Other servers in the owner's hands: how each does, and "Try now". */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { PeerFacts, PeerPage } from '../../contracts/moderation.ts'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import { tryHostNow } from '../../domain/fan-outs/breaker.ts'
import { type ListedPeer, countPeers, cursorOf, listPeers } from '../../domain/peers/list-peers.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const
const PAGE = 50

const ListQuery = Type.Object({
  troubled: Type.Optional(Type.Boolean()),
  after: Type.Optional(Type.String({ maxLength: 300 })),
  search: Type.Optional(Type.String({ maxLength: 260 })),
})
const HostParams = Type.Object({ host: Type.String({ minLength: 1, maxLength: 300 }) })

export function peerRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock } = context
  return async (app) => {
    app.get<{ Querystring: Static<typeof ListQuery> }>(
      '/peers',
      { ...OWNER, schema: { querystring: ListQuery } },
      async (request): Promise<PeerPage> => {
        const { troubled = false, after = '', search = '' } = request.query
        const [peers, counts] = await Promise.all([
          listPeers(db, { onlyTroubled: troubled, search: search.trim(), after }, PAGE),
          countPeers(db),
        ])
        const last = peers.length === PAGE ? peers.at(-1) : undefined
        return {
          peers: peers.map((peer) => factsOf(peer, clock.now())),
          next: last === undefined ? null : cursorOf(last),
          counts,
        }
      },
    )
    app.post<{ Params: Static<typeof HostParams> }>(
      '/peers/:host/retry',
      { ...OWNER, schema: { params: HostParams } },
      async (request): Promise<{ readonly deliveries: number }> => {
        const { host } = request.params
        const deliveries = await inTransaction(db, async (tx) => tryHostNow(tx, host))
        if (deliveries === null) throw new HomebirdError('NOT_FOUND', `no server ${host} is known`)
        return { deliveries }
      },
    )
  }
}

function factsOf(peer: ListedPeer, now: Date): PeerFacts {
  const moment = (date: Date | null): string | null => date?.toISOString() ?? null
  return {
    host: peer.host,
    software: peer.software,
    version: peer.software_version,
    firstSeenAt: peer.first_seen_at.toISOString(),
    lastSuccessAt: moment(peer.last_success_at),
    lastFailureAt: moment(peer.last_failure_at),
    lastError: peer.last_error,
    failures: peer.failures,
    failingSince: moment(peer.failing_since),
    breaker: peer.retry_at === null ? 'closed' : peer.retry_at > now ? 'open' : 'probing',
    nextTryAt: moment(peer.retry_at),
    unavailableSince: moment(peer.unavailable_at),
    waitingDeliveries: peer.waiting,
    isBlocked: peer.is_blocked,
    purge: peer.state === 'purging' ? 'running' : peer.state === 'purged' ? 'done' : null,
  }
}
