/** Blocked servers, by the routes of the owner: with a look at what would be lost before it is. */
import type { BlockLoss, EndedFollows } from '../../server/contracts/moderation.ts'
import type { ApiClient } from './client.ts'

const PATH = '/api/homebird/v1/domain-blocks'

export const previewServerBlock = async (api: ApiClient, domain: string): Promise<BlockLoss> =>
  api.post(`${PATH}/preview`, { body: { domain } })

/** @throws ApiFailure refused for the own domain and for what is no domain */
export const blockServer = async (api: ApiClient, domain: string): Promise<EndedFollows> =>
  api.post(PATH, { body: { domain } })

export const unblockServer = async (api: ApiClient, domain: string): Promise<unknown> =>
  api.delete(`${PATH}/${encodeURIComponent(domain)}`)
