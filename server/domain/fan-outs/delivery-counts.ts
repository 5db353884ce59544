/** How the tries of this process to deliver have ended, for who measures. */
import type { DeliveryAnswer } from './delivery-answer.ts'

/** `offline`: nothing came back, and the fault was of our own line. */
type DeliveryResult = DeliveryAnswer['kind'] | 'offline'

export class DeliveryCounts {
  // From nothing, so that the first of a kind is seen as a step.
  readonly #counts: Record<DeliveryResult, number> = {
    delivered: 0,
    gone: 0,
    missing: 0,
    refused: 0,
    busy: 0,
    held: 0,
    failing: 0,
    unreachable: 0,
    offline: 0,
  }

  add(result: DeliveryResult): void {
    this.#counts[result] += 1
  }

  read(): Readonly<Record<string, number>> {
    return this.#counts
  }
}
