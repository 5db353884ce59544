/** Numbers in the reader's language: whole up to 9,999, short from there. */
import { numberFormat } from './formatters.ts'

export function formatCount(locale: string, count: number): string {
  const short = count >= 10_000
  return numberFormat(locale, short ? { notation: 'compact', maximumFractionDigits: 1 } : {}).format(count)
}

/** 0.4 s, 12 ms. */
export function formatDuration(locale: string, ms: number): string {
  const isSeconds = ms >= 100
  return numberFormat(locale, {
    style: 'unit',
    unit: isSeconds ? 'second' : 'millisecond',
    unitDisplay: 'short',
    maximumFractionDigits: isSeconds ? 1 : 0,
  }).format(isSeconds ? ms / 1_000 : ms)
}
