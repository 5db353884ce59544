/** One life of one child: launched, begun, ready, watched, stopped. Starting it again is `kept-part.ts`. */
import type {
  ChildQuestion,
  ChildReport,
  FromChild,
  StartMessage,
  SupervisorRequest,
  ToChild,
} from '../contracts/child-message.ts'
import type { ListenAddress } from '../contracts/listen-address.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { ERROR_CATALOGUE, type ErrorCode, HomebirdError, describeError } from '../core/errors.ts'
import type { Life } from './kept-part.ts'
import type { LaunchRequest, LaunchedProcess, Launcher, ProcessEnd } from './launcher.ts'
import { proportionalMemoryBytes } from './process-memory.ts'

export interface ChildLimits {
  /** Rule 108: an event loop that gave no sign of life for this long is stuck. */
  readonly silenceMs: number
  /** From the order to stop until SIGTERM; the child itself ends 4.5 s after the order. */
  readonly stopMs: number
  /** From SIGTERM until SIGKILL. */
  readonly termMs: number
  readonly askMs: number
}

export const CHILD_LIMITS: ChildLimits = { silenceMs: 30_000, stopMs: 5_000, termMs: 500, askMs: 3_000 }

export interface ChildObserver {
  line(text: string): void
  notice(level: 'info' | 'warn' | 'error', message: string): void
  /** What the child is told that asks; without it the answer is null. What it throws is a refusal with its reason. */
  answer?(request: SupervisorRequest): unknown
  reported?(report: ChildReport): void
}

/** Above this its event loop is called slow. */
const SLOW_LOOP_MS = 1_000

export interface ChildEnd extends ProcessEnd {
  readonly how: string
  /** The exit code that decides what follows: that of the process, or `stuck` when it was killed for silence. */
  readonly verdict: number | null
}

export class Child implements Life {
  /** Rejects with HomebirdError when it ends or stays silent before it is ready. */
  readonly ready: Promise<readonly ListenAddress[]>
  /** Settles when the process is gone and its output was read. */
  readonly ended: Promise<ChildEnd>
  readonly #process: LaunchedProcess
  readonly #name: string
  readonly #observer: ChildObserver
  readonly #limits: ChildLimits
  readonly #questions = new Map<number, PromiseWithResolvers<unknown>>()
  #settleReady: { resolve: (listening: readonly ListenAddress[]) => void; reject: (error: Error) => void }
  #watch: NodeJS.Timeout | null = null
  #lastSignMs = performance.now()
  #failure: HomebirdError | null = null
  #isStuck = false
  #hasEnded = false
  #nextQuestion = 1
  #loopDelayMs = 0
  #rssBytes: number | null = null

  /** Launches at once, so that the program loads while others still start; it does nothing before `begin`. */
  constructor(launcher: Launcher, request: LaunchRequest, observer: ChildObserver, limits = CHILD_LIMITS) {
    this.#limits = limits
    this.#name = request.name
    this.#observer = observer
    const settle = Promise.withResolvers<readonly ListenAddress[]>()
    this.#settleReady = settle
    this.ready = settle.promise
    this.ready.catch(() => undefined) // who awaits it learns of it; nobody has to
    this.#process = launcher.launch(request)
    this.#process.onMessage((message) => this.#receive(message))
    this.#process.onLine((text) => observer.line(text))
    this.ended = new Promise((resolve) => {
      this.#process.onEnd((end) => resolve(this.#end(end)))
    })
  }

  get pid(): number | null {
    return this.#process.pid ?? null
  }

  /** By the worst delay of its event loop in the last 5 s. */
  isSlow(): boolean {
    return this.#loopDelayMs > SLOW_LOOP_MS
  }

  memoryBytes(): number | null {
    return (this.pid === null ? null : proportionalMemoryBytes(this.pid)) ?? this.#rssBytes
  }

  /** @param readyLimitMs  how long it may take to be ready, from now */
  begin(start: StartMessage, readyLimitMs: number): Promise<readonly ListenAddress[]> {
    const timer = setTimeout(() => {
      this.#failure = this.#failed(`was not ready within ${readyLimitMs / 1_000} s`)
      this.#process.kill('SIGKILL')
    }, readyLimitMs)
    const clear = (): void => clearTimeout(timer)
    this.ready.then(clear, clear)
    this.#lastSignMs = performance.now()
    this.#watchSilence()
    this.#process.send(start)
    return this.ready
  }

  /** What nobody answers: to a tunnel, to a server, to a worker. */
  tell(
    message: Extract<ToChild, { readonly type: 'command' | 'ways_in' | 'line' | 'conditions' | 'look' }>,
  ): void {
    this.#process.send(message)
  }

  /** @throws HomebirdError CHILD_FAILED when it does not answer in time */
  async ask(question: ChildQuestion = 'status', limitMs = this.#limits.askMs): Promise<unknown> {
    if (this.#hasEnded) throw this.#failed('has ended')
    const id = this.#nextQuestion
    this.#nextQuestion += 1
    const answer = Promise.withResolvers<unknown>()
    this.#questions.set(id, answer)
    const timer = setTimeout(() => answer.reject(this.#failed('gave no answer in time')), limitMs)
    this.#process.send({ type: 'ask', id, question })
    try {
      return await answer.promise
    } finally {
      clearTimeout(timer)
      this.#questions.delete(id)
    }
  }

  /** Tells it to stop; after 5 s by signal, after another 0.5 s by force. */
  async stop(): Promise<ChildEnd> {
    this.#process.send({ type: 'stop' })
    const terminate = setTimeout(() => this.#process.kill('SIGTERM'), this.#limits.stopMs)
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), this.#limits.stopMs + this.#limits.termMs)
    try {
      return await this.ended
    } finally {
      clearTimeout(terminate)
      clearTimeout(kill)
    }
  }

  #receive(message: FromChild): void {
    this.#lastSignMs = performance.now()
    switch (message.type) {
      case 'ready':
        this.#settleReady.resolve(message.listening)
        break
      case 'failed':
        this.#failure = errorFromChild(this.#name, message.message, message.exitCode)
        break
      case 'heartbeat':
        this.#loopDelayMs = message.loopDelayMs
        this.#rssBytes = message.rssBytes
        break
      case 'answer':
        this.#questions.get(message.id)?.resolve(message.answer)
        break
      case 'notice':
        this.#observer.notice(message.level, message.message)
        break
      case 'inquiry':
        void this.#answer(message.id, message.request)
        break
      case 'report':
        this.#observer.reported?.(message.report)
        break
      case 'pong':
        break
      default:
        message satisfies never
    }
  }

  async #answer(id: number, request: SupervisorRequest): Promise<void> {
    try {
      const answer = (await this.#observer.answer?.(request)) ?? null
      this.#process.send({ type: 'told', id, answer })
    } catch (error) {
      const refusal = error instanceof HomebirdError ? error.message : describeError(error)
      this.#process.send({ type: 'told', id, answer: null, refusal })
    }
  }

  /** A machine that slept wakes this timer late, and its children with it: lateness of our own is no silence of theirs. */
  #watchSilence(): void {
    const watchMs = this.#limits.silenceMs / 6
    let lastRunMs = performance.now()
    this.#watch = setInterval(() => {
      const nowMs = performance.now()
      if (nowMs - lastRunMs > 2 * watchMs) this.#lastSignMs = nowMs
      lastRunMs = nowMs
      if (nowMs - this.#lastSignMs < this.#limits.silenceMs || this.#isStuck) return
      this.#isStuck = true
      this.#observer.notice(
        'error',
        `${this.#name} gave no sign of life for ${this.#limits.silenceMs / 1_000} s and is started again`,
      )
      this.#process.kill('SIGKILL')
    }, watchMs)
    this.#watch.unref()
  }

  #end(end: ProcessEnd): ChildEnd {
    this.#hasEnded = true
    if (this.#watch !== null) clearInterval(this.#watch)
    const how = end.signal === null ? `ended with code ${end.code}` : `was ended by ${end.signal}`
    const failure = this.#failure ?? this.#failed(`${how} before it was ready`)
    this.#settleReady.reject(failure)
    for (const question of this.#questions.values()) question.reject(failure)
    return {
      ...end,
      how: this.#isStuck ? 'was stuck' : how,
      verdict: this.#isStuck ? ExitCode.stuck : end.code,
    }
  }

  #failed(what: string): HomebirdError {
    return new HomebirdError('CHILD_FAILED', `${this.#name} ${what}; logs/homebird.log says more`)
  }
}

/** A child's failure in the words and with the code that the child gave, so that the whole start fails with it. */
function errorFromChild(name: string, message: string, exitCode: number): HomebirdError {
  const [, code = '', text = ''] = /^([A-Z_]+): (.*)$/s.exec(message) ?? []
  if (isErrorCode(code)) return new HomebirdError(code, text)
  return new HomebirdError('CHILD_FAILED', `${name} did not start (exit code ${exitCode}): ${message}`)
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code)
}
