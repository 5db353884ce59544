/**
 * Handles imports: lines about what is known here together, the others one by one, looked up at their servers and no faster
 * than a server likes. An import ends with the last of its lines.
 */
import type { Dereferencer } from '../activitypub/dereference.ts'
import { HostBudget } from '../activitypub/host-budget.ts'
import { type Lookup, lookUpAccount, lookUpPost } from '../activitypub/look-up-import.ts'
import type { ImportKind } from '../contracts/import.ts'
import type { Clock } from '../core/clock.ts'
import type { Database, Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { getActor } from '../domain/actors/actor.ts'
import { applyEntries, applyToAccount, bookmarkThose } from '../domain/imports/apply-entries.ts'
import type { importEntryGraph } from '../domain/imports/import-entry-graph.ts'
import type { importGraph } from '../domain/imports/import-graph.ts'
import { type Entry, findKnownPosts } from '../domain/imports/known-targets.ts'
import { removeOthers } from '../domain/imports/overwritten.ts'
import {
  type Outcome,
  leaveToServers,
  lockImports,
  noteSeen,
  settleEntries,
} from '../domain/imports/settle-entries.ts'
import type { Home } from '../domain/owner/home.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'

export interface ImportParts {
  readonly db: Database
  readonly clock: Clock
  readonly home: Home
  readonly dereferencer: Dereferencer
}

/** A look-up asks a server two or three times; Mastodon's own limit is 300 requests in five minutes. */
const PACE = { most: 25, windowMs: 60_000 } as const
/** With the back-off of the graph this is most of a day. */
const MOST_ATTEMPTS = 9
/** While the home itself cannot do it: it has no address yet. */
const LATER_SECONDS = 3_600

type Ended = 'done' | 'failed' | 'cancelled'

export function importEntryHandlers(parts: ImportParts): HandlersOf<typeof importEntryGraph> {
  const budget = new HostBudget(parts.clock, PACE)
  return {
    new: { batch: async (entries) => inTransaction(parts.db, async (tx) => takeIn(parts, tx, entries)) },
    looking_up: {
      each: async (entry) => {
        const waitMs = budget.take(entry.host ?? '')
        if (waitMs > 0) return again({ afterSeconds: waitMs / 1_000, isUncounted: true })
        return lookUp(parts, entry)
      },
    },
  }
}

async function takeIn(
  parts: ImportParts,
  tx: Transaction,
  entries: readonly Entry[],
): Promise<Map<string, Verdict<Ended | 'looking_up'>>> {
  const verdicts = new Map<string, Verdict<Ended | 'looking_up'>>()
  const imports = await lockImports(
    tx,
    entries.map((entry) => entry.import_id),
  )
  for (const [importId, group] of Map.groupBy(entries, (entry) => entry.import_id)) {
    const one = imports.get(importId)
    for (const { id, outcome } of group)
      verdicts.set(id, one === undefined ? 'cancelled' : (outcome ?? 'done'))
    const open = group.filter(({ outcome }) => outcome === null)
    if (one === undefined || open.length === 0) continue
    const applied = await applyEntries(await partsOf(parts, tx, one), one.kind, open)
    await settleEntries(tx, importId, applied.outcomes)
    const unknown = new Set(applied.unknown.map(({ id }) => id))
    await leaveToServers(tx, [...unknown])
    for (const { id } of open) {
      const outcome = applied.outcomes.get(id)
      verdicts.set(
        id,
        outcome?.kind ?? (unknown.has(id) ? 'looking_up' : again({ afterSeconds: LATER_SECONDS })),
      )
    }
  }
  return verdicts
}

async function partsOf({ home, clock }: ImportParts, tx: Transaction, one: Row<'imports'>) {
  return { tx, home, identity: await getActor(tx, one.actor_id), now: clock.now() }
}

async function lookUp(parts: ImportParts, entry: Entry): Promise<Verdict<Ended>> {
  const { db, dereferencer } = parts
  const one = await db
    .selectFrom('imports')
    .select(['kind', 'state'])
    .where('id', '=', entry.import_id)
    .executeTakeFirst()
  // It goes with its identity, and its entries with it.
  if (one?.state !== 'working') return 'cancelled'
  const { kind } = one
  const found = await (kind === 'bookmarks'
    ? lookUpPost(dereferencer, entry.subject)
    : lookUpAccount(dereferencer, entry.subject))
  return inTransaction(db, async (tx) => conclude(parts, tx, entry, kind, found))
}

async function conclude(
  parts: ImportParts,
  tx: Transaction,
  entry: Entry,
  kind: ImportKind,
  found: Lookup,
): Promise<Verdict<Ended>> {
  const one = (await lockImports(tx, [entry.import_id])).get(entry.import_id)
  if (one === undefined) return 'cancelled'
  const { outcome: known } = await tx
    .selectFrom('import_entries')
    .select('outcome')
    .where('id', '=', entry.id)
    .executeTakeFirstOrThrow()
  if (known !== null) return known
  const outcome = await outcomeOf(parts, tx, entry, { one, kind, found })
  if ('again' in outcome) {
    await noteSeen(tx, one.id, entry.id)
    return outcome
  }
  await settleEntries(tx, one.id, new Map([[entry.id, outcome]]))
  return outcome.kind === 'failed' ? { to: 'failed', note: outcome.reason } : 'done'
}

interface Found {
  readonly one: Row<'imports'>
  readonly kind: ImportKind
  readonly found: Lookup
}

async function outcomeOf(
  parts: ImportParts,
  tx: Transaction,
  entry: Entry,
  { one, kind, found }: Found,
): Promise<Outcome | ReturnType<typeof again>> {
  if (found.outcome === 'unavailable') {
    const { reason, retryAfterSeconds: afterSeconds } = found
    if (entry.state_attempts + 1 >= MOST_ATTEMPTS) return { kind: 'failed', reason }
    // No sooner than the server wants it, and no sooner than the graph does.
    return afterSeconds > 300 ? again({ reason, afterSeconds }) : again({ reason })
  }
  if (found.outcome === 'failed') return { kind: 'failed', reason: found.reason }
  const facts = await partsOf(parts, tx, one)
  if (found.outcome === 'post') {
    const posts = await findKnownPosts(tx, one.actor_id, [{ id: entry.id, subject: found.uri }])
    const outcome = (await bookmarkThose(facts, posts)).get(entry.id)
    return outcome ?? { kind: 'failed', reason: 'the post is gone' }
  }
  if (kind === 'bookmarks' || kind === 'domain_blocks' || kind === 'filters') {
    return { kind: 'failed', reason: 'it is an account and no post' }
  }
  const outcome = await applyToAccount(facts, kind, entry, found.actor)
  return outcome ?? again({ afterSeconds: LATER_SECONDS, isUncounted: true })
}

export function importHandlers({ db, clock }: ImportParts): HandlersOf<typeof importGraph> {
  return {
    working: {
      each: async ({ id }, { signal }) => {
        while (!signal.aborted) {
          const verdict = await inTransaction(db, async (tx) => goOn(tx, id, clock.now()))
          if (verdict !== 'more') return verdict
        }
        return again({ isUncounted: true })
      },
    },
  }
}

/** One step: takes some of what the file does not name away, or ends the import, or waits for its lines. */
async function goOn(
  tx: Transaction,
  id: string,
  now: Date,
): Promise<'more' | 'finished' | 'cancelled' | ReturnType<typeof again>> {
  const one = (await lockImports(tx, [id])).get(id)
  if (one === undefined) return 'cancelled'
  if (one.overwrites && one.cleared_at === null && one.unseen === 0) {
    const removed = await removeOthers(tx, one, now)
    await tx
      .updateTable('imports')
      .set({ removed: one.removed + removed, ...(removed === 0 ? { cleared_at: now } : {}) })
      .where('id', '=', id)
      .execute()
    return 'more'
  }
  if (one.done + one.failed < one.entries) return again({ isUncounted: true })
  await tx.updateTable('imports').set({ finished_at: now }).where('id', '=', id).execute()
  return 'finished'
}
