/**
 * EmojiReact, and Like with an emoji: reactions to what was written here, by those who may see it. An emoji that cannot be
 * read leaves a plain like. Reactions to anything else concern nobody here, whoever sends them (rule 29).
 */
import { hash } from 'node:crypto'
import { type ReactionRecord, ingestReactions } from '../../domain/interactions/ingest-reactions.ts'
import { type ReactionFacts, parseReaction } from '../parse-reaction.ts'
import type { Batch } from './batch.ts'
import { handlePlainLikes, likedPost } from './like.ts'
import type { InboundMessage } from './message.ts'

interface IncomingReaction {
  readonly message: InboundMessage
  readonly record: ReactionRecord
  readonly authorId: string
}

/** Both types come through here: what is a like and what a reaction shows their content. */
export async function handleReactions(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  const likes: InboundMessage[] = []
  const reactions: Array<{ message: InboundMessage; facts: ReactionFacts }> = []
  for (const message of messages) {
    const facts = reactionOf(batch, message)
    if (facts === null) likes.push(message)
    else reactions.push({ message, facts })
  }
  await batch.loadPosts(messages.flatMap(({ activity }) => activity.objectUri ?? []))
  await handlePlainLikes(batch, likes)
  await store(
    batch,
    reactions.flatMap(({ message, facts }) => judge(batch, message, facts) ?? []),
  )
}

/** A custom emoji without its picture is none. */
function reactionOf(batch: Batch, { activity, host }: InboundMessage): ReactionFacts | null {
  const { type, content, tag } = activity
  const isOwnHost = (name: string): boolean => batch.home.isOwnHost(name)
  const facts = parseReaction({ type, content, tag, signerHost: host, isOwnHost })
  return facts === null || (facts.text.startsWith(':') && facts.custom === null) ? null : facts
}

function judge(batch: Batch, message: InboundMessage, facts: ReactionFacts): IncomingReaction | null {
  const post = likedPost(batch, message)
  if (post === null) return null
  const signer = batch.signerOf(message)
  const record = {
    // A reaction without an id is known by who reacts to what, and how.
    uri: message.activity.id ?? `${message.signerUri}#reactions/${post.id}/${hash('sha256', facts.text)}`,
    actorId: signer.id,
    postId: post.id,
    emoji: facts.text,
    custom: facts.custom === null ? null : { ...facts.custom, signerHost: message.host },
  }
  return { message, record, authorId: post.author_id }
}

async function store(batch: Batch, incoming: readonly IncomingReaction[]): Promise<void> {
  const reactions = await ingestReactions(
    batch.tx,
    incoming.map(({ record }) => record),
  )
  const stored = new Map(reactions.map(({ uri, id }) => [uri, id]))
  for (const { message, record, authorId } of incoming) {
    const id = stored.get(record.uri)
    if (id === undefined) {
      batch.drop(message, 'it is known, was undone, is one too many, or its actor cannot see the post')
      continue
    }
    batch.done(message)
    const { actorId: fromActorId, postId } = record
    batch.notify([{ actorId: authorId, kind: 'emoji_reaction', fromActorId, postId, interactionId: id }])
  }
}
