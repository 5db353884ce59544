/** What an inbox of a scripted server got, and waiting for more. */
import type { ReceivedRequest, SignatureVerdict } from './fake-peer-signatures.ts'

export interface ReceivedActivity {
  readonly activity: Record<string, unknown>
  readonly type: string
  readonly signature: SignatureVerdict
  readonly request: ReceivedRequest
}

/** Everything that one inbox got, in order of arrival. */
export class FakeInbox {
  readonly received: ReceivedActivity[] = []
  #waiting: Array<() => void> = []

  types(): string[] {
    return this.received.map(({ type }) => type)
  }

  add(one: ReceivedActivity): void {
    this.received.push(one)
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** Resolves with the first activity, past or coming, that the condition holds for. */
  async waitFor(isWanted: (one: ReceivedActivity) => boolean, limitMs = 60_000): Promise<ReceivedActivity> {
    const deadline = AbortSignal.timeout(limitMs)
    for (;;) {
      const found = this.received.find(isWanted)
      if (found !== undefined) return found
      await this.#change(deadline)
    }
  }

  async waitForType(type: string, limitMs?: number): Promise<ReceivedActivity> {
    return this.waitFor((one) => one.type === type, limitMs)
  }

  async #change(deadline: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const tooLate = (): void =>
      reject(new Error(`nothing of the kind came; what came: ${this.types().join(', ')}`))
    deadline.addEventListener('abort', tooLate, { once: true })
    this.#waiting.push(resolve)
    try {
      await promise
    } finally {
      deadline.removeEventListener('abort', tooLate)
    }
  }
}
