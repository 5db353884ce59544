/** Sizes as the shell says them. */

const MEGABYTE = 1_048_576
const GIGABYTE = 1_024 * MEGABYTE

/** As people say it: `412 MB`, `3.2 GB`. */
export function sizeText(bytes: number, locale: string): string {
  const isLarge = bytes >= GIGABYTE
  const format = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: isLarge ? 'gigabyte' : 'megabyte',
    maximumFractionDigits: isLarge ? 1 : 0,
  })
  // A number and its unit stay on one line.
  return format.format(isLarge ? bytes / GIGABYTE : Math.ceil(bytes / MEGABYTE)).replaceAll(' ', '\u00A0')
}
