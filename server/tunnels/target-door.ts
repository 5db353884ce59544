/**
 * Opens connections to the listeners of this home, each in its turn. Where none takes it, whoever asks is told to come
 * again: other servers try for days after such an answer, and give up after most others.
 */
import { type Socket, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ListenAddress } from '../contracts/listen-address.ts'
import { joinStreams } from './join-streams.ts'

const RETRY_SECONDS = 30
const SENTENCE = 'This home is starting or stopping. Try again in a moment.\n'
const AWAY = [
  'HTTP/1.1 503 Service Unavailable',
  `Retry-After: ${RETRY_SECONDS}`,
  'Cache-Control: no-store',
  'Content-Type: text/plain; charset=utf-8',
  `Content-Length: ${SENTENCE.length}`,
  'Connection: close',
  '',
  SENTENCE,
].join('\r\n')
/** A request that is not read to its end would be answered by a reset. */
const MOST_AWAY_MS = 5_000

export class TargetDoor {
  readonly #addresses: readonly ListenAddress[]
  readonly #open = new Set<Duplex>()
  #turn = 0

  constructor(addresses: readonly ListenAddress[]) {
    this.#addresses = addresses
  }

  /** Leads what comes to the home; `head` is put before what the visitor sends. */
  take(visitor: Duplex, head: Buffer | null = null): void {
    this.#open.add(visitor)
    visitor.once('close', () => this.#open.delete(visitor))
    visitor.on('error', () => undefined) // its end is told by `close`
    void this.#lead(visitor, head)
  }

  /** Cuts everything that is open. */
  close(): void {
    for (const one of this.#open) one.destroy()
  }

  async #lead(visitor: Duplex, head: Buffer | null): Promise<void> {
    const home = await this.#connect()
    if (visitor.destroyed) {
      home?.destroy()
      return
    }
    if (home === null) return sendAway(visitor)
    this.#open.add(home)
    if (head !== null) home.write(head)
    joinStreams(visitor, home, () => this.#open.delete(home))
  }

  /** Null when nobody listens. */
  async #connect(): Promise<Socket | null> {
    const count = this.#addresses.length
    const first = this.#turn
    this.#turn = (first + 1) % count
    for (let step = 0; step < count; step += 1) {
      const address = this.#addresses[(first + step) % count]
      const socket = address === undefined ? null : await connected(address)
      if (socket !== null) return socket
    }
    return null
  }
}

async function connected(address: ListenAddress): Promise<Socket | null> {
  const place = address.kind === 'tcp' ? { host: address.host, port: address.port } : { path: address.path }
  const socket = connect({ ...place, allowHalfOpen: true, noDelay: true })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  if (await promise) return socket
  socket.destroy()
  return null
}

function sendAway(visitor: Duplex): void {
  const timer = setTimeout(() => visitor.destroy(), MOST_AWAY_MS)
  visitor.once('close', () => clearTimeout(timer))
  visitor.resume()
  visitor.end(AWAY)
}
