/** Posts that wait for their time. */
import type { ScheduledStatus } from '../../server/contracts/scheduled-status.ts'
import type { ApiClient } from './client.ts'

const PATH = '/api/v1/scheduled_statuses'

/** @returns those that come first */
export const listScheduled = async (api: ApiClient): Promise<readonly ScheduledStatus[]> =>
  api.get(PATH, { query: { limit: 40 } })

/** Also gives one that failed another try. @throws ApiFailure refused for a time that is too near */
export const reschedule = async (api: ApiClient, id: string, moment: string): Promise<ScheduledStatus> =>
  api.put(`${PATH}/${id}`, { body: { scheduled_at: moment } })

export const cancelScheduled = async (api: ApiClient, id: string): Promise<unknown> =>
  api.delete(`${PATH}/${id}`)
