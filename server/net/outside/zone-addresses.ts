/**
 * Finds the addresses of a host as the world does: asked from the name servers of its zone, so that nothing kept on the way
 * hides a change. Only where these cannot be asked, as behind a router that takes all questions itself, the resolver of the
 * system is believed.
 */
import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { AddressGuard } from '../address-guard.ts'

export interface FoundAddresses {
  readonly v4: readonly string[]
  readonly v6: readonly string[]
  /** Who said so: the owner's settings, the host itself where it is an address, its zone, the resolver of the system. */
  readonly by: 'settings' | 'host' | 'zone' | 'system'
  /** Where not everything could be asked and nothing was found; null where it was answered, also that there is none. */
  readonly failure: string | null
}

export interface ZoneOptions {
  /** Which name servers may be asked: a zone says where its own are. */
  readonly guard: AddressGuard
  /** `address:port` of resolvers instead of those of the system. */
  readonly servers?: readonly string[] | undefined
  /** Port of the name servers of zones; 53 unless said otherwise. */
  readonly zonePort?: number | undefined
  readonly signal: AbortSignal
}

const QUERY_TIMES = { timeout: 1_200, tries: 2, maxTimeout: 2_000 }
/** Then the system is asked: others wait for the addresses. */
const ZONE_LIMIT_MS = 2_500
const DNS_PORT = 53
const MOST_NAME_SERVERS = 4
/** A name that stands for another, and that for another still. */
const MOST_ALIASES = 5
const NOTHING: ReadonlySet<string> = new Set(['ENODATA', 'ENOTFOUND'])

/** Never throws: who could not be asked is a fact too. */
export async function findZoneAddresses(host: string, options: ZoneOptions): Promise<FoundAddresses> {
  const soon = AbortSignal.any([options.signal, AbortSignal.timeout(ZONE_LIMIT_MS)])
  const zoned = await askZones(host, openResolver(options.servers, soon), { ...options, signal: soon })
  if (zoned !== null) return { ...zoned, by: 'zone', failure: null }
  const system = openResolver(options.servers, options.signal)
  const [v4, v6] = await Promise.all([quiet(system.resolve4(host)), quiet(system.resolve6(host))])
  const isFound = v4.found.length + v6.found.length > 0
  const failure = isFound ? null : (v4.failure ?? v6.failure)
  return { v4: v4.found, v6: v6.found, by: 'system', failure }
}

type Families = Pick<FoundAddresses, 'v4' | 'v6'>

async function askZones(host: string, system: Resolver, options: ZoneOptions): Promise<Families | null> {
  let name = host
  for (let aliases = 0; aliases < MOST_ALIASES; aliases += 1) {
    const zone = await openZone(name, system, options)
    if (zone === null) return null
    const [v4, v6, alias] = await Promise.all([
      quiet(zone.resolve4(name)),
      quiet(zone.resolve6(name)),
      quiet(zone.resolveCname(name)),
    ])
    if (v4.found.length + v6.found.length > 0) return { v4: v4.found, v6: v6.found }
    const [target] = alias.found
    // That there is nothing is known when each of these questions was answered.
    const isUntold = [v4, v6, alias].some(({ failure }) => failure !== null)
    if (target === undefined) return isUntold ? null : { v4: [], v6: [] }
    name = target.toLowerCase().replace(/\.$/, '')
  }
  return null
}

/** Asks the name servers of the nearest zone above the name; null where none can be found or may be asked. */
async function openZone(host: string, system: Resolver, options: ZoneOptions): Promise<Resolver | null> {
  const { guard, zonePort = DNS_PORT, signal } = options
  const names = await findNameServers(host, system)
  const found = await Promise.all(
    names.flatMap((name) => [quiet(system.resolve4(name)), quiet(system.resolve6(name))]),
  )
  const addresses = found.flatMap((one) => one.found).filter((address) => guard.allows(address))
  if (addresses.length === 0) return null
  return openResolver(
    addresses.map((address) => `${isIP(address) === 6 ? `[${address}]` : address}:${zonePort}`),
    signal,
  )
}

async function findNameServers(host: string, system: Resolver): Promise<readonly string[]> {
  const labels = host.split('.')
  for (let at = 0; at < labels.length - 1; at += 1) {
    const { found, failure } = await quiet(system.resolveNs(labels.slice(at).join('.')))
    if (found.length > 0) return found.slice(0, MOST_NAME_SERVERS)
    if (failure !== null) return []
  }
  return []
}

function openResolver(servers: readonly string[] | undefined, signal: AbortSignal): Resolver {
  const resolver = new Resolver(QUERY_TIMES)
  if (servers !== undefined) resolver.setServers([...servers])
  signal.addEventListener('abort', () => resolver.cancel(), { once: true })
  return resolver
}

interface Answer {
  readonly found: readonly string[]
  /** Null where the answer is that there is nothing. */
  readonly failure: string | null
}

async function quiet(asked: Promise<string[]>): Promise<Answer> {
  try {
    return { found: await asked, failure: null }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return { found: [], failure: NOTHING.has(code) ? null : code }
  }
}
