/**
 * Finds the addresses of a host. Queries go out side by side over the program's own DNS sockets; only where these
 * find nothing is the system's resolver asked, which also knows hosts files and local names but holds a thread of a
 * small pool for as long as it likes. So names that never answer delay nobody else.
 */
import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'

export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

export interface HostResolver {
  /** All addresses of a name, at least one. Bounded in time. @throws Error with a DNS code such as ENOTFOUND */
  resolve(host: string): Promise<readonly ResolvedAddress[]>
  /** Gives up every question that is open. */
  close(): void
}

/** One server is asked twice at most: 1.5 s, then up to 3 s. */
const QUERY_TIMES = { timeout: 1500, tries: 2, maxTimeout: 3000 }
/** How long the second address family may lag behind the first. @see RFC 8305 section 3 */
const FAMILY_LAG_MS = 300
/** After this long the name servers of the system are read anew: a laptop changes networks. */
const RESOLVER_AGE_MS = 60_000
/** When a server was silent, they are read anew as well, but not more often than this. */
const RENEWAL_PAUSE_MS = 1000
/** More are not asked of the system at once; it would work them off two by two. */
const SYSTEM_LOOKUPS = 32

export interface ResolverOptions {
  /** `address:port`; when given, the system is not asked at all. */
  readonly servers?: readonly string[] | undefined
  readonly monotonicMs: () => number
}

export function createHostResolver({ servers, monotonicMs }: ResolverOptions): HostResolver {
  const running = new Map<
    string,
    { readonly answer: Promise<readonly ResolvedAddress[]>; readonly by: Resolver }
  >()
  let resolver = openResolver(servers)
  let openedAtMs = monotonicMs()
  let systemLookups = 0
  let closed = false

  const renewAfter = (ms: number): void => {
    if (monotonicMs() - openedAtMs <= ms) return
    resolver = openResolver(servers)
    openedAtMs = monotonicMs()
  }
  const askSystem = async (host: string, error: Error): Promise<readonly ResolvedAddress[]> => {
    if (closed || servers !== undefined || systemLookups >= SYSTEM_LOOKUPS) throw error
    systemLookups += 1
    try {
      const found = await lookup(host, { all: true, order: 'verbatim' })
      return found.map(({ address }) => resolved(address))
    } finally {
      systemLookups -= 1
    }
  }
  const find = async (host: string, by: Resolver): Promise<readonly ResolvedAddress[]> => {
    try {
      return await queryBoth(by, host)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      if (isSilence(error)) renewAfter(RENEWAL_PAUSE_MS)
      return await askSystem(host, error)
    }
  }
  return {
    resolve(host) {
      if (isIP(host) !== 0) return Promise.resolve([resolved(host)])
      const same = running.get(host)
      if (same !== undefined) return same.answer
      renewAfter(RESOLVER_AGE_MS)
      const by = resolver
      const answer = find(host, by).finally(() => running.delete(host))
      running.set(host, { answer, by })
      return answer
    },
    close() {
      closed = true
      for (const { by } of running.values()) by.cancel()
    },
  }
}

function openResolver(servers: readonly string[] | undefined): Resolver {
  const resolver = new Resolver(QUERY_TIMES)
  if (servers !== undefined) resolver.setServers([...servers])
  return resolver
}

function isSilence(error: Error): boolean {
  return (
    'code' in error &&
    ['ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED', 'ENOTINITIALIZED'].includes(String(error.code))
  )
}

function resolved(address: string): ResolvedAddress {
  return { address, family: isIP(address) === 6 ? 6 : 4 }
}

/** Both families at once; the first that answers waits only shortly for the other. */
async function queryBoth(resolver: Resolver, host: string): Promise<readonly ResolvedAddress[]> {
  const [v4, v6] = [query(resolver.resolve4(host)), query(resolver.resolve6(host))]
  const both = Promise.all([v4, v6])
  const first = await Promise.race([v4, v6])
  await (first.length > 0 ? soonerOf(both, FAMILY_LAG_MS) : both)
  const found = [...v6.found, ...v4.found]
  if (found.length === 0) throw v4.error ?? v6.error ?? new Error(`${host} has no address`)
  return found.map((address) => resolved(address))
}

interface Query extends Promise<readonly string[]> {
  found: readonly string[]
  error: Error | undefined
}

/** A query that never rejects: what it found and why it found nothing can be read off it. */
function query(answer: Promise<string[]>): Query {
  const state: Query = Object.assign(
    answer.then(
      (found) => (state.found = found),
      (error: unknown) => {
        state.error = error instanceof Error ? error : new Error(String(error))
        return []
      },
    ),
    { found: [] as readonly string[], error: undefined as Error | undefined },
  )
  return state
}

async function soonerOf(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const lag = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, lag])
  clearTimeout(timer)
}
