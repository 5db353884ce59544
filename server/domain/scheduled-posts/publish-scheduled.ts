/** The time of a post has come: it becomes one, as if it were written now. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import type { Home } from '../owner/home.ts'
import type { MentionedActors } from '../posts/compose-post.ts'
import { createPost } from '../posts/create-post.ts'
import type { ScheduledPost } from './schedule-post.ts'

/**
 * A second call changes nothing.
 * @returns false when its time has not come: it was moved in between
 * @throws HomebirdError as `createPost`; then nothing has changed
 */
export async function publishScheduled(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  author: Row<'actors'>,
  id: string,
  mentions: MentionedActors,
  now: Date,
): Promise<boolean> {
  const row = await lockScheduled(tx, id)
  if (row === undefined || row.post_id !== null) return true
  if (row.scheduled_at > now) return false
  await sql`update attachments set scheduled_id = null where scheduled_id = ${id}`.execute(tx)
  const post = await createPost(
    tx,
    home,
    {
      author,
      text: row.text,
      summary: row.summary,
      isSensitive: row.is_sensitive,
      language: row.language,
      visibility: row.visibility,
      inReplyToId: row.in_reply_to_id,
      attachmentIds: row.attachment_ids,
      applicationId: row.application_id,
      poll: row.poll,
      quotedId: row.quoted_id,
      quotePolicy: row.quote_policy ?? undefined,
      mentions,
    },
    now,
  )
  await tx.updateTable('scheduled_posts').set({ post_id: post.id }).where('id', '=', id).execute()
  // Whoever repeats the request that put it off gets the post.
  await tx.updateTable('idempotency_keys').set({ post_id: post.id }).where('scheduled_id', '=', id).execute()
  return true
}

async function lockScheduled(tx: Transaction, id: string): Promise<ScheduledPost | undefined> {
  return tx.selectFrom('scheduled_posts').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

/** @param failure  in words for the author */
export async function noteFailure(tx: Transaction, id: string, failure: string): Promise<void> {
  await tx
    .updateTable('scheduled_posts')
    .set({ failure })
    .where('id', '=', id)
    .where('post_id', 'is', null)
    .execute()
}
