/**
 * The live line to the home: server-sent events over `fetch`, since a custom scheme carries no WebSocket. It is opened
 * again when it falls, later each time; what was missed meanwhile is fetched by whoever listens, on `live`.
 */
import { WINDOW_HEADER } from '../../server/contracts/owner-api.ts'
import { EventStreamParser, type ServerEvent } from './event-stream.ts'

export type StreamState =
  | { readonly phase: 'connecting'; readonly failures: number }
  | { readonly phase: 'live' }
  /** `retryAtMs` on the same scale as `nowMs`. */
  | { readonly phase: 'waiting'; readonly failures: number; readonly retryAtMs: number }
  /** The session has ended, or the stream was closed. */
  | { readonly phase: 'ended' }

export interface StreamOptions {
  readonly fetch: typeof globalThis.fetch
  readonly path: string
  readonly onEvent: (event: ServerEvent) => void
  readonly onState: (state: StreamState) => void
  readonly onSignedOut: () => void
  readonly nowMs?: () => number
  /** From 0 to 1; spreads the attempts. */
  readonly random?: () => number
}

export interface LiveStream {
  /** Ends a wait now. */
  retryNow(): void
  close(): void
}

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000
/** The home sends a comment more often than this: a silent line is a dead one. */
const SILENCE_MS = 70_000

export function openStream(options: StreamOptions): LiveStream {
  const stream = new Stream(options)
  void stream.run()
  return stream
}

/** Doubles with each failure; a quarter of it is chance. */
export function waitAfter(failures: number, random: number): number {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1))
  return Math.round(whole * (0.75 + random * 0.25))
}

class Stream implements LiveStream {
  readonly #options: StreamOptions
  readonly #closing = new AbortController()
  #failures = 0
  #endWait: () => void = () => {}

  constructor(options: StreamOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      this.#tell({ phase: 'connecting', failures: this.#failures })
      const outcome = await this.#readOnce()
      if (this.#closing.signal.aborted) break
      if (outcome === 'signed_out') {
        this.close()
        this.#options.onSignedOut()
        return
      }
      await this.#wait()
    }
  }

  retryNow(): void {
    this.#endWait()
  }

  close(): void {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    this.#endWait()
    this.#options.onState({ phase: 'ended' })
  }

  #tell(state: StreamState): void {
    if (!this.#closing.signal.aborted) this.#options.onState(state)
  }

  async #readOnce(): Promise<'lost' | 'signed_out'> {
    const silence = new AbortController()
    let timer = setTimeout(() => silence.abort(), SILENCE_MS)
    try {
      const answer = await this.#options.fetch(this.#options.path, {
        headers: { accept: 'text/event-stream', [WINDOW_HEADER]: '1' },
        credentials: 'same-origin',
        redirect: 'error',
        cache: 'no-store',
        signal: AbortSignal.any([silence.signal, this.#closing.signal]),
      })
      if (answer.status === 401) return 'signed_out'
      if (!answer.ok || answer.body === null) return 'lost'
      this.#failures = 0
      this.#tell({ phase: 'live' })
      const parser = new EventStreamParser(this.#options.onEvent)
      const decoder = new TextDecoder()
      for await (const chunk of readChunks(answer.body)) {
        clearTimeout(timer)
        timer = setTimeout(() => silence.abort(), SILENCE_MS)
        parser.push(decoder.decode(chunk, { stream: true }))
      }
      return 'lost'
    } catch {
      return 'lost' // the line fell or was never there: the state says so
    } finally {
      clearTimeout(timer)
    }
  }

  async #wait(): Promise<void> {
    const { nowMs = Date.now, random = Math.random } = this.#options
    this.#failures += 1
    const waitMs = waitAfter(this.#failures, random())
    this.#tell({ phase: 'waiting', failures: this.#failures, retryAtMs: nowMs() + waitMs })
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs)
      this.#endWait = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#endWait = () => {}
  }
}

/** Not every browser iterates over a body by itself. */
async function* readChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    reader.releaseLock()
  }
}
