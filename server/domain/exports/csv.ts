/** Lines of CSV as Mastodon writes and reads them. @see RFC 4180 */

/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/

/**
 * One line with its end. A cell that a spreadsheet would calculate gets an apostrophe before it, which spreadsheets hide:
 * names are chosen by others.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(cellOf).join(',')}\n`
}

function cellOf(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe
}
