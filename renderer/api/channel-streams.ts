/**
 * Every further stream that the window reads, where no socket can be had: one event stream each, opened when somebody
 * listens and closed with the last of them. It is opened again when it falls; what was missed meanwhile is fetched by
 * whoever listens, on `onOpened`.
 */
import type { Channel, ChannelLine, ChannelListener } from './channel-socket.ts'
import { type LiveStream, openStream } from './stream.ts'

interface ChannelStreamParts {
  readonly fetch: typeof globalThis.fetch
  readonly onSignedOut: () => void
}

interface Watched {
  readonly path: string
  readonly listeners: Set<ChannelListener>
  stream: LiveStream
  isLive: boolean
}

const PREFIX = '/api/v1/streaming'

/** Where the home serves it as an event stream. */
export function pathOfChannel({ stream, tag, list }: Channel): string {
  switch (stream) {
    case 'public':
    case 'direct':
      return `${PREFIX}/${stream}`
    case 'public:local':
      return `${PREFIX}/public/local`
    case 'hashtag':
      return `${PREFIX}/hashtag?tag=${encodeURIComponent(tag ?? '')}`
    case 'list':
      return `${PREFIX}/list?list=${encodeURIComponent(list ?? '')}`
  }
}

export class ChannelStreams implements ChannelLine {
  readonly #parts: ChannelStreamParts
  readonly #watched = new Map<string, Watched>()

  constructor(parts: ChannelStreamParts) {
    this.#parts = parts
  }

  get isLive(): boolean {
    return this.#watched.size > 0 && [...this.#watched.values()].every(({ isLive }) => isLive)
  }

  watch(channel: Channel, listener: ChannelListener): () => void {
    const path = pathOfChannel(channel)
    const known = this.#watched.get(path)
    if (known === undefined) this.#begin(path, listener)
    else {
      known.listeners.add(listener)
      if (known.isLive) listener.onOpened()
    }
    return () => this.#leave(path, listener)
  }

  renew(): void {
    for (const watched of this.#watched.values()) {
      watched.stream.close()
      watched.stream = this.#open(watched)
    }
  }

  close(): void {
    for (const { stream } of this.#watched.values()) stream.close()
    this.#watched.clear()
  }

  #begin(path: string, listener: ChannelListener): void {
    const listeners = new Set([listener])
    const watched: Watched = { path, listeners, isLive: false, stream: NO_STREAM }
    this.#watched.set(path, watched)
    watched.stream = this.#open(watched)
  }

  #open(watched: Watched): LiveStream {
    const { fetch, onSignedOut } = this.#parts
    watched.isLive = false
    return openStream({
      fetch,
      path: watched.path,
      onSignedOut,
      onEvent: ({ event, data }) => {
        for (const listener of watched.listeners) listener.onEvent(event, data)
      },
      onState: ({ phase }) => {
        watched.isLive = phase === 'live'
        if (watched.isLive) for (const listener of watched.listeners) listener.onOpened()
      },
    })
  }

  #leave(path: string, listener: ChannelListener): void {
    const watched = this.#watched.get(path)
    if (watched === undefined || !watched.listeners.delete(listener) || watched.listeners.size > 0) return
    this.#watched.delete(path)
    watched.stream.close()
  }
}

const NO_STREAM: LiveStream = { retryNow: () => {}, close: () => {} }
