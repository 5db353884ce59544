/**
 * Ends TLS for connections that come as bytes: whoever brings them reads nothing of them. What is inside goes to a way in of
 * this home that wants a PROXY preamble with the true address of the visitor; where no server of the home takes it, the
 * visitor is told so inside TLS.
 */
import type { Duplex } from 'node:stream'
import { type SecureContext, TLSSocket } from 'node:tls'
import type { ListenAddress } from '../../contracts/listen-address.ts'
import { type Preamble, type ProxiedClient, readPreamble, writePreamble } from '../../net/proxy-preamble.ts'
import type { Door } from '../provider.ts'
import { TargetDoor } from '../target-door.ts'
import { type ClientHello, readClientHello } from './client-hello.ts'
import { OpenVisitors, type VisitorLimits } from './open-visitors.ts'
import { readHead } from './stream-head.ts'

/** Which certificates there are, asked at each connection. */
export interface CertificateSource {
  /** Null for a host that is not this home's, and for one that has no certificate yet. */
  contextOf(host: string): SecureContext | null
  /** What proves to an authority right now that the host leads here; null when nothing is to be proven. */
  challengeOf(host: string): SecureContext | null
}

export interface TlsDoorLimits extends VisitorLimits {
  /** For the preamble of the PROXY protocol, which a proxy sends at once. */
  readonly preambleMs: number
  /** Until TLS stands, and for all of a visit that does not come for the home. */
  readonly handshakeMs: number
}

export interface TlsDoorOptions {
  /** Ways in that want a PROXY preamble; one for each server process, or one that all share. */
  readonly addresses: readonly ListenAddress[]
  readonly certificates: CertificateSource
  readonly limits?: TlsDoorLimits
}

export const TLS_DOOR_LIMITS: TlsDoorLimits = {
  most: 1_000,
  mostOfOne: 200,
  mostUnsettled: 200,
  preambleMs: 5_000,
  handshakeMs: 10_000,
}

const HTTP = 'http/1.1'
/** @see RFC 8737 */
const CHALLENGE = 'acme-tls/1'
const FATAL_ALERT = [21, 3, 3, 0, 2, 2]
const UNRECOGNIZED_NAME = 112
const NO_APPLICATION_PROTOCOL = 120

export class TlsDoor {
  readonly #certificates: CertificateSource
  readonly #limits: TlsDoorLimits
  readonly #visitors: OpenVisitors
  readonly #home: TargetDoor

  constructor({ addresses, certificates, limits = TLS_DOOR_LIMITS }: TlsDoorOptions) {
    this.#certificates = certificates
    this.#limits = limits
    this.#visitors = new OpenVisitors(limits)
    this.#home = new TargetDoor(addresses)
  }

  /** @param client  the other end of the connection as it was seen; null where nobody knows it */
  take(visitor: Duplex, client: ProxiedClient | null): void {
    if (!this.#admit(visitor)) return
    if (this.#visitors.know(visitor, client)) void this.#greet(visitor, client)
  }

  /** What was sent by a proxy that puts a PROXY preamble, 1 or 2, before it. One without is closed without a word. */
  takePreambled(visitor: Duplex): void {
    if (this.#admit(visitor)) void this.#introduce(visitor)
  }

  /** Cuts everything that is open. */
  close(): void {
    this.#visitors.close()
    this.#home.close()
  }

  #admit(visitor: Duplex): boolean {
    visitor.on('error', () => undefined) // its end is told by `close`
    return this.#visitors.admit(visitor)
  }

  async #introduce(visitor: Duplex): Promise<void> {
    const preamble = await readHead<Preamble>(visitor, {
      judge: readPreamble,
      taken: ({ length }) => length,
      limitMs: this.#limits.preambleMs,
    })
    if (preamble === null) visitor.destroy()
    else if (this.#visitors.know(visitor, preamble.client)) await this.#greet(visitor, preamble.client)
  }

  async #greet(visitor: Duplex, client: ProxiedClient | null): Promise<void> {
    const timer = setTimeout(() => visitor.destroy(), this.#limits.handshakeMs)
    visitor.once('close', () => clearTimeout(timer))
    const hello = await readHead<ClientHello>(visitor, {
      judge: readClientHello,
      taken: () => 0,
      limitMs: this.#limits.handshakeMs,
    })
    if (hello === null) {
      visitor.destroy()
      return
    }
    const protocol = protocolFor(hello)
    if (protocol === null) return refuse(visitor, NO_APPLICATION_PROTOCOL)
    const context = this.#contextFor(hello, protocol)
    if (context === null) return refuse(visitor, UNRECOGNIZED_NAME)
    const inside = secured(visitor, context, protocol)
    inside.once('secure', () => {
      // The authority has seen the certificate: that was all it came for, and it may not stay.
      if (protocol === CHALLENGE) {
        inside.end()
        return
      }
      clearTimeout(timer)
      this.#visitors.settle(visitor)
      this.#home.take(inside, writePreamble(client))
    })
  }

  #contextFor({ serverName }: ClientHello, protocol: string): SecureContext | null {
    if (serverName === null) return null
    return protocol === CHALLENGE
      ? this.#certificates.challengeOf(serverName)
      : this.#certificates.contextOf(serverName)
  }
}

/** One for what comes from a proxy that puts a PROXY preamble before it. */
export function preambledDoor(options: TlsDoorOptions): Door {
  const door = new TlsDoor(options)
  return { take: (visitor) => door.takePreambled(visitor), close: () => door.close() }
}

/** Whoever names none speaks what everybody speaks. */
function protocolFor({ protocols }: ClientHello): string | null {
  if (protocols.length === 0) return HTTP
  // By its standard nothing else is named beside it.
  if (protocols.includes(CHALLENGE)) return protocols.length === 1 ? CHALLENGE : null
  return protocols.includes(HTTP) ? HTTP : null
}

function secured(visitor: Duplex, secureContext: SecureContext, protocol: string): TLSSocket {
  const inside = new TLSSocket(visitor, { isServer: true, secureContext, ALPNProtocols: [protocol] })
  // Costs the home more than the visitor, and no browser asks for it.
  inside.disableRenegotiation()
  inside.on('error', () => visitor.destroy())
  // Either may end first: a visitor that is cut, a handshake that fails.
  inside.once('close', () => visitor.destroy())
  visitor.once('close', () => inside.destroy())
  return inside
}

function refuse(visitor: Duplex, reason: number): void {
  visitor.end(Buffer.from([...FATAL_ALERT, reason]))
  visitor.resume()
}
