/** A screen of a terminal that is written anew: as much as there is room for, so that its beginning never scrolls away. */

/** The cursor at its beginning. */
const HOME = '\u001B[H'
const REST_OF_LINE = '\u001B[K'
const REST_OF_SCREEN = '\u001B[J'

export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

/** @param lines  of which the last is always shown; what is wider than the screen goes on in the next row */
export function fittedTo({ columns, rows }: ScreenSize, lines: readonly string[]): string {
  const rowsOf = (line: string): number =>
    Math.max(1, Math.ceil(Array.from(line).length / Math.max(1, columns)))
  const last = lines.slice(-1)
  // One row stays for the cursor, and one for what is said of those that are left out.
  const room = rows - 2 - last.reduce((sum, line) => sum + rowsOf(line), 0)
  const shown: string[] = []
  let used = 0
  for (const line of lines.slice(0, -1)) {
    used += rowsOf(line)
    if (used > room) break
    shown.push(line)
  }
  const left = lines.length - 1 - shown.length
  const said = left === 0 ? [] : [`… and ${left} more`]
  const drawn = [...shown, ...said, ...last].map((line) => `${line}${REST_OF_LINE}\n`)
  return `${HOME}${drawn.join('')}${REST_OF_SCREEN}`
}
