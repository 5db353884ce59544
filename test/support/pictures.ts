/** Pictures and sounds for tests, made of numbers: a PNG of any size and two colours, silence. */
import { crc32, deflateSync } from 'node:zlib'

type Colour = readonly [red: number, green: number, blue: number]

/** A gradient from top to bottom. */
export function pngOf(width: number, height: number, top: Colour, bottom: Colour): Buffer {
  const rows = Array.from({ length: height }, (_, y) => {
    const share = height === 1 ? 0 : y / (height - 1)
    const pixel = top.map((from, index) => Math.round(from + ((bottom[index] ?? from) - from) * share))
    return Buffer.concat([Buffer.from([0]), Buffer.from(Array.from({ length: width }, () => pixel).flat())])
  })
  return pngFrom(width, height, [pngChunk('IDAT', deflateSync(Buffer.concat(rows)))])
}

/** Of eight bits of red, green and blue; what stands between the header and the end is the caller's. */
export function pngFrom(width: number, height: number, chunks: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

export function pngChunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

/** Frames of silence: MPEG-1 layer III, 128 kbit/s, 44.1 kHz. */
export function mp3Of(frames = 40): Buffer {
  const frame = Buffer.alloc(417)
  frame.writeUInt32BE(0xff_fb_90_64)
  return Buffer.concat(Array.from({ length: frames }, () => frame))
}

let shade = 0

/** A picture that no other test of the file has. */
export function newPicture(width = 40, height = 30): Buffer {
  shade += 1
  return pngOf(width, height, [shade % 256, 40, 200], [10, shade % 256, 90])
}
