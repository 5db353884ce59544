/**
 * Makes a runner obey the owner: while work is paused nothing is claimed that would ask another server, and on battery or
 * a metered line fewer calls run at once. What needs nobody else goes on: received activities take effect, and where one
 * of them needs another server it is put off, as is the reading of profiles. While the disk has no room nothing is claimed
 * at all: every call would write. While the line of this machine is down it leaves deliveries to others, but for those that it finds due as it falls.
 */
import { type Conditions, USUAL_CONDITIONS } from '../contracts/child-message.ts'
import type { Clock } from '../core/clock.ts'
import { describeError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import { fanOutGraph } from '../domain/fan-outs/fan-out-graph.ts'
import type { Home } from '../domain/owner/home.ts'
import { activePause, takeEndedPause } from '../domain/owner/switches.ts'
import { partOf, shareNow } from '../domain/owner/work-share.ts'
import { forgiveTime, isOutgoing } from '../stator/forgive-time.ts'
import type { Graph } from '../stator/graph.ts'
import type { Runner, RunnerLimits } from '../stator/runner-types.ts'

const MOST_TIMER_MS = 2 ** 31 - 1

export interface SwitchedRunner {
  readonly runner: Pick<Runner, 'pause' | 'resume' | 'setLimits'>
  readonly graphs: readonly { readonly graph: Graph }[]
  readonly limits: RunnerLimits
}

interface ObeyParts {
  readonly db: Database
  readonly home: Pick<Home, 'switches' | 'onRefreshed'>
  readonly clock: Clock
  readonly log: Logger
}

export interface ObeyedSwitches {
  /** The share that the owner has chosen is of what the machine allows: half on battery, half of it again on a metered line. */
  setConditions(conditions: Conditions): void
  /** Deliveries are not taken up for so many milliseconds; 0 ends it. */
  restDeliveries(ms: number): void
  /** What part of the usual number of calls runs at once now. */
  share(): number
  readonly end: () => void
}

/** Obeys at once, and whenever the switches or the conditions change or a pause runs out. */
export function obeySwitches(
  parts: ObeyParts,
  switched: SwitchedRunner,
  conditions = USUAL_CONDITIONS,
): ObeyedSwitches {
  const obedience = new Obedience(parts, switched, conditions)
  const leave = parts.home.onRefreshed(() => obedience.apply())
  obedience.apply()
  return {
    setConditions: (now) => obedience.setConditions(now),
    restDeliveries: (ms) => obedience.restDeliveries(ms),
    share: () => obedience.share,
    end() {
      leave()
      obedience.close()
    },
  }
}

class Obedience {
  readonly #parts: ObeyParts
  readonly #switched: SwitchedRunner
  readonly #outgoing: readonly Graph[]
  #isPaused = false
  readonly #resting = new Set<string>()
  #share = 1
  #timer: NodeJS.Timeout | undefined
  #isLineDown = false
  #lineTimer: NodeJS.Timeout | undefined

  #conditions: Conditions

  constructor(parts: ObeyParts, switched: SwitchedRunner, conditions: Conditions) {
    this.#conditions = conditions
    this.#parts = parts
    this.#switched = switched
    this.#outgoing = switched.graphs.map(({ graph }) => graph).filter(isOutgoing)
  }

  get share(): number {
    return this.#share
  }

  setConditions(conditions: Conditions): void {
    this.#conditions = conditions
    this.#parts.log.info({ event: 'stator.conditions', ...conditions })
    this.apply()
  }

  apply(): void {
    const { home, clock } = this.#parts
    const switches = home.switches()
    const pause = activePause(switches, clock.now())
    clearTimeout(this.#timer)
    if (pause !== null && pause.until !== null) this.#lookAgainAt(pause.until)
    this.#setPaused(pause !== null)
    this.#rest()
    this.#setShare(shareNow(switches, this.#conditions))
    if (switches.pause !== null && pause === null) this.#end()
  }

  restDeliveries(ms: number): void {
    clearTimeout(this.#lineTimer)
    this.#isLineDown = ms > 0
    if (ms > 0) this.#lineTimer = setTimeout(() => this.restDeliveries(0), ms).unref()
    this.#rest()
  }

  close(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#lineTimer)
  }

  #lookAgainAt(until: Date): void {
    const waitMs = Math.max(0, until.getTime() - this.#parts.clock.now().getTime())
    this.#timer = setTimeout(() => this.apply(), Math.min(waitMs + 1, MOST_TIMER_MS)).unref()
  }

  #setPaused(isPaused: boolean): void {
    if (this.#isPaused === isPaused) return
    this.#isPaused = isPaused
    this.#parts.log.info({ event: isPaused ? 'stator.paused' : 'stator.resumed' })
  }

  /** Each graph goes or rests by all the reasons that there are. */
  #rest(): void {
    const { graphs, runner } = this.#switched
    for (const { graph } of graphs) {
      const { table } = graph
      const shallRest =
        !this.#conditions.hasRoom ||
        (this.#isPaused && this.#outgoing.includes(graph)) ||
        (this.#isLineDown && table === fanOutGraph.table)
      if (shallRest === this.#resting.has(table)) continue
      if (shallRest) {
        this.#resting.add(table)
        runner.pause(table)
      } else {
        this.#resting.delete(table)
        runner.resume(table)
      }
    }
  }

  #setShare(share: number): void {
    if (this.#share === share) return
    this.#share = share
    const { concurrency, concurrencyPerModel, concurrencyPerHost } = this.#switched.limits
    const part = (limit: number): number => partOf(limit, share)
    this.#switched.runner.setLimits({
      concurrency: part(concurrency),
      concurrencyPerModel: part(concurrencyPerModel),
      concurrencyPerHost: part(concurrencyPerHost),
    })
  }

  /** One of the workers takes the ended pause away, and gives what waited its time back. */
  #end(): void {
    const { db, clock, log } = this.#parts
    inTransaction(db, async (tx) => {
      const ended = await takeEndedPause(tx, clock.now())
      if (ended === null) return
      for (const graph of this.#outgoing) await forgiveTime(tx, graph, ended.since)
    }).catch((error: unknown) =>
      // The next change of a switch or the next start tries again; meanwhile work goes on.
      log.warn({ event: 'stator.pause_not_ended', error: describeError(error) }),
    )
  }
}
