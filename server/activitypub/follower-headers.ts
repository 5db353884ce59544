/** What deliveries to followers tell in a header: a digest of the followers there, and where they are listed. */
import type { StoredActivity } from '../domain/fan-outs/activity-store.ts'
import type { FollowerDigests } from '../domain/follows/follower-digests.ts'
import { followersSyncUri } from './uris.ts'

const NONE: Readonly<Record<string, string>> = {}

export class FollowerHeaders {
  readonly #digests: Pick<FollowerDigests, 'of'>

  constructor(digests: Pick<FollowerDigests, 'of'>) {
    this.#digests = digests
  }

  /** Empty for what is not for followers, and where nobody follows. @see FEP-8fcf */
  async headersFor(
    { isForFollowers, actorId }: Pick<StoredActivity, 'isForFollowers' | 'actorId'>,
    host: string,
  ): Promise<Readonly<Record<string, string>>> {
    const followers = isForFollowers ? await this.#digests.of(actorId) : null
    const digest = followers?.digests.get(host)
    if (followers === null || digest === undefined) return NONE
    const { followersUri } = followers
    const url = followersSyncUri(followersUri)
    return {
      'collection-synchronization': `collectionId="${followersUri}", url="${url}", digest="${digest}"`,
    }
  }
}
