/** Mentions, hashtags and attachments of many posts of others, a statement or two for each kind. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { markOutdated } from '../hashtags/mark-hashtags.ts'
import type { RemotePostContent } from './remote-post.ts'

export interface StoredRecord {
  readonly postId: string
  readonly record: Pick<RemotePostContent, 'mentions' | 'hashtags' | 'attachments'>
}

export async function storeMentions(tx: Transaction, stored: readonly StoredRecord[]): Promise<void> {
  const mentions = stored.flatMap(({ postId, record }) =>
    record.mentions.map((mention) => ({ postId, ...mention })),
  )
  if (mentions.length === 0) return
  await sql`
    insert into mentions (post_id, actor_id, is_silent)
    select "postId", "actorId", bool_and("isSilent")
      from jsonb_to_recordset(${JSON.stringify(mentions)}::jsonb)
        as given ("postId" bigint, "actorId" bigint, "isSilent" boolean)
     group by 1, 2
        on conflict (post_id, actor_id) do nothing`.execute(tx)
}

/** Hashtags are made in the order of their names, so that two batches never wait for each other. */
export async function storeHashtags(tx: Transaction, stored: readonly StoredRecord[]): Promise<void> {
  const tags = stored.flatMap(({ postId, record }) => record.hashtags.map((tag) => ({ postId, ...tag })))
  if (tags.length === 0) return
  const given = sql`jsonb_to_recordset(${JSON.stringify(tags)}::jsonb)
                       as given ("postId" bigint, name text, "displayName" text)`
  await sql`
    insert into hashtags (name, display_name)
    select distinct on (given.name) given.name, "displayName" from ${given}
     where not exists (select 1 from hashtags where hashtags.name = given.name)
     order by given.name
        on conflict (name) do nothing`.execute(tx)
  // A statement of its own sees what another transaction has just made.
  await sql`
    with added as (
      insert into post_hashtags (post_id, hashtag_id)
      select distinct "postId", hashtags.id from ${given} join hashtags on hashtags.name = given.name
          on conflict do nothing
      returning hashtag_id
    )
    ${markOutdated(sql`select hashtag_id from added`)}`.execute(tx)
}

export async function storeAttachments(tx: Transaction, stored: readonly StoredRecord[]): Promise<void> {
  const attachments = stored.flatMap(({ postId, record }) =>
    record.attachments.map((attachment, position) => ({ postId, position, ...attachment })),
  )
  if (attachments.length === 0) return
  await sql`
    insert into attachments (post_id, position, kind, media_type, remote_url, remote_preview_url, description, blurhash,
                             width, height, focus_x, focus_y, duration_seconds)
    select "postId", position, kind, "mediaType", url, "previewUrl", description, blurhash, width, height, "focusX",
           "focusY", "durationSeconds"
      from jsonb_to_recordset(${JSON.stringify(attachments)}::jsonb)
        as given ("postId" bigint, position smallint, kind text, "mediaType" text, url text, "previewUrl" text,
                  description text, blurhash text, width integer, height integer, "focusX" real, "focusY" real,
                  "durationSeconds" real)`.execute(tx)
}
