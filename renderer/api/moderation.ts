/** Complaints that came in, and lists of domains that the owner subscribes to. */
import type {
  BlockListFacts,
  BlockListPreview,
  ReportFacts,
  ReportPage,
} from '../../server/contracts/moderation.ts'
import type { ApiClient } from './client.ts'

const PREFIX = '/api/homebird/v1'

/** @param before  the id of the last one that is there already; null from the newest on */
export const getReports = async (
  api: ApiClient,
  withResolved: boolean,
  before: string | null,
): Promise<readonly ReportFacts[]> =>
  (
    await api.get<ReportPage>(`${PREFIX}/reports`, {
      query: { resolved: withResolved, ...(before === null ? {} : { before }) },
    })
  ).reports

export const settleReport = async (api: ApiClient, id: string, isResolved: boolean): Promise<unknown> =>
  api.post(`${PREFIX}/reports/${id}/${isResolved ? 'resolve' : 'reopen'}`)

export const getBlockLists = async (api: ApiClient): Promise<readonly BlockListFacts[]> =>
  (await api.get<{ readonly lists: readonly BlockListFacts[] }>(`${PREFIX}/block-lists`)).lists

/** @throws ApiFailure refused, saying why it cannot be read */
export const previewBlockList = async (api: ApiClient, url: string): Promise<BlockListPreview> =>
  api.post(`${PREFIX}/block-lists/preview`, { body: { url }, timeoutMs: 90_000 })

export const subscribeToBlockList = async (api: ApiClient, url: string): Promise<unknown> =>
  api.post(`${PREFIX}/block-lists`, { body: { url } })

export const refreshBlockList = async (api: ApiClient, id: string): Promise<unknown> =>
  api.post(`${PREFIX}/block-lists/${id}/refresh`, { body: {} })

export const removeBlockList = async (api: ApiClient, id: string): Promise<unknown> =>
  api.delete(`${PREFIX}/block-lists/${id}`)
