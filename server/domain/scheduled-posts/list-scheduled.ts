/** Posts that wait for their time, or failed at it, as their author sees them. */
import { sql } from 'kysely'
import type { ScheduledStatus } from '../../contracts/scheduled-status.ts'
import { HomebirdError } from '../../core/errors.ts'
import { type PageOf, type PageRequest, pageOrder, toPage, withinPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { mediaFromAttachment } from '../media/media-attachment.ts'
import { visibilityName } from '../posts/visibility-name.ts'
import type { ScheduledPost } from './schedule-post.ts'

export async function listScheduled(
  db: Querier,
  actorId: string,
  page: PageRequest,
): Promise<PageOf<ScheduledPost>> {
  const cursor = sql.ref('scheduled_posts.id')
  const { rows } = await sql<ScheduledPost>`
    select * from scheduled_posts
     where actor_id = ${actorId} and post_id is null and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  return toPage(rows, page, (row) => row.id)
}

/** @throws HomebirdError NOT_FOUND for one that is another's or published already */
export async function getScheduled(db: Querier, actorId: string, id: string): Promise<ScheduledPost> {
  const row = await db
    .selectFrom('scheduled_posts')
    .selectAll()
    .where('id', '=', id)
    .where('actor_id', '=', actorId)
    .where('post_id', 'is', null)
    .executeTakeFirst()
  if (row === undefined) throw new HomebirdError('NOT_FOUND', `no post ${id} waits for its time`)
  return row
}

/** In the order of the rows, with one statement. */
export async function scheduledFromRows(
  db: Querier,
  scope: EntityScope,
  rows: readonly ScheduledPost[],
): Promise<ScheduledStatus[]> {
  const ids = rows.filter((row) => row.attachment_ids.length > 0).map(({ id }) => id)
  const { rows: files } =
    ids.length === 0
      ? { rows: [] }
      : await sql<Row<'attachments'>>`
          select * from attachments where scheduled_id = any(${ids}::bigint[])`.execute(db)
  return rows.map((row) => scheduledFromRow(scope, row, files))
}

function scheduledFromRow(
  scope: EntityScope,
  row: ScheduledPost,
  files: readonly Row<'attachments'>[],
): ScheduledStatus {
  const { attachment_ids: mediaIds, poll } = row
  return {
    id: row.id,
    scheduled_at: row.scheduled_at.toISOString(),
    params: {
      text: row.text,
      spoiler_text: row.summary,
      sensitive: row.is_sensitive,
      visibility: visibilityName(row.visibility),
      language: row.language,
      in_reply_to_id: row.in_reply_to_id,
      media_ids: mediaIds.length === 0 ? null : mediaIds,
      poll:
        poll === null
          ? null
          : {
              options: poll.options,
              expires_in: poll.expiresInSeconds,
              multiple: poll.isMultiple,
              hide_totals: poll.hidesTotals,
            },
      quoted_status_id: row.quoted_id,
      quote_approval_policy: row.quote_policy,
      application_id: row.application_id,
      scheduled_at: null,
      idempotency: null,
      with_rate_limit: false,
    },
    // Those that went away in between are missing here, and a reason not to publish it.
    media_attachments: mediaIds.flatMap((id) => {
      const file = files.find((one) => one.id === id && one.scheduled_id === row.id)
      return file === undefined ? [] : [mediaFromAttachment(scope.urls, file)]
    }),
    failure: row.failure,
  }
}
