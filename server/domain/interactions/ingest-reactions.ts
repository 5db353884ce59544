/** Stores reactions by others, any number with the same few statements. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { StoredEmoji } from '../../db/tables.ts'
import { noteEmojis, useEmojis } from '../emojis/note-emojis.ts'
import { visiblePosts } from '../posts/can-see.ts'
import { isDeletedByAuthor } from '../posts/tombstones.ts'

/** Different reactions of one actor to one post that are kept; Misskey allows one, Pleroma any number. */
export const MAX_REACTIONS = 10

export interface ReactionRecord {
  readonly uri: string
  readonly actorId: string
  readonly postId: string
  /** The emoji of Unicode, or `:shortcode@host:`. */
  readonly emoji: string
  /** The host is null where the emoji is one of this home. */
  readonly custom: (StoredEmoji & { readonly host: string | null; readonly signerHost: string }) | null
}

interface IngestedReaction {
  readonly id: string
  readonly uri: string
  readonly emoji_id: string | null
}

/**
 * Left alone are those that are known, were undone, repeat another, are one too many, or are of what their actor cannot
 * see.
 */
export async function ingestReactions(
  tx: Transaction,
  records: readonly ReactionRecord[],
): Promise<IngestedReaction[]> {
  if (records.length === 0) return []
  await noteEmojis(
    tx,
    records.flatMap(({ custom }) =>
      custom === null || custom.host === null ? [] : { ...custom, host: custom.host },
    ),
  )
  const given = records.map(({ custom, ...record }) => ({
    ...record,
    host: custom?.host ?? null,
    shortcode: custom?.shortcode ?? null,
  }))
  // Held until the end, so that two batches together do not keep more than one alone would.
  await sql`
    select id from posts where id = any(${records.map((record) => record.postId)}::bigint[])
     order by id for no key update`.execute(tx)
  const { rows } = await sql<IngestedReaction>`
    with given as (
      select * from rows from (jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
               as (uri text, "actorId" bigint, "postId" bigint, emoji text, host text, shortcode text))
             with ordinality
    ), fresh as (
      select *, row_number() over (partition by "actorId", "postId" order by ordinality)
                + (select count(*) from interactions
                    where interactions.post_id = "postId" and interactions.actor_id = "actorId"
                      and interactions.kind = 'reaction') as place
        from (select distinct on ("actorId", "postId", emoji) * from given
               where not exists (select 1 from interactions
                                  where interactions.actor_id = "actorId" and interactions.post_id = "postId"
                                    and interactions.kind = 'reaction' and interactions.emoji = given.emoji)
               order by "actorId", "postId", emoji, ordinality) as once
    )
    insert into interactions (uri, kind, actor_id, post_id, emoji, emoji_id, state, state_next_attempt_at)
    select fresh.uri, 'reaction', "actorId", posts.id, fresh.emoji, emojis.id, 'fanned_out', null
      from fresh
      join posts on posts.id = "postId"
      left join emojis on emojis.host is not distinct from fresh.host and emojis.shortcode = fresh.shortcode
     where place <= ${MAX_REACTIONS}
       and ${visiblePosts(sql.ref('fresh.actorId'))}
       and not ${isDeletedByAuthor(sql.ref('fresh.uri'), sql.ref('fresh.actorId'))}
     order by ordinality
        on conflict do nothing
    returning id, uri, emoji_id`.execute(tx)
  await useEmojis(
    tx,
    rows.flatMap((row) => row.emoji_id ?? []),
  )
  return rows
}

/** A reaction by somebody elsewhere, taken back; what told of it goes with the row. */
export async function withdrawReaction(tx: Transaction, id: string): Promise<void> {
  await tx.deleteFrom('interactions').where('id', '=', id).execute()
}
