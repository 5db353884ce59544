/** A page of the handbook for a terminal: its lines as wide as that is, and tables as lists, which need no width. */

const LEAST_WIDTH = 20
const MOST_WIDTH = 100
const BESIDE = 4

/** @param markdown  as the handbook is written: headings, paragraphs, flat lists, indented code, tables */
export function textForTerminal(markdown: string, columns: number): string {
  const width = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, columns))
  return blocksOf(markdown)
    .map((block) => drawn(block, width))
    .join('\n\n')
}

/** Blank lines stand between them; those between lines of code part it, which nobody sees. */
const blocksOf = (markdown: string): string[][] =>
  markdown
    .split(/\n\s*\n/)
    .map((block) => block.split('\n').filter((line) => line !== ''))
    .filter((lines) => lines.length > 0)

function drawn(lines: readonly string[], width: number): string {
  const [first = ''] = lines
  if (/^(?: {4}|#)/.test(first)) return lines.join('\n')
  if (first.startsWith('|')) return drawnTable(lines, width)
  return itemsOf(lines)
    .map(({ mark, text }) => wrapped(text, { width, first: mark, rest: ' '.repeat(mark.length) }))
    .join('\n')
}

interface Item {
  /** `- `, `1. `, or nothing of a paragraph. */
  readonly mark: string
  readonly text: string
}

function itemsOf(lines: readonly string[]): Item[] {
  const items: { mark: string; text: string }[] = []
  for (const line of lines) {
    const [, mark, begin] = /^(- |\d+\. )(.*)$/.exec(line) ?? []
    const last = items.at(-1)
    if (mark !== undefined) items.push({ mark, text: begin ?? '' })
    else if (last === undefined) items.push({ mark: '', text: line })
    else last.text += ` ${line.trim()}`
  }
  return items
}

function drawnTable([head = '', , ...rows]: readonly string[], width: number): string {
  const names = cellsOf(head)
  return rows
    .map((row) => {
      const [first = '', ...others] = cellsOf(row)
      const told = others
        .map((cell, at) => (names.length > 2 ? `${names[at + 1] ?? ''}: ${cell}` : cell))
        .filter((cell) => !cell.endsWith(': ') && cell !== '')
      const indent = ' '.repeat(BESIDE)
      return [
        wrapped(first, { width, first: '', rest: '' }),
        ...told.map((cell) => wrapped(cell, { width, first: indent, rest: indent })),
      ].join('\n')
    })
    .join('\n')
}

/** A stroke within a cell is written with a backslash before it. */
const cellsOf = (row: string): string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll(String.raw`\|`, '|'))

interface Frame {
  readonly width: number
  readonly first: string
  readonly rest: string
}

/** A word that is wider than the terminal stands alone. */
function wrapped(text: string, { width, first, rest }: Frame): string {
  const lines: string[] = []
  let line = first
  let isBegun = false
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    if (isBegun && line.length + 1 + word.length > width) {
      lines.push(line)
      line = rest
      isBegun = false
    }
    line += isBegun ? ` ${word}` : word
    isBegun = true
  }
  return [...lines, line].join('\n')
}
