/** Complaints as the owner reads and closes them. */
import { sql } from 'kysely'
import { isRowId } from '../../core/id.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export interface ListedReport extends Row<'reports'> {
  readonly reporter: string | null
  readonly target: string
}

export interface ReportFilter {
  readonly isOurs: boolean
  /** Also those that are closed. */
  readonly withResolved: boolean
}

/** The latest first. @param beforeId  null for the first page */
export async function listReports(
  db: Querier,
  { isOurs, withResolved }: ReportFilter,
  beforeId: string | null,
  limit: number,
): Promise<ListedReport[]> {
  const { rows } = await sql<ListedReport>`
    select reports.*, '@' || target.username || '@' || target.handle_domain as target,
           '@' || reporter.username || '@' || reporter.handle_domain as reporter
      from reports
      join actors as target on target.id = reports.target_id
      left join actors as reporter on reporter.id = reports.reporter_id
     where reports.is_ours = ${isOurs} and (${withResolved} or reports.resolved_at is null)
       and (${beforeId}::bigint is null or reports.id < ${beforeId}::bigint)
     order by reports.id desc limit ${limit}`.execute(db)
  return rows
}

/** Closes a complaint, or opens it again. @returns false when there is none */
export async function resolveReport(db: Querier, id: string, resolvedAt: Date | null): Promise<boolean> {
  if (!isRowId(id)) return false
  const { numUpdatedRows } = await db
    .updateTable('reports')
    .set({ resolved_at: resolvedAt })
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
