/** The dark squares of a QR code as one path of an SVG, each square one unit. */
import { encode } from 'uqr'

export interface QrPath {
  /** Units of each side, the quiet zone included. */
  readonly size: number
  readonly path: string
}

/** Cameras want four units of light around it. */
const QUIET = 4

export function qrPath(text: string): QrPath {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET })
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return { size, path }
}
