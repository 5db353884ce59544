/**
 * Reads somebody's outbox from the newest post to older ones, within the budget of one trigger (rule 32), and stores what
 * it finds. Nobody is told of it but who is named in what was missed during an absence.
 */
import type { Clock } from '../core/clock.ts'
import type { Database } from '../db/pool.ts'
import type { Actor } from '../domain/actors/actor.ts'
import { findAskableActor } from '../domain/actors/askable-actors.ts'
import { type OutboxSweep, noteSweptToEnd } from '../domain/outboxes/outbox-sweeps.ts'
import type { Home } from '../domain/owner/home.ts'
import type { Dereferencer } from './dereference.ts'
import { FetchBudget } from './fetch-budget.ts'
import type { PageReading, RemoteCollections } from './remote-collections.ts'
import { SweptPages } from './swept-page.ts'

export interface SweepParts {
  readonly db: Database
  readonly clock: Clock
  readonly home: Home
  readonly dereferencer: Dereferencer
  readonly collections: RemoteCollections
  /** Posts that whoever looks or follows gets at once; 0 asks for none. */
  readonly wanted: number
}

export type SweepEnd =
  /** `rested`: there is more for another time. */
  | { readonly kind: 'rested' | 'exhausted'; readonly note?: string }
  | { readonly kind: 'again'; readonly reason: string }

const MOST_PAGES = 10
/** Posts that are looked for after an absence. */
const MOST_MISSED = 200

export class OutboxSweeper {
  readonly #parts: SweepParts
  readonly #pages: SweptPages

  constructor(parts: SweepParts) {
    this.#parts = parts
    this.#pages = new SweptPages(parts)
  }

  /** Goes on where the last run ended. Safe to run twice: what is known stays as it is. */
  async sweep(sweep: OutboxSweep): Promise<SweepEnd> {
    const actor = await this.#findActor(sweep.actor_id)
    if (typeof actor === 'string') return { kind: 'exhausted', note: actor }
    if (actor.outbox_uri === null) return { kind: 'exhausted', note: 'it has no outbox' }
    const end = await this.#readPages(sweep, actor, actor.outbox_uri)
    if (end.kind !== 'again') await noteSweptToEnd(this.#parts.db, sweep)
    return end
  }

  async #readPages(sweep: OutboxSweep, actor: Actor, outboxUri: string): Promise<SweepEnd> {
    const { clock, collections } = this.#parts
    const budget = new FetchBudget(clock, { ancestors: 0 })
    const wanted = sweep.purpose === 'catch_up' ? MOST_MISSED : this.#parts.wanted
    if (wanted === 0) return { kind: 'rested' }
    const reader = await this.#pages.of(sweep, actor, budget)
    let next = sweep.next_page_uri
    let found = 0
    for (let page = 0; page < MOST_PAGES && found < wanted; page += 1) {
      const reading: PageReading =
        next === null
          ? await collections.open(outboxUri, actor.uri, budget)
          : await collections.page(next, actor.uri, budget)
      if (reading.outcome === 'spent') return budget.isSpent ? { kind: 'rested' } : LOOPS
      if (reading.outcome === 'unavailable') return { kind: 'again', reason: reading.reason }
      if (reading.outcome !== 'found') return { kind: 'exhausted', note: reasonOf(reading) }
      const taken = await reader.take(reading.page, next)
      if (taken === null || taken.isCutOff) return { kind: 'rested' }
      found += taken.found
      next = reading.page.nextUri
      if (taken.isPastEnd || next === null) return { kind: 'exhausted' }
    }
    // A server that makes up empty pages for ever is not asked for more of them.
    return found === 0 ? { kind: 'exhausted', note: 'there is nothing on its pages' } : { kind: 'rested' }
  }

  /** Somebody who is known by name only is read first. */
  async #findActor(id: string): Promise<Actor | string> {
    const { db, home, dereferencer } = this.#parts
    const actor = await findAskableActor(db, home, id)
    if (actor === undefined) return 'nobody asks there'
    if (actor.fetched_at !== null) return actor
    return (await dereferencer.actorByUri(actor.uri)) ?? 'its document cannot be read'
  }
}

const LOOPS: SweepEnd = { kind: 'exhausted', note: 'its pages lead in a circle' }

function reasonOf(failure: Exclude<PageReading, { outcome: 'found' | 'spent' }>): string {
  return failure.outcome === 'gone' ? 'its outbox is gone' : failure.reason
}
