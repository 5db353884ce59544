/** The world as it is: real names, real connections, within the limits of one run. */
import type { Duplex } from 'node:stream'
import type { Config } from '../../../core/config.ts'
import { HomebirdError } from '../../../core/errors.ts'
import { isProbeProof, makeProbeNonce } from '../../../core/probe.ts'
import { type AddressGuard, createAddressGuard } from '../../../net/address-guard.ts'
import { readOverrides } from '../../../net/connector.ts'
import { fetchRefused } from '../../../net/fetch-errors.ts'
import { type RemoteUrl, parseRemoteUrl } from '../../../net/origin.ts'
import { exchangeOutside } from '../../../net/outside/outside-exchange.ts'
import {
  type OutsideDestination,
  type OutsideSocket,
  closeQuietly,
  openOutsideSocket,
} from '../../../net/outside/outside-socket.ts'
import { type FoundAddresses, findZoneAddresses } from '../../../net/outside/zone-addresses.ts'
import { BROWSER } from './agents.ts'
import { edgeOf } from './edge-of.ts'
import { Gate } from './gate.ts'
import { lookAround } from './look-around.ts'
import type { OutsideAnswer, OutsideAsk, OutsideWorld, Reach, Vantage } from './world.ts'

/** Of a whole run, all its checks side by side. */
const RUN_LIMIT_MS = 9_500
/** Of one that may take its time: proofs of the home are good for as long. */
const DEEP_LIMIT_MS = 110_000
const ASK_LIMIT_MS = 4_000
/** Of one run. */
const MOST_ASKS = 150
const ASKS_AT_ONCE = 12

export interface WorldParts extends Pick<
  OutsideWorld,
  'host' | 'handleHosts' | 'identities' | 'isMetered' | 'isDeep' | 'key' | 'clock' | 'peerProvedAt' | 'signer'
> {
  readonly settings: Pick<Config, 'allowPrivateAddresses' | 'hostAddresses'>
  readonly userAgent: string
  /** Socket of connections that start at the other end of the tunnel; null where there is none. */
  readonly vantage: string | null
  /** `address:port` of resolvers, and port of the name servers of zones, where they are not those of the system. */
  readonly dns?: { readonly servers: readonly string[]; readonly zonePort: number }
}

export type OpenWorld = OutsideWorld & Disposable

export function openWorld(parts: WorldParts): OpenWorld {
  return new RealWorld(parts)
}

interface Way {
  readonly url: RemoteUrl
  readonly vantage: Vantage
  readonly destination: OutsideDestination
}

class RealWorld implements OpenWorld {
  readonly host: string
  readonly handleHosts: readonly string[]
  readonly identities: OutsideWorld['identities']
  readonly hasSsh: boolean
  readonly isMetered: boolean
  readonly isDeep: boolean
  readonly key: Buffer
  readonly clock: OutsideWorld['clock']
  readonly peerProvedAt: Date | null
  readonly signer: OutsideWorld['signer']
  readonly signal: AbortSignal
  readonly #parts: WorldParts
  readonly #closing = new AbortController()
  readonly #guard: AddressGuard
  readonly #gate = new Gate(ASKS_AT_ONCE)
  readonly #addresses = new Map<string, Promise<FoundAddresses>>()
  readonly #open = new Set<Duplex>()
  #reach: Promise<Reach> | null = null
  /** What was found out of the way so far. */
  #found: Reach | null = null
  #edge: string | null = null
  #asks = 0

  constructor(parts: WorldParts) {
    this.#parts = parts
    this.host = parts.host
    this.handleHosts = parts.handleHosts
    this.identities = parts.identities
    this.hasSsh = parts.vantage !== null
    this.isMetered = parts.isMetered
    this.isDeep = parts.isDeep
    this.key = parts.key
    this.clock = parts.clock
    this.peerProvedAt = parts.peerProvedAt ?? null
    this.signer = parts.signer
    this.signal = AbortSignal.any([
      this.#closing.signal,
      AbortSignal.timeout(parts.isDeep ? DEEP_LIMIT_MS : RUN_LIMIT_MS),
    ])
    this.#guard = createAddressGuard(parts.settings.allowPrivateAddresses)
  }

  edge(): string | null {
    return this.#edge
  }

  agent(): string {
    return this.#found?.needsBrowser === true ? BROWSER : this.#parts.userAgent
  }

  async reach(): Promise<Reach> {
    this.#reach ??= lookAround(this, async (host) => this.#find(host), this.#guard).then((reach) => {
      this.#found = reach
      return reach
    })
    return this.#reach
  }

  async isReached(): Promise<boolean> {
    return (await this.reach()).best?.isProven === true
  }

  async ask(ask: OutsideAsk): Promise<OutsideAnswer> {
    this.#count()
    if (ask.isHeavy === true) await this.#gate.isEmpty()
    return this.#gate.pass(async () => this.#exchange(ask))
  }

  async open(vantage?: Vantage): Promise<Duplex> {
    this.#count()
    const way = await this.#wayOf(vantage === undefined ? { path: '/' } : { path: '/', vantage })
    const { socket } = await openOutsideSocket(way.destination, ASK_LIMIT_MS, this.signal)
    this.#open.add(socket)
    const end = (): void => closeQuietly(socket)
    this.signal.addEventListener('abort', end, { once: true })
    socket.once('close', () => {
      this.#open.delete(socket)
      this.signal.removeEventListener('abort', end)
    })
    return socket
  }

  nonce(): string {
    return makeProbeNonce(this.key, this.clock.now())
  }

  isProof({ status, body }: OutsideAnswer, nonce: string, kind: string): boolean {
    if (status !== 200) return false
    try {
      const told = JSON.parse(body.toString('utf8')) as { readonly proof?: unknown } | null
      return typeof told?.proof === 'string' && isProbeProof(this.key, nonce, kind, told.proof)
    } catch {
      return false // a page of somebody else's
    }
  }

  [Symbol.dispose](): void {
    this.#closing.abort()
    for (const stream of this.#open) closeQuietly(stream)
  }

  #count(): void {
    this.#asks += 1
    if (this.#asks > MOST_ASKS)
      throw new HomebirdError('RATE_LIMITED', `a run of the doctor asks ${MOST_ASKS} times at most`)
  }

  async #exchange(ask: OutsideAsk): Promise<OutsideAnswer> {
    const way = await this.#wayOf(ask)
    const limitMs = ask.limitMs ?? ASK_LIMIT_MS
    const startedAt = this.clock.now()
    const startedMs = this.clock.monotonicMs()
    const { socket, certificate }: OutsideSocket = await openOutsideSocket(
      way.destination,
      limitMs,
      this.signal,
    )
    const sentMs = this.clock.monotonicMs()
    const { method = 'GET', path, body = null } = ask
    const request = { method, path, body, headers: this.#headersOf(ask, way.url) }
    const leftMs = Math.max(limitMs - (sentMs - startedMs), 1)
    const reply = await exchangeOutside(socket, request, way.url.href, leftMs, this.signal)
    const endedMs = this.clock.monotonicMs()
    if (ask.host === undefined) this.#edge = edgeOf(reply.headers) ?? this.#edge
    const at = new Date(startedAt.getTime() + (sentMs + endedMs) / 2 - startedMs)
    return { ...reply, certificate, at, ms: Math.round(endedMs - startedMs) }
  }

  async #wayOf(ask: OutsideAsk): Promise<Way> {
    const url = parseRemoteUrl(`https://${ask.host ?? this.host}/`)
    const isOwn = ask.host === undefined
    const best = isOwn ? (this.#found?.best ?? null) : null
    const vantage = ask.vantage ?? best?.vantage ?? 'home'
    const { hostname, port } = url
    if (vantage === 'ssh') {
      if (this.#parts.vantage === null)
        throw new HomebirdError('UNAVAILABLE', 'there is no other end of a tunnel to ask from')
      return { url, vantage, destination: { hostname, port, by: { vantage: this.#parts.vantage } } }
    }
    const { v4, v6, by } = await this.#find(url.host)
    const family = ask.family ?? best?.family ?? null
    const wanted = family === 6 ? v6 : family === 4 ? v4 : [...v4, ...v6]
    const address = wanted.find((one) => by === 'settings' || this.#guard.allows(one))
    if (address === undefined)
      throw fetchRefused(url.href, 'address', `${hostname} has no such address that is public`)
    return { url, vantage, destination: { hostname, port: this.#portOf(url), by: { address } } }
  }

  #portOf(url: RemoteUrl): number {
    const given = this.#given(url)
    return given === undefined || given.port === 0 ? url.port : given.port
  }

  #given(url: RemoteUrl) {
    const overrides = readOverrides(this.#parts.settings.hostAddresses)
    return overrides.get(url.host) ?? overrides.get(url.hostname)
  }

  async #find(host: string): Promise<FoundAddresses> {
    const known = this.#addresses.get(host)
    if (known !== undefined) return known
    const finding = this.#lookUp(parseRemoteUrl(`https://${host}/`))
    this.#addresses.set(host, finding)
    return finding
  }

  async #lookUp(url: RemoteUrl): Promise<FoundAddresses> {
    const given = this.#given(url)?.addresses
    const literal = parseLiteral(url.hostname)
    const known = given?.map(({ address }) => address) ?? literal
    if (known !== null) {
      const isV6 = (address: string): boolean => address.includes(':')
      return {
        v4: known.filter((address) => !isV6(address)),
        v6: known.filter(isV6),
        by: given === undefined ? 'host' : 'settings',
        failure: null,
      }
    }
    const { dns } = this.#parts
    return findZoneAddresses(url.hostname, {
      guard: this.#guard,
      servers: dns?.servers,
      zonePort: dns?.zonePort,
      signal: this.signal,
    })
  }

  #headersOf({ headers = [], body, method = 'GET' }: OutsideAsk, url: RemoteUrl) {
    const names = new Set(headers.map(([name]) => name.toLowerCase()))
    const added: (readonly [string, string])[] = []
    if (!names.has('host')) added.push(['Host', url.host])
    if (!names.has('user-agent')) added.push(['User-Agent', this.agent()])
    if (!names.has('accept')) added.push(['Accept', 'application/json'])
    const needsLength = body !== undefined || method === 'POST' || method === 'PUT'
    const isFramed = names.has('content-length') || names.has('transfer-encoding')
    const length = needsLength && !isFramed ? [['Content-Length', String(body?.length ?? 0)] as const] : []
    const closing = names.has('connection') ? [] : [['Connection', 'close'] as const]
    return [...added, ...headers, ...length, ...closing]
  }
}

/** A host that is an address has no zone. */
function parseLiteral(hostname: string): readonly string[] | null {
  return /^[0-9.]+$/.test(hostname) || hostname.includes(':') ? [hostname] : null
}
