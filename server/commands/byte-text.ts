/** A size in the words of the command line. */

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

export function byteText(bytes: number): string {
  let [size, unit] = [bytes, 0]
  for (; size >= 1_024 && unit < UNITS.length - 1; unit += 1) size /= 1_024
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`
}
