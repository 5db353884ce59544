/** How long each step of a start took, and each part until it was ready: one sentence for the journal. */
import type { StartStep } from './appliance-status.ts'

export class StartTimes {
  readonly #now: () => number
  readonly #beganAt: number
  readonly #steps: { readonly step: StartStep; readonly at: number }[] = []
  readonly #parts: { readonly name: string; readonly at: number }[] = []

  /** @param now  monotonic milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#beganAt = now()
  }

  comesTo(step: StartStep): void {
    this.#steps.push({ step, at: this.#now() })
  }

  /** A part is ready; counted from the beginning of the step that starts it. */
  isReady(name: string): void {
    this.#parts.push({ name, at: this.#now() })
  }

  /** As `1.24 s: check 0.02, database 0.31, schema 0.20, parts 0.71 (server-0 0.55, worker-0 0.70)`. */
  told(): string {
    const endedAt = this.#now()
    const told = this.#steps.map(({ step, at }, index) => {
      const took = `${step} ${seconds((this.#steps[index + 1]?.at ?? endedAt) - at)}`
      if (step !== 'parts' || this.#parts.length === 0) return took
      return `${took} (${this.#parts.map((part) => `${part.name} ${seconds(part.at - at)}`).join(', ')})`
    })
    return `${seconds(endedAt - this.#beganAt)} s: ${told.join(', ')}`
  }
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(2)
