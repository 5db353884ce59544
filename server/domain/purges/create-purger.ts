/** Which cache stands in front and how it is told: the owner has set it. */
import type { CdnSettings } from '../../core/cdn-settings.ts'
import type { Clock } from '../../core/clock.ts'
import type { EdgeCalls } from '../../net/edge-calls.ts'
import type { SafeFetch } from '../../net/fetch-types.ts'
import { createBunny } from './drivers/bunny.ts'
import { createCloudflare } from './drivers/cloudflare.ts'
import { createFastly } from './drivers/fastly.ts'
import { createGeneric, createNginx, createVarnish } from './drivers/own-edges.ts'
import type { Purger } from './purger.ts'

export interface PurgerParts {
  readonly fetch: Pick<SafeFetch, 'tellService'>
  readonly calls: Pick<EdgeCalls, 'call'>
  readonly clock: Clock
}

/** @returns null where nothing stands in front */
export function createPurger(settings: CdnSettings, { fetch, calls, clock }: PurgerParts): Purger | null {
  const { cdn, cdnPurgeUrl, cdnPurgeToken: token, cdnZone: zone, cdnPurgeMethod, cdnPurgeHeaders } = settings
  const at = cdnPurgeUrl === null ? '' : cdnPurgeUrl.replace(/\/$/, '')
  const service = { fetch, clock, token, zone }
  switch (cdn) {
    case 'cloudflare':
      return createCloudflare(service)
    case 'bunny':
      return createBunny(service)
    case 'fastly':
      return createFastly(service)
    case 'varnish':
      return createVarnish({ calls, at, secret: token, method: cdnPurgeMethod === 'ban' ? 'BAN' : 'PURGE' })
    case 'nginx':
      return createNginx({ calls, at, secret: token })
    case 'generic':
      return createGeneric({
        calls,
        pattern: cdnPurgeUrl ?? '',
        method: (cdnPurgeMethod ?? 'purge').toUpperCase(),
        headers: cdnPurgeHeaders,
      })
    case 'none':
    default:
      return null
  }
}
