/** Parsers for the values of settings. Each takes the raw text and returns the value or throws SETTING_INVALID. */
import { isAbsolute } from 'node:path'
import ipaddr from 'ipaddr.js'
import { HomebirdError } from './errors.ts'

export interface SettingType<T> {
  /** How the type reads in `homebird config`, such as `integer 1..65535`. */
  readonly name: string
  parse(raw: string): T
  /** How a value is shown, where that is not the value itself. */
  show?(value: T): unknown
  /** Between which a number must lie. */
  readonly range?: { readonly least: number; readonly most: number }
  /** Whether the home chooses the value itself where this is written. */
  isAutomatic?(raw: string): boolean
  /** The raw text without the secret in it; for types that may hold one. */
  redact?(raw: string): string
}

/** Says why a value was refused; the caller adds the variable's name and the remedy. */
class ValueRefused extends Error {}

/** For parsers of settings, wherever they are. @throws always, with this reason */
export function refuse(why: string): never {
  throw new ValueRefused(why)
}

/** Null for any other error. */
export const refusalOf = (error: unknown): string | null =>
  error instanceof ValueRefused ? error.message : null

/** A value as people read it, and as a variable would hold it where its type can say so; empty where there is none. */
export function shownText({ type }: { readonly type: SettingType<unknown> }, value: unknown): string {
  const shown = type.show === undefined ? value : type.show(value)
  if (shown === null || shown === undefined) return ''
  return typeof shown === 'string' ? shown : JSON.stringify(shown)
}

/** Runs the parser and turns its refusal into one message with variable, value, limit and remedy. */
export function parseSetting<T>(variable: string, type: SettingType<T>, raw: string, secret: boolean): T {
  try {
    return type.parse(raw)
  } catch (error) {
    if (!(error instanceof ValueRefused)) throw error
    const shown = secret ? '(hidden)' : JSON.stringify(type.redact?.(raw) ?? raw)
    throw new HomebirdError(
      'SETTING_INVALID',
      `${variable} is ${shown}, but ${error.message}; give it as ${type.name} or remove it`,
    )
  }
}

export const integer = (min: number, max: number): SettingType<number> => ({
  name: `integer ${min}..${max}`,
  range: { least: min, most: max },
  parse(raw) {
    const value = /^-?\d{1,15}$/.test(raw.trim()) ? Number(raw) : Number.NaN
    if (!Number.isInteger(value)) refuse('it must be a whole number')
    if (value < min || value > max) refuse(`it must lie between ${min} and ${max}`)
    return value
  },
})

export const bool: SettingType<boolean> = {
  name: 'true|false',
  parse(raw) {
    const word = raw.trim().toLowerCase()
    if (['true', '1', 'yes', 'on'].includes(word)) return true
    if (['false', '0', 'no', 'off', ''].includes(word)) return false
    return refuse('it must be true or false')
  },
}

export const text = (maxLength = 2048): SettingType<string> => ({
  name: `text up to ${maxLength} characters`,
  parse(raw) {
    if (raw.length > maxLength) refuse(`it is ${raw.length} characters long and the limit is ${maxLength}`)
    return raw
  },
})

export const oneOf = <const T extends string>(...words: readonly T[]): SettingType<T> => ({
  name: words.join('|'),
  parse(raw) {
    const found = words.find((word) => word === raw.trim().toLowerCase())
    return found ?? refuse(`it must be one of ${words.join(', ')}`)
  },
})

/** `optional(x)` reads an empty value as "not set". */
export const optional = <T>(type: SettingType<T>): SettingType<T | null> => ({
  name: `${type.name}, or empty`,
  parse: (raw) => (raw.trim() === '' ? null : type.parse(raw)),
  show: (value) => (value === null ? '' : (type.show?.(value) ?? value)),
  ...(type.range === undefined ? {} : { range: type.range }),
})

export const absolutePath: SettingType<string> = {
  name: 'absolute path',
  parse(raw) {
    if (raw.includes('\0')) refuse('a path holds no NUL')
    return isAbsolute(raw) ? raw : refuse('it must be an absolute path')
  },
}

const HOST_NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/

/** Lower-case punycode host name, optionally with a port; the name that identities carry after the second @. */
export const hostName: SettingType<string> = {
  name: 'host name such as home.example',
  parse(raw) {
    const trimmed = raw.trim()
    if (/[/:@\s?#]/.test(trimmed.replace(/:\d{1,5}$/, '')))
      refuse('it must be a bare host name without scheme or path')
    if (!URL.canParse(`https://${trimmed}/`)) refuse('it is not a host name')
    const url = new URL(`https://${trimmed}/`)
    if (!HOST_NAME.test(url.hostname)) refuse('it must be a full host name with at least one dot')
    return url.host
  },
}

/** Without user, query and fragment: paths are put behind it. */
export const httpsAddress: SettingType<string> = {
  name: 'https address',
  parse(raw) {
    const url = URL.parse(raw.trim())
    if (url?.protocol !== 'https:') return refuse('it must be an https address')
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
      refuse('it must hold neither a user nor a query')
    return url.href
  },
}

/** Where a cache of the owner's own listens, in clear or not; a pattern's braces stay as they are. */
export const edgeAddress: SettingType<string> = {
  name: 'http or https address',
  parse(raw) {
    const trimmed = raw.trim()
    const url = URL.parse(trimmed)
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
      return refuse('it must be an http or https address')
    if (url.username !== '' || url.password !== '' || url.hash !== '')
      refuse('it must hold neither a user nor a fragment')
    if (trimmed.length > 2048) refuse(`it is ${trimmed.length} characters long and the limit is 2048`)
    return trimmed
  },
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]{1,100}$/
const HEADER_VALUE = /^[\t\x20-\x7E]{0,2000}$/
/** Framing belongs to whoever opens the connection. */
const FRAMING_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'host',
  'transfer-encoding',
  'upgrade',
])

/** Names in lower case with their one value. */
export const headerPairs: SettingType<Readonly<Record<string, string>>> = {
  name: 'JSON object of header names and values',
  parse(raw) {
    if (raw.trim() === '') return {}
    const parsed = parseJson(raw)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      return refuse('it is no JSON object')
    const pairs = Object.entries(parsed).map(([name, value]) => {
      const lower = name.toLowerCase()
      if (!HEADER_NAME.test(name) || FRAMING_HEADERS.has(lower))
        refuse(`${JSON.stringify(name.slice(0, 100))} is no header that may be set`)
      if (typeof value !== 'string' || !HEADER_VALUE.test(value))
        return refuse(`the value of ${name} is no text for a header`)
      return [lower, value] as const
    })
    if (pairs.length > 20) refuse(`it names ${pairs.length} headers and the limit is 20`)
    return Object.fromEntries(pairs)
  },
}

const listOf = <T>(type: SettingType<T>): SettingType<readonly T[]> => ({
  name: `list (JSON or comma-separated) of ${type.name}`,
  parse(raw) {
    return splitList(raw).map((part) => type.parse(part))
  },
})

function splitList(raw: string): string[] {
  const trimmed = raw.trim()
  if (!trimmed.startsWith('[')) {
    return trimmed
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  }
  const parsed = parseJson(trimmed)
  if (!Array.isArray(parsed)) refuse('the JSON in it is not a list')
  return parsed.map(String)
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown
  } catch {
    return refuse('it is not valid JSON')
  }
}

export const hostList: SettingType<readonly string[]> = listOf(hostName)

/** Names of crawlers as robots.txt has them: nothing that could begin another line, and not everybody at once. */
export const agentList: SettingType<readonly string[]> = {
  name: 'list (JSON or comma-separated) of user agents such as GPTBot',
  parse(raw) {
    return splitList(raw).map((part) =>
      /^[A-Za-z0-9][A-Za-z0-9 ._:/+-]{0,98}$/.test(part)
        ? part
        : refuse(`${JSON.stringify(part)} is no name of a user agent`),
    )
  },
}

/** Networks in CIDR form; `none` is the empty list, a bare address is a network of one. */
export const networkList: SettingType<readonly string[]> = {
  name: 'none, or a list of addresses and networks such as 192.168.0.0/16',
  parse(raw) {
    if (['', 'none', 'false', '[]'].includes(raw.trim().toLowerCase())) return []
    return splitList(raw).map((part) => {
      if (ipaddr.isValidCIDR(part)) return part
      if (ipaddr.isValid(part)) return `${part}/${ipaddr.parse(part).kind() === 'ipv4' ? 32 : 128}`
      return refuse(`${JSON.stringify(part)} is neither an address nor a network`)
    })
  },
}

/** One remote exchange's limits, in seconds; a single number stands for all four. */
export interface RemoteTimeout {
  readonly connect: number
  readonly read: number
  readonly write: number
  readonly pool: number
}

export const remoteTimeout: SettingType<RemoteTimeout> = {
  name: 'seconds, or a JSON list of four: [connect, read, write, pool]',
  parse(raw) {
    const parsed = parseJson(raw.trim())
    const seconds = (value: unknown): number => {
      if (typeof value !== 'number' || !(value > 0) || value > 300) {
        return refuse(`${JSON.stringify(value)} is not a number of seconds above 0 and up to 300`)
      }
      return value
    }
    if (!Array.isArray(parsed)) {
      const all = seconds(parsed)
      return { connect: all, read: all, write: all, pool: all }
    }
    if (parsed.length !== 4) refuse(`the list has ${parsed.length} entries and needs four`)
    const [connect, read, write, pool] = parsed.map(seconds) as [number, number, number, number]
    return { connect, read, write, pool }
  },
  show: ({ connect, read, write, pool }) =>
    new Set([connect, read, write, pool]).size === 1
      ? String(connect)
      : `[${[connect, read, write, pool].join(', ')}]`,
}

/** `host=address[:port]` pairs: names that are reached at a given address instead of the one in DNS. */
export type HostAddresses = Readonly<Record<string, string>>

export const hostAddresses: SettingType<HostAddresses> = {
  name: 'list of host=address or host=address:port',
  parse(raw) {
    const pairs = splitList(raw).map((part) => {
      const [host = '', target = '', ...rest] = part.split('=')
      const address = /^\[(.+)\](?::\d+)?$/.exec(target)?.[1] ?? target.replace(/:\d+$/, '')
      if (rest.length > 0 || host === '' || !ipaddr.isValid(address)) {
        refuse(`${JSON.stringify(part)} is not host=address or host=address:port`)
      }
      return [host.trim().toLowerCase(), target.trim()] as const
    })
    return Object.fromEntries(pairs)
  },
}

/** A key as base64 or base64url; read as base64url without padding. */
export const base64Bytes = (length: number): SettingType<string> => ({
  name: `${length} bytes in base64`,
  parse(raw) {
    const trimmed = raw.trim()
    if (!/^[\w+/-]+={0,2}$/.test(trimmed)) refuse('it is not base64')
    const bytes = Buffer.from(trimmed, 'base64')
    if (bytes.length !== length) refuse(`it holds ${bytes.length} bytes and must hold ${length}`)
    return bytes.toString('base64url')
  },
})

const DATABASE_SCHEMES = new Set(['postgres', 'postgresql'])

/** The whole of it is read by `db/connection`, which also knows the spellings that are no URL for a browser. */
export const databaseUrl: SettingType<string> = {
  name: 'postgresql://user:password@host:port/database',
  parse(raw) {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(raw)?.[1]?.toLowerCase()
    if (scheme === undefined) return refuse('it is not a URL')
    if (!DATABASE_SCHEMES.has(scheme)) refuse(`its scheme is ${scheme}: and must be postgresql:`)
    return raw
  },
}

/** Where the private listener binds: a loopback port, an address with port, or a unix socket path. */
export const listenAddress: SettingType<string> = {
  name: 'port, address:port or absolute socket path',
  parse(raw) {
    const trimmed = raw.trim()
    if (/^\d{1,5}$/.test(trimmed) && Number(trimmed) <= 65_535) return `127.0.0.1:${trimmed}`
    const pair = /^(.+):(\d{1,5})$/.exec(trimmed)
    const address = pair?.[1]?.replace(/^\[(.+)\]$/, '$1') ?? ''
    if (pair && ipaddr.isValid(address) && Number(pair[2]) <= 65_535) return trimmed
    if (isAbsolute(trimmed) && trimmed.length <= 100) return trimmed
    return refuse(
      'it must be a port, an address with a port, or an absolute socket path of at most 100 characters',
    )
  },
}
