/** When a store over the network may be tried again. Nothing is tried before somebody asks, so a store that is away costs nothing. */
import type { Clock } from '../../core/clock.ts'

const FIRST_MS = 200
const MOST_MS = 5_000

export class BackOff {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #delayMs = FIRST_MS
  #untilMs = Number.NEGATIVE_INFINITY

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  get isOver(): boolean {
    return this.#clock.monotonicMs() >= this.#untilMs
  }

  failed(): void {
    this.#untilMs = this.#clock.monotonicMs() + this.#delayMs
    this.#delayMs = Math.min(this.#delayMs * 2, MOST_MS)
  }

  succeeded(): void {
    this.#delayMs = FIRST_MS
    this.#untilMs = Number.NEGATIVE_INFINITY
  }
}

/**
 * What it gives in time; what comes later is dropped, and its failure too. An answer that has come while this process itself
 * stood still is in time: timers run before anything that arrived is read. @throws what it throws in time, or TimedOut
 */
export async function inTime<T>(promise: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const giveUp = (): void => reject(new TimedOut(`no answer within ${limitMs} ms`))
    timer = setTimeout(() => setImmediate(() => setImmediate(giveUp)), limitMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

export class TimedOut extends Error {}

/** Why a connection failed, without anything secret. */
export function reasonOf(error: unknown): string {
  if (error instanceof TimedOut) return error.message
  if (!(error instanceof Error)) return 'unknown failure'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message.slice(0, 120)
}
