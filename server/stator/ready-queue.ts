/**
 * Claimed work of one graph that waits for a free handler: in order, the owner's first, with the calls of hosts that
 * are at their bound set aside so that they hold up nobody.
 */
import type { Task } from './claim.ts'

export type Priority = 0 | 1

/** One call of a handler, past or to come: a row, or the rows of a batch. */
export interface Unit {
  /** Those of them that are lost before it runs are taken out. */
  tasks: readonly Task[]
  /** How many they were at first. */
  readonly rows: number
  readonly state: string
  readonly priority: Priority
  /** Grows with every unit of a runner. */
  readonly order: number
  /** Set where the bound per host decides when it may run. */
  readonly host: string | null
  readonly isSuspect: boolean
  readonly controller: AbortController
  /** Monotonic milliseconds; null until it runs. */
  startedAtMs: number | null
  /** Its outcome was decided; a later one is ignored. */
  isSettled: boolean
}

export class ReadyQueue {
  readonly #lines: readonly [Unit[], Unit[]] = [[], []]
  readonly #parked = new Map<string, Unit[]>()
  #rows = 0

  /** Rows that may run now, as far as their hosts go. */
  get rows(): number {
    return this.#rows
  }

  add(unit: Unit): void {
    this.#lines[unit.priority].push(unit)
    this.#rows += unit.rows
  }

  /** The next unit of this priority whose host is not at its bound; the others are set aside until `unpark`. */
  peek(priority: Priority, isHostFull: (host: string) => boolean): Unit | undefined {
    const line = this.#lines[priority]
    for (;;) {
      const unit = line[0]
      if (unit?.host === undefined || unit.host === null || !isHostFull(unit.host)) return unit
      line.shift()
      this.#rows -= unit.rows
      const parked = this.#parked.get(unit.host)
      if (parked === undefined) this.#parked.set(unit.host, [unit])
      else parked.push(unit)
    }
  }

  /** Removes the unit that `peek` has returned. */
  take(unit: Unit): void {
    if (this.#lines[unit.priority][0] !== unit) return
    this.#lines[unit.priority].shift()
    this.#rows -= unit.rows
  }

  /** A call of this host has ended: the first of those set aside comes next. */
  unpark(host: string): void {
    const parked = this.#parked.get(host)
    if (parked === undefined) return
    const first = parked.findIndex((unit) => unit.priority === 0)
    const [unit] = parked.splice(Math.max(first, 0), 1)
    if (parked.length === 0) this.#parked.delete(host)
    if (unit === undefined) return
    this.#lines[unit.priority].unshift(unit)
    this.#rows += unit.rows
  }

  /** The bound has changed: all are looked at again. */
  unparkAll(): void {
    for (const units of this.#parked.values()) for (const unit of units) this.add(unit)
    this.#parked.clear()
    for (const line of this.#lines) line.sort((a, b) => a.order - b.order)
  }

  /** Empties the queue. */
  drain(): Unit[] {
    this.unparkAll()
    this.#rows = 0
    return this.#lines.flatMap((line) => line.splice(0))
  }
}
