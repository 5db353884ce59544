/** How long a step of long work will still take, by how fast it went on before the reader's eyes. */
import type { KeeperProgress } from '../../server/contracts/keeping.ts'

export type StepAmount = Pick<KeeperProgress, 'step' | 'done' | 'total'>

/** Before that a guess would be worth nothing. */
const KNOWN_AFTER_MS = 10_000

export class TimeLeft {
  /** Where the step stood when it was first seen. */
  #first: { readonly step: string; readonly done: number; readonly atMs: number } | null = null

  /** @returns seconds; null while nothing can be said, and in the last one */
  look({ step, done, total }: StepAmount, nowMs = Date.now()): number | null {
    // A step that goes back has begun anew, as after the home was started again.
    if (this.#first?.step !== step || done < this.#first.done) this.#first = { step, done, atMs: nowMs }
    const [passedMs, came] = [nowMs - this.#first.atMs, done - this.#first.done]
    if (total === null || passedMs < KNOWN_AFTER_MS || came <= 0 || done >= total) return null
    const left = ((passedMs / came) * (total - done)) / 1_000
    return left < 1 ? null : left
  }
}
