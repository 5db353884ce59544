/** Complaints as entities of the client API. */
import type { Report } from '../../contracts/report.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import type { Account } from '../../contracts/account.ts'
import { accountsFromIds } from '../actors/account-entities.ts'
import type { EntityScope } from '../actors/entity-scope.ts'

/** @param statusIds  of the posts it names, as far as they are here */
export function reportEntity(
  report: Row<'reports'>,
  statusIds: readonly string[],
  target: Account | null,
): Report {
  return {
    id: report.id,
    action_taken: report.resolved_at !== null,
    action_taken_at: report.resolved_at?.toISOString() ?? null,
    category: report.category,
    comment: report.comment,
    forwarded: report.is_forwarded,
    created_at: report.created_at.toISOString(),
    status_ids: statusIds,
    rule_ids: report.rule_ids,
    target_account: target,
  }
}

/** By id, with at most three statements. */
export async function loadReports(
  db: Querier,
  scope: EntityScope,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Report>> {
  if (ids.length === 0) return new Map()
  const reports = await db
    .selectFrom('reports')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
  const uris = [...new Set(reports.flatMap((report) => report.post_uris))]
  const posts =
    uris.length === 0
      ? []
      : await db.selectFrom('posts').select(['id', 'uri']).where('uri', 'in', uris).execute()
  const idOf = new Map(posts.map(({ id, uri }) => [uri, id]))
  const targets = await accountsFromIds(db, scope, [...new Set(reports.map((report) => report.target_id))])
  const accounts = new Map(targets.map((account) => [account.id, account]))
  return new Map(
    reports.map((report) => [
      report.id,
      reportEntity(
        report,
        report.post_uris.flatMap((uri) => idOf.get(uri) ?? []),
        accounts.get(report.target_id) ?? null,
      ),
    ]),
  )
}
