/** Who is sent what becomes of an own post, by its stored visibility alone. */
import { assertNever } from '../../core/errors.ts'
import type { Row, Visibility } from '../../db/tables.ts'
import type { Recipients } from '../fan-outs/queue-activity.ts'

type AudiencePost = Pick<Row<'posts'>, 'id' | 'author_id' | 'visibility' | 'in_reply_to_author_id'>

/**
 * The first sending. A direct post goes to whom it mentions and to nobody else.
 * @see security rule 68
 */
export function audienceOfPost(post: AudiencePost): Recipients {
  switch (post.visibility) {
    case 'public':
    case 'unlisted':
      return {
        followersOf: post.author_id,
        mentionedIn: post.id,
        quotedIn: post.id,
        // Whoever is answered is told, named or not.
        actorIds: post.in_reply_to_author_id === null ? [] : [post.in_reply_to_author_id],
      }
    case 'followers':
      return { followersOf: post.author_id, mentionedIn: post.id }
    case 'direct':
      return { mentionedIn: post.id }
    default:
      return assertNever(post.visibility)
  }
}

/** Edits and deletions also reach whoever came by a public post otherwise and did something with it. */
export function audienceOfChange(post: AudiencePost): Recipients {
  return isOpen(post.visibility) ? { ...audienceOfPost(post), touchedPost: post.id } : audienceOfPost(post)
}

/** A boost goes to the booster's followers and to the author of what is boosted, who sees it anyway. */
export function audienceOfBoost(
  boost: Pick<Row<'posts'>, 'author_id'>,
  original: Pick<Row<'posts'>, 'author_id'>,
): Recipients {
  return { followersOf: boost.author_id, actorIds: [original.author_id] }
}

function isOpen(visibility: Visibility): boolean {
  return visibility === 'public' || visibility === 'unlisted'
}
