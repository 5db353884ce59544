/** What the home knows of people, hashtags and emoji by the start of their names; no other server is asked. */
import type { Account } from '../../server/contracts/account.ts'
import type { CustomEmoji } from '../../server/contracts/custom-emoji.ts'
import type { SearchResults } from '../../server/contracts/search-results.ts'
import type { ApiClient } from './client.ts'

const MOST = 8

export const searchPeople = async (
  api: ApiClient,
  query: string,
  signal: AbortSignal,
): Promise<readonly Account[]> =>
  api.get('/api/v1/accounts/search', { query: { q: query, limit: MOST, resolve: false }, signal })

export async function searchHashtags(
  api: ApiClient,
  query: string,
  signal: AbortSignal,
): Promise<SearchResults['hashtags']> {
  const search = { q: query, type: 'hashtags', limit: MOST, resolve: false }
  return (await api.get<SearchResults>('/api/v2/search', { query: search, signal })).hashtags
}

export const listCustomEmojis = async (api: ApiClient): Promise<readonly CustomEmoji[]> =>
  api.get('/api/v1/custom_emojis')
