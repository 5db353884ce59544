/** Lists of people with a timeline of their own, and followed hashtags. */
import type { Account } from '../../server/contracts/account.ts'
import type { List } from '../../server/contracts/list.ts'
import type { Tag } from '../../server/contracts/tag.ts'
import type { ApiClient, Page } from './client.ts'

const path = (id: string, act = ''): string => `/api/v1/lists/${encodeURIComponent(id)}${act}`

export type ListDraft = Omit<List, 'id'>

export const getList = async (api: ApiClient, id: string): Promise<List> => api.get(path(id))

export const createList = async (api: ApiClient, draft: ListDraft): Promise<List> =>
  api.post('/api/v1/lists', { body: draft })

export const changeList = async (api: ApiClient, id: string, draft: ListDraft): Promise<List> =>
  api.put(path(id), { body: draft })

export const removeList = async (api: ApiClient, id: string): Promise<object> => api.delete(path(id))

export const listMembers = async (
  api: ApiClient,
  id: string,
  olderThan: string | undefined,
): Promise<Page<Account>> => api.getPage(path(id, '/accounts'), { query: { max_id: olderThan, limit: 40 } })

/** Of those whom the reader follows: only they write in a list. */
export const findFollowed = async (
  api: ApiClient,
  words: string,
  signal: AbortSignal,
): Promise<readonly Account[]> =>
  api.get('/api/v1/accounts/search', { query: { q: words, following: true, limit: 8 }, signal })

export const listFollowedTags = async (api: ApiClient, olderThan: string | undefined): Promise<Page<Tag>> =>
  api.getPage('/api/v1/followed_tags', { query: { max_id: olderThan, limit: 100 } })

export type TagAct = 'follow' | 'unfollow' | 'feature' | 'unfeature'

export const actOnTag = async (api: ApiClient, name: string, act: TagAct): Promise<Tag> =>
  api.post(`/api/v1/tags/${encodeURIComponent(name)}/${act}`)
