/** What a filter may be, and what its maker is told when it may not. */
import {
  FILTER_ACTIONS,
  FILTER_CONTEXTS,
  type FilterAction,
  type FilterContext,
} from '../../contracts/filter.ts'
import { HomebirdError } from '../../core/errors.ts'
import { cleanLine } from '../text/clean-text.ts'
import { foldText } from './fold-text.ts'

/** Of one identity: all its filters are kept in memory and compared with every post. */
export const FILTER_LIMITS = {
  filters: 200,
  /** In all filters together. */
  keywords: 2_000,
  posts: 2_000,
  titleLength: 256,
  keywordLength: 512,
} as const

/** The furthest expiry, in seconds: a hundred years. */
const MOST_SECONDS = 3_155_760_000

export interface FilterDraft {
  readonly title: string
  readonly contexts: readonly FilterContext[]
  readonly action: FilterAction
  readonly expiresAt: Date | null
}

/** As it came; what is undefined was not named. */
export interface FilterForm {
  readonly title?: string | undefined
  readonly contexts?: readonly string[] | undefined
  readonly action?: string | undefined
  /** Null for never. */
  readonly expiresInSeconds?: number | null | undefined
}

/**
 * The members that the form names.
 * @throws HomebirdError UNPROCESSABLE with all that is wrong
 */
export function draftFromForm(form: FilterForm, now: Date): Partial<FilterDraft> {
  const flaws: string[] = []
  const title = form.title === undefined ? undefined : checkText('Title', form.title, 'titleLength', flaws)
  const contexts = form.contexts === undefined ? undefined : checkContexts(form.contexts, flaws)
  const action = form.action === undefined ? undefined : checkAction(form.action, flaws)
  refuse(flaws)
  const { expiresInSeconds: seconds } = form
  return {
    ...(title === undefined ? {} : { title }),
    ...(contexts === undefined ? {} : { contexts }),
    ...(action === undefined ? {} : { action }),
    ...(seconds === undefined ? {} : { expiresAt: seconds === null ? null : momentIn(seconds, now) }),
  }
}

/** @throws HomebirdError UNPROCESSABLE */
export function wholeDraft(form: FilterForm, now: Date): FilterDraft {
  const { title = '', contexts = [], action = 'warn', expiresInSeconds = null } = form
  return draftFromForm({ title, contexts, action, expiresInSeconds }, now) as FilterDraft
}

/**
 * @param name  what the client calls it
 * @throws HomebirdError UNPROCESSABLE
 */
export function checkKeyword(keyword: string, name: 'Keyword' | 'Phrase' = 'Keyword'): string {
  const flaws: string[] = []
  const checked = checkText(name, keyword, 'keywordLength', flaws)
  refuse(flaws)
  return checked
}

/** @throws HomebirdError UNPROCESSABLE */
export function refuseTooMany(what: 'filters' | 'keywords' | 'posts', count: number): void {
  const most = FILTER_LIMITS[what]
  if (count > most) refuse([`there may be at most ${most} ${what === 'filters' ? '' : 'filtered '}${what}`])
}

/** @throws HomebirdError UNPROCESSABLE where there is a flaw */
export function refuse(flaws: readonly string[]): void {
  if (flaws.length === 0) return
  const text = flaws.join(', ')
  throw new HomebirdError('UNPROCESSABLE', text, { safe: `Validation failed: ${text}` })
}

function checkText(
  name: string,
  text: string,
  limit: 'titleLength' | 'keywordLength',
  flaws: string[],
): string {
  const most = FILTER_LIMITS[limit]
  const line = cleanLine(text, most + 1)
  if (foldText(line) === '') flaws.push(`${name} can't be blank`)
  else if (line.length > most) flaws.push(`${name} is too long (maximum is ${most} characters)`)
  return line
}

const isContext = (text: string): text is FilterContext =>
  (FILTER_CONTEXTS as readonly string[]).includes(text)

function checkContexts(given: readonly string[], flaws: string[]): FilterContext[] {
  const contexts = [...new Set(given)]
  if (contexts.length === 0) flaws.push("Context can't be blank")
  if (contexts.length === 0 || !contexts.every(isContext))
    flaws.push('Context None or invalid context supplied')
  return contexts.filter(isContext)
}

/** The documentation of methods calls `blur` by another name than that of entities. */
function checkAction(given: string, flaws: string[]): FilterAction {
  const action = FILTER_ACTIONS.find((one) => one === given || (one === 'blur' && given === 'blur_media'))
  if (action === undefined) flaws.push('Filter action is not included in the list')
  return action ?? 'warn'
}

const momentIn = (seconds: number, now: Date): Date =>
  new Date(now.getTime() + Math.min(MOST_SECONDS, Math.max(0, seconds)) * 1_000)
