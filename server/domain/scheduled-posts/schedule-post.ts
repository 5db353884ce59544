/** Puts posts off to a later time, moves that time, and takes them back. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { refuseMoved } from '../moves/refuse-moved.ts'
import { getQuotable } from '../quotes/own-quotes.ts'
import { composePost } from '../posts/compose-post.ts'
import type { PostDraft } from '../posts/create-post.ts'
import { reserveAttachments } from '../posts/post-parts.ts'
import { scheduledPostGraph } from './scheduled-post-graph.ts'

export type ScheduledPost = Row<'scheduled_posts'>

/** What is nearer is refused: whoever wants that can as well publish now. */
export const MIN_AHEAD_SECONDS = 300
const MOST_WAITING = 300

/** Whom the post mentions is found when it is published. */
export type ScheduledDraft = Omit<PostDraft, 'mentions'>

/**
 * What could not be a post now is refused now, as far as it can be known.
 * @throws HomebirdError as `createPost`, UNPROCESSABLE for a time that is too near, and for too many posts that wait
 */
export async function schedulePost(
  tx: Transaction,
  draft: ScheduledDraft,
  scheduledAt: Date,
  now: Date,
): Promise<ScheduledPost> {
  const { author } = draft
  checkTime(scheduledAt, now)
  refuseMoved(author)
  const quoted = draft.quotedId ? await getQuotable(tx, author, draft.quotedId) : null
  const page = quoted === null ? null : { url: quoted.page_url ?? quoted.uri }
  composePost(author, { ...draft, mentions: new Map() }, draft.attachmentIds.length, page)
  await refuseTooMany(tx, author.id)
  const row = await tx
    .insertInto('scheduled_posts')
    .values({
      actor_id: author.id,
      application_id: draft.applicationId,
      scheduled_at: scheduledAt,
      text: draft.text,
      summary: draft.summary,
      is_sensitive: draft.isSensitive,
      language: draft.language,
      visibility: draft.visibility,
      in_reply_to_id: draft.inReplyToId,
      quoted_id: draft.quotedId ?? null,
      quote_policy: draft.quotePolicy ?? null,
      attachment_ids: [...draft.attachmentIds],
      poll: draft.poll ? JSON.stringify(draft.poll) : null,
      created_at: now,
      state_next_attempt_at: scheduledAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await reserveAttachments(tx, row.id, author.id, draft.attachmentIds)
  await wakeWorker(tx, 'scheduled_posts')
  return row
}

/** @throws HomebirdError UNPROCESSABLE */
function checkTime(scheduledAt: Date, now: Date): void {
  if (scheduledAt.getTime() > now.getTime() + MIN_AHEAD_SECONDS * 1_000) return
  throw new HomebirdError('UNPROCESSABLE', `${scheduledAt.toISOString()} is too near`, {
    safe: 'Validation failed: Scheduled at must be at least 5 minutes in the future',
  })
}

async function refuseTooMany(tx: Transaction, actorId: string): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from scheduled_posts
     where actor_id = ${actorId} and post_id is null`.execute(tx)
  if ((rows[0]?.count ?? 0) < MOST_WAITING) return
  const limit = `You have exceeded the limit of ${MOST_WAITING} scheduled posts`
  throw new HomebirdError('UNPROCESSABLE', `actor ${actorId}: ${limit}`, {
    safe: `Validation failed: ${limit}`,
  })
}

/**
 * Also gives one that failed another try.
 * @throws HomebirdError UNPROCESSABLE for a time that is too near, NOT_FOUND for one that is another's or published already
 */
export async function reschedulePost(
  tx: Transaction,
  actorId: string,
  id: string,
  scheduledAt: Date,
  now: Date,
): Promise<ScheduledPost> {
  checkTime(scheduledAt, now)
  const row = await tx
    .updateTable('scheduled_posts')
    .set({ scheduled_at: scheduledAt, failure: null })
    .where('id', '=', id)
    .where('actor_id', '=', actorId)
    .where('post_id', 'is', null)
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) throw missing(id)
  // Due at once, to plan its new time.
  await moveRows(tx, scheduledPostGraph, [id], 'waiting')
  return row
}

/** What was reserved for it is free again. @throws HomebirdError NOT_FOUND as `reschedulePost` */
export async function cancelPost(tx: Transaction, actorId: string, id: string): Promise<void> {
  const row = await tx
    .deleteFrom('scheduled_posts')
    .where('id', '=', id)
    .where('actor_id', '=', actorId)
    .where('post_id', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (row === undefined) throw missing(id)
}

const missing = (id: string): HomebirdError =>
  new HomebirdError('NOT_FOUND', `no post ${id} waits for its time`)
