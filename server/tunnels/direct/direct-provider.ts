/**
 * Straight through the router: it leads a port of its public address to this machine, where TLS ends. What is opened is renewed
 * at half of its life and taken back at the end.
 */
import type { Duplex } from 'node:stream'
import type { FindingCode, TunnelFinding } from '../../contracts/tunnel.ts'
import { describeError } from '../../core/errors.ts'
import { reachOf } from '../../net/public-address.ts'
import type { ProxiedClient } from '../../net/proxy-preamble.ts'
import type { Environment } from '../program.ts'
import type { LocalTarget, TunnelEvent, TunnelProvider } from '../provider.ts'
import { Sleeper, type Wait } from '../sleeper.ts'
import { findMapper } from './find-mapper.ts'
import { type VisitorPort, listenForVisitors } from './listen-for-visitors.ts'
import { type MappingGrant, type MappingWish, type PortMapper, WITHOUT_ADDRESS } from './port-mapper.ts'
import { type RouterPlace, findRouter, ownAddress } from './router-place.ts'
import { addressOf, askSeenAddress } from './stun.ts'

const HTTPS_PORT = 443
/** Of what is granted this share is over when it is renewed, and again after a failure. */
const RENEWED_AFTER = 0.5
/** A router that grants less is asked again and again. */
const LEAST_RENEWAL_MS = 1_000
/** What holds until it is taken back is looked at all the same: a router that starts anew has forgotten it. */
const PERMANENT_RENEWAL_MS = 30 * 60_000
const MOST_RENEWAL_FAILURES = 3

export interface DirectSettings {
  /** `find` it, `none` where nothing has to be opened, or its address. */
  readonly router: string
  /** On which this machine listens; the router leads its own port to it. */
  readonly port: number
  /** Who tells which address the world sees; null for nobody. */
  readonly seenBy: { readonly host: string; readonly port: number } | null
  readonly lifetimeSeconds: number
}

export interface DirectParts {
  /** Ends TLS and leads what is inside to the home. */
  openDoor(target: LocalTarget): { take(visitor: Duplex, client: ProxiedClient | null): void; close(): void }
  /** By which a router knows this home again, whatever became of its process. */
  mappingSecret(): Promise<Buffer>
  readonly environment: Environment
  readonly wait: Wait
}

interface Opened {
  readonly place: RouterPlace
  readonly mapper: PortMapper
  readonly wish: MappingWish
  grant: MappingGrant
}

export class DirectProvider implements TunnelProvider {
  readonly kind = 'direct'
  readonly isMetered = false
  readonly #settings: DirectSettings
  readonly #parts: DirectParts
  readonly #renewal: Sleeper
  #address: string | null = null
  #protocol: string | null = null

  constructor(settings: DirectSettings, parts: DirectParts) {
    this.#settings = settings
    this.#parts = parts
    this.#renewal = new Sleeper(parts.wait)
  }

  async prepare({ publicHost }: LocalTarget): Promise<readonly TunnelFinding[]> {
    const place = await this.#findRouter()
    if (place === null && this.#settings.router !== 'none')
      return [
        stop(
          'NO_ROUTER',
          'no router can be found from here; connect this computer to your network, or name the router by HOMEBIRD_TUNNEL_ROUTER',
        ),
      ]
    const taken = await portFinding(this.#listenPort(place, publicHost))
    if (taken !== null) return [taken]
    if (place === null || isPublic(place)) return []
    const [mapper, seen] = await Promise.all([this.#findMapper(place), this.#askSeen()])
    if (mapper === null) return [stop('NO_MAPPING', noMapping(place, this.#settings.port))]
    this.#protocol = mapper.protocol
    this.#address = await mapper.externalAddress()
    const refusal = sharedAddress(this.#address, seen)
    return refusal === null ? nameFinding(publicHost, this.#address) : [stop('BEHIND_CGNAT', refusal)]
  }

  async *run(target: LocalTarget, signal: AbortSignal): AsyncGenerator<TunnelEvent, void> {
    yield { type: 'connecting' }
    const place = await this.#findRouter()
    const door = this.#parts.openDoor(target)
    const port = this.#listenPort(place, target.publicHost)
    const listener = await listenForVisitors(port, (visitor, client) => door.take(visitor, client))
    let opened: Opened | null = null
    try {
      opened = await this.#open(place, target.publicHost, listener.port)
      const problem = opened === null ? null : grantProblem(opened)
      if (problem !== null) {
        yield { type: 'lost', reason: problem, isFinal: true }
        return
      }
      const { externalPort } = opened?.grant ?? { externalPort: listener.port }
      yield { type: 'connected', to: `${this.#address ?? 'this computer'}, port ${externalPort}` }
      if (opened === null) await untilAborted(signal)
      else yield* this.#keep(opened, signal)
    } finally {
      const closed = listener.close()
      door.close()
      await Promise.all([opened?.mapper.unmap(opened.wish), closed])
    }
  }

  /** A network that is another one needs another port opened; one that woke up may have forgotten it. */
  nudge(): void {
    this.#renewal.wake()
  }

  facts(): Readonly<Record<string, string>> {
    return {
      ...(this.#address === null ? {} : { address: this.#address }),
      ...(this.#protocol === null ? {} : { protocol: this.#protocol }),
    }
  }

  /** Null where nothing has to be opened: the owner leads the port here, or this machine has a public address itself. */
  async #open(place: RouterPlace | null, publicHost: string, internalPort: number): Promise<Opened | null> {
    if (place === null) {
      if (this.#settings.router === 'none') return null
      throw new Error('no router can be found any more')
    }
    if (isPublic(place)) {
      this.#address = place.own
      return null
    }
    const mapper = await this.#findMapper(place)
    if (mapper === null) throw new Error(noMapping(place, internalPort))
    const { lifetimeSeconds } = this.#settings
    const wish = { own: place.own, internalPort, externalPort: portOf(publicHost), lifetimeSeconds }
    const grant = await mapper.map(wish)
    this.#protocol = mapper.protocol
    this.#address = grant.externalAddress ?? this.#address
    return { place, mapper, wish, grant }
  }

  /** Without a router in between, at the port that the world asks for. */
  #listenPort(place: RouterPlace | null, publicHost: string): VisitorPort {
    return place !== null && isPublic(place)
      ? { port: portOf(publicHost), isSetting: false }
      : { port: this.#settings.port, isSetting: true }
  }

  async *#keep(opened: Opened, signal: AbortSignal): AsyncGenerator<TunnelEvent, void> {
    let leftMs = lifeOf(opened.grant)
    for (let failures = 0; !signal.aborted;) {
      const pauseMs = Math.max(leftMs * RENEWED_AFTER, LEAST_RENEWAL_MS)
      await this.#renewal.sleep(pauseMs, signal)
      if (signal.aborted) return
      leftMs -= pauseMs
      const failure = await this.#renew(opened)
      if (failure === null) {
        failures = 0
        leftMs = lifeOf(opened.grant)
        const moved = this.#noteAddress(opened.grant)
        if (moved !== null) yield { type: 'notice', message: moved }
      } else if ((failures += 1) >= MOST_RENEWAL_FAILURES || failure.isOver) {
        yield { type: 'lost', reason: failure.reason }
        return
      }
    }
  }

  /** Null when it holds for another life. */
  async #renew(opened: Opened): Promise<{ readonly reason: string; readonly isOver: boolean } | null> {
    const { place, mapper, wish } = opened
    const own = await ownAddress(place.router)
    if (own !== place.own) return { reason: 'this computer has another address in its network', isOver: true }
    try {
      opened.grant = await mapper.map(wish)
    } catch (error) {
      return { reason: `the port is not renewed: ${describeError(error)}`, isOver: false }
    }
    const problem = grantProblem(opened)
    return problem === null ? null : { reason: problem, isOver: true }
  }

  #noteAddress({ externalAddress }: MappingGrant): string | null {
    if (externalAddress === null || externalAddress === this.#address) return null
    const message = `the public address was ${this.#address ?? 'unknown'} and is ${externalAddress} now; let your domain lead there`
    this.#address = externalAddress
    return message
  }

  async #findRouter(): Promise<RouterPlace | null> {
    const { router } = this.#settings
    if (router === 'none') return null
    return findRouter(router === 'find' ? null : router, this.#parts.environment)
  }

  async #findMapper(place: RouterPlace): Promise<PortMapper | null> {
    return findMapper(place, async () => this.#parts.mappingSecret())
  }

  async #askSeen(): Promise<string | null> {
    const { seenBy } = this.#settings
    return seenBy === null ? null : askSeenAddress(seenBy.host, seenBy.port)
  }
}

/** The port that the world asks for is in the name of the home, or the usual one. */
const portOf = (publicHost: string): number => Number(/:(\d+)$/.exec(publicHost)?.[1] ?? HTTPS_PORT)

const isPublic = ({ own }: RouterPlace): boolean => reachOf(own) === 'public'

/** A port that somebody else has is found before anything is opened to it. */
async function portFinding(port: VisitorPort): Promise<TunnelFinding | null> {
  try {
    const listener = await listenForVisitors(port, (visitor) => visitor.destroy())
    await listener.close()
    return null
  } catch (error) {
    return stop('PORT_TAKEN', describeError(error))
  }
}

async function nameFinding(publicHost: string, address: string | null): Promise<readonly TunnelFinding[]> {
  const name = publicHost.replace(/:\d+$/, '')
  const leadsTo = await addressOf(name)
  if (address === null || leadsTo === address) return []
  const where = leadsTo === null ? 'leads nowhere yet' : `leads to ${leadsTo}`
  const message = `${name} ${where}, and the router has ${address}; let the name lead there (an A record)`
  return [{ weight: 'warn', code: 'DNS_ELSEWHERE', message }]
}

const lifeOf = ({ lifetimeSeconds }: MappingGrant): number =>
  lifetimeSeconds === 0 ? PERMANENT_RENEWAL_MS / RENEWED_AFTER : lifetimeSeconds * 1_000

function grantProblem({ grant, wish }: Opened): string | null {
  if (grant.externalPort !== wish.externalPort)
    return `the router gives port ${grant.externalPort} and not ${wish.externalPort}, at which the world asks; another device has that one: take it from that device in the router’s settings`
  return sharedAddress(grant.externalAddress, null)
}

/** What speaks against the address of the router being this home's own; null where nothing does. */
function sharedAddress(router: string | null, seen: string | null): string | null {
  const remedy =
    'ask your provider for a public address of your own, or choose another way in, such as ssh or cloudflared'
  const reach = router === null ? 'public' : reachOf(router)
  if (reach === 'shared')
    return `your provider has put you and others behind one address (the router has ${router}), so that no port can lead here; ${remedy}`
  if (router === WITHOUT_ADDRESS)
    return `your router says that it has no public address; where it is not just connecting, your provider shares one: ${remedy}`
  if (reach === 'private')
    return `your router has no public address (it has ${router}); there is another router before it, or your provider shares one; ${remedy}`
  if (router !== null && seen !== null && seen !== router)
    return `the router has ${router}, but the world sees ${seen}: your provider stands in between, so that no port can lead here; ${remedy}`
  return null
}

const noMapping = ({ router }: RouterPlace, port: number): string =>
  `the router ${router} opens no ports by itself (PCP, NAT-PMP and UPnP were tried); allow it there, or lead its port ${HTTPS_PORT} to port ${port} of this computer yourself and set HOMEBIRD_TUNNEL_ROUTER to none`

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<undefined>()
  signal.addEventListener('abort', () => resolve(undefined), { once: true })
  await promise
}

const stop = (code: FindingCode, message: string): TunnelFinding => ({ weight: 'stop', code, message })
