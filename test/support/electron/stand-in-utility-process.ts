/** `utilityProcess.fork` as a real process: a child of plain Node that finds `process.parentPort` instead of Node's channel. */
import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

const PARENT_PORT = join(import.meta.dirname, 'parent-port.ts')

interface ForkOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly execArgv?: string[]
  readonly cwd?: string
  readonly stdio?: unknown
  readonly serviceName?: string
}

class StandInUtilityProcess extends EventEmitter {
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  readonly #child: ChildProcess
  #hasSpawned = false
  #hasEnded = false

  constructor(modulePath: string, args: string[], options: ForkOptions) {
    super()
    const isPiped = Array.isArray(options.stdio) ? options.stdio[1] === 'pipe' : options.stdio === 'pipe'
    this.#child = fork(modulePath, args, {
      env: options.env ?? process.env,
      execArgv: [`--import=${PARENT_PORT}`, ...(options.execArgv ?? [])],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ['ignore', isPiped ? 'pipe' : 'inherit', isPiped ? 'pipe' : 'inherit', 'ipc'],
      // Values are cloned as between two ports.
      serialization: 'advanced',
    })
    this.stdout = this.#child.stdout
    this.stderr = this.#child.stderr
    this.#child.once('spawn', () => {
      this.#hasSpawned = true
      this.emit('spawn')
    })
    this.#child.on('message', (message) => this.emit('message', message))
    // What was given up writing to, or could not be started, is told by its end.
    this.#child.on('error', () => {
      if (this.#child.pid === undefined) this.#end(1)
    })
    this.#child.once('exit', (code, signal) =>
      this.#end(code ?? (signal === null ? 1 : constants.signals[signal])),
    )
  }

  get pid(): number | undefined {
    return this.#hasSpawned && !this.#hasEnded ? this.#child.pid : undefined
  }

  postMessage(message: unknown): void {
    if (this.#child.connected) this.#child.send(message as object, undefined, undefined, () => undefined)
  }

  kill(): boolean {
    return this.pid !== undefined && this.#child.kill('SIGTERM')
  }

  #end(code: number): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.emit('exit', code)
  }
}

export function utilityProcesses(isReady: () => boolean) {
  return {
    fork(modulePath: string, args: string[] = [], options: ForkOptions = {}): StandInUtilityProcess {
      if (!isReady()) throw new Error('utilityProcess cannot be created before app is ready')
      return new StandInUtilityProcess(modulePath, args, options)
    },
  }
}
