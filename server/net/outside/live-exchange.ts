/** Connections of the doctor that stay open: events as they come, and a web socket that gives back what it gets. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { request } from '../node-http.ts'

export interface LiveAsk {
  readonly path: string
  /** Whole, `Host` among them. */
  readonly headers: readonly (readonly [string, string])[]
  readonly limitMs: number
  readonly signal: AbortSignal
}

/** `status`: it was refused; null where the connection ended or nothing came in time. */
export type EventsOutcome =
  | { readonly kind: 'event'; readonly text: string; readonly isLate: boolean }
  /** `isOver`: the other side ended it; else nothing came in time. */
  | { readonly kind: 'nothing'; readonly status: number | null; readonly isOver: boolean }

/** Waits for the first event. Late is one that comes together with the last, or not before the answer has ended. */
export async function firstEvent(socket: Duplex, ask: LiveAsk): Promise<EventsOutcome> {
  const over = Promise.withResolvers<EventsOutcome>()
  let status: number | null = null
  const sent = request({
    createConnection: () => socket,
    path: ask.path,
    headers: ask.headers.flat(),
    setHost: false,
  })
  const giveUp = (isOver: boolean): void => over.resolve({ kind: 'nothing', status, isOver })
  const isLate = (): void => giveUp(false)
  const end = (): void => giveUp(true)
  const timer = setTimeout(isLate, ask.limitMs)
  ask.signal.addEventListener('abort', isLate, { once: true })
  sent.on('error', end)
  sent.once('response', (response: IncomingMessage) => {
    status = response.statusCode ?? 0
    if (status !== 200) return end()
    let text = ''
    response.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(0, MOST_TEXT)
      if (!/event: begin\n.*\n\n/.test(text)) return
      over.resolve({ kind: 'event', text, isLate: text.includes('event: end\n') })
    })
    response.on('error', end)
    response.once('close', end)
  })
  sent.end()
  try {
    return await over.promise
  } finally {
    clearTimeout(timer)
    ask.signal.removeEventListener('abort', isLate)
    sent.destroy()
    socket.destroy()
  }
}

const MOST_TEXT = 8_192

/** `status`: it was refused; null where the connection ended, or, `isLate`, nothing came in time. */
export type SocketOutcome =
  | { readonly kind: 'echo'; readonly text: string; readonly isCut: boolean }
  | { readonly kind: 'nothing'; readonly status: number | null; readonly isLate: boolean }

export interface SocketAsk extends LiveAsk {
  readonly message: string
  /** How long to be silent then, before asking once more; 0 for not at all. */
  readonly idleMs: number
}

/** Opens a web socket over a connection that stands, says something and waits for the answer. @see RFC 6455 */
export async function echoSocket(socket: Duplex, ask: SocketAsk): Promise<SocketOutcome> {
  try {
    const opened = await upgrade(socket, ask)
    if (opened === 'late') return { kind: 'nothing', status: null, isLate: true }
    if (opened === null || typeof opened === 'number')
      return { kind: 'nothing', status: opened, isLate: false }
    const frames = new Frames(opened.socket, opened.head)
    const text = await frames.exchange(ask)
    if (text === null) return { kind: 'nothing', status: 101, isLate: false }
    if (ask.idleMs === 0) return { kind: 'echo', text, isCut: false }
    await pause(ask.idleMs, undefined, { signal: ask.signal })
    return { kind: 'echo', text, isCut: (await frames.exchange(ask)) === null }
  } finally {
    socket.destroy()
  }
}

interface Upgraded {
  readonly socket: Duplex
  readonly head: Buffer
}

async function upgrade(socket: Duplex, ask: LiveAsk): Promise<Upgraded | number | 'late' | null> {
  const over = Promise.withResolvers<Upgraded | number | 'late' | null>()
  const sent = request({
    createConnection: () => socket,
    path: ask.path,
    headers: [
      ...ask.headers.flat(),
      'Connection',
      'Upgrade',
      'Upgrade',
      'websocket',
      'Sec-WebSocket-Version',
      '13',
      'Sec-WebSocket-Key',
      randomBytes(16).toString('base64'),
    ],
    setHost: false,
  })
  sent.on('error', () => over.resolve(null))
  sent.once('upgrade', (_response, opened, head) => over.resolve({ socket: opened, head }))
  sent.once('response', ({ statusCode = 0 }) => over.resolve(statusCode))
  sent.end()
  const late = AbortSignal.any([ask.signal, AbortSignal.timeout(ask.limitMs)])
  const giveUp = (): void => over.resolve('late')
  late.addEventListener('abort', giveUp, { once: true })
  return over.promise
}

/** Short texts, one answer to each. */
class Frames {
  readonly #socket: Duplex
  #read: Buffer
  #isOver = false
  #changed: () => void = () => undefined

  constructor(socket: Duplex, head: Buffer) {
    this.#socket = socket
    this.#read = head
    socket.on('data', (chunk: Buffer) => {
      this.#read = Buffer.concat([this.#read, chunk]).subarray(0, MOST_TEXT)
      this.#changed()
    })
    for (const end of ['end', 'close', 'error'])
      socket.on(end, () => {
        this.#isOver = true
        this.#changed()
      })
  }

  /** @returns what came back; null where the connection ended or nothing came in time */
  async exchange({ message, limitMs, signal }: SocketAsk): Promise<string | null> {
    if (this.#isOver) return null
    this.#socket.write(maskedText(message))
    const late = AbortSignal.any([signal, AbortSignal.timeout(limitMs)])
    while (!late.aborted) {
      const text = this.#take()
      if (text !== null || this.#isOver) return text
      const { promise, resolve } = Promise.withResolvers<undefined>()
      this.#changed = () => resolve(undefined)
      late.addEventListener('abort', this.#changed, { once: true })
      await promise
    }
    return null
  }

  /** The next frame of text, where it is whole. Others are passed over. */
  #take(): string | null {
    for (;;) {
      const [first = 0, second = 0] = this.#read
      const short = second & 0x7f
      if (this.#read.length < 2 || short === 127) return null
      const head = short === 126 ? 4 : 2
      if (this.#read.length < head) return null
      const length = short === 126 ? this.#read.readUInt16BE(2) : short
      if (this.#read.length < head + length) return null
      const payload = this.#read.toString('utf8', head, head + length)
      this.#read = this.#read.subarray(head + length)
      if ((first & 0x0f) === TEXT) return payload
    }
  }
}

const TEXT = 0x1

/** @param text  125 bytes at most */
function maskedText(text: string): Buffer {
  const mask = randomBytes(4)
  const payload = Buffer.from(text).map((byte, at) => byte ^ (mask[at % 4] ?? 0))
  return Buffer.concat([Buffer.from([0x80 | TEXT, 0x80 | payload.length]), mask, payload])
}
