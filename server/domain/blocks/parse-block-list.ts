/**
 * Reads lists of domains as others publish them: CSV as Mastodon exports it, JSON as GoToSocial and Mastodon do, plain lines.
 * Every byte is looked at a bounded number of times, and nothing in a list but names and comments is used.
 */
import { cleanLine } from '../text/clean-text.ts'
import { type DomainFlaw, readDomain } from './domain-name.ts'

export type BlockListFormat = 'csv' | 'json' | 'plain'

/** Why a line is passed over. `limited`: the list wants the domain shown less and not blocked. */
export type PassedOver = DomainFlaw | 'limited'

export interface BlockListEntry {
  readonly domain: string
  readonly comment: string
}

export type ParsedBlockList =
  | {
      readonly ok: true
      readonly format: BlockListFormat
      readonly entries: readonly BlockListEntry[]
      readonly passedOver: Partial<Readonly<Record<PassedOver, number>>>
    }
  | { readonly ok: false; readonly problem: string }

export const MOST_ENTRIES = 150_000
const MOST_COMMENT = 500
const BLOCKS: ReadonlySet<string> = new Set(['', 'suspend', 'block', 'true'])
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/

interface RawEntry {
  readonly domain: string
  readonly severity: string
  readonly comment: string
}

export function parseBlockList(text: string): ParsedBlockList {
  const body = text.replace(/^\uFEFF/, '')
  if (body.includes('\u0000')) return { ok: false, problem: 'it is no text' }
  const first = /\S/.exec(body)?.[0]
  if (first === undefined) return { ok: false, problem: 'it is empty' }
  // A page of a site that moved, or asks whether one is human, is no list.
  if (first === '<') return { ok: false, problem: 'it is a web page and no list' }
  if (first === '[' || first === '{') return gather('json', rowsOfJson(body))
  const header = headerOf(body)
  return header === null ? gather('plain', rowsOfLines(body)) : gather('csv', rowsOfCsv(body, header))
}

function gather(format: BlockListFormat, rows: Iterable<RawEntry> | string): ParsedBlockList {
  if (typeof rows === 'string') return { ok: false, problem: rows }
  const entries = new Map<string, BlockListEntry>()
  const passedOver: Partial<Record<PassedOver, number>> = {}
  for (const { domain: raw, severity, comment } of rows) {
    const read = readDomain(raw)
    const reason = !read.ok ? read.flaw : BLOCKS.has(severity.trim().toLowerCase()) ? null : 'limited'
    if (reason !== null) passedOver[reason] = (passedOver[reason] ?? 0) + 1
    else if (read.ok && !entries.has(read.domain)) {
      if (entries.size >= MOST_ENTRIES)
        return { ok: false, problem: `it names more than ${MOST_ENTRIES} domains` }
      entries.set(read.domain, { domain: read.domain, comment: cleanLine(comment, MOST_COMMENT) })
    }
  }
  return { ok: true, format, entries: [...entries.values()], passedOver }
}

function rowsOfJson(body: string): RawEntry[] | string {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return 'it is no JSON'
  }
  if (!Array.isArray(parsed)) return 'its JSON is no list'
  return parsed.map((item: unknown) => {
    if (typeof item === 'string') return { domain: item, severity: '', comment: '' }
    const member = (name: string): string => {
      const value: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, name) : null
      return typeof value === 'string' ? value : ''
    }
    const comment = member('public_comment') || member('comment')
    return { domain: member('domain'), severity: member('severity'), comment }
  })
}

/** One name a line, with a comment after `#`; also lines of a hosts file, and CSV without a header. */
function* rowsOfLines(body: string): Generator<RawEntry> {
  for (const line of linesOf(body)) {
    const mark = line.indexOf('#')
    const [told, comment] = mark === -1 ? [line, ''] : [line.slice(0, mark), line.slice(mark + 1)]
    const [first = '', second] = told.trim().split(/[\s,;]+/, 2)
    const domain = IPV4.test(first) && second !== undefined ? second : first
    if (domain !== '') yield { domain: domain.replaceAll('"', ''), severity: '', comment }
  }
}

function* linesOf(body: string): Generator<string> {
  for (let start = 0; start < body.length;) {
    const end = body.indexOf('\n', start)
    yield body.slice(start, end === -1 ? body.length : end)
    start = end === -1 ? body.length : end + 1
  }
}

interface Header {
  readonly domain: number
  readonly severity: number
  readonly comment: number
}

/** `#domain,#severity,…` and the same without `#`. */
function headerOf(body: string): Header | null {
  const [line = ''] = linesOf(body)
  const names = line.split(',').map((name) => name.replaceAll(/["#\s]/g, '').toLowerCase())
  const domain = names.indexOf('domain')
  if (domain === -1) return null
  const comment = names.includes('public_comment')
    ? names.indexOf('public_comment')
    : names.indexOf('comment')
  return { domain, severity: names.indexOf('severity'), comment }
}

function* rowsOfCsv(body: string, header: Header): Generator<RawEntry> {
  let isHeader = true
  for (const cells of csvRows(body)) {
    const cell = (index: number): string => cells[index] ?? ''
    if (!isHeader && cell(header.domain).trim() !== '')
      yield { domain: cell(header.domain), severity: cell(header.severity), comment: cell(header.comment) }
    isHeader = false
  }
}

/** A quoted cell may hold commas, line ends and doubled quotes; one that is never closed ends with the text. @see RFC 4180 */
function* csvRows(body: string): Generator<string[]> {
  let row: string[] = []
  let at = 0
  while (at < body.length) {
    const [cell, next] = body[at] === '"' ? quotedCell(body, at + 1) : bareCell(body, at)
    row.push(cell)
    if (body[next] === ',') at = next + 1
    else {
      yield row
      row = []
      at = body[next] === '\r' && body[next + 1] === '\n' ? next + 2 : next + 1
    }
  }
  if (row.length > 0) yield row
}

function bareCell(body: string, start: number): [cell: string, next: number] {
  let end = start
  while (end < body.length && body[end] !== ',' && body[end] !== '\n' && body[end] !== '\r') end += 1
  return [body.slice(start, end), end]
}

function quotedCell(body: string, start: number): [cell: string, next: number] {
  const parts: string[] = []
  for (let from = start; ;) {
    const quote = body.indexOf('"', from)
    if (quote === -1) return [parts.join('') + body.slice(from), body.length]
    parts.push(body.slice(from, quote))
    if (body[quote + 1] !== '"') {
      const [rest, next] = bareCell(body, quote + 1)
      return [parts.join('') + rest, next]
    }
    parts.push('"')
    from = quote + 2
  }
}
