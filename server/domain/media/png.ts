/** Writes small PNG pictures of eight bits a channel: in colour, or grey and more or less transparent; nothing else. */
import { crc32, deflateSync } from 'node:zlib'

export type Rgb = readonly [number, number, number]

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const TRUE_COLOUR = 2
const GREY_WITH_ALPHA = 4

/** @param colourAt  channels from 0 to 255 of each pixel, counted from the upper left */
export function encodePng(width: number, height: number, colourAt: (x: number, y: number) => Rgb): Buffer {
  return encode({ width, height, colourType: TRUE_COLOUR, channels: 3 }, colourAt)
}

/** @param pixelAt  grey and opacity, from 0 to 255 */
export function encodeGreyPng(
  width: number,
  height: number,
  pixelAt: (x: number, y: number) => readonly [grey: number, opacity: number],
): Buffer {
  return encode({ width, height, colourType: GREY_WITH_ALPHA, channels: 2 }, pixelAt)
}

interface PixelShape {
  readonly width: number
  readonly height: number
  readonly colourType: number
  readonly channels: number
}

function encode(shape: PixelShape, pixelAt: (x: number, y: number) => readonly number[]): Buffer {
  const { width, height, colourType, channels } = shape
  const stride = 1 + width * channels
  const raw = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pixel = pixelAt(x, y)
      for (let channel = 0; channel < channels; channel += 1) {
        raw[y * stride + 1 + x * channels + channel] = Math.round(pixel[channel] ?? 0)
      }
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, colourType], 8)
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(raw)), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([SIGNATURE, ...parts])
}

function chunk(type: string, data: Buffer): Buffer {
  const framed = Buffer.alloc(data.length + 12)
  framed.writeUInt32BE(data.length, 0)
  framed.write(type, 4, 'latin1')
  data.copy(framed, 8)
  framed.writeUInt32BE(crc32(framed.subarray(4, 8 + data.length)), 8 + data.length)
  return framed
}
