/** Whether two hosts lead to one place, as far as their addresses tell. */
import { lookup } from 'node:dns/promises'
import type { HostAddresses } from '../core/setting-types.ts'

/** False where either has no address. */
export async function leadsToSamePlace(
  one: string,
  other: string,
  hostAddresses: HostAddresses,
): Promise<boolean> {
  const [ofOne, ofOther] = await Promise.all([one, other].map(async (host) => placesOf(host, hostAddresses)))
  return ofOne?.some((place) => ofOther?.includes(place) === true) === true
}

async function placesOf(host: string, hostAddresses: HostAddresses): Promise<readonly string[]> {
  const named = hostAddresses[host]
  if (named !== undefined) return [named]
  const found = await lookup(host, { all: true }).catch(() => []) // it has none, or nobody tells it now
  return found.map(({ address }) => address)
}
