/** People: the owner's own account, finding others, following them, read positions. */
import type { CredentialAccount } from '../../server/contracts/account.ts'
import type { Instance } from '../../server/contracts/instance.ts'
import type { Markers } from '../../server/contracts/notification.ts'
import type { Relationship } from '../../server/contracts/relationship.ts'
import type { SearchResults } from '../../server/contracts/search-results.ts'
import type { ApiClient } from './client.ts'

export const getOwnAccount = async (api: ApiClient): Promise<CredentialAccount> =>
  api.get('/api/v1/accounts/verify_credentials')

export const getInstance = async (api: ApiClient): Promise<Instance> => api.get('/api/v2/instance')

/** Asks other servers too when the words are a handle or an address. */
export const search = async (api: ApiClient, words: string, signal?: AbortSignal): Promise<SearchResults> =>
  api.get('/api/v2/search', {
    query: { q: words, resolve: true, limit: 10 },
    ...(signal === undefined ? {} : { signal }),
  })

export async function getRelationship(api: ApiClient, accountId: string): Promise<Relationship | null> {
  const [relationship] = await api.get<Relationship[]>('/api/v1/accounts/relationships', {
    query: { id: [accountId] },
  })
  return relationship ?? null
}

export const setFollowing = async (
  api: ApiClient,
  accountId: string,
  isFollowing: boolean,
): Promise<Relationship> => api.post(`/api/v1/accounts/${accountId}/${isFollowing ? 'follow' : 'unfollow'}`)

export async function getHomeMarker(api: ApiClient): Promise<string | null> {
  const markers = await api.get<Markers>('/api/v1/markers', { query: { timeline: ['home'] } })
  return markers.home?.last_read_id ?? null
}

export const setHomeMarker = async (api: ApiClient, lastReadId: string): Promise<Markers> =>
  api.post('/api/v1/markers', { body: { home: { last_read_id: lastReadId } } })
