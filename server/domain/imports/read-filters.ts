/**
 * Reads filters as Mastodon exports them (JSON, `custom_filters`), and as its API lists them, which is what people kept
 * before there was an export. An entry of the list counts as a line.
 */
import { isUtf8 } from 'node:buffer'
import { FILTER_ACTIONS, FILTER_CONTEXTS } from '../../contracts/filter.ts'
import type { ImportedFilter } from '../../db/tables.ts'
import { FILTER_LIMITS, checkKeyword } from '../filters/filter-draft.ts'
import { cleanLine } from '../text/clean-text.ts'
import { unreadable } from './csv-rows.ts'
import type { ImportLine } from './import-line.ts'

const MOST_POSTS = 200
const MOST_URI = 2_048

/** @throws HomebirdError UNPROCESSABLE for what is no list of filters */
export function* readFilters(bytes: Uint8Array): Generator<ImportLine> {
  if (!isUtf8(bytes)) throw unreadable('the file is no text in UTF-8')
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw unreadable('filters come as JSON, and this is none', cause)
  }
  const list = Array.isArray(parsed) ? parsed : member(parsed, 'custom_filters')
  if (!Array.isArray(list)) throw unreadable('the JSON holds no custom_filters')
  for (const [place, item] of list.entries()) yield lineOf(place + 1, item)
}

function lineOf(line: number, item: unknown): ImportLine {
  const raw = textOf(item, 'title') ?? textOf(item, 'phrase') ?? ''
  const title = cleanLine(raw, FILTER_LIMITS.titleLength)
  const read = filterOf(item)
  const flaw = title === '' ? 'has no title' : typeof read === 'string' ? read : null
  const facts = typeof read === 'string' ? {} : { filter: read }
  return { line, subject: title === '' ? '(no title)' : title, host: null, facts, flaw }
}

/** The filter, or what is wrong with it. */
function filterOf(item: unknown): ImportedFilter | string {
  const contexts = listOf(item, 'context').filter((one) => FILTER_CONTEXTS.some((known) => known === one))
  if (contexts.length === 0) return 'names no place where it holds'
  const action = textOf(item, 'action') ?? textOf(item, 'filter_action') ?? 'warn'
  const known = FILTER_ACTIONS.find((one) => one === action || (one === 'blur' && action === 'blur_media'))
  if (known === undefined) return `wants ${JSON.stringify(action.slice(0, 40))}, which no filter does here`
  const expiry = textOf(item, 'expires_at') ?? textOf(item, 'expire_at')
  if (expiry !== null && Number.isNaN(Date.parse(expiry))) return 'ends at no moment'
  const keywords = keywordsOf(item)
  if (keywords === null) return 'has a keyword that is empty or too long'
  const posts = listOf(item, 'statuses').filter((uri) => uri.startsWith('https://') && uri.length <= MOST_URI)
  return {
    contexts: [...new Set(contexts)],
    action: known,
    expiresAt: expiry === null ? null : new Date(expiry).toISOString(),
    keywords,
    posts: posts.slice(0, MOST_POSTS),
  }
}

/** Of the newer form a list, of the oldest the phrase itself; null where one cannot be. */
function keywordsOf(item: unknown): ImportedFilter['keywords'] | null {
  const given = member(item, 'keywords_attributes') ?? member(item, 'keywords')
  const list: unknown[] = Array.isArray(given) ? given.slice(0, FILTER_LIMITS.keywords) : []
  const phrase = textOf(item, 'phrase')
  if (phrase !== null) list.push({ keyword: phrase, whole_word: member(item, 'whole_word') })
  try {
    return list.map((one) => ({
      keyword: checkKeyword(textOf(one, 'keyword') ?? ''),
      isWholeWord: member(one, 'whole_word') !== false,
    }))
  } catch {
    return null
  }
}

function member(item: unknown, name: string): unknown {
  return typeof item === 'object' && item !== null && Object.hasOwn(item, name)
    ? Reflect.get(item, name)
    : undefined
}

function textOf(item: unknown, name: string): string | null {
  const value = member(item, name)
  return typeof value === 'string' && !value.includes('\u0000') && value.isWellFormed() ? value : null
}

function listOf(item: unknown, name: string): string[] {
  const value = member(item, name)
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}
