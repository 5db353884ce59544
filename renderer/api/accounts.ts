/** People: the owner's own account, finding others, following them, read positions. */
import type { Account, CredentialAccount } from '../../server/contracts/account.ts'
import type { Instance } from '../../server/contracts/instance.ts'
import type { Marker, Markers } from '../../server/contracts/notification.ts'
import type { Relationship } from '../../server/contracts/relationship.ts'
import type { ApiClient } from './client.ts'
import { ApiFailure } from './failure.ts'

export const getOwnAccount = async (api: ApiClient): Promise<CredentialAccount> =>
  api.get('/api/v1/accounts/verify_credentials')

/** Those of them that the home knows, in any order. */
export const getAccounts = async (api: ApiClient, ids: readonly string[]): Promise<readonly Account[]> =>
  api.get('/api/v1/accounts', { query: { id: ids } })

export const getInstance = async (api: ApiClient): Promise<Instance> => api.get('/api/v2/instance')

export async function getRelationship(api: ApiClient, accountId: string): Promise<Relationship | null> {
  const [relationship] = await api.get<Relationship[]>('/api/v1/accounts/relationships', {
    query: { id: [accountId] },
  })
  return relationship ?? null
}

export async function getHomeMarker(api: ApiClient): Promise<Marker | null> {
  const markers = await api.get<Markers>('/api/v1/markers', { query: { timeline: ['home'] } })
  return markers.home ?? null
}

export async function setHomeMarker(api: ApiClient, lastReadId: string): Promise<Marker> {
  const { home } = await api.post<Markers>('/api/v1/markers', {
    body: { home: { last_read_id: lastReadId } },
  })
  if (home === undefined) throw new ApiFailure('broken', { status: 200, detail: 'no marker was answered' })
  return home
}
