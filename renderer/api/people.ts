/** What an identity does about people, as the client API takes it: each act answers how both stand then. */
import type { Account } from '../../server/contracts/account.ts'
import type { FeaturedTag } from '../../server/contracts/featured-tag.ts'
import type { List } from '../../server/contracts/list.ts'
import type { FamiliarFollowers, Relationship } from '../../server/contracts/relationship.ts'
import type { Report } from '../../server/contracts/report.ts'
import type { ApiClient, Page } from './client.ts'

/** So many accounts are asked for at once. */
const BATCH = 40

const path = (id: string, act = ''): string => `/api/v1/accounts/${encodeURIComponent(id)}${act}`

export const getAccount = async (api: ApiClient, id: string): Promise<Account> => api.get(path(id))

/** In the order of the ids; those of nobody are left out. */
export async function listAccounts(api: ApiClient, ids: readonly string[]): Promise<Account[]> {
  const found: Account[] = []
  for (let start = 0; start < ids.length; start += BATCH) {
    const query = { id: ids.slice(start, start + BATCH) }
    found.push(...(await api.get<Account[]>('/api/v1/accounts', { query })))
  }
  return found
}

export interface FollowOptions {
  readonly reblogs?: boolean
  readonly notify?: boolean
  /** Empty for all. */
  readonly languages?: readonly string[]
}

/** What is not said stays as it is for somebody who is followed already. */
export const follow = async (
  api: ApiClient,
  id: string,
  options: FollowOptions = {},
): Promise<Relationship> => api.post(path(id, '/follow'), { body: options })

export const unfollow = async (api: ApiClient, id: string): Promise<Relationship> =>
  api.post(path(id, '/unfollow'))

export const removeFollower = async (api: ApiClient, id: string): Promise<Relationship> =>
  api.post(path(id, '/remove_from_followers'))

export interface MuteOptions {
  readonly notifications: boolean
  /** Seconds; 0 for a mute without end. */
  readonly duration: number
}

export const mute = async (api: ApiClient, id: string, options: MuteOptions): Promise<Relationship> =>
  api.post(path(id, '/mute'), { body: options })

export const unmute = async (api: ApiClient, id: string): Promise<Relationship> =>
  api.post(path(id, '/unmute'))

export const block = async (api: ApiClient, id: string): Promise<Relationship> => api.post(path(id, '/block'))

export const unblock = async (api: ApiClient, id: string): Promise<Relationship> =>
  api.post(path(id, '/unblock'))

export const setNote = async (api: ApiClient, id: string, comment: string): Promise<Relationship> =>
  api.post(path(id, '/note'), { body: { comment } })

export const setEndorsed = async (api: ApiClient, id: string, isOn: boolean): Promise<Relationship> =>
  api.post(path(id, isOn ? '/endorse' : '/unendorse'))

export const answerRequest = async (
  api: ApiClient,
  id: string,
  verdict: 'authorize' | 'reject',
): Promise<Relationship> => api.post(`/api/v1/follow_requests/${encodeURIComponent(id)}/${verdict}`)

/** Those whom the viewer follows and who follow this one. */
export async function listFamiliarFollowers(api: ApiClient, id: string): Promise<readonly Account[]> {
  const query = { id: [id] }
  const [familiar] = await api.get<FamiliarFollowers[]>('/api/v1/accounts/familiar_followers', { query })
  return familiar?.accounts ?? []
}

export const listFeaturedTags = async (api: ApiClient, id: string): Promise<readonly FeaturedTag[]> =>
  api.get(path(id, '/featured_tags'))

export const listEndorsed = async (api: ApiClient, id: string): Promise<readonly Account[]> =>
  api.get(path(id, '/endorsements'))

/** @param source  a path that answers pages of accounts */
export const listAccountPage = async (
  api: ApiClient,
  source: string,
  olderThan: string | null,
): Promise<Page<Account>> =>
  api.getPage(source, { query: { limit: BATCH, ...(olderThan === null ? {} : { max_id: olderThan }) } })

export const getLists = async (api: ApiClient): Promise<readonly List[]> => api.get('/api/v1/lists')

export const getListsOf = async (api: ApiClient, id: string): Promise<readonly List[]> =>
  api.get(path(id, '/lists'))

export async function setListed(api: ApiClient, listId: string, id: string, isIn: boolean): Promise<void> {
  const members = `/api/v1/lists/${encodeURIComponent(listId)}/accounts`
  const request = { body: { account_ids: [id] } }
  await (isIn ? api.post(members, request) : api.delete(members, request))
}

export interface ReportForm {
  readonly account_id: string
  readonly status_ids: readonly string[]
  readonly comment: string
  readonly category: Report['category']
  readonly forward: boolean
}

export const report = async (api: ApiClient, form: ReportForm): Promise<Report> =>
  api.post('/api/v1/reports', { body: form })

/** Codes of the languages that posts can be in. */
export async function listLanguages(api: ApiClient): Promise<readonly string[]> {
  const languages = await api.get<readonly { readonly code: string }[]>('/api/v1/instance/languages')
  return languages.map(({ code }) => code)
}
