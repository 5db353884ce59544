/**
 * Keeps the time of one exchange: one total limit over all hops, and within it the phases pool, connect, write and
 * read, of which only one runs at a time. Own timers, because those of the HTTP library fire up to half a second
 * late and know no write phase.
 */
import type { HomebirdError } from '../core/errors.ts'
import type { RemoteTimeout } from '../core/setting-types.ts'
import { fetchFailed, fetchTimeout } from './fetch-errors.ts'
import type { FetchPhase } from './fetch-types.ts'

type TimedPhase = Exclude<FetchPhase, 'total' | 'rate'>

export interface DeadlineOptions {
  /** For the error's text and details. */
  readonly url: string
  readonly phases: RemoteTimeout
  readonly totalMs: number
  readonly signal?: AbortSignal | undefined
}

export class Deadline {
  readonly url: string
  readonly #phases: RemoteTimeout
  readonly #totalMs: number
  readonly #total: NodeJS.Timeout
  readonly #signal: AbortSignal | undefined
  #phase: TimedPhase | null = null
  #phaseTimer: NodeJS.Timeout | null = null
  #stop: ((error: HomebirdError) => void) | null = null
  #error: HomebirdError | null = null

  constructor(options: DeadlineOptions) {
    this.url = options.url
    this.#phases = options.phases
    this.#totalMs = options.totalMs
    this.#signal = options.signal
    this.#total = setTimeout(
      () => this.#expire(fetchTimeout(this.url, 'total', this.#totalMs)),
      this.#totalMs,
    )
    if (this.#signal?.aborted === true) this.#onAbort()
    else this.#signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Starts a phase; the one before ends. `null`: only the total limit counts, as while a signature is made. */
  enter(phase: TimedPhase | null): void {
    if (this.#phaseTimer !== null) clearTimeout(this.#phaseTimer)
    this.#phase = phase
    this.#phaseTimer =
      phase === null || this.#error !== null ? null : setTimeout(this.#onPhase, this.#phases[phase] * 1000)
  }

  /** Something moved: the running phase starts over. */
  touch(): void {
    this.#phaseTimer?.refresh()
  }

  /**
   * Says what to do when time is up; the last call counts. Where time is up already it is done at once.
   * @param stop  must not throw
   */
  onExpire(stop: ((error: HomebirdError) => void) | null): void {
    this.#stop = stop
    if (stop !== null && this.#error !== null) stop(this.#error)
  }

  /** @throws the error of the limit that ran out, if one has */
  check(): void {
    if (this.#error !== null) throw this.#error
  }

  /** The work's result, unless time is up before; the work itself then goes on unheard. */
  async race<T>(work: Promise<T>): Promise<T> {
    try {
      return await new Promise<T>((resolve, reject) => {
        work.then(resolve, reject)
        this.onExpire(reject)
      })
    } finally {
      this.onExpire(null)
    }
  }

  /** Ends the exchange for another reason than time, such as the closing of the program. */
  fail(error: HomebirdError): void {
    this.#expire(error)
  }

  /** The exchange is over; nothing fires any more. */
  end(): void {
    this.enter(null)
    clearTimeout(this.#total)
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#stop = null
  }

  readonly #onPhase = (): void => {
    if (this.#phase === null) return
    this.#expire(fetchTimeout(this.url, this.#phase, this.#phases[this.#phase] * 1000))
  }

  readonly #onAbort = (): void => {
    this.#expire(fetchFailed(this.url, 'aborted', 'the caller gave it up', { cause: this.#signal?.reason }))
  }

  #expire(error: HomebirdError): void {
    if (this.#error !== null) return
    this.#error = error
    this.enter(null)
    this.#stop?.(error)
  }
}
