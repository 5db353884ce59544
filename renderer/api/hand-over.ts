/** The handing over of the home to another computer. */
import type { HandOverState } from '../../server/contracts/hand-over.ts'
import type { TakingState } from '../../server/contracts/taking-home.ts'
import type { ApiClient } from './client.ts'

const PREFIX = '/api/homebird/v1/hand-over'

/** Null where nobody supervises the server. */
export const getHandOver = async (api: ApiClient): Promise<HandOverState | null> =>
  (await api.get<{ readonly handOver: HandOverState | null }>(PREFIX)).handOver
/** Who has made the offer is told its code, and nobody later. */
export const offerHandOver = async (api: ApiClient, password: string): Promise<HandOverState> =>
  api.post(`${PREFIX}/offer`, { body: { password } })
export const takeBack = async (api: ApiClient, password: string): Promise<unknown> =>
  api.post(`${PREFIX}/take-back`, { body: { password } })

/** Of a new home that becomes the one of another computer. */
export const getTaking = async (api: ApiClient): Promise<TakingState> => api.get(`${PREFIX}/taking`)
/** The other one may take some seconds to say what it has. */
export const pairTaking = async (api: ApiClient, address: string, code: string): Promise<TakingState> =>
  api.post(`${PREFIX}/taking`, { body: { address, code }, timeoutMs: 60_000 })
export const startTaking = async (api: ApiClient): Promise<TakingState> => api.post(`${PREFIX}/taking/start`)
export const cancelTaking = async (api: ApiClient): Promise<TakingState> =>
  api.post(`${PREFIX}/taking/cancel`)
