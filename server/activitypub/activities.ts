/** The activities this home sends. Each has an id of its own, so that no server takes the second for a repetition. */
import type { StoredEmoji, Visibility } from '../db/tables.ts'
import { addressingOf } from './addressing.ts'
import type { Addressing } from './addressing.ts'
import type { JsonObject } from './json.ts'
import { inContext } from './json-ld-context.ts'
import { instant } from './note.ts'
import { emojiTag, withoutEmpty } from './note-parts.ts'
import type { ReactionType } from './reaction-dialect.ts'
import { postActivityUri } from './uris.ts'
import { PUBLIC } from './vocabulary.ts'

interface ActivityHead {
  /** Id of this activity. */
  readonly id: string
  readonly actorUri: string
}

/** The first sending of a post, with its object inside and the same addressees. */
export function createActivity(parts: ActivityHead & { readonly object: JsonObject }): JsonObject {
  const { published, to, cc } = parts.object
  return activity('Create', parts, { published, to, cc, object: parts.object })
}

/** An edited post. The id must differ for each edit, or the second one is dropped as known. */
export function updateActivity(
  parts: ActivityHead & { readonly object: JsonObject; readonly updatedAt: Date },
): JsonObject {
  const { to, cc } = parts.object
  const updated = instant(parts.updatedAt)
  return activity('Update', parts, { updated, to, cc, object: parts.object })
}

/** A changed profile: the actor document inside, to everybody who follows. */
export function updateActorActivity(
  parts: ActivityHead & { readonly document: JsonObject; readonly updatedAt: Date },
): JsonObject {
  const { '@context': _, ...object } = parts.document
  return activity('Update', parts, { updated: instant(parts.updatedAt), to: [PUBLIC], object })
}

/** An identity lives elsewhere: its followers are asked to come along. Whoever hears of it reads both documents. */
export function moveActivity(
  parts: ActivityHead & { readonly targetUri: string; readonly to: readonly string[] },
): JsonObject {
  const { actorUri, targetUri, to } = parts
  return activity('Move', parts, { to, object: actorUri, target: targetUri })
}

/** @param object  a Tombstone for a post, the actor's own id for an actor that leaves */
export function deleteActivity(
  parts: ActivityHead & { readonly object: JsonObject | string; readonly to: readonly string[] },
): JsonObject {
  return activity('Delete', parts, { to: parts.to, object: parts.object })
}

export interface AnnounceParts extends ActivityHead {
  readonly objectUri: string
  /** Author of the boosted post, who is told of it. */
  readonly objectActorUri: string
  readonly followersUri: string
  readonly visibility: Visibility
  readonly publishedAt: Date
}

/** A boost, with the visibility that its author gave it. */
export function announceActivity(parts: AnnounceParts): JsonObject {
  const addressing: Addressing = addressingOf(parts.visibility, parts.followersUri, [parts.objectActorUri])
  return activity('Announce', parts, {
    published: instant(parts.publishedAt),
    ...addressing,
    object: parts.objectUri,
  })
}

/**
 * A vote: one option of a poll elsewhere, to its author alone. The ids of the Create and of what is inside are told to
 * nobody else and answer nobody, the author included: the signed Create is all that a server needs to count it.
 */
export function voteActivity(
  parts: Pick<ActivityHead, 'actorUri'> & {
    readonly voteUri: string
    readonly choice: string
    readonly pollUri: string
    readonly recipientUri: string
  },
): JsonObject {
  const to = [parts.recipientUri]
  const object = {
    id: parts.voteUri,
    type: 'Note',
    attributedTo: parts.actorUri,
    to,
    inReplyTo: parts.pollUri,
    name: parts.choice,
  }
  const id = postActivityUri(parts.voteUri)
  return activity('Create', { ...parts, id }, { to, object })
}

export interface FeaturedParts extends ActivityHead {
  /** The collection of what the actor features. */
  readonly targetUri: string
  /** Id of a post, or a Hashtag. */
  readonly object: JsonObject | string
  readonly to: readonly string[]
}

/** What an actor pins on its profile or features there, or takes off it. */
export function featuredActivity(type: 'Add' | 'Remove', parts: FeaturedParts): JsonObject {
  const { object, targetUri: target, to } = parts
  return activity(type, parts, { to, object, target })
}

interface DirectedParts extends ActivityHead {
  readonly objectUri: string
  /** Whom it is delivered to. */
  readonly recipientUri: string
}

export function likeActivity(parts: DirectedParts): JsonObject {
  return directed('Like', parts)
}

export interface ReactionParts extends DirectedParts {
  readonly type: ReactionType
  /** The emoji of Unicode, or `:shortcode:`. */
  readonly content: string
  /** The custom emoji that `content` names. */
  readonly custom: StoredEmoji | null
}

/** A reaction in either dialect. @see FEP-c0e0 */
export function reactionActivity(parts: ReactionParts): JsonObject {
  const { type, content, custom } = parts
  return inContext({
    ...directed(type, parts),
    content,
    ...(type === 'Like' ? { _misskey_reaction: content } : {}),
    ...(custom === null ? {} : { tag: [emojiTag(custom)] }),
  })
}

export function followActivity(parts: ActivityHead & { readonly targetUri: string }): JsonObject {
  return directed('Follow', { ...parts, objectUri: parts.targetUri, recipientUri: parts.targetUri })
}

export function blockActivity(parts: ActivityHead & { readonly targetUri: string }): JsonObject {
  return directed('Block', { ...parts, objectUri: parts.targetUri, recipientUri: parts.targetUri })
}

export interface FlagParts extends ActivityHead {
  /** About whom. */
  readonly targetUri: string
  readonly postUris: readonly string[]
  readonly comment: string
}

/** A complaint, to the server of whom it is about. */
export function flagActivity(parts: FlagParts): JsonObject {
  const { targetUri, postUris, comment } = parts
  const object = [targetUri, ...postUris]
  return activity('Flag', parts, { to: [targetUri], object, content: comment })
}

/** A Follow as it came in, told back in the answer to it. */
export interface AnsweredFollow {
  readonly uri: string
  readonly sourceUri: string
  readonly targetUri: string
}

/** The whole Follow is told back: some servers know it by its id, others by actor and object. */
export function acceptFollowActivity(parts: ActivityHead & { readonly follow: AnsweredFollow }): JsonObject {
  return answer('Accept', parts)
}

/** Also sent after an Accept, to remove a follower. */
export function rejectFollowActivity(parts: ActivityHead & { readonly follow: AnsweredFollow }): JsonObject {
  return answer('Reject', parts)
}

/** Takes back a Follow, Like, reaction, Block or Announce of ours. Its addressees are those of what it takes back. */
export function undoActivity(parts: ActivityHead & { readonly activity: JsonObject }): JsonObject {
  const { '@context': _, ...object } = parts.activity
  const { to, cc } = object
  return activity('Undo', parts, { to, cc, object })
}

function activity(type: string, { id, actorUri: actor }: ActivityHead, facts: JsonObject): JsonObject {
  return inContext(withoutEmpty({ id, type, actor, ...facts }))
}

function directed(type: string, parts: DirectedParts): JsonObject {
  return activity(type, parts, { to: [parts.recipientUri], object: parts.objectUri })
}

function answer(type: string, parts: ActivityHead & { readonly follow: AnsweredFollow }): JsonObject {
  const { uri, sourceUri, targetUri } = parts.follow
  const object = { id: uri, type: 'Follow', actor: sourceUri, object: targetUri }
  return activity(type, parts, { to: [sourceUri], object })
}
