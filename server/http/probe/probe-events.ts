/**
 * An event at once and another five seconds later: whoever sees both together sits behind something that holds answers back
 * until it has all of them.
 */
import type { FastifyInstance } from 'fastify'
import { probePath, probeProof } from '../../core/probe.ts'
import type { HttpContext } from '../http-context.ts'
import { openEventReply } from '../plugins/event-reply.ts'
import { type ProbeGate, probeKeyOf, probeParamsOf } from './probe-gate.ts'

const HELD_MS = 5_000

export function openProbeEvents(
  app: FastifyInstance,
  { stopping }: Pick<HttpContext, 'stopping'>,
  gate: ProbeGate,
): void {
  // A HEAD would take a place and never end.
  const options = {
    config: { scope: 'public', subject: 'public', answer: 'never' },
    exposeHeadRoute: false,
  } as const
  app.get(probePath(':nonce', 'events', 'live'), options, async (request, reply) => {
    const release = gate.hold('stream')
    const opened = openEventReply(reply)
    if (opened === null) {
      release()
      return reply
    }
    const { raw, write } = opened
    const end = (): void => {
      write('event: end\ndata: {}\n\n')
      raw.end()
    }
    const timer = setTimeout(end, HELD_MS)
    stopping.addEventListener('abort', end, { once: true })
    raw.once('close', () => {
      clearTimeout(timer)
      stopping.removeEventListener('abort', end)
      release()
    })
    const proof = probeProof(probeKeyOf(request), probeParamsOf(request).nonce, 'events')
    write(`event: begin\ndata: ${JSON.stringify({ proof })}\n\n`)
    return reply
  })
}
