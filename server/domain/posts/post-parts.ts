/** The rows that hang on an own post: mentions, hashtags, attachments. All within the transaction of the post. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import { markOutdated } from '../hashtags/mark-hashtags.ts'
import { type ComposedPost, POST_LIMITS } from './compose-post.ts'

/**
 * Whoever was mentioned before and is not any more stays addressed, silently: they have the post and get its edits.
 * @returns ids of those who were not mentioned before
 */
export async function setMentions(
  tx: Transaction,
  postId: string,
  actorIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ actor_id: string }>`
    with quieted as (
      update mentions set is_silent = not (actor_id = any(${actorIds}::bigint[]))
       where post_id = ${postId} and is_silent = (actor_id = any(${actorIds}::bigint[]))
    )
    insert into mentions (post_id, actor_id)
    select ${postId}::bigint, unnest(${actorIds}::bigint[])
        on conflict do nothing
    returning actor_id`.execute(tx)
  return rows.map((row) => row.actor_id)
}

export async function setHashtags(
  tx: Transaction,
  postId: string,
  hashtags: ComposedPost['hashtags'],
): Promise<void> {
  const names = hashtags.map((tag) => tag.name)
  if (names.length > 0) {
    // In one order for everybody, so that two posts with the same tags never wait for each other in a circle.
    await sql`
      insert into hashtags (name, display_name)
      select name, display_name
        from unnest(${names}::text[], ${hashtags.map((tag) => tag.displayName)}::text[]) as given (name, display_name)
       order by name
          on conflict (name) do nothing`.execute(tx)
  }
  await sql`
    with wanted as (select id from hashtags where name = any(${names}::text[])),
         removed as (
           delete from post_hashtags where post_id = ${postId} and hashtag_id not in (select id from wanted)
           returning hashtag_id
         ),
         added as (
           insert into post_hashtags (post_id, hashtag_id)
           select ${postId}::bigint, id from wanted
               on conflict do nothing
           returning hashtag_id
         )
    ${markOutdated(sql`select hashtag_id from removed union select hashtag_id from added`)}`.execute(tx)
}

/**
 * Claims uploads of this author that wait for a post, in this order.
 * @throws HomebirdError UNPROCESSABLE when one of them is not there, not the author's, or taken by another post
 */
export async function claimAttachments(
  tx: Transaction,
  postId: string,
  authorId: string,
  attachmentIds: readonly string[],
): Promise<void> {
  refuseTooMany(attachmentIds)
  if (attachmentIds.length === 0) return
  const { rows } = await sql`
    update attachments
       set post_id = ${postId}, position = array_position(${attachmentIds}::bigint[], id) - 1
     where id = any(${attachmentIds}::bigint[]) and owner_actor_id = ${authorId}
       and (post_id is null or post_id = ${postId}) and scheduled_id is null
    returning id`.execute(tx)
  refuseMissing(attachmentIds, rows.length)
}

/**
 * Keeps uploads for a post that is not written yet: until it is, no other can have them.
 * @throws HomebirdError UNPROCESSABLE as `claimAttachments`
 */
export async function reserveAttachments(
  tx: Transaction,
  scheduledId: string,
  authorId: string,
  attachmentIds: readonly string[],
): Promise<void> {
  refuseTooMany(attachmentIds)
  if (attachmentIds.length === 0) return
  const { rows } = await sql`
    update attachments set scheduled_id = ${scheduledId}
     where id = any(${attachmentIds}::bigint[]) and owner_actor_id = ${authorId}
       and post_id is null and scheduled_id is null
    returning id`.execute(tx)
  refuseMissing(attachmentIds, rows.length)
}

function refuseTooMany(attachmentIds: readonly string[]): void {
  if (attachmentIds.length <= POST_LIMITS.attachments) return
  const limit = `a post holds at most ${POST_LIMITS.attachments} attachments`
  throw new HomebirdError('UNPROCESSABLE', `${attachmentIds.length} attachments, but ${limit}`, {
    safe: `Validation failed: ${limit}`,
  })
}

function refuseMissing(attachmentIds: readonly string[], found: number): void {
  if (found === new Set(attachmentIds).size) return
  throw new HomebirdError(
    'UNPROCESSABLE',
    `not all of the attachments ${attachmentIds.join(', ')} can be used`,
    {
      safe: 'Validation failed: one of the attachments is not there or used already',
    },
  )
}
