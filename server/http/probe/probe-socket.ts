/** A web socket that gives back what it gets: proof that live connections come through, and stay. */
import type { IncomingMessage } from 'node:http'
import type { WebSocket } from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import { PROBE_LASTS_MS, PROBE_PLACES, probePath, probeProof } from '../../core/probe.ts'
import { type ProbeGate, type ProbeParams, probeKeyOf, probeParamsOf } from './probe-gate.ts'

const MOST_MESSAGES = 20
const MOST_LETTERS = 100

const PATH = new RegExp(String.raw`^${PROBE_PLACES.live}/[\w-]{43}/socket$`)

/** Whether this request for an upgrade is one of a probe. */
export const isProbeSocket = ({ url = '' }: IncomingMessage): boolean => PATH.test(url)

/** @param app  where web sockets are taken */
export function openProbeSocket(app: FastifyInstance, gate: ProbeGate): void {
  app.get(
    probePath(':nonce', 'socket', 'live'),
    {
      websocket: true,
      config: { scope: 'public', subject: 'public', answer: 'never' },
      exposeHeadRoute: false,
    },
    (socket, request) => {
      const { nonce } = probeParamsOf(request)
      echo(socket, probeKeyOf(request), { nonce, kind: 'socket' }, gate.hold('socket'))
    },
  )
}

function echo(socket: WebSocket, key: Buffer, { nonce, kind }: ProbeParams, release: () => void): void {
  let messages = 0
  const timer = setTimeout(() => socket.terminate(), PROBE_LASTS_MS)
  socket.on('error', () => socket.terminate())
  socket.once('close', () => {
    clearTimeout(timer)
    release()
  })
  socket.on('message', (data: Buffer) => {
    messages += 1
    if (messages > MOST_MESSAGES) return socket.close(1_008)
    const echoed = data.toString('utf8').slice(0, MOST_LETTERS)
    socket.send(JSON.stringify({ proof: probeProof(key, nonce, kind), echo: echoed }))
  })
}
