/** The filters of one identity, made ready to be compared with posts: any number of them costs one pass over a text. */
import type { FilterResult, MatchedFilter } from '../../contracts/filter.ts'
import { WordEdges, foldText } from './fold-text.ts'
import { foldHtml } from './folded-html.ts'
import type { FilterFacts } from './load-filters.ts'
import { PhraseFinder } from './phrase-finder.ts'

/** What is compared with filters. */
export interface FilteredPost {
  readonly id: string
  readonly html: string
  /** What stands beside it: the content warning, the options of a poll, the descriptions of media. */
  readonly texts: () => readonly string[]
}

interface Keyword {
  readonly filter: FilterFacts
  readonly keyword: string
  readonly isWholeWord: boolean
}

/** Folded texts hold no line end: no phrase goes from one to the next. */
const BETWEEN_TEXTS = '\n'

/** Keywords that are looked at in one post, each where it stands: of phrases within phrases there may be hundreds at each letter. */
const MOST_LOOKS = 20_000

export class ViewerFilters {
  readonly #filters: readonly FilterFacts[]
  readonly #finder: PhraseFinder | null
  /** By the number of the phrase. */
  readonly #keywords: ReadonlyArray<readonly Keyword[]>
  readonly #byPost: ReadonlyMap<string, readonly FilterFacts[]>

  constructor(filters: readonly FilterFacts[]) {
    this.#filters = filters
    const byPhrase = new Map<string, Keyword[]>()
    const byPost = new Map<string, FilterFacts[]>()
    for (const filter of filters) {
      for (const { keyword, is_whole_word: isWholeWord } of filter.keywords) {
        append(byPhrase, foldText(keyword), { filter, keyword, isWholeWord })
      }
      for (const { post_id: postId } of filter.posts) append(byPost, postId, filter)
    }
    // What folds to nothing was refused when it was written; an older rule may have let it in.
    byPhrase.delete('')
    this.#finder = byPhrase.size === 0 ? null : new PhraseFinder([...byPhrase.keys()])
    this.#keywords = [...byPhrase.values()]
    this.#byPost = byPost
  }

  /** Filters that hold at this moment and match, in the order in which they were made. */
  match(post: FilteredPost, now: Date): FilterResult[] {
    const byPost = this.#byPost.get(post.id) ?? []
    const byKeyword = this.#findKeywords(post)
    if (byPost.length === 0 && byKeyword.size === 0) return []
    return this.#filters.flatMap((filter) => {
      const keywords = byKeyword.get(filter)
      const isNamed = byPost.includes(filter)
      const isOver = filter.expires_at !== null && filter.expires_at <= now
      if (isOver || (keywords === undefined && !isNamed)) return []
      return {
        filter: matchedFilter(filter),
        keyword_matches: keywords === undefined ? null : [...keywords],
        status_matches: isNamed ? [post.id] : null,
      }
    })
  }

  #findKeywords(post: FilteredPost): Map<FilterFacts, Set<string>> {
    const found = new Map<FilterFacts, Set<string>>()
    if (this.#finder === null) return found
    const text = [foldHtml(post.html), ...post.texts().map(foldText)].join(BETWEEN_TEXTS)
    const edges = new WordEdges(text)
    let looks = 0
    this.#finder.find(text, (phrase, start, end) => {
      const those = this.#keywords[phrase] ?? []
      looks += those.length
      for (const { filter, keyword, isWholeWord } of those) {
        const keywords = found.get(filter)
        if (keywords?.has(keyword) === true) continue
        if (isWholeWord && !(edges.has(start) && edges.has(end))) continue
        if (keywords === undefined) found.set(filter, new Set([keyword]))
        else keywords.add(keyword)
      }
      return looks < MOST_LOOKS
    })
    return found
  }
}

export const NO_FILTERS = new ViewerFilters([])

export const matchedFilter = (filter: FilterFacts): MatchedFilter => ({
  id: filter.id,
  title: filter.title,
  context: filter.contexts,
  expires_at: filter.expires_at?.toISOString() ?? null,
  filter_action: filter.action,
})

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
