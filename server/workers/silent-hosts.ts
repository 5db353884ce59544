/** Which servers did not answer a moment ago: what else is to be asked of them waits, and counts as asked. */
import { boundedMap } from '../core/bounded-map.ts'
import type { Clock } from '../core/clock.ts'

const MOST_HOSTS = 10_000
/** Shorter than any wait between two attempts. */
const SILENT_MS = 120_000
/** Who has answered this lately is not silent because one address of it is. */
const ANSWERED_MS = 3_600_000

interface Heard<Failure> {
  readonly answeredAtMs: number
  readonly failure: Failure | null
  readonly silentUntilMs: number
}

export class SilentHosts<Failure> {
  readonly #clock: Clock
  readonly #hosts = boundedMap<string, Heard<Failure>>({ max: MOST_HOSTS })

  constructor(clock: Clock) {
    this.#clock = clock
  }

  answered(host: string): void {
    const answeredAtMs = this.#clock.monotonicMs()
    this.#hosts.set(host, { answeredAtMs, failure: null, silentUntilMs: Number.NEGATIVE_INFINITY })
  }

  failed(host: string, failure: Failure): void {
    const now = this.#clock.monotonicMs()
    const answeredAtMs = this.#hosts.get(host)?.answeredAtMs ?? Number.NEGATIVE_INFINITY
    if (now - answeredAtMs < ANSWERED_MS) return
    this.#hosts.set(host, { answeredAtMs, failure, silentUntilMs: now + SILENT_MS })
  }

  /** Why it is not asked now; null where it may be. */
  failureOf(host: string): Failure | null {
    const heard = this.#hosts.get(host)
    return heard !== undefined && heard.silentUntilMs > this.#clock.monotonicMs() ? heard.failure : null
  }
}
