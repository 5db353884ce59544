/**
 * The pictures of those who have none: a bird on a soft ground, in one of sixteen colours that an actor always gets
 * again, and a plain header.
 */
import { type Rgb, encodePng } from './png.ts'

export const DEFAULT_HEADER_PATH = '/headers/original/missing.png'
const AVATAR_VARIANTS = 16
const AVATAR_SIDE = 200
const HEADER_WIDTH = 600
const HEADER_HEIGHT = 200

/** @param actorId  a decimal id; the same gives the same picture for ever */
export function defaultAvatarPath(actorId: string): string {
  let mixed = 0
  for (const digit of actorId) mixed = (mixed * 31 + digit.charCodeAt(0)) % 65_521
  return `/avatars/original/bird-${mixed % AVATAR_VARIANTS}.png`
}

const drawn = new Map<string, Buffer>()

/** The bytes behind one of the paths above, as PNG; null for any other name. */
export function defaultImage(path: string): Buffer | null {
  const variant = /^\/avatars\/original\/bird-(0|[1-9]\d?)\.png$/.exec(path)?.[1]
  const isAvatar = variant !== undefined && Number(variant) < AVATAR_VARIANTS
  if (!isAvatar && path !== DEFAULT_HEADER_PATH) return null
  const kept = drawn.get(path)
  if (kept !== undefined) return kept
  const bytes = isAvatar ? drawAvatar(Number(variant)) : drawHeader()
  drawn.set(path, bytes)
  return bytes
}

function drawAvatar(variant: number): Buffer {
  const hue = (variant * 360) / AVATAR_VARIANTS
  const [top, bottom] = [hsl(hue, 0.55, 0.62), hsl(hue + 28, 0.6, 0.46)]
  const bird: Rgb = [255, 255, 255]
  return encodePng(AVATAR_SIDE, AVATAR_SIDE, (x, y) => {
    const [u, v] = [(x + 0.5) / AVATAR_SIDE, (y + 0.5) / AVATAR_SIDE]
    return mix(mix(top, bottom, v), bird, 0.92 * birdAt(u, v))
  })
}

/** How much of the bird covers a point of the unit square, its edges a pixel soft. */
function birdAt(u: number, v: number): number {
  const body = ellipse(u, v, [0.48, 0.6], [0.25, 0.19], -0.35)
  const head = ellipse(u, v, [0.62, 0.4], [0.125, 0.125], 0)
  const tail = ellipse(u, v, [0.24, 0.7], [0.17, 0.055], -0.75)
  const beak = ellipse(u, v, [0.755, 0.425], [0.065, 0.03], 0.25)
  const eye = ellipse(u, v, [0.655, 0.375], [0.022, 0.022], 0)
  const wing = ellipse(u, v, [0.42, 0.585], [0.15, 0.085], -0.5)
  const wingEdge = ellipse(u, v, [0.425, 0.565], [0.15, 0.085], -0.5)
  const shape = Math.max(body, head, tail, beak)
  return Math.max(0, shape - eye - 0.55 * Math.max(0, wing - wingEdge))
}

function ellipse(
  u: number,
  v: number,
  [centreX, centreY]: readonly [number, number],
  [radiusX, radiusY]: readonly [number, number],
  angle: number,
): number {
  const [dx, dy] = [u - centreX, v - centreY]
  const x = (dx * Math.cos(angle) + dy * Math.sin(angle)) / radiusX
  const y = (dy * Math.cos(angle) - dx * Math.sin(angle)) / radiusY
  const distance = (Math.hypot(x, y) - 1) * Math.min(radiusX, radiusY) * AVATAR_SIDE
  return Math.min(1, Math.max(0, 0.5 - distance))
}

function drawHeader(): Buffer {
  const [left, right] = [hsl(205, 0.35, 0.72), hsl(165, 0.3, 0.7)]
  return encodePng(HEADER_WIDTH, HEADER_HEIGHT, (x) => mix(left, right, x / HEADER_WIDTH))
}

const mix = (a: Rgb, b: Rgb, share: number): Rgb => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
]

/** @see CSS Color 4, 7.1 */
function hsl(hue: number, saturation: number, lightness: number): Rgb {
  const chroma = saturation * Math.min(lightness, 1 - lightness)
  const channel = (n: number): number => {
    const k = (n + hue / 30) % 12
    return 255 * (lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1)))
  }
  return [channel(0), channel(8), channel(4)]
}
