/**
 * Keeps connections: at most four to one host and 64 in all. Whoever finds none free waits its turn, first come
 * first served; a connection that idles gives way to a host that has none. Nothing is kept about a host to which no
 * connection stands.
 */
import type { Client } from 'undici'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '../core/clock.ts'
import type { HomebirdError } from '../core/errors.ts'
import type { Connector } from './connector.ts'
import type { Deadline } from './deadline.ts'
import { fetchFailed } from './fetch-errors.ts'
import { FETCH_LIMITS } from './fetch-types.ts'
import type { RemoteUrl } from './origin.ts'

export interface Connection {
  readonly host: string
  readonly client: Client
  readonly socket: TLSSocket
  readonly openedAtMs: number
  /** How many exchanges it has carried before this one. */
  uses: number
}

export interface PoolOptions {
  readonly connector: Connector
  readonly clock: Clock
  readonly perHost?: number
  readonly total?: number
}

interface HostState {
  /** Standing and opening connections. */
  open: number
  readonly idle: Connection[]
}

/** `give` hands over a connection, or null: the right to open one, already counted. */
interface Waiter {
  readonly url: RemoteUrl
  readonly give: (connection: Connection | null) => void
}

const IDLE_MS = 30_000
const IDLE_MAX_MS = 60_000
/** A connection older than this is not used again, so that a host's move to another address is noticed. */
const AGE_MS = 300_000

export class ConnectionPool {
  readonly #connector: Connector
  readonly #clock: Clock
  readonly #perHost: number
  readonly #total: number
  readonly #hosts = new Map<string, HostState>()
  readonly #connections = new Set<Connection>()
  /** The longest idle one first. */
  readonly #idle = new Set<Connection>()
  readonly #waiters = new Set<Waiter>()
  #open = 0
  #closed = false
  #clientClass: typeof Client | null = null

  constructor(options: PoolOptions) {
    this.#connector = options.connector
    this.#clock = options.clock
    this.#perHost = options.perHost ?? FETCH_LIMITS.connectionsPerHost
    this.#total = options.total ?? FETCH_LIMITS.connections
  }

  /** What it holds right now. */
  get counts(): {
    readonly open: number
    readonly idle: number
    readonly waiting: number
    readonly hosts: number
  } {
    return { open: this.#open, idle: this.#idle.size, waiting: this.#waiters.size, hosts: this.#hosts.size }
  }

  /**
   * A connection for one exchange, to be given back by `release` or `discard`.
   * @param fresh  never one that was used before
   */
  async lease(url: RemoteUrl, deadline: Deadline, fresh = false): Promise<Connection> {
    this.#checkOpen(url)
    deadline.check()
    if (fresh) this.#dropIdle(url)
    const given = this.#takeIdle(url)
    if (given !== null) return given
    if (!this.#reserve(url)) {
      const handed = await this.#wait(url, deadline)
      if (handed !== null && !fresh) return handed
      // The place of the one that was handed over is kept for the fresh one.
      if (handed !== null && this.#forget(handed)) destroy(handed)
    }
    // Stale ones found on the way may have made room for others too.
    this.#serve()
    return this.#openReserved(url, deadline)
  }

  /** The exchange is over and the connection may carry another. */
  release(connection: Connection): void {
    if (!this.#connections.has(connection)) return
    connection.uses += 1
    const aged = this.#clock.monotonicMs() - connection.openedAtMs > AGE_MS
    if (this.#closed || aged || connection.socket.destroyed) {
      this.discard(connection)
      return
    }
    this.#hosts.get(connection.host)?.idle.push(connection)
    this.#idle.add(connection)
    this.#serve()
  }

  /** The connection is no longer of use. */
  discard(connection: Connection): void {
    if (this.#drop(connection)) this.#serve()
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const waiter of this.#waiters) waiter.give(null)
    const closing = [...this.#connections].map(async (connection) => {
      this.#forget(connection)
      await connection.client.destroy()
    })
    await Promise.all(closing)
  }

  #checkOpen(url: RemoteUrl): void {
    if (this.#closed) throw fetchFailed(url.href, 'closed', 'the program is ending')
  }

  #takeIdle(url: RemoteUrl): Connection | null {
    const state = this.#hosts.get(url.host)
    for (let connection = state?.idle.pop(); connection !== undefined; connection = state?.idle.pop()) {
      this.#idle.delete(connection)
      if (this.#connector.mayReuse(url, connection.socket)) return connection
      this.#drop(connection)
    }
    return null
  }

  /** What idles beside a connection that was found dead is most likely dead too. */
  #dropIdle(url: RemoteUrl): void {
    const idle = this.#hosts.get(url.host)?.idle ?? []
    for (let next = idle[0]; next !== undefined; next = idle[0]) this.#drop(next)
  }

  /** Counts one more connection to the host, closing an idle one elsewhere for it if need be. */
  #reserve(url: RemoteUrl): boolean {
    const state = this.#hosts.get(url.host)
    if ((state?.open ?? 0) >= this.#perHost) return false
    if (this.#open >= this.#total) {
      const [oldest] = this.#idle
      if (oldest === undefined) return false
      this.#drop(oldest)
    }
    const counted = this.#hosts.get(url.host) ?? { open: 0, idle: [] }
    counted.open += 1
    this.#hosts.set(url.host, counted)
    this.#open += 1
    return true
  }

  async #wait(url: RemoteUrl, deadline: Deadline): Promise<Connection | null> {
    deadline.enter('pool')
    const given = await new Promise<Connection | null | HomebirdError>((resolve) => {
      const waiter: Waiter = { url, give: (connection) => leave(connection) }
      const leave = (outcome: Connection | null | HomebirdError): void => {
        this.#waiters.delete(waiter)
        deadline.onExpire(null)
        resolve(outcome)
      }
      this.#waiters.add(waiter)
      deadline.onExpire(leave)
    })
    if (given instanceof Error) throw given
    this.#checkOpen(url)
    return given
  }

  async #openReserved(url: RemoteUrl, deadline: Deadline): Promise<Connection> {
    try {
      // Loaded by the first connection: it is big, and a home that starts or idles sends nothing.
      this.#clientClass ??= (await import('undici')).Client
      const socket = await this.#connector.open(url, deadline)
      if (this.#closed) socket.destroy()
      this.#checkOpen(url)
      const connection: Connection = {
        host: url.host,
        client: clientOn(this.#clientClass, url, socket),
        socket,
        openedAtMs: this.#clock.monotonicMs(),
        uses: 0,
      }
      this.#connections.add(connection)
      socket.once('close', () => this.discard(connection))
      return connection
    } catch (error) {
      this.#uncount(url.host)
      this.#serve()
      throw error
    }
  }

  /** Closes and uncounts it, leaving the free place to the caller; false when that was done before. */
  #drop(connection: Connection): boolean {
    if (!this.#forget(connection)) return false
    destroy(connection)
    this.#uncount(connection.host)
    return true
  }

  /** False when it was forgotten before. The place it held is still counted. */
  #forget(connection: Connection): boolean {
    if (!this.#connections.delete(connection)) return false
    this.#idle.delete(connection)
    const idle = this.#hosts.get(connection.host)?.idle
    const index = idle?.indexOf(connection) ?? -1
    if (index >= 0) idle?.splice(index, 1)
    return true
  }

  #uncount(host: string): void {
    const state = this.#hosts.get(host)
    if (state === undefined) return
    this.#open -= 1
    state.open -= 1
    if (state.open === 0) this.#hosts.delete(host)
  }

  /** Gives what became free to those who wait, the longest waiting first. */
  #serve(): void {
    for (const waiter of this.#waiters) {
      if (this.#idle.size === 0 && this.#open >= this.#total) return
      const connection = this.#takeIdle(waiter.url)
      if (connection !== null) waiter.give(connection)
      else if (this.#reserve(waiter.url)) waiter.give(null)
    }
  }
}

/** One for all: an error is dear to make, and nobody waits for an answer of what is closed. */
const CLOSED = new Error('the connection was closed')

function destroy(connection: Connection): void {
  // Its own errors are of no interest to anybody any more; the promise only says that the socket is closed.
  void connection.client.destroy(CLOSED)
}

/** An HTTP client on exactly this socket; it never opens another. */
function clientOn(clientClass: typeof Client, url: RemoteUrl, socket: TLSSocket): Client {
  let used = false
  return new clientClass(url.origin, {
    connect: (_options, done) => {
      const first = !used
      used = true
      // Never at once: the client does not go on when it is called back while it asks.
      queueMicrotask(() => {
        if (first && !socket.destroyed) done(null, socket)
        else done(new Error('the connection was closed'), null)
      })
    },
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: FETCH_LIMITS.headerBytes,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MAX_MS,
  })
}
