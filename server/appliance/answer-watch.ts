/**
 * Asks a database that runs for a sign of life. One whose processes stand still, as after a signal or on a disk that hangs,
 * never ends by itself, and everything that asks it waits in vain: after a minute of silence it is ended by force, which the
 * next start recovers from.
 * @see security rules 99 and 108
 */
import type { DatabaseConnection } from '../contracts/child-message.ts'
import type { Clock } from '../core/clock.ts'
import { withClient } from '../db/connection.ts'

const ASK_EVERY_MS = 10_000
const ASK_LIMIT_MS = 9_000
/** Far longer than a checkpoint on a slow disk holds anything up: what is ended by force has to recover. */
const SILENCE_MS = 60_000
/** SQLSTATE: five letters and digits; what begins with an E, as EPIPE, is the system's. */
const SAID_BY_DATABASE = /^(?!E)[0-9A-Z]{5}$/

/** One life of the database. */
interface Watched {
  readonly connection: DatabaseConnection
  endByForce(): void
}

interface AnswerWatchOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Null while none runs. */
  readonly life: () => Watched | null
  readonly notice: (message: string) => void
  /** @returns whether it gave a sign of life */
  readonly ask?: (connection: DatabaseConnection) => Promise<boolean>
}

export class AnswerWatch {
  readonly #options: AnswerWatchOptions
  #timer: NodeJS.Timeout | null = null
  #life: Watched | null = null
  #lastSignMs = 0
  #lastLookMs = 0

  constructor(options: AnswerWatchOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), ASK_EVERY_MS)
    this.#timer.unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** A machine that slept wakes this look late, and the database with it: lateness of our own is no silence of its. */
  async look(): Promise<void> {
    const { clock, life: lifeOfNow, ask = answers, notice } = this.#options
    const life = lifeOfNow()
    const nowMs = clock.monotonicMs()
    if (life !== this.#life || nowMs - this.#lastLookMs > 2 * ASK_EVERY_MS) this.#lastSignMs = nowMs
    this.#life = life
    this.#lastLookMs = nowMs
    if (life === null) return
    const isAlive = await ask(life.connection)
    const hasSlept = clock.monotonicMs() - nowMs > 2 * ASK_EVERY_MS
    if (isAlive || hasSlept) {
      this.#lastSignMs = Math.max(this.#lastSignMs, hasSlept ? clock.monotonicMs() : nowMs)
      return
    }
    if (lifeOfNow() !== life || clock.monotonicMs() - this.#lastSignMs < SILENCE_MS) return
    this.#lastSignMs = clock.monotonicMs()
    notice(`the database gave no answer for ${SILENCE_MS / 1_000} s and is started again`)
    life.endByForce()
  }
}

/** Refusing is answering; only silence counts. */
async function answers(connection: DatabaseConnection): Promise<boolean> {
  const limit = Promise.withResolvers<false>()
  const timer = setTimeout(() => limit.resolve(false), ASK_LIMIT_MS)
  const asked = withClient(connection, (client) => client.query('select 1'), {
    connectTimeoutMs: ASK_LIMIT_MS,
  }).then(
    () => true,
    (error: unknown) =>
      error instanceof Error && 'code' in error && SAID_BY_DATABASE.test(String(error.code)),
  )
  try {
    return await Promise.race([asked, limit.promise])
  } finally {
    clearTimeout(timer)
  }
}
