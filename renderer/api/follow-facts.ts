/** The owner's followers and followed, all at once, with what they are sorted out by. */
import type { FollowFactsList } from '../../server/contracts/follow-facts.ts'
import type { ApiClient } from './client.ts'

export const listFollowFacts = async (
  api: ApiClient,
  side: 'followers' | 'following',
): Promise<FollowFactsList> => api.get(`/api/homebird/v1/follows/${side}`)
