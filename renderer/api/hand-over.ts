/** The handing over of the home to another computer. */
import type { HandOverState } from '../../server/contracts/hand-over.ts'
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
