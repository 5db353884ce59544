/** What the owner has made to take along: asked for, watched, ended, taken away. The worker makes it. */
import type { ExportKind, ExportProgress, ExportState } from '../../contracts/export.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import { inTransaction, wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import type { ExportFolder } from '../../storage/export-folder.ts'
import { exportGraph } from './export-graph.ts'

const MOST_LISTED = 50
const TOOK_TOO_LONG = 'It took longer than two days and was given up.'

export interface ExportOrder {
  readonly actorId: string
  readonly kind: ExportKind
  /** An archive always has everything. */
  readonly isPrivate: boolean
}

/** One of a kind is made at a time: asked for again meanwhile, it is the one that is there. @returns its id */
export async function queueExport(
  tx: Transaction,
  { actorId, kind, isPrivate }: ExportOrder,
): Promise<string> {
  await tx
    .insertInto('exports')
    .values({
      actor_id: actorId,
      kind,
      is_private: isPrivate || kind === 'archive',
      state_priority: 0,
    })
    .onConflict((conflict) =>
      conflict.columns(['actor_id', 'kind']).where('state', '=', 'making').doNothing(),
    )
    .execute()
  await wakeWorker(tx, 'exports')
  const { id } = await tx
    .selectFrom('exports')
    .select('id')
    .where('actor_id', '=', actorId)
    .where('kind', '=', kind)
    .where('state', '=', 'making')
    .executeTakeFirstOrThrow()
  return id
}

const progressQuery = (db: Querier) =>
  db
    .selectFrom('exports')
    .innerJoin('actors', 'actors.id', 'exports.actor_id')
    .select(['exports.id', 'exports.kind', 'exports.is_private', 'exports.state', 'exports.done'])
    .select(['exports.total', 'exports.missing', 'exports.bytes', 'exports.problem'])
    .select(['exports.created_at', 'exports.finished_at', 'exports.state_changed_at'])
    .select(['actors.username', 'actors.handle_domain'])

type ProgressRow = Awaited<ReturnType<ReturnType<typeof progressQuery>['executeTakeFirstOrThrow']>>

function progressOf(row: ProgressRow): ExportProgress {
  const state = row.state as ExportState
  // The sweeper that gives one up knows no reasons.
  const problem = row.problem ?? (state === 'failed' ? TOOK_TOO_LONG : null)
  const isOver = state !== 'making'
  return {
    id: row.id,
    kind: row.kind,
    handle: `@${row.username}@${row.handle_domain}`,
    isPrivate: row.is_private,
    state,
    done: row.done,
    total: row.total,
    missing: row.missing,
    bytes: row.bytes === null ? null : Number(row.bytes),
    problem,
    createdAt: row.created_at.toISOString(),
    finishedAt: isOver ? (row.finished_at ?? row.state_changed_at).toISOString() : null,
  }
}

/** The latest first. */
export async function listExports(db: Querier): Promise<ExportProgress[]> {
  const rows = await progressQuery(db).orderBy('exports.id', 'desc').limit(MOST_LISTED).execute()
  return rows.map(progressOf)
}

/** @throws HomebirdError NOT_FOUND */
export async function getExport(db: Querier, id: string): Promise<ExportProgress> {
  const row = isRowId(id)
    ? await progressQuery(db).where('exports.id', '=', id).executeTakeFirst()
    : undefined
  if (row === undefined) throw new HomebirdError('NOT_FOUND', `there is no export ${id.slice(0, 30)}`)
  return progressOf(row)
}

/** Ends one that is being made; of one that is over nothing changes. @throws HomebirdError NOT_FOUND */
export async function cancelExport(db: Database, id: string, now: Date): Promise<ExportProgress> {
  await getExport(db, id)
  await inTransaction(db, async (tx) => {
    const moved = await moveRows(tx, exportGraph, [id], 'cancelled')
    if (moved.length > 0)
      await tx.updateTable('exports').set({ finished_at: now }).where('id', '=', id).execute()
  })
  return getExport(db, id)
}

/** Takes one away with its file; one that is being made is cancelled instead. @throws HomebirdError NOT_FOUND, CONFLICT */
export async function removeExport(db: Database, folder: ExportFolder, id: string): Promise<void> {
  const { state } = await getExport(db, id)
  if (state === 'making') {
    throw new HomebirdError('CONFLICT', `export ${id} is being made`, {
      safe: 'It is being made. Cancel it first.',
    })
  }
  await db.deleteFrom('exports').where('id', '=', id).where('state', '<>', 'making').execute()
  await folder.remove(id)
}

/** Files whose rows are gone or came to nothing. @returns how many it were */
export async function removeLeftExports(db: Querier, folder: ExportFolder): Promise<number> {
  const ids = (await folder.list()).filter(isRowId)
  if (ids.length === 0) return 0
  const rows = await db
    .selectFrom('exports')
    .select('id')
    .where('id', 'in', ids)
    .where('state', 'in', ['making', 'ready'])
    .execute()
  const kept = new Set(rows.map(({ id }) => id))
  const left = ids.filter((id) => !kept.has(id))
  for (const id of left) await folder.remove(id)
  return left.length
}
