/** Reactions as the client API tells of them. Without I/O, but for the statement that others put into theirs. */
import { type RawBuilder, sql } from 'kysely'
import type { EmojiReaction, GlitchReaction } from '../../contracts/emoji-reaction.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { blockedBetween, ofBlockedDomain } from '../posts/can-see.ts'
import { emojiNameOf } from './reaction-emoji.ts'

/** More are counted, not named. */
const MOST_ACCOUNTS = 40
/** Different emoji on one post; whoever brings strangers along to add more makes no page longer. */
const MOST_EMOJI = 60

/** Everybody who reacted to one post with one emoji. */
export interface ReactionGroup {
  readonly emoji: string
  readonly count: number
  readonly me: boolean
  readonly accounts: readonly string[]
  /** Of a custom emoji whose picture can be shown. */
  readonly emojiId: string | null
  readonly url: string | null
}

/** The address of an emoji that is joined as `emojis`; null where its picture is not shown. */
export const SHOWN_EMOJI_URL: RawBuilder<string | null> = sql`
  case when emojis.state <> 'unusable' and not is_blocked_domain(emojis.host) then emojis.url end`

/**
 * `kind, post_id, place, tie, data` for each emoji on each of the posts, in the order in which they came first. Whoever
 * blocks the viewer, is blocked, or is of a blocked domain is not counted.
 */
export function reactionGroups(viewerId: string | null, postIds: readonly string[]): RawBuilder<unknown> {
  const actorId = sql.ref('interactions.actor_id')
  const isHidden = viewerId === null ? ofBlockedDomain(actorId) : blockedBetween(viewerId, actorId)
  const isMine = viewerId === null ? sql`false` : sql`bool_or(actor_id = ${viewerId})`
  return sql`
    select 'reaction', post_id, 0, first_id, json_build_object(
             'emoji', emoji, 'count', count, 'me', me, 'accounts', accounts, 'emojiId', emojis.id::text,
             'url', ${SHOWN_EMOJI_URL})
      from (select post_id, emoji, min(id) as first_id, count(*) as count, ${isMine} as me,
                   (array_agg(actor_id::text order by id))[1:${sql.lit(MOST_ACCOUNTS)}] as accounts,
                   max(emoji_id) as emoji_id,
                   row_number() over (partition by post_id order by ${isMine} desc, min(id)) as place
              from interactions
             where post_id = any(${postIds}::bigint[]) and kind = 'reaction'
               and state not in ('undone', 'undone_fanned_out') and not ${isHidden}
             group by post_id, emoji) as reacted
      left join emojis on emojis.id = reacted.emoji_id
     where reacted.place <= ${sql.lit(MOST_EMOJI)}`
}

export function emojiReaction(scope: EntityScope, group: ReactionGroup): EmojiReaction {
  const { count, me, accounts } = group
  const name = emojiNameOf(group.emoji)
  if (name === null) return { name: group.emoji, count, me, account_ids: accounts }
  const picture = pictureOf(scope, group)
  return { name: name.shortcode, count, me, account_ids: accounts, domain: name.host, ...picture }
}

export function glitchReaction(scope: EntityScope, group: ReactionGroup): GlitchReaction {
  const { emoji, count, me } = group
  const isCustom = emojiNameOf(emoji) !== null
  return { name: isCustom ? emoji.slice(1, -1) : emoji, count, me, ...pictureOf(scope, group) }
}

function pictureOf(
  scope: EntityScope,
  { emoji, emojiId, url: source }: ReactionGroup,
): { readonly url: string; readonly static_url: string } | undefined {
  const name = emojiNameOf(emoji)
  if (name === null || emojiId === null || source === null) return undefined
  const { shortcode, host } = name
  const url =
    host === null
      ? scope.urls.stored(source)
      : scope.urls.emoji({ kind: 'emoji', id: emojiId }, { shortcode, url: source })
  return { url, static_url: url }
}
