/**
 * Looks up whom and what the lines of imports mean, many servers side by side and each no faster than it likes. Of a server
 * that nobody has heard of yet one line is asked first: where it is silent, the others of a batch are as silent and cost
 * nothing. What was found is written together, one transaction after the other.
 */
import type { Dereferencer } from '../activitypub/dereference.ts'
import { type Lookup, lookUpAccount, lookUpPost } from '../activitypub/look-up-import.ts'
import type { ImportKind } from '../contracts/import.ts'
import type { Clock } from '../core/clock.ts'
import { describeError } from '../core/errors.ts'
import { Gate } from '../core/gate.ts'
import { grouped } from '../core/grouped.ts'
import type { Database, Transaction } from '../db/pool.ts'
import { inTransaction, isDatabaseAway, isDiskFull } from '../db/transaction.ts'
import type { Entry } from '../domain/imports/known-targets.ts'
import { type Outcome, lockImports, settleEntries } from '../domain/imports/settle-entries.ts'
import type { Home } from '../domain/owner/home.ts'
import { type Verdict, type Work, again } from '../stator/graph.ts'
import { type Ended, type LookedUp, concludeLookUps } from './conclude-look-ups.ts'
import { HostPace } from './host-pace.ts'
import { SilentHosts } from './silent-hosts.ts'

export interface ImportParts {
  readonly db: Database
  readonly clock: Clock
  readonly home: Home
  readonly dereferencer: Dereferencer
}

/** A look-up asks a server twice; Mastodon's own limit is 300 requests in five minutes. */
const PACE = { most: 25, windowMs: 60_000 } as const
/** Of one batch: with the batches that run at once this stays well below the connections there are. */
const AT_ONCE = 8
const AT_ONCE_PER_HOST = 2
/** A batch has 300 s: what has not begun by then waits for another, so that what was found is kept. */
const BEGINS_WITHIN_MS = 200_000
/** Concluded in one transaction. */
const CONCLUDED_TOGETHER = 50

interface Turn {
  readonly gate: Gate
  readonly signal: AbortSignal
  readonly endsAtMs: number
}

export class LookUps {
  readonly #parts: ImportParts
  readonly #pace: HostPace
  readonly #silent: SilentHosts<Extract<Lookup, { outcome: 'unavailable' }>>
  readonly #conclude: (one: LookedUp) => Promise<Verdict<Ended>>

  constructor(parts: ImportParts) {
    this.#parts = parts
    this.#pace = new HostPace(parts.clock, PACE)
    this.#silent = new SilentHosts(parts.clock)
    this.#conclude = grouped(CONCLUDED_TOGETHER, async (items) => concludeTogether(parts, items))
  }

  async batch(entries: readonly Entry[], { signal }: Work): Promise<Map<string, Verdict<Ended>>> {
    const kinds = await this.#kindsOf(entries)
    const verdicts = new Map<string, Verdict<Ended>>()
    const gate = new Gate(AT_ONCE, AT_ONCE_PER_HOST)
    const turn = { gate, signal, endsAtMs: this.#parts.clock.monotonicMs() + BEGINS_WITHIN_MS }
    const one = async (entry: Entry): Promise<void> => {
      const kind = kinds.get(entry.import_id)
      // What a process that died had concluded already stands.
      const known = kind === undefined ? 'cancelled' : entry.outcome
      verdicts.set(entry.id, known ?? (await this.#one(entry, kind ?? 'following', turn)))
    }
    await Promise.all(
      [...Map.groupBy(entries, ({ host }) => host ?? '').values()].map(async ([first, ...others]) => {
        if (first !== undefined) await one(first)
        await Promise.all(others.map(one))
      }),
    )
    return verdicts
  }

  /** Of those that are worked on: an import may be ended, or go with its identity, and its entries with it. */
  async #kindsOf(entries: readonly Entry[]): Promise<Map<string, ImportKind>> {
    const ids = [...new Set(entries.map((entry) => entry.import_id))]
    const rows = await this.#parts.db
      .selectFrom('imports')
      .select(['id', 'kind'])
      .where('id', 'in', ids)
      .where('state', '=', 'working')
      .execute()
    return new Map(rows.map(({ id, kind }) => [id, kind]))
  }

  async #one(entry: Entry, kind: ImportKind, { gate, signal, endsAtMs }: Turn): Promise<Verdict<Ended>> {
    const host = entry.host ?? ''
    const leave = await gate.enter(host)
    try {
      signal.throwIfAborted()
      const silence = this.#silent.failureOf(host)
      if (silence !== null) return await this.#conclude({ entry, found: silence })
      if (this.#parts.clock.monotonicMs() >= endsAtMs) return again({ afterSeconds: 1, isUncounted: true })
      const waitMs = this.#pace.take(host)
      if (waitMs > 0) return again({ afterSeconds: waitMs / 1_000, isUncounted: true })
      const found = await this.#lookUp(entry, kind)
      signal.throwIfAborted()
      if (found.outcome === 'unavailable') this.#silent.failed(host, found)
      else this.#silent.answered(host)
      return await this.#conclude({ entry, found })
    } finally {
      leave()
    }
  }

  async #lookUp({ subject }: Entry, kind: ImportKind): Promise<Lookup> {
    const { dereferencer } = this.#parts
    return kind === 'bookmarks' ? lookUpPost(dereferencer, subject) : lookUpAccount(dereferencer, subject)
  }
}

/** @returns a verdict for each, in their order; one that cannot be written fails alone */
async function concludeTogether(parts: ImportParts, items: readonly LookedUp[]): Promise<Verdict<Ended>[]> {
  try {
    return await inTransaction(parts.db, async (tx) => concludeLookUps(parts, tx, items))
  } catch (error) {
    if (isDatabaseAway(error) || isDiskFull(error)) throw error
    const [only] = items
    if (only !== undefined && items.length === 1) return [await giveUp(parts, only.entry, error)]
  }
  const verdicts: Verdict<Ended>[] = []
  for (const item of items) verdicts.push(...(await concludeTogether(parts, [item])))
  return verdicts
}

/** It would fail the same way each time, and the list of failures is to be whole. */
async function giveUp({ db }: ImportParts, entry: Entry, error: unknown): Promise<Verdict<Ended>> {
  const outcome: Outcome = { kind: 'failed', reason: 'this home could not write it down' }
  await inTransaction(db, async (tx) => settleAlone(tx, entry, outcome))
  return { to: 'failed', note: describeError(error) }
}

async function settleAlone(tx: Transaction, { id, import_id: importId }: Entry, outcome: Outcome) {
  if ((await lockImports(tx, [importId])).has(importId)) {
    await settleEntries(tx, importId, new Map([[id, outcome]]))
  }
}
