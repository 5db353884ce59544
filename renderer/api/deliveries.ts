/** Where an own post went: to which servers, and what is tried again or given up. */
import type { PostDeliveries } from '../../server/contracts/post-deliveries.ts'
import type { ApiClient } from './client.ts'

const pathOf = (postId: string): string => `/api/homebird/v1/posts/${encodeURIComponent(postId)}/deliveries`

export const getDeliveries = async (api: ApiClient, postId: string): Promise<PostDeliveries> =>
  api.get(pathOf(postId))

/** @param host  null for every server that waits or was given up */
export const retryDeliveries = async (
  api: ApiClient,
  postId: string,
  host: string | null,
): Promise<PostDeliveries> => api.post(`${pathOf(postId)}/retry`, { body: host === null ? {} : { host } })

export const giveUpDeliveries = async (
  api: ApiClient,
  postId: string,
  host: string,
): Promise<PostDeliveries> => api.post(`${pathOf(postId)}/give-up`, { body: { host } })
