/** What became of lines, written beside the counts of their import; the last of them makes the import due. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { moveRows } from '../../stator/move.ts'
import { importGraph } from './import-graph.ts'

export type Outcome =
  | { readonly kind: 'done'; readonly targetId?: string | undefined; readonly note?: string }
  | { readonly kind: 'failed'; readonly targetId?: string | undefined; readonly reason: string }

const MOST_REASON = 300

/**
 * The imports of some entries, held until the transaction ends: whatever changes one of them waits. Those that are over
 * are left out.
 */
export async function lockImports(
  tx: Transaction,
  importIds: Iterable<string>,
): Promise<Map<string, Row<'imports'>>> {
  const rows = await tx
    .selectFrom('imports')
    .selectAll()
    .where('id', 'in', [...new Set(importIds)])
    .where('state', '=', 'working')
    .orderBy('id')
    .forUpdate()
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** @param outcomes  by entry; an entry that has one already keeps it */
export async function settleEntries(
  tx: Transaction,
  importId: string,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<void> {
  if (outcomes.size === 0) return
  const list = [...outcomes.entries()]
  await count(
    tx,
    importId,
    list.map(([id]) => id),
    sql`
    update import_entries as entry
       set outcome = given.outcome, reason = given.reason, target_id = given.target_id, is_seen = true
      from unnest(${list.map(([id]) => id)}::bigint[], ${list.map(([, { kind }]) => kind)}::text[],
                  ${list.map(([, outcome]) => textOf(outcome))}::text[],
                  ${list.map(([, { targetId }]) => targetId ?? null)}::bigint[])
             as given (id, outcome, reason, target_id)
     where entry.id = given.id and entry.import_id = ${importId} and entry.outcome is null`,
  )
}

/** From now on they wait for their servers, each beside few others. */
export async function leaveToServers(tx: Transaction, entryIds: readonly string[]): Promise<void> {
  if (entryIds.length === 0) return
  await sql`update import_entries set host = server where id = any(${[...entryIds]}::bigint[])`.execute(tx)
}

/** They are looked up and have no end yet. */
export async function noteSeen(
  tx: Transaction,
  importId: string,
  entryIds: readonly string[],
): Promise<void> {
  if (entryIds.length === 0) return
  await count(
    tx,
    importId,
    entryIds,
    sql`
    update import_entries as entry set is_seen = true
      from (select true) as given
     where entry.id = any(${[...entryIds]}::bigint[]) and entry.import_id = ${importId} and not entry.is_seen`,
  )
}

function textOf(outcome: Outcome): string | null {
  const text = outcome.kind === 'done' ? outcome.note : outcome.reason
  return text?.slice(0, MOST_REASON) ?? null
}

/** What was not seen before counts once as seen, what has an outcome once by it. */
async function count(
  tx: Transaction,
  importId: string,
  ids: readonly string[],
  change: ReturnType<typeof sql>,
): Promise<void> {
  const { rows } = await sql<{ unseen: number; is_over: boolean; is_clear: boolean }>`
    with before as (
      select id from import_entries where id = any(${[...ids]}::bigint[]) and not is_seen
    ), changed as (
      ${change} returning entry.id, entry.outcome
    )
    update imports
       set unseen = unseen - (select count(*) from changed join before on before.id = changed.id),
           done = done + (select count(*) from changed where outcome = 'done'),
           failed = failed + (select count(*) from changed where outcome = 'failed')
     where id = ${importId}
    returning unseen, entries = done + failed as is_over, (not overwrites or cleared_at is not null) as is_clear`.execute(
    tx,
  )
  const [now] = rows
  if (now !== undefined && (now.is_over || (now.unseen === 0 && !now.is_clear))) {
    await moveRows(tx, importGraph, [importId], 'working')
  }
}
