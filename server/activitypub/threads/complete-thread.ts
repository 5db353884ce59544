/**
 * Completes threads, an attempt at a time: first what comes before, up to the first post, then what answers it, level by
 * level. What an attempt leaves over stands in rows, so that another one, in this process or the next, goes on from there.
 */
import { HostBudget } from '../host-budget.ts'
import { ThreadAttempt } from './thread-attempt.ts'
import type { AttemptEnd, ThreadParts } from './thread-parts.ts'

/** No server is asked for more than this by all threads of this process together. */
const PER_HOST = { most: 120, windowMs: 60_000 }

export class ThreadCompleter {
  readonly #parts: ThreadParts
  readonly #hosts: HostBudget

  constructor(parts: ThreadParts) {
    this.#parts = parts
    this.#hosts = new HostBudget(parts.clock, PER_HOST)
  }

  /** One attempt, within one fetch budget. A second one for the same row reads nothing twice. */
  async attempt(threadId: string, signal: AbortSignal): Promise<AttemptEnd> {
    const attempt = new ThreadAttempt(this.#parts, this.#hosts, threadId)
    const end = await attempt.run(signal)
    this.#parts.log.debug({ event: 'thread.attempt_ended', threadId, ...end })
    return end
  }
}
