/** Search, and what the people talk about whom the reader follows. */
import type { TrendingLink } from '../../server/contracts/preview-card.ts'
import type { SearchResults } from '../../server/contracts/search-results.ts'
import type { Suggestion } from '../../server/contracts/suggestion.ts'
import type { Tag } from '../../server/contracts/tag.ts'
import type { ApiClient } from './client.ts'

export type SearchKind = keyof SearchResults

export interface SearchQuestion {
  readonly words: string
  /** Absent for all. */
  readonly kind?: SearchKind
  readonly offset: number
  readonly limit: number
  /** Asks other servers too when the words are a handle or an address. */
  readonly asksOthers: boolean
}

export const searchFor = async (
  api: ApiClient,
  { words, kind, offset, limit, asksOthers }: SearchQuestion,
  signal: AbortSignal,
): Promise<SearchResults> =>
  api.get('/api/v2/search', {
    query: { q: words, type: kind, offset, limit, resolve: asksOthers },
    signal,
  })

export const listTrendingTags = async (api: ApiClient): Promise<readonly Tag[]> =>
  api.get('/api/v1/trends/tags', { query: { limit: 6 } })

export const listTrendingLinks = async (api: ApiClient): Promise<readonly TrendingLink[]> =>
  api.get('/api/v1/trends/links', { query: { limit: 5 } })

export const listSuggestions = async (api: ApiClient): Promise<readonly Suggestion[]> =>
  api.get('/api/v2/suggestions', { query: { limit: 5 } })
