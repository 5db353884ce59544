/** Tells how far a job has come, often enough for a bar and seldom enough to cost nothing. */
import type { KeeperProgress, KeeperTask } from '../contracts/keeping.ts'

const EVERY_MS = 400

export class Progress {
  readonly startedAt = new Date().toISOString()
  readonly #task: KeeperTask
  readonly #tell: (progress: KeeperProgress) => void
  #step = 'start'
  #unit: KeeperProgress['unit'] = 'bytes'
  #done = 0
  #total: number | null = null
  #toldAtMs = -Infinity

  constructor(task: KeeperTask, tell: (progress: KeeperProgress) => void) {
    this.#task = task
    this.#tell = tell
  }

  /** @param total  null while it is not known */
  begin(step: string, unit: KeeperProgress['unit'], total: number | null): void {
    this.#step = step
    this.#unit = unit
    this.#done = 0
    this.#total = total
    this.#say()
  }

  add(count: number): void {
    this.#done += count
    if (performance.now() - this.#toldAtMs >= EVERY_MS) this.#say()
  }

  /** Where somebody else counts. */
  set(done: number): void {
    this.#done = 0
    this.add(done)
  }

  #say(): void {
    this.#toldAtMs = performance.now()
    const total = this.#total === null ? null : Math.max(this.#total, this.#done)
    this.#tell({
      task: this.#task,
      step: this.#step,
      done: this.#done,
      total,
      unit: this.#unit,
      startedAt: this.startedAt,
    })
  }
}
