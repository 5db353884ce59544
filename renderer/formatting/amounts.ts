/** Bytes, shares and spans of time in the reader's language. */

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** 12.4 GB; in steps of a thousand, as disks are sold. */
export function formatBytes(locale: string, bytes: number): string {
  let [size, step] = [Math.max(0, bytes), 0]
  while (size >= 1_000 && step < UNITS.length - 1) {
    size /= 1_000
    step += 1
  }
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: size < 10 && step > 1 ? 1 : 0,
  }).format(size)
}

/** 96 %; null where there was nothing to take a share of. */
export function formatShare(locale: string, part: number, whole: number): string | null {
  if (whole <= 0) return null
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(part / whole)
}

const SPANS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** 2 days; the largest unit that fits. */
export function formatSpan(locale: string, seconds: number): string {
  const [unit, length] = SPANS.find(([, least]) => seconds >= least) ?? SPANS[3]
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(
    Math.floor(Math.max(0, seconds) / length),
  )
}

/** In 4 min.; what is past is now. */
export function formatUntil(locale: string, moment: Date, now = new Date()): string {
  const seconds = Math.max(0, (moment.getTime() - now.getTime()) / 1_000)
  const [unit, length] = SPANS.find(([, least]) => seconds >= least) ?? SPANS[3]
  const format = new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'auto' })
  return format.format(Math.round(seconds / length), unit)
}
