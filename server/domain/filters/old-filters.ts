/** Filters of one keyword, as apps know them that are older than groups of them: a view of the keywords. */
import type { FilterAction, FilterV1 } from '../../contracts/filter.ts'
import type { Transaction } from '../../db/pool.ts'
import { changeFilter } from './edit-filters.ts'
import { type FilterDraft, checkKeyword, refuse } from './filter-draft.ts'
import { type FilterFacts, type KeywordRow, getFilterOfKeyword } from './load-filters.ts'

export interface OldFilterChange {
  readonly phrase: string | undefined
  readonly isWholeWord: boolean | undefined
  // What belongs to the filter and not to the keyword:
  readonly isIrreversible: boolean | undefined
  readonly draft: Omit<Partial<FilterDraft>, 'action'>
}

/**
 * The title follows the keyword while the two are alike, as they are when such an app made the filter.
 * @throws HomebirdError NOT_FOUND; UNPROCESSABLE where other keywords would change with this one
 */
export async function changeOldFilter(
  tx: Transaction,
  actorId: string,
  keywordId: string,
  { phrase, isWholeWord, isIrreversible, draft: given }: OldFilterChange,
): Promise<FilterV1> {
  const { filter, keyword } = await getFilterOfKeyword(tx, actorId, keywordId)
  const draft = { ...given, action: actionOf(filter, isIrreversible) }
  const text = phrase === undefined ? keyword.keyword : checkKeyword(phrase, 'Phrase')
  const isAlone = filter.keywords.length === 1
  if (!isAlone && changesFacts(filter, draft)) {
    refuse([
      'context, expiry and irreversibility belong to all keywords of this filter; change them in an app that knows such filters',
    ])
  }
  const facts = isAlone ? { ...draft, ...(filter.title === keyword.keyword ? { title: text } : {}) } : {}
  await changeFilter(tx, actorId, filter.id, facts, [{ id: keywordId, keyword: text, isWholeWord }])
  const changed = await getFilterOfKeyword(tx, actorId, keywordId)
  return oldFilter(changed.filter, changed.keyword)
}

export const oldFilter = (filter: FilterFacts, keyword: KeywordRow): FilterV1 => ({
  id: keyword.id,
  phrase: keyword.keyword,
  context: filter.contexts,
  whole_word: keyword.is_whole_word,
  expires_at: filter.expires_at?.toISOString() ?? null,
  irreversible: filter.action === 'hide',
})

/** Of what is not irreversible these apps do not know the kinds: it stays as it is. */
function actionOf({ action }: FilterFacts, isIrreversible = action === 'hide'): FilterAction {
  if (isIrreversible) return 'hide'
  return action === 'hide' ? 'warn' : action
}

function changesFacts(filter: FilterFacts, draft: Partial<FilterDraft>): boolean {
  const { contexts, action, expiresAt } = draft
  const isSameContext =
    contexts === undefined || contexts.toSorted().join() === filter.contexts.toSorted().join()
  const isSameExpiry =
    expiresAt === undefined || (expiresAt?.getTime() ?? null) === (filter.expires_at?.getTime() ?? null)
  return !(isSameContext && isSameExpiry && action === filter.action)
}
