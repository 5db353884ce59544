/** Keeps the stream open while somebody is signed in, and brings what it tells to the stores. */
import type { Status } from '../../server/contracts/status.ts'
import type { ServerEvent } from '../api/event-stream.ts'
import { type LiveStream, type StreamState, openStream } from '../api/stream.ts'
import type { HomeTimeline } from './home-timeline.ts'
import { createStore, type Observable, type Store } from './observable.ts'
import type { PostStore } from './posts.ts'

const PATH = '/api/v1/streaming/user'

interface LiveParts {
  readonly fetch: typeof globalThis.fetch
  readonly posts: PostStore
  readonly timeline: HomeTimeline
  readonly onSignedOut: () => void
  /** The line is back after a loss: facts read before it may be old. */
  readonly onBack: () => void
}

export class Live {
  readonly #parts: LiveParts
  readonly #state: Store<StreamState> = createStore<StreamState>({ phase: 'ended' })
  #stream: LiveStream | null = null
  #wasLive = false

  constructor(parts: LiveParts) {
    this.#parts = parts
  }

  get state(): Observable<StreamState> {
    return this.#state
  }

  open(): void {
    if (this.#stream !== null) return
    this.#wasLive = false
    this.#stream = openStream({
      fetch: this.#parts.fetch,
      path: PATH,
      onEvent: (event) => this.#take(event),
      onState: (state) => this.#moved(state),
      onSignedOut: () => this.#parts.onSignedOut(),
    })
  }

  retryNow(): void {
    this.#stream?.retryNow()
  }

  close(): void {
    this.#stream?.close()
    this.#stream = null
  }

  #moved(state: StreamState): void {
    this.#state.set(state)
    if (state.phase !== 'live') return
    // What came between the first page and the opening of the line is fetched too, so nothing falls in between.
    void this.#parts.timeline.catchUp()
    if (this.#wasLive) this.#parts.onBack()
    this.#wasLive = true
  }

  #take({ event, data }: ServerEvent): void {
    const { posts, timeline } = this.#parts
    if (event === 'delete') return timeline.remove(data)
    if (event !== 'update' && event !== 'status.update') return undefined
    const status = parseStatus(data)
    if (status === null) return undefined
    return event === 'update' ? timeline.arrive(status) : posts.put([status])
  }
}

function parseStatus(data: string): Status | null {
  try {
    const status = JSON.parse(data) as Status
    return typeof status === 'object' && typeof status?.id === 'string' ? status : null
  } catch {
    return null // cut short; the next catching up brings it
  }
}
