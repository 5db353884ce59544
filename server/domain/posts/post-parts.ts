/** The rows that hang on an own post: mentions, hashtags, attachments. All within the transaction of the post. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
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
 * @throws HomebirdError UNPROCESSABLE when one of them is not there, not the author's, taken by another post or not ready, and
 *   for videos or sounds among others
 */
export async function claimAttachments(
  tx: Transaction,
  postId: string,
  authorId: string,
  attachmentIds: readonly string[],
): Promise<void> {
  if (attachmentIds.length === 0) return
  await requireUsable(tx, authorId, attachmentIds, postId)
  await sql`
    update attachments
       set post_id = ${postId}, position = array_position(${attachmentIds}::bigint[], id) - 1
     where id = any(${attachmentIds}::bigint[])`.execute(tx)
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
  if (attachmentIds.length === 0) return
  await requireUsable(tx, authorId, attachmentIds, null)
  await sql`
    update attachments set scheduled_id = ${scheduledId}
     where id = any(${attachmentIds}::bigint[])`.execute(tx)
}

/** Locks them. @param postId  the post that may have them already */
async function requireUsable(
  tx: Transaction,
  authorId: string,
  attachmentIds: readonly string[],
  postId: string | null,
): Promise<void> {
  refuseTooMany(attachmentIds)
  const { rows } = await sql<Pick<Row<'attachments'>, 'id' | 'kind' | 'file_key'>>`
    select id, kind, file_key from attachments
     where id = any(${attachmentIds}::bigint[]) and owner_actor_id = ${authorId}
       and (post_id is null or post_id = ${postId}::bigint) and scheduled_id is null
     order by id for update`.execute(tx)
  refuseMissing(attachmentIds, rows.length)
  // Pictures that move may stand among others.
  if (rows.length > 1 && rows.some(({ kind }) => kind === 'video' || kind === 'audio')) {
    throw refusedMedia(attachmentIds, 'Cannot attach a video or a sound to a post that has other files')
  }
  if (rows.some((row) => row.file_key === null)) {
    throw refusedMedia(
      attachmentIds,
      'Cannot attach files that have not finished processing. Try again in a moment!',
    )
  }
}

function refuseTooMany(attachmentIds: readonly string[]): void {
  const { attachments: limit } = POST_LIMITS
  if (attachmentIds.length > limit)
    throw refusedMedia(attachmentIds, `Cannot attach more than ${limit} files`)
}

function refuseMissing(attachmentIds: readonly string[], found: number): void {
  if (found === new Set(attachmentIds).size) return
  throw refusedMedia(attachmentIds, 'one of the attachments is not there or used already')
}

function refusedMedia(attachmentIds: readonly string[], flaw: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', `attachments ${attachmentIds.join(', ')}: ${flaw}`, {
    safe: `Validation failed: ${flaw}`,
  })
}
