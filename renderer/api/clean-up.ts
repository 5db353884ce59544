/** The clean-up of the home, and own posts that go by themselves. */
import type {
  CleanUpFacts,
  CleanUpPreview,
  CleanUpRules,
  PostExpiry,
  PostExpiryPreview,
} from '../../server/contracts/clean-up.ts'
import type { ApiClient } from './client.ts'

const PREFIX = '/api/homebird/v1'

export const getCleanUp = async (api: ApiClient): Promise<CleanUpFacts> => api.get(`${PREFIX}/clean-up`)
export const saveRules = async (api: ApiClient, rules: CleanUpRules): Promise<CleanUpFacts> =>
  api.put(`${PREFIX}/clean-up/rules`, { body: rules })
export const beginCleanUp = async (api: ApiClient): Promise<CleanUpFacts> =>
  api.post(`${PREFIX}/clean-up/run`)
export const cancelCleanUp = async (api: ApiClient): Promise<CleanUpFacts> =>
  api.post(`${PREFIX}/clean-up/cancel`)

export type Look = Omit<CleanUpPreview, 'next'>

/** The home looks through a part at a time. @param onPart  how far it is, from 0 to 1 */
export async function lookAtCleanUp(
  api: ApiClient,
  rules: CleanUpRules,
  onPart: (share: number) => void,
): Promise<Look> {
  let sum: Look = { posts: 0, actors: 0, bytes: 0, share: 0 }
  for (let next: string | null = null; ;) {
    const part: CleanUpPreview = await api.post(`${PREFIX}/clean-up/preview`, { body: { rules, next } })
    sum = {
      posts: sum.posts + part.posts,
      actors: sum.actors + part.actors,
      bytes: sum.bytes + part.bytes,
      // A part that has no share of its own is never less than the one before.
      share: Math.max(sum.share, part.share),
    }
    onPart(sum.share)
    next = part.next
    if (next === null) return sum
  }
}

export const getPostExpiry = async (api: ApiClient): Promise<PostExpiry> => api.get(`${PREFIX}/post-expiry`)
export const savePostExpiry = async (api: ApiClient, expiry: PostExpiry): Promise<PostExpiry> =>
  api.put(`${PREFIX}/post-expiry`, { body: expiry })
export const lookAtPostExpiry = async (api: ApiClient, expiry: PostExpiry): Promise<PostExpiryPreview> =>
  api.post(`${PREFIX}/post-expiry/preview`, { body: expiry, timeoutMs: 60_000 })
