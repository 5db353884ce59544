/**
 * What is shown in the place of a picture that cannot be had: somebody's outline, or a frame with a torn picture. Grey and half
 * transparent, so that it is quiet on a light ground and on a dark one.
 */
import type { ProxyKind } from './media-urls.ts'
import { encodeGreyPng } from './png.ts'

const GREY = 128
const GROUND = 0.16
const FIGURE = 0.5

type Shape = (u: number, v: number) => number

interface Drawing {
  readonly width: number
  readonly height: number
  /** How opaque a point is; both go from 0 to 1, `u` as far as the picture is wide for its height. */
  readonly opacity: Shape
}

const DRAWINGS: Readonly<Record<'person' | 'emoji' | 'picture' | 'wide', Drawing>> = {
  person: { width: 160, height: 160, opacity: person },
  emoji: { width: 48, height: 48, opacity: (u, v) => torn(u, v, 1) },
  picture: { width: 320, height: 240, opacity: (u, v) => torn(u, v, 4 / 3) },
  wide: { width: 480, height: 160, opacity: () => GROUND },
}

const DRAWING_OF: Readonly<Record<ProxyKind, keyof typeof DRAWINGS>> = {
  avatar: 'person',
  header: 'wide',
  emoji: 'emoji',
  attachment: 'picture',
  preview: 'picture',
  card: 'picture',
}

const drawn = new Map<keyof typeof DRAWINGS, Buffer>()

/** A PNG of less than 3 kB. */
export function placeholderOf(kind: ProxyKind): Buffer {
  const name = DRAWING_OF[kind]
  const kept = drawn.get(name)
  if (kept !== undefined) return kept
  const { width, height, opacity } = DRAWINGS[name]
  const bytes = encodeGreyPng(width, height, (x, y) => [
    GREY,
    255 * opacity((x + 0.5) / height, (y + 0.5) / height),
  ])
  drawn.set(name, bytes)
  return bytes
}

/** Head and shoulders. */
function person(u: number, v: number): number {
  const head = within(Math.hypot(u - 0.5, v - 0.38) - 0.16, 160)
  const shoulders = within(Math.hypot((u - 0.5) / 1.15, v - 0.98) - 0.32, 160)
  return GROUND + (FIGURE - GROUND) * Math.max(head, shoulders)
}

/** A frame with hills and a sun, torn from top to bottom. */
function torn(u: number, v: number, width: number): number {
  const side = Math.min(0.56, width * 0.56)
  const [x, y] = [(u - width / 2) / side + 0.5, (v - 0.5) / side + 0.5]
  if (x < 0 || x > 1 || y < 0.08 || y > 0.92) return GROUND
  const gap = Math.abs(x - 0.5 - 0.12 * zigzag(y * 3)) - 0.035
  if (gap < 0) return GROUND
  const isFrame = x < 0.06 || x > 0.94 || y < 0.14 || y > 0.86
  const isSun = Math.hypot(x - 0.28, y - 0.34) < 0.08
  const isHill = y > 0.84 - 0.4 * Math.max(0, 1 - Math.abs(x - 0.66) * 2.6) && y > 0.5
  return isFrame || isSun || isHill ? FIGURE : GROUND
}

const zigzag = (value: number): number => Math.abs((value % 2) - 1) - 0.5

/** A soft edge of about a pixel. @param distance  below 0 inside */
const within = (distance: number, pixels: number): number => Math.min(1, Math.max(0, 0.5 - distance * pixels))
