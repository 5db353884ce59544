/** Moments that others name, in the reader's words; what is no moment has none. */
import { dateFormat } from './formatters.ts'

export function formatMoment(locale: string, moment: string, look: Intl.DateTimeFormatOptions): string {
  const date = new Date(moment)
  return Number.isNaN(date.getTime()) ? '' : dateFormat(locale, look).format(date)
}
