/**
 * What goes on by itself so that the owner's pages have something to tell: statistics by the minute; the doctor by the day,
 * and soon after the way in from outside has come up, has changed or is in doubt.
 */
import type { DoctorReport } from '../../contracts/doctor.ts'
import { Sampler } from '../../domain/statistics/sampler.ts'
import type { HttpContext } from '../http-context.ts'
import { doctorOf } from './open-doctor.ts'

export interface CareTimes {
  /** After a start everything comes up first. */
  readonly firstMs: number
  readonly everyMs: number
  /** What changes often settles. */
  readonly soonMs: number
  /** A way in that comes and goes is not looked at each time. */
  readonly mostOftenMs: number
  /** What is broken for others may have been an accident, or is being mended; twice as long after each further look. */
  readonly againMs: number
}

const TIMES: CareTimes = {
  firstMs: 20_000,
  everyMs: 86_400_000,
  soonMs: 3_000,
  mostOftenMs: 120_000,
  againMs: 600_000,
}

export interface Care {
  /** The doctor looks soon. */
  look(): void
  stop(): Promise<void>
}

export function startCare(context: HttpContext, times = TIMES): Care {
  const { supervision } = context
  if (supervision === null) return { look: () => undefined, stop: async () => undefined }
  const sampler = new Sampler({
    ...context,
    facts: async () => supervision.facts(),
    folder: supervision.dataDir,
  })
  sampler.start()
  const rounds = new Rounds(context, times)
  return {
    look: () => rounds.lookSoon(),
    async stop() {
      rounds.stop()
      await sampler.stop()
    },
  }
}

/** When the doctor looks without being asked. */
class Rounds {
  readonly #context: HttpContext
  readonly #times: CareTimes
  readonly #daily: NodeJS.Timeout
  readonly #unfollow: readonly (() => void)[]
  #next: NodeJS.Timeout | null = null
  #dueMs = Number.POSITIVE_INFINITY
  #lookedMs: number
  #names: string
  #brokenLooks = 0
  #isOver = false

  constructor(context: HttpContext, times: CareTimes) {
    this.#context = context
    this.#times = times
    // A way in that comes up with the home is looked at with all the rest.
    this.#lookedMs = context.clock.monotonicMs() + times.firstMs - times.mostOftenMs
    this.#names = namesOf(context)
    this.#lookIn(times.firstMs)
    this.#daily = setInterval(() => this.#look(), times.everyMs).unref()
    this.#unfollow = [
      context.home.onRefreshed(() => this.#followNames()),
      doctorOf(context).onRan((report) => this.#lookAgain(report)),
    ]
  }

  lookSoon(): void {
    const { soonMs, mostOftenMs } = this.#times
    const sinceMs = this.#context.clock.monotonicMs() - this.#lookedMs
    this.#lookIn(Math.max(soonMs, mostOftenMs - sinceMs))
  }

  /** The sooner of the one that is due already and this one. */
  #lookIn(ms: number): void {
    const dueMs = this.#context.clock.monotonicMs() + ms
    if (this.#isOver || (this.#next !== null && this.#dueMs <= dueMs)) return
    if (this.#next !== null) clearTimeout(this.#next)
    this.#dueMs = dueMs
    this.#next = setTimeout(() => this.#look(), ms).unref()
  }

  #lookAgain({ findings }: DoctorReport): void {
    const isBroken = findings.some(({ codes }) => codes.some(({ weight }) => weight === 'breaks'))
    if (!isBroken) this.#brokenLooks = 0
    else this.#lookIn(Math.min(this.#times.againMs * 2 ** this.#brokenLooks++, this.#times.everyMs))
  }

  /** A look that is under way holds up no stop: what it finds now is found again after the next start. */
  stop(): void {
    this.#isOver = true
    for (const unfollow of this.#unfollow) unfollow()
    clearInterval(this.#daily)
    if (this.#next !== null) clearTimeout(this.#next)
  }

  #look(): void {
    this.#next = null
    this.#lookedMs = this.#context.clock.monotonicMs()
    const doctor = doctorOf(this.#context)
    doctor
      .hasEnded()
      .then(async () => doctor.run('automatic'))
      .catch((error: unknown) => {
        if (!this.#isOver) this.#context.log.warn({ event: 'doctor.failed', error })
      })
  }

  /** Another name is another way in. */
  #followNames(): void {
    const names = namesOf(this.#context)
    if (names === this.#names) return
    this.#names = names
    this.lookSoon()
  }
}

const namesOf = ({ home }: HttpContext): string =>
  home
    .domains()
    .map(({ domain, service_host: host }) => `${domain} ${host}`)
    .join('\n')
