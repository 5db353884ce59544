/**
 * A server of other people's making that runs beside a home: as a child process behind TLS, with the names of the test.
 * What it is told to do and what happened to it go over its channel; all else goes over the network.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { StrangerAnswer, StrangerCall, StrangerEvent } from './children/stranger-calls.ts'
import type { TlsFront } from './tls-front.ts'

export interface StrangerOptions {
  /** File below `children`. */
  readonly child: string
  readonly host: string
  readonly front: TlsFront
  readonly env: Readonly<Record<string, string>>
}

export class Stranger implements AsyncDisposable {
  readonly host: string
  readonly #child: ChildProcess
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>()
  #calls = 0

  private constructor(host: string, child: ChildProcess) {
    this.host = host
    this.#child = child
    child.on('message', (answer: StrangerAnswer) => {
      if ('ready' in answer) return
      const waiting = this.#answers.get(answer.call)
      this.#answers.delete(answer.call)
      if ('error' in answer) waiting?.reject(new Error(answer.error))
      else waiting?.resolve(answer.result)
    })
    child.once('exit', (code) => {
      for (const waiting of this.#answers.values())
        waiting.reject(new Error(`the stranger ended with ${code}`))
      this.#answers.clear()
    })
  }

  static async open({ child, host, front, env }: StrangerOptions): Promise<Stranger> {
    const process_ = fork(join(import.meta.dirname, 'children', child), {
      env: { PATH: process.env['PATH'] ?? '', STRANGER_ORIGIN: `https://${host}`, ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const stranger = new Stranger(host, process_)
    const ended = once(process_, 'exit').then(([code]) => {
      throw new Error(`${child} ended with ${code} before it was ready`)
    })
    ended.catch(() => undefined)
    const [ready] = (await Promise.race([once(process_, 'message'), ended])) as [{ ready: number }]
    front.leadTo(ready.ready)
    return stranger
  }

  async call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    this.#calls += 1
    const order: StrangerCall = { call: this.#calls, method, args }
    const waiting = Promise.withResolvers<unknown>()
    this.#answers.set(order.call, waiting)
    this.#child.send(order)
    return (await waiting.promise) as T
  }

  async events(kind: string): Promise<StrangerEvent[]> {
    return (await this.call<StrangerEvent[]>('events')).filter((event) => event.kind === kind)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}
