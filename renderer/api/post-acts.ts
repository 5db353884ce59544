/** What a reader does with one post beside favouriting and boosting it, as the client API takes it. */
import type { CustomEmoji } from '../../server/contracts/custom-emoji.ts'
import type { Filter, FilterContext, FilterStatus } from '../../server/contracts/filter.ts'
import type { Poll } from '../../server/contracts/poll.ts'
import type { Status, StatusEdit } from '../../server/contracts/status.ts'
import type { Translation } from '../../server/contracts/translation.ts'
import type { ApiClient } from './client.ts'

const pathOf = (id: string): string => `/api/v1/statuses/${encodeURIComponent(id)}`

export const getPost = async (api: ApiClient, id: string): Promise<Status> => api.get(pathOf(id))

/** @param choices  numbers of the options, from 0 */
export const votePoll = async (api: ApiClient, id: string, choices: readonly number[]): Promise<Poll> =>
  api.post(`/api/v1/polls/${encodeURIComponent(id)}/votes`, { body: { choices } })

export const getPoll = async (api: ApiClient, id: string): Promise<Poll> =>
  api.get(`/api/v1/polls/${encodeURIComponent(id)}`)

/** @param emoji  the emoji itself, or `name`, or `name@domain` */
export const setEmojiReaction = async (
  api: ApiClient,
  id: string,
  emoji: string,
  isOn: boolean,
): Promise<Status> => api.post(`${pathOf(id)}/${isOn ? 'react' : 'unreact'}/${encodeURIComponent(emoji)}`)

export const listCustomEmojis = async (api: ApiClient): Promise<readonly CustomEmoji[]> =>
  api.get('/api/v1/custom_emojis')

/**
 * Goes out though the window is being closed.
 * @returns the post with its text, for whoever writes it anew
 */
export const deletePost = async (api: ApiClient, id: string): Promise<Status> =>
  api.delete(pathOf(id), { keepalive: true })

/** Oldest first; the last one is the post as it is. */
export const listVersions = async (api: ApiClient, id: string): Promise<readonly StatusEdit[]> =>
  api.get(`${pathOf(id)}/history`)

/** @param language  BCP 47 tag of the reader's language */
export const translatePost = async (api: ApiClient, id: string, language: string): Promise<Translation> =>
  api.post(`${pathOf(id)}/translate`, { body: { lang: language } })

export type QuotePolicy = 'public' | 'followers' | 'nobody'

export const setQuotePolicy = async (api: ApiClient, id: string, policy: QuotePolicy): Promise<Status> =>
  api.put(`${pathOf(id)}/interaction_policy`, { body: { quote_approval_policy: policy } })

/** Takes the own post out of somebody's post that quotes it. @returns the quoting post */
export const revokeQuote = async (api: ApiClient, ownId: string, quotingId: string): Promise<Status> =>
  api.post(`${pathOf(ownId)}/quotes/${encodeURIComponent(quotingId)}/revoke`)

export const listFilters = async (api: ApiClient): Promise<readonly Filter[]> => api.get('/api/v2/filters')

export const addPostToFilter = async (
  api: ApiClient,
  filterId: string,
  postId: string,
): Promise<FilterStatus> =>
  api.post(`/api/v2/filters/${encodeURIComponent(filterId)}/statuses`, { body: { status_id: postId } })

/** A filter that warns of what it holds, everywhere. */
export const createFilter = async (
  api: ApiClient,
  title: string,
  contexts: readonly FilterContext[],
): Promise<Filter> =>
  api.post('/api/v2/filters', { body: { title, context: contexts, filter_action: 'warn' } })
