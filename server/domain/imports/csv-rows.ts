/**
 * Reads CSV as other servers and spreadsheets write it: any line ends, quotes, a byte order mark, commas, semicolons or tabs.
 * Bytes are decoded as they come and every one is looked at a bounded number of times.
 * @see RFC 4180
 */
import { HomebirdError } from '../../core/errors.ts'

export interface CsvRow {
  /** Where it begins, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

export interface CsvOptions {
  /** False where a cell may hold semicolons and tabs: then only commas part cells. */
  readonly anySeparator: boolean
}

const MOST_CELLS = 64
const MOST_CELL_LENGTH = 4_096
const SLICE_BYTES = 65_536

/**
 * Rows that hold anything.
 * @throws HomebirdError UNPROCESSABLE naming the line, for what is no text, a quote that is never closed, rows and cells
 *   beyond all measure
 */
export function* csvRows(bytes: Uint8Array, options: CsvOptions): Generator<CsvRow> {
  const scanner = new Scanner(options)
  for (const text of decoded(bytes)) yield* scanner.take(text)
  yield* scanner.end()
}

/** UTF-8, or UTF-16 with its mark, as spreadsheets write "Unicode text". */
function* decoded(bytes: Uint8Array): Generator<string> {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe
  const decoder = new TextDecoder(isWide ? 'utf-16le' : 'utf-8', { fatal: true })
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    const slice = bytes.subarray(start, start + SLICE_BYTES)
    const isLast = start + SLICE_BYTES >= bytes.length
    let text: string
    try {
      text = decoder.decode(slice, { stream: !isLast })
    } catch (cause) {
      throw unreadable('the file is no text in UTF-8', cause)
    }
    if (text.includes('\u0000')) throw unreadable('the file is no text')
    yield text
  }
}

/** Whether the next character belongs to a bare cell, a quoted one, or ends a quoted one unless it is another quote. */
type Place = 'start' | 'bare' | 'quoted' | 'quote'

class Scanner {
  #separator: string | null
  #place: Place = 'start'
  #cells: string[] = []
  #parts: string[] = []
  #length = 0
  #line = 1
  #startedAt = 1
  #afterReturn = false

  constructor({ anySeparator }: CsvOptions) {
    this.#separator = anySeparator ? null : ','
  }

  *take(text: string): Generator<CsvRow> {
    this.#separator ??= separatorOf(text)
    for (let at = 0; at < text.length; at += 1) {
      const character = text.charAt(at)
      const isSecondHalf = this.#afterReturn && character === '\n'
      this.#afterReturn = character === '\r'
      if (isSecondHalf) {
        if (this.#place === 'quoted') this.#add(character)
        continue
      }
      if (character === '\n' || character === '\r') this.#line += 1
      if (this.#place === 'quoted') {
        if (character === '"') this.#place = 'quote'
        else this.#add(character)
        continue
      }
      if (this.#place === 'quote' && character === '"') {
        this.#add(character)
        this.#place = 'quoted'
      } else if (character === '\n' || character === '\r') yield* this.#endRow()
      else if (character === this.#separator) this.#endCell()
      else if (this.#place === 'start' && character === '"') this.#place = 'quoted'
      else {
        this.#place = 'bare'
        this.#add(character)
      }
    }
  }

  *end(): Generator<CsvRow> {
    if (this.#place === 'quoted')
      throw unreadable(`line ${this.#startedAt}: a quotation mark is never closed`)
    yield* this.#endRow()
  }

  #add(character: string): void {
    this.#length += 1
    if (this.#length > MOST_CELL_LENGTH) {
      throw unreadable(`line ${this.#startedAt}: a cell is longer than ${MOST_CELL_LENGTH} characters`)
    }
    this.#parts.push(character)
  }

  #endCell(): void {
    if (this.#cells.length >= MOST_CELLS) {
      throw unreadable(`line ${this.#startedAt}: it has more than ${MOST_CELLS} cells`)
    }
    this.#cells.push(this.#parts.join(''))
    this.#parts = []
    this.#length = 0
    this.#place = 'start'
  }

  *#endRow(): Generator<CsvRow> {
    this.#endCell()
    const row = { line: this.#startedAt, cells: this.#cells.map(plain) }
    this.#cells = []
    this.#startedAt = this.#line
    if (row.cells.some((cell) => cell !== '')) yield row
  }
}

/** Spreadsheets of many countries write semicolons. A handle, a domain or a switch holds none of the three. */
function separatorOf(text: string): string {
  const [first = ''] = text.trimStart().split(/[\r\n]/, 1)
  const bare = first.replaceAll(/"[^"]*"/g, '')
  return [',', ';', '\t'].find((one) => bare.includes(one)) ?? ','
}

/** Without the apostrophe that keeps spreadsheets from calculating a cell. */
function plain(cell: string): string {
  const trimmed = cell.trim()
  return /^'[=+\-@\t\r]/.test(trimmed) ? trimmed.slice(1) : trimmed
}

/** @param flaw  what is wrong, with the line where there is one; shown to whoever sent the file */
export function unreadable(flaw: string, cause?: unknown): HomebirdError {
  const safe = `Validation failed: ${flaw}`
  return new HomebirdError('UNPROCESSABLE', flaw, { safe, ...(cause === undefined ? {} : { cause }) })
}
