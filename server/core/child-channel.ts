/**
 * The child's end of the control channel: every process that the supervisor starts opens it first. It speaks
 * `contracts/child-message` over Node's IPC or Electron's parent port, and ends the process when it should end.
 */
import { flushCompileCache } from 'node:module'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type {
  ChildQuestion,
  ChildReport,
  Conditions,
  FromChild,
  LineChange,
  StartMessage,
  SupervisorRequest,
  ToChild,
} from '../contracts/child-message.ts'
import type { ListenAddress } from '../contracts/listen-address.ts'
import type { TunnelCommand } from '../contracts/tunnel.ts'
import type { WayIn } from '../contracts/way-in.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError, describeError } from './errors.ts'
import { giveBackMemoryLater } from './idle-memory.ts'

const HEARTBEAT_MS = 5_000
/** How long the stop callbacks may take before the process ends without them. The limit of rule 101 is 5 s. */
const STOP_LIMIT_MS = 4_500
/** Without a supervisor nobody waits: a busy machine may need as much again, and 5 s are promised. */
const LOST_LIMIT_MS = 2_500
const LOOP_RESOLUTION_MS = 100
/** A message that cannot be flushed in this time never will be: the reader is gone. */
const FLUSH_LIMIT_MS = 500
const FLUSH_CODE_AFTER_MS = 2_000
/** A supervisor that says nothing for this long is asked another time. */
const TOLD_WITHIN_MS = 3_000
/** One that makes words into a key, which is slow on purpose. */
const TOLD_OF_KEEPING_WITHIN_MS = 30_000
/** Every part of the home ends and starts again meanwhile. */
const TOLD_OF_HAND_OVER_WITHIN_MS = 200_000

type StopCallback = () => Promise<void> | void

export interface ChildChannel<Settings> {
  readonly start: StartMessage<Settings>
  /** Says that this child now does its work. `listening` holds the addresses really bound, port 0 resolved. */
  ready(listening?: readonly ListenAddress[]): void
  /** Adds a callback that closes something; they run in reverse order on `stop`, SIGTERM or loss of the channel. */
  onStop(close: StopCallback): void
  /** Sets what `ask` is answered with. Without it the answer is null; a thrown error is answered as its text. */
  onAsk(answer: (question: ChildQuestion) => unknown): void
  /** To the tunnel: what it is told to do from now on. */
  onCommand(obey: (command: TunnelCommand) => void): void
  /** To a server: what it listens on for tunnels from now on. */
  onWaysIn(change: (ways: readonly WayIn[]) => void): void
  /** To a worker: the line to the world may be another now. */
  onLine(look: (why: LineChange) => void): void
  /** To a server or a worker: the machine is on battery or a metered line now, or has no room; or no longer. */
  onConditions(obey: (conditions: Conditions) => void): void
  /** To the first server: its doctor shall look soon. */
  onLook(look: () => void): void
  /**
   * Asks the supervisor for what only it knows or does.
   * @throws HomebirdError UNAVAILABLE when it does not answer in time, UNPROCESSABLE with its reason when it refuses
   */
  inquire(request: SupervisorRequest): Promise<unknown>
  /** Tells the supervisor something that it keeps or hands on. */
  report(report: ChildReport): void
  /** A sentence for the journal of the appliance; never private text. */
  notice(level: 'info' | 'warn' | 'error', message: string): void
  /** Runs the stop callbacks and ends the process: for one-shot children, and for a child that must give up. */
  finish(exitCode?: ExitCode): Promise<never>
}

/**
 * Waits for the start message, then beats every 5 s until told to stop. Uncaught errors end the process with the
 * exit code of the error; before `ready` they are told as `failed`. Open it before anything else of the entry.
 * @throws HomebirdError USAGE when the process has no supervisor
 * @see security rules 101, 108, 109
 */
export async function openChildChannel<Settings = unknown>(): Promise<ChildChannel<Settings>> {
  const port = findPort()
  const child = new Child<Settings>(port)
  process.on('uncaughtException', (error) => void child.fail(error))
  process.on('unhandledRejection', (reason) => void child.fail(reason))
  process.on('SIGTERM', () => void child.end(ExitCode.ok))
  // A terminal sends Ctrl-C and its own closing to the whole group; only the supervisor decides the order.
  process.on('SIGINT', () => undefined)
  process.on('SIGHUP', () => undefined)
  port.onClose(() => void child.end(ExitCode.channelLost))
  port.onMessage((message) => child.receive(message))
  await child.started
  return child
}

class Child<Settings> implements ChildChannel<Settings> {
  readonly started: Promise<void>
  readonly #port: Port
  readonly #closers: StopCallback[] = []
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
  #start: StartMessage<Settings> | null = null
  #resolveStarted: () => void = () => undefined
  #answer: (question: ChildQuestion) => unknown = () => null
  #isReady = false
  #ending: Promise<never> | null = null
  #obey: (command: TunnelCommand) => void = () => undefined
  #changeWays: (ways: readonly WayIn[]) => void = () => undefined
  #lookAtLine: (why: LineChange) => void = () => undefined
  #look: () => void = () => undefined
  #obeyConditions: (conditions: Conditions) => void = () => undefined
  readonly #inquiries = new Map<number, PromiseWithResolvers<unknown>>()
  #nextInquiry = 1

  constructor(port: Port) {
    this.#port = port
    this.started = new Promise((resolve) => {
      this.#resolveStarted = resolve
    })
  }

  get start(): StartMessage<Settings> {
    if (this.#start === null) throw new HomebirdError('INTERNAL', 'the start message was read before it came')
    return this.#start
  }

  ready(listening: readonly ListenAddress[] = []): void {
    this.#isReady = true
    // Now, not at the end: a killed process writes nothing, and the next start is to be quick and small.
    setTimeout(flushCompileCache, FLUSH_CODE_AFTER_MS).unref()
    giveBackMemoryLater()
    void this.#port.send({ type: 'ready', listening })
  }

  onStop(close: StopCallback): void {
    this.#closers.push(close)
  }

  onAsk(answer: (question: ChildQuestion) => unknown): void {
    this.#answer = answer
  }

  onCommand(obey: (command: TunnelCommand) => void): void {
    this.#obey = obey
  }

  onWaysIn(change: (ways: readonly WayIn[]) => void): void {
    this.#changeWays = change
  }

  onLine(look: (why: LineChange) => void): void {
    this.#lookAtLine = look
  }

  onConditions(obey: (conditions: Conditions) => void): void {
    this.#obeyConditions = obey
  }

  onLook(look: () => void): void {
    this.#look = look
  }

  report(report: ChildReport): void {
    void this.#port.send({ type: 'report', report })
  }

  async inquire(request: SupervisorRequest): Promise<unknown> {
    const id = this.#nextInquiry
    this.#nextInquiry += 1
    const inquiry = Promise.withResolvers<unknown>()
    this.#inquiries.set(id, inquiry)
    const timer = setTimeout(
      () => inquiry.reject(new HomebirdError('UNAVAILABLE', 'the supervisor of the home does not answer')),
      toldWithinMs(request),
    )
    try {
      await this.#port.send({ type: 'inquiry', id, request })
      return await inquiry.promise
    } finally {
      clearTimeout(timer)
      this.#inquiries.delete(id)
    }
  }

  notice(level: 'info' | 'warn' | 'error', message: string): void {
    void this.#port.send({ type: 'notice', level, message })
  }

  finish(exitCode: ExitCode = ExitCode.ok): Promise<never> {
    return this.end(exitCode)
  }

  receive(message: ToChild<Settings>): void {
    switch (message.type) {
      case 'start':
        this.#begin(message)
        break
      case 'stop':
        void this.end(ExitCode.ok)
        break
      case 'ping':
        void this.#port.send({ type: 'pong', sequence: message.sequence })
        break
      case 'ask':
        void this.#reply(message.id, message.question)
        break
      case 'told':
        this.#settle(message)
        break
      case 'command':
        this.#obey(message.command)
        break
      case 'ways_in':
        this.#changeWays(message.ways)
        break
      case 'line':
        this.#lookAtLine(message.why)
        break
      case 'conditions':
        this.#obeyConditions(message.conditions)
        break
      case 'look':
        this.#look()
        break
      case 'decode': // for a decoder, which does not open this channel
      default:
        // A newer supervisor may say more; what is unknown here is not for us.
        break
    }
  }

  #settle({ id, answer, refusal }: Extract<ToChild, { readonly type: 'told' }>): void {
    const inquiry = this.#inquiries.get(id)
    if (refusal === undefined) inquiry?.resolve(answer)
    else inquiry?.reject(new HomebirdError('UNPROCESSABLE', refusal, { safe: refusal }))
  }

  #begin(message: StartMessage<Settings>): void {
    if (this.#start !== null) return
    this.#start = message
    this.#loop.enable()
    setInterval(() => this.#beat(), HEARTBEAT_MS).unref()
    this.#resolveStarted()
  }

  #beat(): void {
    const worstMs = this.#loop.max / 1e6 - LOOP_RESOLUTION_MS
    this.#loop.reset()
    const loopDelayMs = Math.max(0, Math.round(worstMs))
    void this.#port.send({ type: 'heartbeat', loopDelayMs, rssBytes: process.memoryUsage.rss() })
  }

  async #reply(id: number, question: ChildQuestion): Promise<void> {
    let answer: unknown
    try {
      answer = await this.#answer(question)
    } catch (error) {
      answer = { error: describeError(error) }
    }
    await this.#port.send({ type: 'answer', id, answer })
  }

  /** Ends after an error that nobody handled. The stop callbacks are not run: what is broken is not trusted to close. */
  async fail(error: unknown): Promise<void> {
    const exitCode = error instanceof HomebirdError ? error.exitCode : ExitCode.failure
    const message = describeError(error)
    if (!this.#isReady) await this.#port.send({ type: 'failed', exitCode, message })
    const stack = error instanceof Error ? error.stack : undefined
    const line = { level: 'fatal', event: 'process.uncaught', time: new Date().toISOString(), message, stack }
    process.stderr.write(`${JSON.stringify(line)}\n`, () => process.exit(exitCode))
  }

  end(exitCode: ExitCode): Promise<never> {
    this.#ending ??= this.#close(exitCode)
    return this.#ending
  }

  async #close(exitCode: ExitCode): Promise<never> {
    setTimeout(
      () => process.exit(exitCode),
      exitCode === ExitCode.channelLost ? LOST_LIMIT_MS : STOP_LIMIT_MS,
    )
    for (const close of this.#closers.toReversed()) {
      try {
        await close()
      } catch (error) {
        await this.#port.send({
          type: 'notice',
          level: 'warn',
          message: `closing failed: ${describeError(error)}`,
        })
      }
    }
    return process.exit(exitCode)
  }
}

function toldWithinMs({ kind }: SupervisorRequest): number {
  if (kind === 'hand_over') return TOLD_OF_HAND_OVER_WITHIN_MS
  return kind === 'keeping' ? TOLD_OF_KEEPING_WITHIN_MS : TOLD_WITHIN_MS
}

/** Either of the two channels a process can have to its parent. */
interface Port {
  /** Resolves when the message has left, or never will. */
  send(message: FromChild): Promise<void>
  onMessage(receive: (message: ToChild<never>) => void): void
  onClose(closed: () => void): void
}

/** The part of Electron's `process.parentPort` that is used; under plain Node there is none. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', receive: (event: { readonly data: unknown }) => void): void
  on(event: 'close', closed: () => void): void
}

function findPort(): Port {
  const { parentPort }: { readonly parentPort?: unknown } = process
  if (parentPort !== undefined) return electronPort(parentPort as ParentPort)
  if (process.send !== undefined && process.connected) return nodePort()
  throw new HomebirdError(
    'USAGE',
    'this program is a part of the home and is started by it; run: homebird serve',
  )
}

function nodePort(): Port {
  return {
    send: (message) =>
      new Promise((resolve) => {
        if (process.send === undefined || !process.connected) {
          resolve()
          return
        }
        const timer = setTimeout(resolve, FLUSH_LIMIT_MS)
        process.send(message, undefined, undefined, () => {
          clearTimeout(timer)
          resolve()
        })
      }),
    onMessage: (receive) => process.on('message', (message) => receive(message as ToChild<never>)),
    onClose: (closed) => process.on('disconnect', closed),
  }
}

/** How often a utility process looks whether its supervisor is still there. */
const LOOK_MS = 1_000

/**
 * Of the end of the other side Electron's documentation promises no event at the parent port, so the process is looked
 * for too, by the number that the launcher gives.
 */
function electronPort(port: ParentPort): Port {
  return {
    send: (message) => {
      port.postMessage(message)
      return Promise.resolve()
    },
    onMessage: (receive) => port.on('message', (event) => receive(event.data as ToChild<never>)),
    onClose(closed) {
      port.on('close', closed)
      const given = process.argv.find((argument) => argument.startsWith('--supervisor-pid='))
      const pid = Number(given?.split('=')[1])
      if (!Number.isSafeInteger(pid) || pid <= 0) return
      const watch = setInterval(() => {
        if (isAlive(pid)) return
        clearInterval(watch)
        closed()
      }, LOOK_MS)
      watch.unref()
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process that may not be signalled is there all the same.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
