/** Keeps one part of the home running: starts it, starts it again by the restart policy, stops it, tells its state. */
import type { Clock } from '../core/clock.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import type { PartState, PartStatus } from './part-status.ts'
import { CpuMeter, childrenOf } from './process-memory.ts'
import { RestartHistory } from './restart-policy.ts'

/** One life of a part, from its launch to its end. */
export interface Life {
  readonly pid: number | null
  /** Rejects when it fails or ends before. */
  readonly ready: Promise<unknown>
  /** Settles when it is gone; the verdict is an exit code of `contracts/exit-code`, or null when it says nothing. */
  readonly ended: Promise<{ readonly verdict: number | null; readonly how: string }>
  isSlow(): boolean
  memoryBytes(): number | null
  stop(): Promise<unknown>
}

interface PartObserver {
  changed(): void
  notice(level: 'info' | 'warn' | 'error', message: string): void
  /** How long it waits for its next start while something outside keeps it from running; null by the policy. */
  patienceMs?(): number | null
  /** The part ended in a way that no restart can mend. */
  gaveUp(error: HomebirdError): void
}

export class KeptPart<L extends Life> {
  readonly name: string
  readonly #open: () => Promise<L>
  readonly #observer: PartObserver
  readonly #clock: Clock
  #history = new RestartHistory()
  readonly #cpu = new CpuMeter()
  #life: L | null = null
  #opening: Promise<L> | null = null
  #state: PartState = 'Stopped'
  #note: string | null = null
  #readyAtMs: number | null = null
  #restarts = 0
  #isStopping = false
  #timer: NodeJS.Timeout | null = null
  #restarting: Promise<unknown> = Promise.resolve()
  #waiters: (() => void)[] = []

  /** @param open  launches a new life; it may wait for what it needs */
  constructor(name: string, open: () => Promise<L>, observer: PartObserver, clock: Clock) {
    this.name = name
    this.#open = open
    this.#observer = observer
    this.#clock = clock
  }

  /** The life that runs now, or null while there is none. */
  get life(): L | null {
    return this.#state === 'Running' ? this.#life : null
  }

  /** The first start: a failure is the caller's, later ones are the policy's. @throws what the life failed with */
  async start(): Promise<L> {
    this.#set('Starting', null)
    try {
      return await this.#live()
    } catch (error) {
      this.#set('Stopped', describeError(error))
      throw error
    }
  }

  /** As `start`, for a part that the home does without: a first failure is the policy's too. */
  startAnyway(): void {
    this.#set('Starting', null)
    this.#restarting = this.#liveOrRetry()
  }

  /** Resolves as soon as it runs; also when it is being stopped, so that nobody waits for ever. */
  async whenRunning(): Promise<void> {
    while (this.life === null && !this.#isStopping) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve))
    }
  }

  /**
   * By the owner's hand: ends the life that runs, or the wait for the next, and starts at once. The policy forgets what was.
   * A start that is under way is let be.
   * @throws HomebirdError NOT_RUNNING while it is being stopped
   */
  async restart(): Promise<void> {
    if (this.#isStopping) throw new HomebirdError('NOT_RUNNING', `${this.name} is being stopped`)
    if (this.#timer !== null) {
      clearTimeout(this.#timer)
      this.#timer = null
    } else if (this.#state === 'Starting') return
    this.#history = new RestartHistory()
    const life = this.#life
    this.#life = null
    this.#set('Starting', null)
    this.#restarting = this.#restarting.then(() => life?.stop()).then(() => this.#restart())
    await this.#restarting
  }

  /** What kept it from running is over: a start that waits for its time is made now. */
  hurry(): void {
    if (this.#timer === null || this.#isStopping) return
    clearTimeout(this.#timer)
    this.#timer = null
    this.#history = new RestartHistory()
    this.#restarting = this.#restart()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#wakeWaiters()
    if (this.#timer !== null) clearTimeout(this.#timer)
    // A life that is being opened is not known yet; it is stopped as soon as it is. Its failure is told to its starter.
    await this.#opening?.catch(() => undefined)
    await Promise.all([this.#life?.stop(), this.#restarting])
    this.#set('Stopped', null)
  }

  status(): PartStatus {
    const isRunning = this.#state === 'Running'
    const nowMs = this.#clock.monotonicMs()
    const pid = this.#life?.pid ?? null
    return {
      name: this.name,
      state: isRunning && this.#life?.isSlow() === true ? 'Slow' : this.#state,
      pid,
      uptimeSeconds:
        isRunning && this.#readyAtMs !== null ? Math.floor((nowMs - this.#readyAtMs) / 1_000) : null,
      restarts: this.#restarts,
      memoryBytes: this.#life?.memoryBytes() ?? null,
      cpuShare: pid === null ? null : this.#cpu.share(pid, nowMs),
      helpers: pid === null ? null : (childrenOf(pid)?.length ?? null),
      note: this.#note,
    }
  }

  async #live(): Promise<L> {
    this.#opening = this.#open()
    const life = await this.#opening
    this.#life = life
    if (this.#isStopping) {
      await life.stop()
      throw new HomebirdError('NOT_RUNNING', `${this.name} was stopped while it started`)
    }
    await life.ready
    this.#readyAtMs = this.#clock.monotonicMs()
    this.#set('Running', null)
    this.#wakeWaiters()
    void life.ended.then((end) => {
      if (!this.#isStopping && this.#life === life) this.#after(end.verdict, end.how)
    })
    return life
  }

  #after(verdict: number | null, how: string): void {
    this.#life = null
    const decision = this.#history.ended(verdict, this.#clock.monotonicMs())
    if (decision.kind === 'final') {
      this.#set('Stopped', how)
      this.#observer.notice('error', `${this.name} ${how}; starting it again would fail the same way`)
      this.#observer.gaveUp(
        new HomebirdError('CHILD_FAILED', `${this.name} ${how}`, { details: { exitCode: verdict } }),
      )
      return
    }
    const patienceMs = this.#observer.patienceMs?.() ?? null
    const afterMs = patienceMs ?? decision.afterMs
    const wait = afterMs >= 1_000 ? `${Math.round(afterMs / 1_000)} s` : `${afterMs} ms`
    const isDegraded = decision.isDegraded && patienceMs === null
    const degraded = isDegraded ? '; it is degraded and tried once a minute' : ''
    this.#set('Retrying', `${how}; next start in ${wait}`)
    this.#observer.notice(
      isDegraded ? 'error' : 'warn',
      `${this.name} ${how}, next start in ${wait}${degraded}`,
    )
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#restarting = this.#restart()
    }, afterMs)
  }

  async #restart(): Promise<void> {
    if (this.#isStopping) return
    this.#restarts += 1
    this.#set('Starting', null)
    const isRunning = await this.#liveOrRetry()
    if (isRunning && !this.#isStopping) this.#observer.notice('info', `${this.name} runs again`)
  }

  /** @returns whether it runs; else the next attempt is planned */
  async #liveOrRetry(): Promise<boolean> {
    try {
      await this.#live()
      return true
    } catch (error) {
      if (this.#isStopping) return false
      const end = await this.#life?.ended
      this.#after(end?.verdict ?? null, `did not start: ${describeError(error)}`)
      return false
    }
  }

  #set(state: PartState, note: string | null): void {
    this.#state = state
    this.#note = note
    if (state !== 'Running') this.#readyAtMs = null
    this.#observer.changed()
  }

  #wakeWaiters(): void {
    for (const wake of this.#waiters.splice(0)) wake()
  }
}
