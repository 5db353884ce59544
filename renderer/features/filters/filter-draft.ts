/** A filter while it is written: what is wrong with it, what is sent for it, and what it would do with a text. */
import type { Filter, FilterAction, FilterContext } from '../../../server/contracts/filter.ts'
import type { FilterForm, KeywordForm } from '../../api/filters.ts'

export interface DraftWord {
  /** For the page alone. */
  readonly key: string
  /** Null for one that the home does not have yet. */
  readonly id: string | null
  readonly text: string
  readonly isWhole: boolean
}

export interface FilterDraft {
  readonly title: string
  readonly words: readonly DraftWord[]
  readonly contexts: readonly FilterContext[]
  readonly action: FilterAction
  /** Seconds from now, null for without end, `keep` for what the filter has. */
  readonly lasts: number | null | 'keep'
}

export const LASTS = [1_800, 3_600, 21_600, 86_400, 604_800, 2_592_000] as const

export const NEW_FILTER: FilterDraft = {
  title: '',
  words: [{ key: 'first', id: null, text: '', isWhole: true }],
  contexts: ['home', 'notifications', 'public'],
  action: 'warn',
  lasts: null,
}

export function draftFromFilter(filter: Filter): FilterDraft {
  return {
    title: filter.title,
    words: filter.keywords.map(({ id, keyword, whole_word: isWhole }) => ({
      key: id,
      id,
      text: keyword,
      isWhole,
    })),
    contexts: filter.context,
    action: filter.filter_action,
    lasts: filter.expires_at === null ? null : 'keep',
  }
}

export type FilterFlaw = 'no_name' | 'no_where'

export function flawsOf({ title, contexts }: FilterDraft): ReadonlySet<FilterFlaw> {
  const flaws: FilterFlaw[] = []
  if (title.trim() === '') flaws.push('no_name')
  if (contexts.length === 0) flaws.push('no_where')
  return new Set(flaws)
}

/** @param known  as the home has it: what is missing in the draft is taken away there */
export function formFromDraft(draft: FilterDraft, known: Filter | null): FilterForm {
  const written = draft.words.filter(({ text }) => text.trim() !== '')
  const kept = new Set(written.map(({ id }) => id))
  const gone = (known?.keywords ?? []).filter(({ id }) => !kept.has(id))
  return {
    title: draft.title.trim(),
    context: draft.contexts,
    filter_action: draft.action,
    ...(draft.lasts === 'keep' ? {} : { expires_in: draft.lasts }),
    keywords_attributes: [
      ...written.map(({ id, text, isWhole }): KeywordForm => {
        const form = { keyword: text.trim(), whole_word: isWhole }
        return id === null ? form : Object.assign(form, { id })
      }),
      ...gone.map(({ id }): KeywordForm => ({ id, _destroy: true })),
    ],
  }
}

/** Words of the draft that are in a text. A picture of what the home does: letters large or small, accents or not. */
export function wordsIn(text: string, words: readonly DraftWord[]): readonly string[] {
  const folded = fold(text)
  return words
    .filter(({ text: word, isWhole }) => isIn(folded, fold(word), isWhole))
    .map(({ text: word }) => word.trim())
}

function isIn(text: string, word: string, isWhole: boolean): boolean {
  if (word === '') return false
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWhole) return true
    const isGlued = (inside: string | undefined, outside: string | undefined): boolean =>
      isLetter(inside) && isLetter(outside)
    const end = at + word.length
    if (!isGlued(word[0], text[at - 1]) && !isGlued(word.at(-1), text[end])) return true
  }
  return false
}

const isLetter = (sign: string | undefined): boolean => sign !== undefined && /[\p{L}\p{N}_]/u.test(sign)

const fold = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim()
