/**
 * The one reading and the one comparison of remote addresses: https only, lower-case punycode host without trailing
 * dot, default port dropped, no user info, no port that speaks another protocol, at most 2,048 characters.
 */
import { HomebirdError } from '../core/errors.ts'

/** `https://host[:port]`, canonical: two origins are the same exactly when the strings are equal. */
export type Origin = string & { readonly originBrand: never }

/** `host[:port]` as in a Host header, canonical. */
export type Host = string & { readonly hostBrand: never }

export interface RemoteUrl {
  /** Canonical spelling, without fragment. */
  readonly href: string
  readonly origin: Origin
  /** With the port where it is not 443. */
  readonly host: Host
  /** Without port and without the brackets of an IPv6 literal: the name to resolve and to find in a certificate. */
  readonly hostname: string
  readonly port: number
  /** Path and query: what goes on the request line. */
  readonly path: string
}

export const MAX_URL_LENGTH = 2048

/** @see WHATWG Fetch 2.9, port blocking */
const BAD_PORTS: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080,
])

/**
 * What URL parsers drop or read as something else without a word: the parts of an address must mean the same to
 * everybody who reads it, so such an address is no address.
 */
// oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const AMBIGUOUS = /[\u0000-\u001f\u007f\\]/

/**
 * Reads an untrusted address.
 * @throws HomebirdError FETCH_REFUSED naming the address and what is wrong with it
 */
export function parseRemoteUrl(raw: unknown): RemoteUrl {
  const found = read(raw)
  if (typeof found !== 'string') return found
  const shown = typeof raw === 'string' ? JSON.stringify(raw.slice(0, 200)) : `a ${typeof raw}`
  throw new HomebirdError('FETCH_REFUSED', `${shown} is not fetched: ${found}`, {
    details: { url: typeof raw === 'string' ? raw.slice(0, 200) : null, reason: 'url' },
  })
}

/** The same, for places where a bad address is an expected outcome. */
export function findRemoteUrl(raw: unknown): RemoteUrl | undefined {
  const found = read(raw)
  return typeof found === 'string' ? undefined : found
}

/** The canonical origin, or undefined where the address is not one that this program would ever speak to. */
export function originOf(raw: unknown): Origin | undefined {
  return findRemoteUrl(raw)?.origin
}

/** The canonical host of an address, or undefined as in `originOf`. */
export function hostOf(raw: unknown): Host | undefined {
  return findRemoteUrl(raw)?.host
}

/** True only when both are proper https addresses of one origin; two bad addresses are never the same. */
export function sameOrigin(a: unknown, b: unknown): boolean {
  const origin = originOf(a)
  return origin !== undefined && origin === originOf(b)
}

/** What the URL parser would leave as it is; asked of every request that comes in. */
const CANONICAL_NAME = /^(?!.*xn--)(?=.{1,253}$)(?:[a-z0-9-]+\.)+[a-z]+$/

/** Canonical form of a bare `host[:port]`, as in a Host header or after the @ of a handle; undefined if it is none. */
export function findHost(raw: unknown): Host | undefined {
  if (typeof raw !== 'string' || raw === '') return undefined
  if (CANONICAL_NAME.test(raw)) return raw as Host
  if (/[/?#@\s]/.test(raw)) return undefined
  return hostOf(`https://${raw}/`)
}

/** The URL, or the reason why there is none. */
function read(raw: unknown): RemoteUrl | string {
  if (typeof raw !== 'string') return 'it is not text'
  if (raw.length > MAX_URL_LENGTH)
    return `it is ${raw.length} characters long and the limit is ${MAX_URL_LENGTH}`
  if (AMBIGUOUS.test(raw)) return 'it holds control characters or backslashes'
  const url = URL.parse(raw)
  if (url === null) return 'it is not an absolute URL'
  if (url.protocol !== 'https:') return `its scheme is ${url.protocol} and only https: is spoken`
  // An empty user name before the @ is dropped by the parser, so the raw text is looked at too.
  if (url.username !== '' || url.password !== '' || hasUserInfo(raw)) return 'it carries user information'
  const port = url.port === '' ? 443 : Number(url.port)
  if (BAD_PORTS.has(port)) return `port ${port} belongs to another protocol`
  const name = url.hostname.endsWith('.') ? url.hostname.slice(0, -1) : url.hostname
  if (name === '' || name.length > 253 || name.startsWith('.') || name.endsWith('.') || name.includes('..')) {
    return 'its host is not a name'
  }
  const host = (port === 443 ? name : `${name}:${port}`) as Host
  const path = `${url.pathname}${url.search}`
  const href = `https://${host}${path}`
  if (href.length > MAX_URL_LENGTH)
    return `it is ${href.length} characters long and the limit is ${MAX_URL_LENGTH}`
  const hostname = name.startsWith('[') ? name.slice(1, -1) : name
  return { href, origin: `https://${host}` as Origin, host, hostname, port, path }
}

function hasUserInfo(raw: string): boolean {
  const start = raw.indexOf('//')
  if (start < 0) return raw.includes('@')
  const end = raw.slice(start + 2).search(/[/?#]/)
  const authority = end < 0 ? raw.slice(start + 2) : raw.slice(start + 2, start + 2 + end)
  return authority.includes('@')
}
