/**
 * Answers 421 to a request for a host that is not this home's. A home without an address answers for loopback names,
 * since nobody can reach it by another. Health probes come by address and are let through, and so is what the home asks of
 * itself to learn by which name it arrives.
 * @see security rule 80
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { INBOX_ROUTES } from '../../activitypub/uris.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isProbePath } from '../../core/probe.ts'
import type { Home } from '../../domain/owner/home.ts'

const PROBES: ReadonlySet<string> = new Set(['/health', '/livez', '/readyz'])
const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/
/** The name of a home that has no address yet. */
const UNPUBLISHED = 'homebird.invalid'
const AGAIN_SECONDS = 900

interface HostGuardOptions {
  readonly home: Pick<Home, 'isOwnHost' | 'primaryDomain' | 'edge'>
  readonly allowedHosts: readonly string[]
}

export function guardHost(app: FastifyInstance, { home, allowedHosts }: HostGuardOptions): void {
  const allowed = new Set(allowedHosts)
  const isPublished = (): boolean => {
    const primary = home.primaryDomain()
    return primary !== null && primary.domain !== UNPUBLISHED
  }
  app.addHook('onRequest', (request, _reply, done) => {
    const host = canonicalHost(request.headers.host)
    const path = request.raw.url ?? '/'
    if (home.isOwnHost(host) || allowed.has(host) || PROBES.has(path) || isProbePath(path)) return done()
    if (!isPublished() && LOOPBACK.test(host)) return done()
    const isPutOff = home.edge().rewritesHost && isInboxPost(request)
    return done(isPutOff ? putOff(host) : misdirected(host))
  })
}

const isInboxPost = ({ method, routeOptions }: FastifyRequest): boolean =>
  method === 'POST' && INBOX_ROUTES.has(routeOptions.url)

const misdirected = (host: string): HomebirdError =>
  new HomebirdError('MISDIRECTED', `request for host ${shown(host)}, which is not ours`)

/** Servers give up at once on most refusals, and come again for days after this one: the owner has time to mend it. */
const putOff = (host: string): HomebirdError =>
  new HomebirdError('UNAVAILABLE', `an activity came for host ${shown(host)} by an edge that rewrites it`, {
    details: { retryAfterSeconds: AGAIN_SECONDS },
  })

const shown = (host: string): string => JSON.stringify(host.slice(0, 253))

/** Lower case, without trailing dot and default port. */
export function canonicalHost(raw: string | undefined): string {
  return (raw ?? '')
    .toLowerCase()
    .replace(/:443$/, '')
    .replace(/\.(?=$|:)/, '')
}
