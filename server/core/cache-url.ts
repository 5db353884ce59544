/** Reads the URL of a cache: `file`, `redis`, `rediss`, `memcached`, `locmem` or `off`, with its limits. DESIGN 8. */
import { isAbsolute, parse as parsePath } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CacheScheme } from '../contracts/caches.ts'
import { type SettingType, refuse } from './setting-types.ts'

export interface CacheServer {
  readonly host: string
  readonly port: number
}

interface CacheLimits {
  /** Null where the setting for all caches counts. */
  readonly maxItemBytes: number | null
  /** How long an item stays that nobody asks for. */
  readonly ttlSeconds: number
  /** As it may be shown: without the password. */
  readonly shown: string
}

export type CacheUrl = CacheLimits &
  (
    | { readonly scheme: 'off' }
    | { readonly scheme: 'locmem'; readonly maxBytes: number | null }
    /** `folder` is null where it is the place of this cache in the data directory. */
    | { readonly scheme: 'file'; readonly folder: string | null; readonly maxBytes: number | null }
    | {
        readonly scheme: 'redis' | 'rediss'
        readonly server: CacheServer
        readonly username: string | null
        readonly password: string | null
        readonly database: number
        readonly keyPrefix: string
        /** File with the certificates that are trusted instead of those of the platform; for `rediss` only. */
        readonly caFile: string | null
      }
    | { readonly scheme: 'memcached'; readonly servers: readonly CacheServer[]; readonly keyPrefix: string }
  )

interface Pieces {
  readonly scheme: string
  readonly authority: string
  readonly path: string
  readonly parameters: ReadonlyMap<string, string>
  readonly limits: CacheLimits
}

const WEEK_SECONDS = 7 * 86_400
const MOST_SECONDS = 10 * 365 * 86_400
/** What memcached takes unless it is told otherwise (-I). */
const MEMCACHED_ITEM_BYTES = 1_048_576
const MOST_SERVERS = 32

/** Names that the seed system knows for the same things. */
const SCHEMES: Readonly<Record<string, CacheScheme>> = {
  off: 'off',
  dummy: 'off',
  locmem: 'locmem',
  file: 'file',
  redis: 'redis',
  hiredis: 'redis',
  rediss: 'rediss',
  memcached: 'memcached',
  pymemcached: 'memcached',
  djangopylibmc: 'memcached',
}

const LIMITS = ['max_item', 'ttl', 'timeout']
const PARAMETERS: Readonly<Record<CacheScheme, readonly string[]>> = {
  off: [],
  locmem: ['max_size', ...LIMITS],
  file: ['max_size', ...LIMITS],
  redis: ['key_prefix', ...LIMITS],
  rediss: ['key_prefix', 'ca', ...LIMITS],
  memcached: ['key_prefix', ...LIMITS],
}

/** Why a known parameter does not belong to a scheme, where the reason helps. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  redis: 'its size is set at the server: maxmemory, with maxmemory-policy allkeys-lru',
  rediss: 'its size is set at the server: maxmemory, with maxmemory-policy allkeys-lru',
  memcached: 'its size is set at the server: memcached -m',
  off: 'it keeps nothing',
}

interface CacheUrlOptions {
  /** What an empty value means. */
  readonly fallback: string
  /** Schemes that this cache cannot have, with the reason. */
  readonly refused?: Readonly<Partial<Record<CacheScheme, string>>>
}

/** Files of remote servers are larger than these two should hold. */
export const NOT_FOR_FILES: Readonly<Partial<Record<CacheScheme, string>>> = {
  memcached: 'memcached takes items up to 1 MB only, and media are larger; use file:, redis: or off:',
  locmem: 'media would fill the memory of each process and be lost with it; use file:, redis: or off:',
}

export const cacheUrl = ({ fallback, refused = {} }: CacheUrlOptions): SettingType<CacheUrl> => ({
  name: 'file:///folder, redis://host, rediss://host, memcached://host:port,host:port, locmem:// or off://',
  parse: (raw) => parseCacheUrl(raw.trim() === '' ? fallback : raw.trim(), refused),
  show: ({ shown }) => shown,
  redact: withoutPassword,
})

/** Whatever stands between `scheme://user:` and the last `@` is taken for the password, also where the rest is no URL. */
export function withoutPassword(raw: string): string {
  return raw
    .replace(/^([^:/?#]*:\/{0,2}[^:@/?#]*):.*@/su, '$1:(hidden)@')
    .replace(/^([^:/?#]*:\/{0,2})[^:@/?#]+@/u, '$1(hidden)@')
    .replaceAll(/([?&](?:password|pass|auth)=)[^&]*/giu, '$1(hidden)')
}

function parseCacheUrl(raw: string, refused: NonNullable<CacheUrlOptions['refused']>): CacheUrl {
  const match = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?$/iu.exec(raw)
  if (match === null) return refuse('it is not the URL of a cache')
  const [, written = '', authority = '', path = '', query = ''] = match
  const scheme = SCHEMES[written.toLowerCase()]
  if (scheme === undefined)
    return refuse(`its scheme is ${written}: and must be one of ${Object.keys(PARAMETERS).join(', ')}`)
  const reason = refused[scheme]
  if (reason !== undefined) return refuse(`it cannot be ${scheme}: ${reason}`)
  const parameters = parseParameters(scheme, query)
  const limits: CacheLimits = {
    maxItemBytes: sizeOf(parameters, 'max_item', 1_024),
    ttlSeconds: timeOf(parameters),
    shown: withoutPassword(raw),
  }
  const pieces: Pieces = { scheme, authority, path, parameters, limits }
  switch (scheme) {
    case 'off':
      requireNothing(pieces)
      return { ...limits, scheme }
    case 'locmem':
      requireNothing(pieces)
      return { ...limits, scheme, maxBytes: sizeOf(parameters, 'max_size', 1_048_576) }
    case 'file':
      return fileCache(pieces)
    case 'memcached':
      return memcachedCache(pieces)
    case 'redis':
    case 'rediss':
      return redisCache(scheme, pieces)
  }
}

function parseParameters(scheme: CacheScheme, query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(query)) {
    if (!PARAMETERS[scheme].includes(name)) {
      const why = name === 'max_size' ? (ELSEWHERE[scheme] ?? '') : ''
      const known = PARAMETERS[scheme].join(', ')
      refuse(
        `${scheme}: has no parameter ${JSON.stringify(name.slice(0, 40))}` +
          `${why === '' ? '' : ` (${why})`}; ${known === '' ? 'it has none' : `it has ${known}`}`,
      )
    }
    if (parameters.has(name)) refuse(`it holds ${name} twice`)
    parameters.set(name, value)
  }
  if (parameters.has('ttl') && parameters.has('timeout')) refuse('ttl and timeout are the same; give one')
  return parameters
}

function requireNothing({ scheme, authority, path }: Pieces): void {
  if (authority !== '' || (path !== '' && path !== '/'))
    refuse(`${scheme}: takes neither host nor path; write ${scheme}://`)
}

const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1_024,
  m: 1_048_576,
  g: 1_073_741_824,
  t: 1_099_511_627_776,
}
const MOST_BYTES = 1_024 * 1_099_511_627_776

function sizeOf(parameters: Pieces['parameters'], name: string, least: number): number | null {
  const raw = parameters.get(name)
  if (raw === undefined) return null
  const [, number = '', unit = ''] = /^(\d{1,15})([kmgt]?)(?:i?b)?$/iu.exec(raw.trim()) ?? []
  const bytes = number === '' ? Number.NaN : Number(number) * (UNIT_BYTES[unit.toLowerCase()] ?? Number.NaN)
  if (!(bytes >= least && bytes <= MOST_BYTES))
    refuse(
      `${name} is ${JSON.stringify(raw)} and must be a size such as 500MB or 2G, at least ${least} bytes`,
    )
  return bytes
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }

function timeOf(parameters: Pieces['parameters']): number {
  const raw = parameters.get('ttl') ?? parameters.get('timeout')
  if (raw === undefined) return WEEK_SECONDS
  const [, number = '', unit = 's'] = /^(\d{1,10})([smhdw]?)$/iu.exec(raw.trim()) ?? []
  const seconds = number === '' ? Number.NaN : Number(number) * (UNIT_SECONDS[unit.toLowerCase() || 's'] ?? 0)
  if (!(seconds >= 1 && seconds <= MOST_SECONDS))
    refuse(
      `ttl is ${JSON.stringify(raw)} and must be a time such as 3600, 12h or 7d, up to ten years: every item expires`,
    )
  return seconds
}

function fileCache({ authority, path, parameters, limits }: Pieces): CacheUrl {
  const maxBytes = sizeOf(parameters, 'max_size', 1_048_576)
  if (authority === '' && path === '') return { ...limits, scheme: 'file', folder: null, maxBytes }
  if (authority !== '' && authority !== 'localhost') return refuse(ABSOLUTE)
  const folder = pathOf(path)
  if (!isAbsolute(folder)) return refuse(ABSOLUTE)
  if (parsePath(folder).root === folder) refuse('it names the whole disk; name a folder of its own')
  return { ...limits, scheme: 'file', folder, maxBytes }
}

const ABSOLUTE =
  'the path in it is not absolute; write three slashes and the whole path, as in file:///var/cache/homebird'

function pathOf(path: string): string {
  if (!path.startsWith('/')) return refuse(ABSOLUTE)
  const found = filePathOf(path.replace(/(?!^)\/+$/u, ''))
  return found === null || found.includes('\0') ? refuse('the path in it cannot be read') : found
}

function filePathOf(path: string): string | null {
  try {
    return fileURLToPath(`file://${path}`)
  } catch {
    return null
  }
}

function redisCache(scheme: 'redis' | 'rediss', { authority, path, parameters, limits }: Pieces): CacheUrl {
  const at = authority.lastIndexOf('@')
  const user = authority.slice(0, Math.max(at, 0))
  const colon = user.indexOf(':')
  if (at >= 0 && colon < 0) refuse('it names a user without a password; write user:password@ or :password@')
  const database = /^\/(\d{1,4})?$/u.exec(path === '' ? '/' : path)
  if (database === null) return refuse('the path in it is no number of a database')
  const caFile = parameters.get('ca') ?? null
  if (caFile !== null && !isAbsolute(caFile))
    refuse('ca must be the absolute path of a file with certificates')
  return {
    ...limits,
    scheme,
    server: serverOf(authority.slice(at + 1), 6_379),
    username: colon > 0 ? decoded(user.slice(0, colon)) : null,
    password: colon >= 0 ? decoded(user.slice(colon + 1)) : null,
    database: Number(database[1] ?? '0'),
    keyPrefix: prefixOf(parameters),
    caFile,
  }
}

function memcachedCache({ authority, path, parameters, limits }: Pieces): CacheUrl {
  if (path !== '' && path !== '/') refuse('memcached: takes no path')
  if (authority.includes('@')) refuse('memcached: takes neither user nor password')
  const servers = authority.split(',').map((part) => serverOf(part.trim(), 11_211))
  if (servers.length > MOST_SERVERS)
    refuse(`it names ${servers.length} servers and the limit is ${MOST_SERVERS}`)
  const names = new Set(servers.map(({ host, port }) => `${host}:${port}`))
  if (names.size < servers.length) refuse('it names a server twice')
  const { maxItemBytes } = limits
  if (maxItemBytes !== null && maxItemBytes > MEMCACHED_ITEM_BYTES)
    refuse('max_item is above the 1 MB that memcached takes')
  return {
    ...limits,
    maxItemBytes: maxItemBytes ?? MEMCACHED_ITEM_BYTES,
    scheme: 'memcached',
    servers,
    keyPrefix: prefixOf(parameters),
  }
}

function serverOf(raw: string, defaultPort: number): CacheServer {
  const [, six, name, port] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/iu.exec(raw) ?? []
  const host = six ?? name
  if (host === undefined) return refuse('it names no server; write host or host:port')
  const number = port === undefined ? defaultPort : Number(port)
  if (number < 1 || number > 65_535) refuse(`the port ${port} does not lie between 1 and 65535`)
  return { host, port: number }
}

function prefixOf(parameters: Pieces['parameters']): string {
  const prefix = parameters.get('key_prefix') ?? ''
  if (!/^[\w.:-]{0,60}$/u.test(prefix))
    refuse('key_prefix must be up to 60 letters, digits and any of _ . : -')
  return prefix
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return refuse('user and password in it must be percent-encoded')
  }
}
