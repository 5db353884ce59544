/**
 * Group commit without a timer: what arrives while nothing is being written is written at once; what arrives meanwhile is
 * the next statement. Under load one commit carries many messages, alone each waits for nobody.
 */
import { HomebirdError } from '../../core/errors.ts'
import { sqlState } from '../../db/transaction.ts'
import type { ReceivedMessage } from './receive-messages.ts'

export interface GroupCommitLimits {
  /** Most rows of one statement. */
  readonly rows: number
  /** Most bytes of bodies in one statement. */
  readonly bytes: number
  /** Most bytes of bodies that wait; more is refused with UNAVAILABLE. */
  readonly waitingBytes: number
}

const LIMITS: GroupCommitLimits = { rows: 100, bytes: 8 * 1_048_576, waitingBytes: 64 * 1_048_576 }
const RETRY_AFTER_SECONDS = 30

interface Waiting {
  readonly message: ReceivedMessage
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class GroupCommit {
  readonly #write: (messages: readonly ReceivedMessage[]) => Promise<void>
  readonly #limits: GroupCommitLimits
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #isWriting = false

  /** @param write  stores all or nothing */
  constructor(
    write: (messages: readonly ReceivedMessage[]) => Promise<void>,
    limits: GroupCommitLimits = LIMITS,
  ) {
    this.#write = write
    this.#limits = limits
  }

  /**
   * Resolves once the message is committed.
   * @throws HomebirdError UNAVAILABLE when too much waits already; what the database throws
   */
  async add(message: ReceivedMessage): Promise<void> {
    if (this.#waitingBytes + message.body.length > this.#limits.waitingBytes) {
      throw new HomebirdError('UNAVAILABLE', `${this.#waiting.length} activities wait to be stored`, {
        details: { retryAfterSeconds: RETRY_AFTER_SECONDS },
      })
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.push({ message, resolve, reject })
    this.#waitingBytes += message.body.length
    if (!this.#isWriting) void this.#drain()
    return promise
  }

  async #drain(): Promise<void> {
    this.#isWriting = true
    try {
      while (this.#waiting.length > 0) await this.#commit(this.#take())
    } finally {
      this.#isWriting = false
    }
  }

  #take(): Waiting[] {
    const { rows, bytes } = this.#limits
    let count = 0
    for (let size = 0; count < Math.min(rows, this.#waiting.length); count += 1) {
      size += this.#waiting[count]?.message.body.length ?? 0
      if (size > bytes && count > 0) break
    }
    const group = this.#waiting.splice(0, count)
    for (const { message } of group) this.#waitingBytes -= message.body.length
    return group
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#write(group.map(({ message }) => message))
      for (const { resolve } of group) resolve()
    } catch (error) {
      // One message that the database will not take must not harm those that came with it.
      if (group.length > 1 && isAboutData(error)) for (const one of group) await this.#commit([one])
      else for (const { reject } of group) reject(error)
    }
  }
}

/** SQLSTATE classes of what is wrong with a value, and not with the database. */
function isAboutData(error: unknown): boolean {
  return /^(?:22|23|54)/.test(sqlState(error) ?? '')
}
