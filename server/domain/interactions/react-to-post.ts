/** Reactions by identities of this home: the row, who is told here; Stator tells the author elsewhere. */
import { type RawBuilder, sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { findEmoji } from '../emojis/find-emoji.ts'
import { useEmojis } from '../emojis/note-emojis.ts'
import { removeReactionNotifications } from '../notifications/create-notifications.ts'
import type { Home } from '../owner/home.ts'
import { nextId } from '../owner/identities.ts'
import { reactionUri } from '../owner/own-uris.ts'
import { tellIdentities } from '../posts/local-effects.ts'
import { MAX_REACTIONS } from './ingest-reactions.ts'
import { interactionGraph } from './interaction-graph.ts'
import { customEmojiText, emojiNameOf, parseEmojiName, parseUnicodeEmoji } from './reaction-emoji.ts'

/** What is reacted to: no boost, and visible to whoever reacts; `getActedOnPost` gives it. */
type Post = Pick<Row<'posts'>, 'id' | 'author_id'>

/** The reactions that stand; an undone one stays a day and is none any more. */
const STANDS: RawBuilder<boolean> = sql`state not in ('undone', 'undone_fanned_out')`

export interface OwnReaction {
  /** The emoji of Unicode, or `:shortcode@host:`. */
  readonly emoji: string
  /** Of a custom one. */
  readonly emojiId: string | null
}

/**
 * What somebody wants to react with: an emoji of Unicode, or a custom one that is known, with or without its host and colons.
 * @throws HomebirdError UNPROCESSABLE for anything else
 */
export async function chooseReaction(db: Querier, text: string, post: Post): Promise<OwnReaction> {
  const emoji = parseUnicodeEmoji(text)
  if (emoji !== null) return { emoji, emojiId: null }
  const name = parseEmojiName(text)
  const custom = name === null ? undefined : await findEmoji(db, name, post)
  if (custom !== undefined) {
    return { emoji: customEmojiText(custom.shortcode, custom.host), emojiId: custom.id }
  }
  throw new HomebirdError('UNPROCESSABLE', `${JSON.stringify(text.slice(0, 80))} is no emoji that is known`, {
    safe: 'Validation failed: this is no emoji, or none that is known here',
  })
}

/**
 * A second reaction with the same emoji is the first.
 * @throws HomebirdError UNPROCESSABLE for one too many
 */
export async function reactToPost(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  actor: Pick<Row<'actors'>, 'id' | 'host'>,
  post: Post,
  reaction: OwnReaction,
  now: Date,
): Promise<void> {
  // Held until the end: two requests at once do not make one too many.
  await tx.selectFrom('posts').select('id').where('id', '=', post.id).forNoKeyUpdate().execute()
  const standing = await listReactions(tx, actor.id, post.id)
  if (standing.some(({ emoji }) => emoji === reaction.emoji)) return
  if (standing.length >= MAX_REACTIONS) {
    const limit = `at most ${MAX_REACTIONS} different reactions to one post`
    throw new HomebirdError('UNPROCESSABLE', `${actor.id} has ${standing.length}, and there are ${limit}`, {
      safe: `Validation failed: there are ${limit}`,
    })
  }
  const id = await nextId(tx)
  await sql`
    insert into interactions (id, uri, kind, actor_id, post_id, emoji, emoji_id, created_at, state_priority,
                              state_next_attempt_at)
    values (${id}, ${reactionUri(home.origin(actor.host), id)}, 'reaction', ${actor.id}, ${post.id}, ${reaction.emoji},
            ${reaction.emojiId}, ${now}, 0, now())`.execute(tx)
  if (reaction.emojiId !== null) await useEmojis(tx, [reaction.emojiId])
  const draft = { actorId: post.author_id, kind: 'emoji_reaction', postId: post.id } as const
  await tellIdentities(tx, [{ ...draft, fromActorId: actor.id, interactionId: id }])
  await wakeWorker(tx, 'interactions')
}

/** Takes a reaction back; without one nothing happens. A custom emoji without a host is meant whatever its host. */
export async function unreactToPost(
  tx: Transaction,
  actor: Pick<Row<'actors'>, 'id'>,
  post: Pick<Row<'posts'>, 'id'>,
  text: string,
): Promise<void> {
  const meant = parseUnicodeEmoji(text)
  const name = meant === null ? parseEmojiName(text) : null
  const standing = await listReactions(tx, actor.id, post.id)
  const ids = standing.flatMap(({ id, emoji }) => {
    const custom = emojiNameOf(emoji ?? '')
    const isNamed =
      custom !== null &&
      custom.shortcode === name?.shortcode &&
      (name.host === null || custom.host === name.host)
    return emoji === meant || isNamed ? [id] : []
  })
  const undone = await moveRows(tx, interactionGraph, ids, 'undone')
  await removeReactionNotifications(tx, undone)
}

async function listReactions(tx: Transaction, actorId: string, postId: string) {
  return tx
    .selectFrom('interactions')
    .select(['id', 'emoji'])
    .where('actor_id', '=', actorId)
    .where('post_id', '=', postId)
    .where('kind', '=', 'reaction')
    .where(STANDS)
    .execute()
}
