/**
 * One memcached server: a connection on which requests are answered in their order. Written here because the packages for it either
 * read values as text, wait for seconds by default, or speak the binary protocol that memcached has given up.
 */
import { type Socket, createConnection } from 'node:net'
import type { CacheServer } from '../../core/cache-url.ts'
import type { Clock } from '../../core/clock.ts'
import { BackOff, TimedOut, inTime, reasonOf } from './back-off.ts'
import { type MemcachedReply, ReplyReader } from './memcached-replies.ts'

const ANSWER_MS = 250
const CONNECT_MS = 1_000
/** For the owner, who looks or empties. */
export const PATIENT_MS = 1_500

interface Pending {
  readonly resolve: (reply: MemcachedReply) => void
  readonly reject: (error: Error) => void
}

export interface NodeOptions {
  readonly server: CacheServer
  readonly clock: Clock
  readonly onFell: (reason: string) => void
  readonly onRose: () => void
  /** Called with each new connection before anybody else uses it; it fails with the connection. */
  readonly onConnected: (ask: (request: Buffer) => Promise<MemcachedReply>) => Promise<void>
}

export class MemcachedNode {
  readonly name: string
  readonly #options: NodeOptions
  readonly #backOff: BackOff
  #line: Line | null = null
  #connecting: Promise<void> | null = null
  #isClosed = false
  isUp = true

  constructor(options: NodeOptions) {
    this.#options = options
    this.name = `${options.server.host}:${options.server.port}`
    this.#backOff = new BackOff(options.clock)
  }

  /** Null where the server cannot be asked now or did not answer in time. */
  async ask(request: Buffer, limitMs = ANSWER_MS): Promise<MemcachedReply | null> {
    if (this.#line === null) await this.#awaitConnection(limitMs)
    const line = this.#line
    if (line === null) return null
    try {
      return await inTime(line.ask(request), limitMs)
    } catch (error) {
      this.#drop(line, error)
      return null
    }
  }

  close(): void {
    this.#isClosed = true
    this.#line?.end(new Error('closed'))
    this.#line = null
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
    const line = new Line(this.#options.server, (error) => this.#drop(line, error))
    try {
      await inTime(line.connected, CONNECT_MS)
      await inTime(
        this.#options.onConnected(async (request) => line.ask(request)),
        CONNECT_MS,
      )
      if (this.#isClosed) throw new Error('closed')
      this.#line = line
      this.#backOff.succeeded()
      this.isUp = true
      this.#options.onRose()
    } catch (error) {
      this.#drop(line, error)
    }
  }

  #drop(line: Line, error: unknown): void {
    line.end(error instanceof Error ? error : new Error(String(error)))
    if (this.#line !== null && this.#line !== line) return
    const wasUsed = this.#line === line || this.#connecting !== null
    this.#line = null
    if (this.#isClosed || !wasUsed) return
    this.isUp = false
    this.#backOff.failed()
    this.#options.onFell(`${this.name} does not answer (${reasonOf(error)})`)
  }
}

/** A connection with the requests that wait on it. */
class Line {
  readonly connected: Promise<void>
  readonly #socket: Socket
  readonly #pending: Pending[] = []
  readonly #reader = new ReplyReader()
  #ended: Error | null = null

  constructor({ host, port }: CacheServer, onEnd: (error: Error) => void) {
    this.#socket = createConnection({ host, port, noDelay: true, keepAlive: true })
    this.connected = new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve)
      this.#socket.once('error', reject)
    })
    this.connected.catch(() => undefined) // told by onEnd as well
    this.#socket.on('data', (piece: Buffer) => this.#read(piece, onEnd))
    this.#socket.on('error', onEnd)
    this.#socket.on('close', () => onEnd(this.#ended ?? new Error('the connection was closed')))
  }

  async ask(request: Buffer): Promise<MemcachedReply> {
    if (this.#ended !== null) throw this.#ended
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject })
      this.#socket.write(request)
    })
  }

  end(error: Error): void {
    if (this.#ended !== null) return
    this.#ended = error
    this.#socket.destroy()
    for (const { reject } of this.#pending.splice(0)) reject(error)
  }

  #read(piece: Buffer, onEnd: (error: Error) => void): void {
    try {
      for (const reply of this.#reader.read(piece)) this.#pending.shift()?.resolve(reply)
    } catch (error) {
      onEnd(error instanceof Error ? error : new TimedOut('unreadable'))
    }
  }
}
