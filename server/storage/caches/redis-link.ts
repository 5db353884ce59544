/**
 * One connection to a Redis, opened when it is first needed and again, with growing pauses, after it fell. Whoever asks waits a
 * quarter of a second at most; a server that hangs is left.
 */
import { readFile } from 'node:fs/promises'
import type { CacheUrl } from '../../core/cache-url.ts'
import type { Clock } from '../../core/clock.ts'
import { BackOff, inTime, reasonOf } from './back-off.ts'
import type { Health } from './health.ts'

export type RedisUrl = Extract<CacheUrl, { readonly scheme: 'redis' | 'rediss' }>
export type RedisCommand = readonly (string | Buffer)[]

/** For reading; what is written may be large, and nobody waits for it. */
export const READ_MS = 250
export const WRITE_MS = 1_000
/** For the owner, who looks or empties. */
export const PATIENT_MS = 2_500
const CONNECT_MS = 2_000
const SETTLE_MS = 60_000

interface RedisLinkOptions {
  readonly url: RedisUrl
  readonly clock: Clock
  readonly health: Health
  /** Called with each new connection before anybody else uses it. It fails with the connection. */
  readonly onConnected: (send: RedisSend) => Promise<void>
}

export type RedisSend = (commands: readonly RedisCommand[]) => Promise<unknown[]>

type Client = ReturnType<typeof newClient>

export class RedisLink {
  readonly #options: RedisLinkOptions
  readonly #backOff: BackOff
  #client: Client | null = null
  #connecting: Promise<void> | null = null
  #isClosed = false

  constructor(options: RedisLinkOptions) {
    this.#options = options
    this.#backOff = new BackOff(options.clock)
  }

  /** Sends all at once. Null where it cannot be asked now, did not answer in time or refused one of them. */
  async send(commands: readonly RedisCommand[], limitMs = READ_MS): Promise<unknown[] | null> {
    if (this.#client === null) await this.#awaitConnection(limitMs)
    const client = this.#client
    if (client === null) return null
    try {
      const replies = await inTime(sendAll(client, commands), limitMs)
      this.#options.health.rose()
      return replies
    } catch (error) {
      const { ErrorReply } = await loadRedis()
      if (error instanceof ErrorReply) this.#options.health.refused(error.message)
      else this.#drop(client, error)
      return null
    }
  }

  close(): void {
    this.#isClosed = true
    this.#client?.destroy()
    this.#client = null
  }

  async #awaitConnection(limitMs: number): Promise<void> {
    if (this.#isClosed) return
    if (this.#connecting === null) {
      if (!this.#backOff.isOver) return
      this.#connecting = this.#connect().finally(() => (this.#connecting = null))
    }
    await inTime(this.#connecting, limitMs).catch(() => undefined) // it goes on; whoever asks next finds it done
  }

  async #connect(): Promise<void> {
    let client: Client | null = null
    try {
      client = newClient(await loadRedis(), this.#options.url, await trustedOf(this.#options.url))
      const opened = client
      opened.on('error', (error) => this.#drop(opened, error))
      await inTime(opened.connect(), CONNECT_MS)
      await inTime(
        this.#options.onConnected((commands) => sendAll(opened, commands)),
        SETTLE_MS,
      )
      if (this.#isClosed) throw new Error('closed')
      this.#client = opened
      this.#backOff.succeeded()
      this.#options.health.rose()
    } catch (error) {
      this.#drop(client, error)
    }
  }

  #drop(client: Client | null, error: unknown): void {
    if (client !== null) {
      if (client.isOpen) client.destroy()
      if (this.#client !== null && this.#client !== client) return
    }
    this.#client = null
    if (this.#isClosed) return
    this.#backOff.failed()
    const { host, port } = this.#options.url.server
    this.#options.health.fell(`${host}:${port} does not answer (${reasonOf(error)})`)
  }
}

async function sendAll(client: Client, commands: readonly RedisCommand[]): Promise<unknown[]> {
  return Promise.all(commands.map(async (command) => client.sendCommand(command)))
}

async function trustedOf({ caFile }: RedisUrl): Promise<Buffer | null> {
  return caFile === null ? null : readFile(caFile)
}

/** Only where it is used: it costs every process 28 MB, and its start a moment. */
const loadRedis = async () => import('@redis/client')

function newClient(
  { RESP_TYPES, createClient }: Awaited<ReturnType<typeof loadRedis>>,
  { scheme, server, username, password, database }: RedisUrl,
  trusted: Buffer | null,
) {
  const socket = {
    host: server.host,
    port: server.port,
    connectTimeout: CONNECT_MS,
    reconnectStrategy: false,
  } as const
  return createClient({
    socket:
      scheme === 'redis'
        ? { ...socket, tls: false }
        : {
            ...socket,
            tls: true,
            ...(isAddress(server.host) ? {} : { servername: server.host }),
            ...(trusted === null ? {} : { ca: trusted }),
          },
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    database,
    disableOfflineQueue: true,
    disableClientInfo: true,
    RESP: 2,
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  })
}

/** A certificate is asked for by name only. */
const isAddress = (host: string): boolean => host.includes(':') || /^[\d.]+$/u.test(host)
