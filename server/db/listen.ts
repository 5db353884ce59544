/**
 * LISTEN on one connection of its own, which is opened again when it falls. After each (re)connection subscribers are
 * told to look at everything, since notifications of the meantime are lost.
 */
import pg from 'pg'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import { clientConfig, noticeLoss } from './connection.ts'
import type { Channel } from './transaction.ts'

export interface Subscriber {
  /** A NOTIFY arrived. */
  onNotification(payload: string): void
  /** The connection is new: anything may have been missed. */
  onConnected?(): void
}

export interface Listener extends AsyncDisposable {
  subscribe(channel: Channel, subscriber: Subscriber): () => void
  /** Sends a NOTIFY by the connection that listens. Rejects where there is none. */
  tell(channel: Channel, payload: string): Promise<void>
  /** Settles once the first connection listens. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

const RECONNECT_FIRST_MS = 200
const RECONNECT_MOST_MS = 5_000
/** A half-open socket is found by a round trip this often. */
const PROBE_EVERY_MS = 15_000

export function openListener(connection: DatabaseConnection, name: string, log: Logger): Listener {
  const loop = new ListenLoop(connection, name, log)
  loop.start()
  return loop
}

class ListenLoop implements Listener {
  readonly ready: Promise<void>
  readonly #connection: DatabaseConnection
  readonly #name: string
  readonly #log: Logger
  readonly #subscribers = new Map<Channel, Set<Subscriber>>()
  readonly #resolveReady: () => void
  #client: pg.Client | null = null
  #timer: NodeJS.Timeout | undefined
  #delayMs = RECONNECT_FIRST_MS
  #closed = false

  constructor(connection: DatabaseConnection, name: string, log: Logger) {
    this.#connection = connection
    this.#name = name
    this.#log = log
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ready = promise
    this.#resolveReady = resolve
  }

  start(): void {
    void this.#connect()
  }

  subscribe(channel: Channel, subscriber: Subscriber): () => void {
    const set = this.#subscribers.get(channel) ?? new Set()
    this.#subscribers.set(channel, set)
    set.add(subscriber)
    return () => set.delete(subscriber)
  }

  async tell(channel: Channel, payload: string): Promise<void> {
    if (this.#client === null) throw new HomebirdError('UNAVAILABLE', 'nothing listens to the database now')
    await this.#client.query('select pg_notify($1, $2)', [channel, payload])
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    const client = this.#client
    this.#client = null
    // The connection may be broken already, which is what closing wants.
    await client?.end().catch((error: unknown) => this.#log.debug({ event: 'database.listen_end', error }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #connect(): Promise<void> {
    const client = new pg.Client(
      clientConfig(this.#connection, { applicationName: `${this.#name} listen`, statementTimeoutMs: 0 }),
    )
    client.on('error', () => this.#lost(client))
    client.on('end', () => this.#lost(client))
    client.on('notification', ({ channel, payload }) => {
      for (const one of this.#subscribers.get(channel as Channel) ?? []) one.onNotification(payload ?? '')
    })
    this.#client = client
    try {
      await client.connect()
      await noticeLoss(client, this.#connection)
      await client.query(
        'listen stator; listen stream; listen changed; listen uploads; listen caches; listen answers',
      )
    } catch (error) {
      this.#log.warn({ event: 'database.listen_failed', error })
      this.#lost(client)
      return
    }
    this.#connected(client)
  }

  #connected(client: pg.Client): void {
    if (this.#client !== client) return
    this.#delayMs = RECONNECT_FIRST_MS
    this.#resolveReady()
    for (const set of this.#subscribers.values()) for (const one of set) one.onConnected?.()
    this.#scheduleProbe(client)
  }

  #scheduleProbe(client: pg.Client): void {
    this.#timer = setTimeout(() => void this.#probe(client), PROBE_EVERY_MS)
    this.#timer.unref()
  }

  async #probe(client: pg.Client): Promise<void> {
    if (this.#client !== client) return
    const timer = setTimeout(() => this.#lost(client), 5_000)
    try {
      await client.query('select 1')
      if (this.#client === client) this.#scheduleProbe(client)
    } catch {
      this.#lost(client) // logged there; the loop opens another connection
    } finally {
      clearTimeout(timer)
    }
  }

  #lost(client: pg.Client): void {
    if (this.#closed || this.#client !== client) return
    this.#client = null
    clearTimeout(this.#timer)
    this.#log.warn({ event: 'database.listen_lost', retryInMs: this.#delayMs })
    client.end().catch((error: unknown) => this.#log.debug({ event: 'database.listen_end', error }))
    this.#timer = setTimeout(() => void this.#connect(), this.#delayMs)
    this.#delayMs = Math.min(this.#delayMs * 2, RECONNECT_MOST_MS)
  }
}
