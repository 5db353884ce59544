/** Whom the limiters count: the client as far as its way in may tell, since no header that a client sends can be believed. */
import type { FastifyRequest } from 'fastify'
import { clientNetworkOf } from '../ways-in/client-address.ts'

/** Whoever comes by a way that tells nothing, or has left already, has no address: those are counted together. */
export function limiterKey(request: Pick<FastifyRequest, 'socket' | 'headers'>): string {
  return clientNetworkOf(request) ?? 'no address'
}
