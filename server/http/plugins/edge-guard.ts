/**
 * While the edge in front is known to keep what nobody may keep, nothing private is given out through it: the client API,
 * OAuth and streams answer 503 there. The window, which comes by the private listener, goes on.
 */
import type { FastifyInstance } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { EDGE_ALARM, isAlarming } from '../../domain/edges/edge.ts'
import type { Home } from '../../domain/owner/home.ts'

export function guardEdge(app: FastifyInstance, { home }: { readonly home: Pick<Home, 'edge'> }): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { answer, subject } = request.routeOptions.config
    // Routes that know who asks; pages for one visitor hold nothing of anybody.
    if (answer !== 'private' || subject === undefined || !isAlarming(home.edge())) return done()
    return done(
      new HomebirdError(
        'UNAVAILABLE',
        'the edge keeps what must not be kept: nothing private goes through it',
        {
          safe: EDGE_ALARM,
          // For the pages of sign-in, which say it in the owner's language.
          details: { words: 'refused.edge' },
        },
      ),
    )
  })
}
