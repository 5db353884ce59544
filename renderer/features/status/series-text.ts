/** A figure of the history in words: memory in bytes, hits as a share, all else as a number. */
import { formatBytes, formatShare } from '../../formatting/amounts.ts'
import type { SeriesName } from '../../formatting/history.ts'
import { formatCount } from '../../formatting/numbers.ts'

export function seriesText(locale: string, name: SeriesName, value: number | null): string {
  if (value === null) return '–'
  if (name === 'memory') return formatBytes(locale, value)
  return name === 'hits' ? (formatShare(locale, value, 1) ?? '–') : formatCount(locale, Math.round(value))
}
