/**
 * Pictures that move keep their frames as they are, since each is made for the palette of the others; everything else in
 * the file goes: comments, EXIF, XMP, colour profiles, and whatever stands behind its end.
 * @see GIF89a; WebP Container Specification; PNG 3rd edition 11.3 and its animation chunks
 */
import { crc32 } from 'node:zlib'
import { Refusal } from './refusal.ts'

/**
 * @returns the file without what it tells, or null for a picture that does not move
 * @throws Refusal for more than `mostFrames`, and an Error for what is damaged
 */
export function cleanAnimation(bytes: Buffer, mediaType: string, mostFrames: number): Buffer | null {
  const cleaned = clean(bytes, mediaType)
  if (cleaned === null || cleaned.frames < 2) return null
  if (cleaned.frames > mostFrames) throw new Refusal(`The picture has more than ${mostFrames} frames.`)
  return Buffer.concat(cleaned.parts)
}

interface Cleaned {
  readonly parts: readonly Buffer[]
  readonly frames: number
}

function clean(bytes: Buffer, mediaType: string): Cleaned | null {
  if (mediaType === 'image/gif') return cleanGif(bytes)
  if (mediaType === 'image/webp') return cleanWebp(bytes)
  return mediaType === 'image/png' ? cleanPng(bytes) : null
}

class Cursor {
  readonly #bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length
  }

  peek(offset = 0): number {
    const byte = this.#bytes[this.at + offset]
    if (byte === undefined) throw new Error('the file ends too early')
    return byte
  }

  take(length: number): Buffer {
    if (this.at + length > this.#bytes.length) throw new Error('the file ends too early')
    this.at += length
    return this.#bytes.subarray(this.at - length, this.at)
  }
}

/** Up to and with the empty block that ends them. */
function subBlocks(cursor: Cursor): Buffer[] {
  const parts: Buffer[] = []
  for (;;) {
    const part = cursor.take(cursor.peek() + 1)
    parts.push(part)
    if (part.length === 1) return parts
  }
}

const paletteBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1))

function cleanGif(bytes: Buffer): Cleaned {
  const cursor = new Cursor(bytes, 0)
  const head = cursor.take(13)
  const parts = [head, cursor.take(paletteBytes(head[10] ?? 0))]
  let frames = 0
  for (;;) {
    const kind = cursor.peek()
    if (kind === 0x3b) break
    if (kind === 0x21) {
      parts.push(...keptExtension(cursor))
      continue
    }
    if (kind !== 0x2c) throw new Error('an unknown block in a GIF')
    const descriptor = cursor.take(10)
    parts.push(
      descriptor,
      cursor.take(paletteBytes(descriptor[9] ?? 0)),
      cursor.take(1),
      ...subBlocks(cursor),
    )
    frames += 1
  }
  return { parts: [...parts, Buffer.from([0x3b])], frames }
}

/** How a frame is shown, and how often all of them are. */
function keptExtension(cursor: Cursor): Buffer[] {
  const head = cursor.take(2)
  const blocks = subBlocks(cursor)
  if (head[1] === 0xf9 && blocks[0]?.length === 5) return [head, blocks[0], Buffer.from([0])]
  const [name, loop] = blocks
  const isLoop =
    head[1] === 0xff &&
    name !== undefined &&
    /^(?:NETSCAPE2\.0|ANIMEXTS1\.0)$/.test(name.toString('latin1', 1))
  return isLoop && loop?.length === 4 && loop[1] === 1 ? [head, name, loop, Buffer.from([0])] : []
}

const WEBP_KEPT: ReadonlySet<string> = new Set(['VP8X', 'ANIM', 'ANMF', 'VP8 ', 'VP8L', 'ALPH'])
/** Of `VP8X`: the file has a colour profile, EXIF, XMP. */
const WEBP_TELLS = 0b0010_1100

function cleanWebp(bytes: Buffer): Cleaned {
  const end = Math.min(bytes.length, bytes.readUInt32LE(4) + 8)
  const cursor = new Cursor(bytes.subarray(0, end), 12)
  const parts: Buffer[] = []
  let frames = 0
  while (!cursor.isAtEnd) {
    const head = cursor.take(8)
    const length = head.readUInt32LE(4)
    const body = cursor.take(length)
    // Padded to an even length; the last one may lack it.
    if (length % 2 === 1 && !cursor.isAtEnd) cursor.take(1)
    const name = head.toString('latin1', 0, 4)
    if (!WEBP_KEPT.has(name)) continue
    if (name === 'ANMF') frames += 1
    parts.push(head, name === 'VP8X' ? withoutTelling(body) : body, Buffer.alloc(length % 2))
  }
  const header = Buffer.from(bytes.subarray(0, 12))
  header.writeUInt32LE(4 + parts.reduce((sum, part) => sum + part.length, 0), 4)
  return { parts: [header, ...parts], frames }
}

function withoutTelling(body: Buffer): Buffer {
  const copy = Buffer.from(body)
  copy[0] = (copy[0] ?? 0) & ~WEBP_TELLS
  return copy
}

const PNG_KEPT: ReadonlySet<string> = new Set(
  'IHDR PLTE tRNS IDAT IEND acTL fcTL fdAT gAMA cHRM sRGB sBIT bKGD'.split(' '),
)

function cleanPng(bytes: Buffer): Cleaned {
  const cursor = new Cursor(bytes, 0)
  const parts = [cursor.take(8)]
  let frames = 0
  for (let name = ''; name !== 'IEND';) {
    const head = cursor.take(8)
    const body = cursor.take(head.readUInt32BE(0))
    const check = cursor.take(4)
    name = head.toString('latin1', 4, 8)
    if (name === 'fcTL') frames += 1
    if (!PNG_KEPT.has(name)) continue
    if (crc32(body, crc32(head.subarray(4))) !== check.readUInt32BE(0)) throw new Error('a chunk is damaged')
    parts.push(head, body, check)
  }
  return { parts, frames }
}
