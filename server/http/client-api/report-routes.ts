/** Complaints that apps file. */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { Report } from '../../contracts/report.ts'
import { inTransaction } from '../../db/transaction.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { findVisiblePosts } from '../../domain/posts/find-post.ts'
import { fileReport } from '../../domain/reports/file-report.ts'
import { reportEntity } from '../../domain/reports/report-entities.ts'
import { forUser } from './access.ts'
import { type Api, type ApiApp, getAccountActor } from './api.ts'

const MOST_COMMENT = 1_000
const Ids = Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 40 }))
const Category = Type.Union([
  Type.Literal('spam'),
  Type.Literal('legal'),
  Type.Literal('violation'),
  Type.Literal('other'),
])
const ReportForm = Type.Object({
  account_id: Type.String({ maxLength: 40 }),
  status_ids: Ids,
  comment: Type.Optional(Type.String({ maxLength: MOST_COMMENT })),
  forward: Type.Optional(Type.Boolean()),
  category: Type.Optional(Category),
  rule_ids: Ids,
})

export function reportRoutes(api: Api): FastifyPluginAsync {
  const { db, home } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const options = { ...forUser('write:reports'), schema: { body: ReportForm } }
    app.post('/reports', options, async (request): Promise<Report> => {
      const { body } = request
      const reporter = await api.actorOf(request)
      const target = await getAccountActor(api, body.account_id)
      const seen = await findVisiblePosts(db, reporter.id, body.status_ids ?? [])
      const posts = seen.filter((post) => post.author_id === target.id)
      const form = {
        comment: (body.comment ?? '').trim(),
        // Whoever names rules says that they were broken.
        category: body.category ?? (body.rule_ids?.length ? 'violation' : 'other'),
        ruleIds: body.rule_ids ?? [],
        postUris: posts.map(({ uri }) => uri),
        isForwarded: body.forward ?? false,
      }
      const report = await inTransaction(db, async (tx) =>
        fileReport(tx, home, reporter, target, form, api.now()),
      )
      const [account] = await accountsFromIds(db, api.scopeOf(request), [target.id])
      return reportEntity(
        report,
        posts.map(({ id }) => id),
        account ?? null,
      )
    })
  }
}
