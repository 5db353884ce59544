/**
 * A picture as a few letters that a reader can draw while it loads.
 * @see https://github.com/woltapp/blurhash/blob/master/Algorithm.md
 */

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~'

type Factor = readonly [number, number, number]

/**
 * @param pixels  red, green and blue of each pixel, row by row
 * @param across  components from left to right, 1 to 9
 * @param down  components from top to bottom, 1 to 9
 */
export function blurhashOf(
  pixels: Uint8Array,
  width: number,
  height: number,
  across: number,
  down: number,
): string {
  const factors: Factor[] = []
  for (let j = 0; j < down; j += 1) {
    for (let i = 0; i < across; i += 1) factors.push(factorOf(pixels, width, height, i, j))
  }
  const [average = [0, 0, 0], ...rest] = factors
  const largest = Math.max(0, ...rest.flatMap((factor) => factor.map(Math.abs)))
  const quantised = Math.max(0, Math.min(82, Math.floor(largest * 166 - 0.5)))
  const scale = rest.length > 0 ? (quantised + 1) / 166 : 1
  return [
    base83(across - 1 + (down - 1) * 9, 1),
    base83(rest.length > 0 ? quantised : 0, 1),
    base83(averageOf(average), 4),
    ...rest.map((factor) => base83(detailOf(factor, scale), 2)),
  ].join('')
}

function factorOf(pixels: Uint8Array, width: number, height: number, i: number, j: number): Factor {
  const sum: [number, number, number] = [0, 0, 0]
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const basis = Math.cos((Math.PI * i * x) / width) * Math.cos((Math.PI * j * y) / height)
      const at = (y * width + x) * 3
      sum[0] += basis * linear(pixels[at] ?? 0)
      sum[1] += basis * linear(pixels[at + 1] ?? 0)
      sum[2] += basis * linear(pixels[at + 2] ?? 0)
    }
  }
  const scale = (i === 0 && j === 0 ? 1 : 2) / (width * height)
  return [sum[0] * scale, sum[1] * scale, sum[2] * scale]
}

const averageOf = ([red, green, blue]: Factor): number =>
  (gamma(red) << 16) + (gamma(green) << 8) + gamma(blue)

function detailOf(factor: Factor, scale: number): number {
  const [red, green, blue] = factor.map((value) => {
    const root = Math.sign(value) * Math.sqrt(Math.abs(value) / scale)
    return Math.max(0, Math.min(18, Math.floor(root * 9 + 9.5)))
  })
  return (red ?? 0) * 361 + (green ?? 0) * 19 + (blue ?? 0)
}

function linear(channel: number): number {
  const value = channel / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

function gamma(value: number): number {
  const bounded = Math.max(0, Math.min(1, value))
  const channel = bounded <= 0.0031308 ? bounded * 12.92 : 1.055 * bounded ** (1 / 2.4) - 0.055
  return Math.round(channel * 255)
}

function base83(value: number, length: number): string {
  let text = ''
  for (let place = length - 1; place >= 0; place -= 1) {
    text += DIGITS[Math.floor(value / 83 ** place) % 83] ?? '0'
  }
  return text
}
