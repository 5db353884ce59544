/** Handles the owner's complaints: those to be forwarded go to the server of whom they are about, in the name of the home. */
import { flagActivity } from '../activitypub/activities.ts'
import type { Database, Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Home } from '../domain/owner/home.ts'
import type { reportGraph } from '../domain/reports/report-graph.ts'
import type { HandlersOf } from '../stator/graph.ts'
import { queue } from './queue.ts'

interface ReportParts {
  readonly db: Database
  readonly home: Pick<Home, 'instanceActor'>
}

export function reportHandlers({ db, home }: ReportParts): HandlersOf<typeof reportGraph> {
  return {
    new: {
      each: async (report) => {
        if (report.is_ours && report.is_forwarded)
          await inTransaction(db, async (tx) => forward(tx, home, report))
        return 'sent'
      },
    },
  }
}

/** Signed by the instance actor, and without a word on which identity complains. */
async function forward(tx: Transaction, home: ReportParts['home'], report: Row<'reports'>): Promise<void> {
  const target = await tx
    .selectFrom('actors')
    .select(['id', 'uri'])
    .where('id', '=', report.target_id)
    .executeTakeFirst()
  if (target === undefined) return
  const signer = home.instanceActor()
  await queue(tx, {
    signer,
    activity: flagActivity({
      id: report.uri,
      actorUri: signer.uri,
      targetUri: target.uri,
      postUris: report.post_uris,
      comment: report.comment,
    }),
    objectUri: report.uri,
    recipients: { actorIds: [target.id] },
  })
}
