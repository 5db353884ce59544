/**
 * Handles imports: lines about what is known here together, the others looked up at their servers. An import ends with the
 * last of its lines.
 */
import type { Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { getActor } from '../domain/actors/actor.ts'
import { applyEntries } from '../domain/imports/apply-entries.ts'
import type { importEntryGraph } from '../domain/imports/import-entry-graph.ts'
import type { importGraph } from '../domain/imports/import-graph.ts'
import type { Entry } from '../domain/imports/known-targets.ts'
import { removeOthers } from '../domain/imports/overwritten.ts'
import { leaveToServers, lockImports, settleEntries } from '../domain/imports/settle-entries.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'
import type { Ended } from './conclude-look-ups.ts'
import { type ImportParts, LookUps } from './import-look-ups.ts'

/** While the home itself cannot do it: it has no address yet. */
const LATER_SECONDS = 3_600

export function importEntryHandlers(parts: ImportParts): HandlersOf<typeof importEntryGraph> {
  const lookUps = new LookUps(parts)
  return {
    new: { batch: async (entries) => inTransaction(parts.db, async (tx) => takeIn(parts, tx, entries)) },
    looking_up: { batch: async (entries, work) => lookUps.batch(entries, work) },
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
