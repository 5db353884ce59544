/**
 * What a configuration of the other end is written from. Whatever goes into one is checked here, once, by its spelling: no
 * name, path or secret can end a quote, a line or a block of any of the languages that it is written into.
 */
import type { EdgeUse } from '../../contracts/edge-files.ts'
import type { ListenAddress } from '../../contracts/listen-address.ts'
import type { Config } from '../../core/config.ts'
import { HomebirdError } from '../../core/errors.ts'

/** How the home is told whom it serves: the value of one header, or a preamble before each connection. */
export type ClientWord = { readonly kind: 'header'; readonly name: string } | { readonly kind: 'preamble' }

export interface EdgeFacts {
  readonly use: EdgeUse
  /** Where the home answers, the primary one first; never empty. */
  readonly hosts: readonly string[]
  /** Where the edge finds the home, on the edge's machine. */
  readonly home: ListenAddress
  readonly client: ClientWord
  /** Largest body that has to get through, in megabytes. */
  readonly mostBodyMb: number
  /** What the edge has to be shown before it forgets or renews; null where nobody tells it to. */
  readonly purgeSecret: string | null
}

export type EdgeSettings = Pick<
  Config,
  | 'tunnelListen'
  | 'tunnelPort'
  | 'clientAddress'
  | 'bind'
  | 'cdn'
  | 'cdnPurgeToken'
  | 'mediaMaxImageMb'
  | 'mediaMaxVideoMb'
  | 'avatarMaxKb'
>

/** What the doctor sends to see how much gets through, and a little more. */
const LEAST_BODY_MB = 48
/** Of what stands around a file in a form, and between a million bytes and a megabyte as some programs count it. */
const BODY_ROOM = 1.06
const DEFAULT_HEADER = 'x-forwarded-for'

/**
 * @param hosts  where the home answers, the primary one first
 * @throws HomebirdError UNPROCESSABLE for a home without an address, or with what no configuration can be written from
 */
export function edgeFactsOf(settings: EdgeSettings, hosts: readonly string[], use: EdgeUse): EdgeFacts {
  const facts = {
    use,
    hosts,
    home: use === 'manual' ? manualAddress(settings) : remoteAddress(settings),
    client: clientWord(settings, use),
    mostBodyMb: largestBodyMb(settings),
    purgeSecret: ownSecret(settings),
  }
  checkFacts(facts)
  return facts
}

/** What the other end is used for as the settings are. */
export function usualUse({ tunnel, tunnelMode }: Pick<Config, 'tunnel' | 'tunnelMode'>): EdgeUse {
  if (tunnel !== 'ssh') return 'manual'
  return tunnelMode === 'passthrough' ? 'passthrough' : 'ssh'
}

/** The listener that proxies of the owner's own lead to. */
function manualAddress({ bind, tunnelPort }: EdgeSettings): ListenAddress {
  if (tunnelPort === 0)
    refuse('HOMEBIRD_TUNNEL_PORT is 0, so the port is another at each start; give it a port of its own')
  const host = bind === '0.0.0.0' || bind === '::' ? '127.0.0.1' : bind
  return { kind: 'tcp', host, port: tunnelPort }
}

function remoteAddress({ tunnelListen }: EdgeSettings): ListenAddress {
  const [first] = tunnelListen
  return first ?? refuse('HOMEBIRD_TUNNEL_LISTEN is empty; name a socket such as /run/homebird/home.sock')
}

function clientWord({ clientAddress }: EdgeSettings, use: EdgeUse): ClientWord {
  if (use === 'passthrough' || (use === 'manual' && clientAddress?.kind === 'proxy'))
    return { kind: 'preamble' }
  const isNamed = use === 'manual' && clientAddress?.kind === 'header'
  return { kind: 'header', name: isNamed ? clientAddress.name : DEFAULT_HEADER }
}

function largestBodyMb({ mediaMaxImageMb, mediaMaxVideoMb, avatarMaxKb }: EdgeSettings): number {
  const largest = Math.max(mediaMaxImageMb, mediaMaxVideoMb, avatarMaxKb / 1_000)
  return Math.max(LEAST_BODY_MB, Math.ceil(largest * BODY_ROOM) + 1)
}

function ownSecret({ cdn, cdnPurgeToken }: EdgeSettings): string | null {
  const isOwnEdge = cdn === 'nginx' || cdn === 'varnish'
  return isOwnEdge && cdnPurgeToken !== '' ? cdnPurgeToken : null
}

const HOST = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|(?=.{2,45}$)[0-9a-f]*:[0-9a-f:.]*|localhost)$/i
const SOCKET_PATH = /^\/[\w./@+-]{1,102}$/
const HEADER = /^[a-z][a-z0-9-]{0,60}$/
const SECRET = /^[\x21-\x7E]{1,4096}$/

/** @throws HomebirdError UNPROCESSABLE naming the value and the remedy */
function checkFacts({ hosts, home, client, mostBodyMb, purgeSecret }: EdgeFacts): void {
  if (hosts.length === 0)
    refuse('this home has no address yet; give it one with: homebird domain publish NAME')
  for (const host of hosts) checkHost(host)
  if (home.kind === 'socket') checkPath(home.path)
  else if (!ADDRESS.test(home.host) && !HOST.test(home.host))
    refuse(`${JSON.stringify(home.host)} is no address that a proxy could lead to`)
  else if (!Number.isInteger(home.port) || home.port < 1 || home.port > 65_535)
    refuse(`${home.port} is no port; it must lie between 1 and 65535`)
  if (client.kind === 'header' && !HEADER.test(client.name))
    refuse(`${JSON.stringify(client.name)} is no name of a header`)
  if (!Number.isInteger(mostBodyMb) || mostBodyMb < 1)
    refuse(`${mostBodyMb} is no number of whole megabytes; it must be 1 or more`)
  if (purgeSecret !== null && !SECRET.test(purgeSecret))
    refuse('the secret of the cache holds signs that no header carries; make another one of letters')
}

/** @throws HomebirdError UNPROCESSABLE */
export function checkHost(host: string): void {
  if (HOST.test(host)) return
  const isPorted = /:\d{1,5}$/.test(host)
  refuse(
    isPorted
      ? `${JSON.stringify(host)} has a port of its own; these files are for homes that answer at the usual one`
      : `${JSON.stringify(host)} is no host name in lower case; files are written for such only`,
  )
}

/** @throws HomebirdError UNPROCESSABLE */
function checkPath(path: string): void {
  if (!SOCKET_PATH.test(path) || path.split('/').includes('..'))
    refuse(
      `${JSON.stringify(path)} is no path of a socket: of letters, digits and ./@+-_ at most 103 of them`,
    )
}

/** Nothing of it is secret: the owner reads it. */
export function refuse(message: string): never {
  throw new HomebirdError('UNPROCESSABLE', message, { safe: message })
}

/** `127.0.0.1:4182`, with brackets around IPv6. */
export const hostAndPort = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`
