/** Filters: words and posts that are kept away, where and how. */
import type { Filter } from '../../server/contracts/filter.ts'
import type { ApiClient } from './client.ts'

export interface FilterForm extends Pick<Filter, 'title' | 'context' | 'filter_action'> {
  /** Seconds from now, null for never; absent leaves it as it is. */
  readonly expires_in?: number | null
  readonly keywords_attributes: readonly KeywordForm[]
}

export interface KeywordForm {
  /** Absent for a new one. */
  readonly id?: string
  readonly keyword?: string
  readonly whole_word?: boolean
  readonly _destroy?: boolean
}

const path = (id: string): string => `/api/v2/filters/${encodeURIComponent(id)}`

export const listFilters = async (api: ApiClient): Promise<readonly Filter[]> => api.get('/api/v2/filters')

export const getFilter = async (api: ApiClient, id: string): Promise<Filter> => api.get(path(id))

/** @param id  null for a new one */
export const saveFilter = async (api: ApiClient, id: string | null, form: FilterForm): Promise<Filter> =>
  id === null ? api.post('/api/v2/filters', { body: form }) : api.put(path(id), { body: form })

export const removeFilter = async (api: ApiClient, id: string): Promise<object> => api.delete(path(id))

/** @param id  of the entry in the filter, not of the post */
export const takePostOut = async (api: ApiClient, id: string): Promise<object> =>
  api.delete(`/api/v2/filters/statuses/${encodeURIComponent(id)}`)
