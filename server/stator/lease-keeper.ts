/** Keeps the leases of what a worker holds, and ends calls whose lease or time is over. */
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Task } from './claim.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Lane } from './lane.ts'

/** A lease is extended when this part of it is over, and looked at twice as often. */
const EXTEND_AFTER = 1 / 3
/** A lease this far gone without an extension is as good as over. */
const STALE_AFTER = 0.8
/** A call is aborted when this part of its lease is over and it could not be extended. */
const ABORT_AFTER = 0.9

interface LeaseKeeperOptions {
  readonly db: Database
  readonly dispatcher: Dispatcher
  readonly leaseSeconds: number
  readonly handlerSeconds: number
  readonly clock: Clock
  readonly log: Logger
}

export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions
  #timer: NodeJS.Timeout | undefined
  #isBusy = false

  constructor(options: LeaseKeeperOptions) {
    this.#options = options
  }

  open(): void {
    const everyMs = (this.#options.leaseSeconds * 1000 * EXTEND_AFTER) / 2
    this.#timer ??= setInterval(() => void this.#tick(), everyMs)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #tick(): Promise<void> {
    const { dispatcher } = this.#options
    for (const lane of dispatcher.lanes) this.#endOverdue(lane)
    // A statement that hangs must not gather others behind it.
    if (this.#isBusy) return
    this.#isBusy = true
    for (const lane of dispatcher.lanes) await this.#extend(lane)
    this.#isBusy = false
  }

  #endOverdue(lane: Lane): void {
    const { dispatcher, clock, leaseSeconds, log } = this.#options
    const handlerSeconds = lane.graph.handlerSeconds ?? this.#options.handlerSeconds
    const nowMs = clock.monotonicMs()
    for (const unit of lane.running) {
      if (nowMs - (unit.startedAtMs ?? nowMs) > handlerSeconds * 1000) {
        const error = `the handler took longer than ${handlerSeconds} s`
        log.error({ event: 'stator.handler_stuck', graph: lane.graph.table, state: unit.state })
        unit.controller.abort()
        dispatcher.settle(
          lane,
          unit,
          unit.tasks.map(() => ({ kind: 'failed', error })),
        )
      } else if (unit.tasks.some((task) => nowMs - task.leasedAtMs > leaseSeconds * 1000 * ABORT_AFTER)) {
        unit.controller.abort()
      }
    }
  }

  async #extend(lane: Lane): Promise<void> {
    const { db, dispatcher, clock, leaseSeconds, log } = this.#options
    const nowMs = clock.monotonicMs()
    const agesBeyond = (part: number): Task[] =>
      [...lane.held.values()].filter((task) => nowMs - task.leasedAtMs > leaseSeconds * 1000 * part)
    const aging = agesBeyond(EXTEND_AFTER)
    if (aging.length === 0) return
    lane.isStale = agesBeyond(STALE_AFTER).length > 0
    try {
      const kept = await lane.claims.extend(db, aging, leaseSeconds)
      for (const task of aging) {
        if (kept.has(task.key)) task.leasedAtMs = nowMs
        else dispatcher.lose(lane, task)
      }
      lane.isStale = false
      dispatcher.pump()
    } catch (error) {
      log.warn({ event: 'stator.lease_not_extended', graph: lane.graph.table, rows: aging.length, error })
    }
  }
}
