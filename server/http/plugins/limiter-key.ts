/** Whom the limiters count: the other end of the connection, since no header that a client sends can be believed. */
import type { FastifyRequest } from 'fastify'

/** Whoever comes over a unix socket, or has left already, has no address: those are counted together. */
export function limiterKey(request: FastifyRequest): string {
  return request.socket.remoteAddress ?? 'no address'
}
