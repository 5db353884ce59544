/** Reads a whole file as the lines of an import, each with what it says or what is wrong with it. */
import { type ImportKind, MOST_IMPORT_LINES } from '../../contracts/import.ts'
import type { ImportFacts } from '../../db/tables.ts'
import { normalizeLanguage } from '../text/language.ts'
import { csvRows, unreadable } from './csv-rows.ts'
import { type Column, type Columns, type CsvKind, readHead } from './import-columns.ts'
import type { ImportLine } from './import-line.ts'
import { type Subject, readDomainSubject, readHandle, readPostAddress } from './import-subjects.ts'
import { readFilters } from './read-filters.ts'

const MOST_LANGUAGES = 50
const MOST_TITLE = 256
/** Of a line that is wrong, as it is kept and shown. */
const MOST_SHOWN = 300

const READ: Readonly<Record<CsvKind, readonly [Column, (raw: string) => Subject]>> = {
  following: ['account', readHandle],
  blocks: ['account', readHandle],
  mutes: ['account', readHandle],
  domain_blocks: ['domain', readDomainSubject],
  bookmarks: ['uri', readPostAddress],
  lists: ['account', readHandle],
}

/**
 * Lines as they are asked for; a line is one row of the file.
 * @throws HomebirdError UNPROCESSABLE in words for whoever sent it, naming the line: no text, an archive, a list of
 *   something else, too many lines
 */
export function* readImport(kind: ImportKind, bytes: Uint8Array): Generator<ImportLine> {
  refuseArchive(bytes)
  let count = 0
  for (const line of kind === 'filters' ? readFilters(bytes) : readCsv(kind, bytes)) {
    count += 1
    if (count > MOST_IMPORT_LINES) {
      throw unreadable(`line ${line.line}: the file has more than ${MOST_IMPORT_LINES} lines; divide it`)
    }
    yield line
  }
}

/** Archives of posts are something else, and the first thing that people try. */
function refuseArchive(bytes: Uint8Array): void {
  const [first, second] = bytes
  const isZip = first === 0x50 && second === 0x4b
  const isGzip = first === 0x1f && second === 0x8b
  if (isZip || isGzip) throw unreadable('this is an archive and no list; take the CSV file out of it')
}

function* readCsv(kind: CsvKind, bytes: Uint8Array): Generator<ImportLine> {
  let columns: Columns | null = null
  for (const { line, cells } of csvRows(bytes, { anySeparator: kind !== 'bookmarks' })) {
    if (columns === null) {
      if (line === 1 && /^[[{<]/.test(cells[0] ?? '')) throw unreadable('line 1: the file is no CSV')
      const head = readHead(kind, cells)
      if ('flaw' in head) throw unreadable(`line ${line}: ${head.flaw}`)
      if (!head.isHead && isRemark(kind, cells)) continue
      columns = head.columns
      if (head.isHead) continue
    }
    if (isRemark(kind, cells)) continue
    yield lineOf(kind, line, cells, columns)
  }
}

/** Lists of domains are written by hand too, with remarks on lines of their own. */
const isRemark = (kind: CsvKind, [first = '']: readonly string[]): boolean =>
  kind === 'domain_blocks' && /^[#!]/.test(first)

function lineOf(kind: CsvKind, line: number, cells: readonly string[], columns: Columns): ImportLine {
  const cell = (column: Column): string => cells[columns.get(column) ?? -1] ?? ''
  const [column, read] = READ[kind]
  const raw = cell(column)
  const subject = raw === '' ? ({ ok: false, reason: EMPTY[column] ?? 'says nothing' } as const) : read(raw)
  const flaw = subject.ok ? flawOf(kind, cell) : subject.reason
  if (!subject.ok || flaw !== null) {
    // Whom it names, if it does: an import that overwrites leaves alone what any line names.
    const shown = subject.ok ? subject.subject : cells.join(',').slice(0, MOST_SHOWN)
    return { line, subject: shown, host: null, facts: {}, flaw }
  }
  return { line, subject: subject.subject, host: subject.host, facts: factsOf(kind, cell), flaw: null }
}

/** Why a line that is read well is not taken in: it asks for something else than its list is for. */
export const SHOWN_LESS = 'is to be shown less and not blocked'

const EMPTY: Partial<Record<Column, string>> = { account: 'names no account' }

function flawOf(kind: CsvKind, cell: (column: Column) => string): string | null {
  if (kind === 'lists') {
    const title = cell('list')
    if (title === '') return 'names no list'
    return Array.from(title).length > MOST_TITLE ? 'has a title that is too long' : null
  }
  // Lists for administrators also name domains that are only to be shown less.
  const severity = kind === 'domain_blocks' ? cell('severity').toLowerCase() : ''
  return ['', 'suspend', 'block', 'true'].includes(severity) ? null : SHOWN_LESS
}

function factsOf(kind: CsvKind, cell: (column: Column) => string): ImportFacts {
  if (kind === 'lists') return { list: cell('list') }
  if (kind === 'mutes') return switchOf('hidesNotifications', cell)
  if (kind !== 'following') return {}
  const languages = [...new Set(cell('languages').split(/[\s,;]+/))]
    .flatMap((tag) => normalizeLanguage(tag) ?? [])
    .slice(0, MOST_LANGUAGES)
  return {
    ...switchOf('showsBoosts', cell),
    ...switchOf('notifies', cell),
    ...(languages.length === 0 ? {} : { languages }),
  }
}

const SWITCHES: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  f: false,
  no: false,
  off: false,
  0: false,
}

/** Whatever else stands there says nothing. */
function switchOf(
  column: 'showsBoosts' | 'notifies' | 'hidesNotifications',
  cell: (column: Column) => string,
): ImportFacts {
  const value = SWITCHES[cell(column).toLowerCase()]
  return value === undefined ? {} : { [column]: value }
}
