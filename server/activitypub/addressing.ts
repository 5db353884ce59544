/** Who an object of ours is addressed to, by its visibility. */
import type { Visibility } from '../db/tables.ts'
import { PUBLIC } from './vocabulary.ts'

export interface Addressing {
  readonly to: readonly string[]
  readonly cc: readonly string[]
}

/**
 * @param followersUri  the author's followers collection
 * @param actorUris  who is mentioned, or whose post is boosted
 * @see ActivityPub 5.6 and 6; the split of public and unlisted over `to` and `cc` is the fediverse's convention
 */
export function addressingOf(
  visibility: Visibility,
  followersUri: string,
  actorUris: readonly string[],
): Addressing {
  const actors = [...new Set(actorUris)]
  switch (visibility) {
    case 'public':
      return { to: [PUBLIC], cc: [followersUri, ...actors] }
    case 'unlisted':
      return { to: [followersUri], cc: [PUBLIC, ...actors] }
    case 'followers':
      return { to: [followersUri], cc: actors }
    case 'direct':
      return { to: actors, cc: [] }
  }
}
