/**
 * One web socket for every further stream that the window reads: streams are opened and closed on it by messages, and it is
 * opened again when it falls, later each time. What was missed meanwhile is fetched by whoever listens, on `onOpened`.
 */
import type { StreamMessage } from '../../server/contracts/stream-event.ts'
import { waitAfter } from './stream.ts'

/** A stream as the home names it. */
export interface Channel {
  readonly stream: 'public' | 'public:local' | 'hashtag' | 'list' | 'direct'
  readonly tag?: string
  readonly list?: string
}

export interface ChannelListener {
  readonly onEvent: (event: string, payload: string) => void
  /** From here on nothing is missed: what came before may have been. */
  readonly onOpened: () => void
}

/** How they come, whatever carries them. */
export interface ChannelLine {
  /** False: whoever listens has to ask from time to time. */
  readonly isLive: boolean
  /** @returns what ends the listening */
  watch(channel: Channel, listener: ChannelListener): () => void
  /** The line to the home was lost and found: this one may be dead without knowing it. */
  renew(): void
  /** As at sign-out; whoever listens still hears nothing more. */
  close(): void
}

export interface ChannelSocketParts {
  readonly open: () => WebSocket
  readonly random?: () => number
  readonly clock?: {
    readonly set: (act: () => void, ms: number) => unknown
    readonly clear: (timer: never) => void
  }
}

/** Somebody who leaves a page often comes to the next one that listens. */
const IDLE_MS = 5_000

interface Watched {
  readonly channel: Channel
  readonly listeners: Set<ChannelListener>
}

const labelOf = ({ stream, tag, list }: Channel): string =>
  JSON.stringify([stream, tag ?? list].filter((part) => part !== undefined))

export class ChannelSocket implements ChannelLine {
  readonly #parts: ChannelSocketParts
  readonly #clock: NonNullable<ChannelSocketParts['clock']>
  /** By the label under which the home tells of them. */
  readonly #watched = new Map<string, Watched>()
  #socket: WebSocket | null = null
  #isLive = false
  #failures = 0
  #timer: unknown = null

  constructor(parts: ChannelSocketParts) {
    this.#parts = parts
    this.#clock = parts.clock ?? {
      set: (act, ms) => setTimeout(act, ms),
      clear: (timer) => clearTimeout(timer),
    }
  }

  get isLive(): boolean {
    return this.#isLive
  }

  watch(channel: Channel, listener: ChannelListener): () => void {
    const label = labelOf(channel)
    const watched = this.#watched.get(label) ?? { channel, listeners: new Set() }
    this.#watched.set(label, watched)
    watched.listeners.add(listener)
    if (!this.#isLive) this.#open()
    else {
      if (watched.listeners.size === 1) this.#order('subscribe', channel)
      listener.onOpened()
    }
    return () => this.#leave(label, listener)
  }

  renew(): void {
    this.#drop()
    this.#failures = 0
    if (this.#watched.size > 0) this.#open()
  }

  close(): void {
    this.#watched.clear()
    this.#drop()
    this.#failures = 0
  }

  #leave(label: string, listener: ChannelListener): void {
    const watched = this.#watched.get(label)
    if (watched === undefined || !watched.listeners.delete(listener) || watched.listeners.size > 0) return
    this.#watched.delete(label)
    if (this.#isLive) this.#order('unsubscribe', watched.channel)
    if (this.#watched.size === 0) this.#later(() => this.#dropIdle(), IDLE_MS)
  }

  #dropIdle(): void {
    if (this.#watched.size === 0) this.#drop()
  }

  #open(): void {
    if (this.#socket !== null) return
    this.#clock.clear(this.#timer as never)
    const socket = this.#parts.open()
    this.#socket = socket
    socket.onopen = () => this.#opened()
    socket.onmessage = ({ data }) => this.#take(data)
    socket.onclose = () => this.#lost()
  }

  #opened(): void {
    this.#isLive = true
    this.#failures = 0
    for (const { channel } of this.#watched.values()) this.#order('subscribe', channel)
    for (const { listeners } of this.#watched.values()) {
      for (const listener of listeners) listener.onOpened()
    }
  }

  #lost(): void {
    this.#drop()
    if (this.#watched.size === 0) return
    this.#failures += 1
    const { random = Math.random } = this.#parts
    this.#later(() => this.#open(), waitAfter(this.#failures, random()))
  }

  #drop(): void {
    this.#clock.clear(this.#timer as never)
    const socket = this.#socket
    this.#socket = null
    this.#isLive = false
    if (socket === null) return
    socket.onopen = null
    socket.onmessage = null
    socket.onclose = null
    socket.close()
  }

  #later(act: () => void, ms: number): void {
    this.#clock.clear(this.#timer as never)
    this.#timer = this.#clock.set(act, ms)
  }

  #order(type: 'subscribe' | 'unsubscribe', channel: Channel): void {
    this.#socket?.send(JSON.stringify({ type, ...channel }))
  }

  #take(data: unknown): void {
    const message = parseMessage(data)
    if (message === null) return
    const { stream, event, payload = '' } = message
    for (const listener of this.#watched.get(JSON.stringify(stream))?.listeners ?? []) {
      listener.onEvent(event, payload)
    }
  }
}

/** @returns null for refusals, which leave the asking from time to time, and for what is no message */
function parseMessage(data: unknown): StreamMessage | null {
  try {
    const message = JSON.parse(String(data)) as Partial<StreamMessage> | null
    const { stream, event, payload = '' } = message ?? {}
    const isWhole = Array.isArray(stream) && typeof event === 'string' && typeof payload === 'string'
    return isWhole ? (message as StreamMessage) : null
  } catch {
    return null
  }
}
