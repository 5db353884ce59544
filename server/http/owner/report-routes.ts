/** Complaints in the owner's hands: those about this home, and those that were filed from it. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { ReportFacts, ReportPage } from '../../contracts/moderation.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { type ListedReport, listReports, resolveReport } from '../../domain/reports/list-reports.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const
const PAGE = 50

const ListQuery = Type.Object({
  ours: Type.Optional(Type.Boolean()),
  resolved: Type.Optional(Type.Boolean()),
  before: Type.Optional(Type.String({ maxLength: 40 })),
})
const IdParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

type IdPath = { Params: Static<typeof IdParams> }

export function reportRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock } = context
  const settle = (isResolved: boolean) => async (request: FastifyRequest<IdPath>) => {
    const { id } = request.params
    if (await resolveReport(db, id, isResolved ? clock.now() : null)) return {}
    throw new HomebirdError('NOT_FOUND', `there is no report ${id}`)
  }
  return async (app) => {
    app.get<{ Querystring: Static<typeof ListQuery> }>(
      '/reports',
      { ...OWNER, schema: { querystring: ListQuery } },
      async (request): Promise<ReportPage> => {
        const { ours = false, resolved = false, before } = request.query
        const beforeId = before !== undefined && isRowId(before) ? before : null
        const reports = await listReports(db, { isOurs: ours, withResolved: resolved }, beforeId, PAGE)
        return { reports: reports.map(factsOf) }
      },
    )
    const named = { ...OWNER, schema: { params: IdParams } }
    app.post<IdPath>('/reports/:id/resolve', named, settle(true))
    app.post<IdPath>('/reports/:id/reopen', named, settle(false))
  }
}

function factsOf(report: ListedReport): ReportFacts {
  return {
    id: report.id,
    isOurs: report.is_ours,
    reporter: report.reporter,
    reporterHost: report.reporter_host,
    target: report.target,
    postUris: report.post_uris,
    comment: report.comment,
    category: report.category,
    isForwarded: report.is_forwarded,
    createdAt: report.created_at.toISOString(),
    resolvedAt: report.resolved_at?.toISOString() ?? null,
  }
}
