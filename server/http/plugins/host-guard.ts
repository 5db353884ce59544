/**
 * Answers 421 to a request for a host that is not this home's. A home without an address answers for loopback names,
 * since nobody can reach it by another. Health probes come by address and are let through.
 * @see security rule 80
 */
import type { FastifyInstance } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import type { Home } from '../../domain/owner/home.ts'

const PROBES: ReadonlySet<string> = new Set(['/health', '/livez', '/readyz'])
const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/
/** The name of a home that has no address yet. */
const UNPUBLISHED = 'homebird.invalid'

interface HostGuardOptions {
  readonly home: Pick<Home, 'isOwnHost' | 'primaryDomain'>
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
    if (home.isOwnHost(host) || allowed.has(host) || PROBES.has(path)) return done()
    if (!isPublished() && LOOPBACK.test(host)) return done()
    return done(
      new HomebirdError(
        'MISDIRECTED',
        `request for host ${JSON.stringify(host.slice(0, 253))}, which is not ours`,
      ),
    )
  })
}

/** Lower case, without trailing dot and default port. */
export function canonicalHost(raw: string | undefined): string {
  return (raw ?? '')
    .toLowerCase()
    .replace(/:443$/, '')
    .replace(/\.(?=$|:)/, '')
}
