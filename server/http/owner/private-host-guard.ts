/**
 * Answers on the private listener only to the names it is reached by: loopback, or the address it was told to listen
 * on. A page of another site whose name was pointed at this computer gets 421 and no byte of the home.
 * @see security rule 81
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../../core/config.ts'
import { HomebirdError } from '../../core/errors.ts'

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/i

export function guardPrivateHost(app: FastifyInstance, config: Pick<Config, 'privateListen'>): void {
  const listenHost = hostOfAddress(config.privateListen)
  app.addHook('onRequest', (request, _reply, done) => {
    const { host } = request.headers
    // A unix socket is guarded by its folder; its other end is no browser.
    if (request.socket.localPort === undefined || isAllowed(request, host, listenHost)) return done()
    const shown = JSON.stringify(host?.slice(0, 253) ?? null)
    return done(new HomebirdError('MISDIRECTED', `private request for host ${shown}`))
  })
}

/** What the listener does not dress itself stands in no frame, and is no part of a page, of another site. */
const FOR_NO_SITE = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
}

/** @see security rule 73 */
export function keepToOwnPages(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    for (const [name, value] of Object.entries(FOR_NO_SITE)) {
      if (!reply.hasHeader(name)) void reply.header(name, value)
    }
    return payload
  })
}

function isAllowed(request: FastifyRequest, host: string | undefined, listenHost: string | null): boolean {
  if (host === undefined) return false
  if (LOOPBACK.test(host)) return true
  const bare = bareHost(host)
  if (listenHost !== null && bare === listenHost) return true
  // Listening everywhere: the very address that was dialled. It is no name, so no name server could have forged it.
  return (
    (listenHost === '0.0.0.0' || listenHost === '::') && bare === bareAddress(request.socket.localAddress)
  )
}

/** `[::1]:4181` gives `::1`. */
function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d{1,5}$/, '')
    .replace(/^\[(.*)\]$/, '$1')
}

function bareAddress(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:/, '')
}

/** Null for a socket path. */
function hostOfAddress(listen: string): string | null {
  return listen.startsWith('/') ? null : bareHost(listen)
}
