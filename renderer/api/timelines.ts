/** What heads a timeline: the hashtag, the list. */
import type { List } from '../../server/contracts/list.ts'
import type { Tag } from '../../server/contracts/tag.ts'
import type { ApiClient } from './client.ts'

/** @param name  without the # */
export const getTag = async (api: ApiClient, name: string): Promise<Tag> =>
  api.get(`/api/v1/tags/${encodeURIComponent(name)}`)

export const setTagFollowing = async (api: ApiClient, name: string, isFollowing: boolean): Promise<Tag> =>
  api.post(`/api/v1/tags/${encodeURIComponent(name)}/${isFollowing ? 'follow' : 'unfollow'}`)

export const getList = async (api: ApiClient, id: string): Promise<List> =>
  api.get(`/api/v1/lists/${encodeURIComponent(id)}`)
