/** Filters of the client API, as they travel: groups of keywords and statuses, and the older form of one keyword. */

export const FILTER_CONTEXTS = ['home', 'notifications', 'public', 'thread', 'account'] as const
export type FilterContext = (typeof FILTER_CONTEXTS)[number]

export const FILTER_ACTIONS = ['warn', 'hide', 'blur'] as const
/** What an app does with a status that matches; the server marks it and leaves the act to the app. */
export type FilterAction = (typeof FILTER_ACTIONS)[number]

export interface FilterKeyword {
  readonly id: string
  readonly keyword: string
  readonly whole_word: boolean
}

export interface FilterStatus {
  readonly id: string
  readonly status_id: string
}

/** A filter as it stands in `filtered` of a status. */
export interface MatchedFilter {
  readonly id: string
  readonly title: string
  readonly context: readonly FilterContext[]
  readonly expires_at: string | null
  readonly filter_action: FilterAction
}

export interface Filter extends MatchedFilter {
  readonly keywords: readonly FilterKeyword[]
  readonly statuses: readonly FilterStatus[]
}

export interface FilterResult {
  readonly filter: MatchedFilter
  /** Keywords as the owner wrote them; null where none of them matched. */
  readonly keyword_matches: readonly string[] | null
  readonly status_matches: readonly string[] | null
}

/** One keyword with the facts of its filter, for apps older than filters of several keywords; `id` is the keyword's. */
export interface FilterV1 {
  readonly id: string
  readonly phrase: string
  readonly context: readonly FilterContext[]
  readonly whole_word: boolean
  readonly expires_at: string | null
  readonly irreversible: boolean
}
