/** Likes and reactions of identities as activities: what is sent to the author of the post, and shown to that author again. */
import { emojiNameOf } from '../domain/interactions/reaction-emoji.ts'
import type { OwnInteraction } from '../domain/interactions/find-own-interaction.ts'
import { likeActivity, reactionActivity } from './activities.ts'
import type { JsonObject } from './json.ts'
import { type ReactionType, reactionTypeFor } from './reaction-dialect.ts'

/** How it was sent, or how it is going to be: a later change of the other server's software changes nothing. */
export function typeOfInteraction({ emoji, sent_as, software }: OwnInteraction): ReactionType {
  return emoji === null ? 'Like' : (sent_as ?? reactionTypeFor(software))
}

/** @param id  instead of its own: to say once more what was said before */
export function interactionActivity(interaction: OwnInteraction, id = interaction.uri): JsonObject {
  const { emoji, actor_uri: actorUri, object_uri: objectUri, recipient_uri: recipientUri } = interaction
  const parts = { id, actorUri, objectUri, recipientUri }
  if (emoji === null) return likeActivity(parts)
  const name = emojiNameOf(emoji)
  const { emoji_url: url, emoji_uri: uri } = interaction
  const picture = name === null || url === null ? null : { shortcode: name.shortcode, url }
  return reactionActivity({
    ...parts,
    type: typeOfInteraction(interaction),
    // Whose it is shows the tag: not every server reads a host in the name.
    content: name === null ? emoji : `:${name.shortcode}:`,
    custom: picture === null || uri === null ? picture : { ...picture, uri },
  })
}
