/** Probes of live connections, where live connections are: what stands in front may treat those in a way of their own. */
import type { FastifyInstance } from 'fastify'
import type { HttpContext } from '../http-context.ts'
import { openProbeEvents } from './probe-events.ts'
import { probeGateOf, probeParamsOf } from './probe-gate.ts'
import { openProbeSocket } from './probe-socket.ts'

/** @param app  where web sockets are taken; nothing else may be declared in it */
export function liveProbes(app: FastifyInstance, context: HttpContext): void {
  const gate = probeGateOf(context)
  app.decorateRequest('probeKey', null)
  app.addHook('onRequest', async (request) => {
    request.probeKey = await gate.admitCounted(probeParamsOf(request).nonce)
  })
  openProbeEvents(app, context, gate)
  openProbeSocket(app, gate)
}
