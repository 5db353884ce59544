/**
 * How many pixels a picture says it has, by the first bytes of its file, without decoding anything: what a reader's program would
 * choke on is not handed on. What cannot be told is null: then the decoder, or the reader's own limits, have the word.
 * @see security rule 60
 */

export interface PictureSize {
  readonly width: number
  readonly height: number
}

/** As many of the first bytes as are looked at; the size of a JPEG may stand further behind. */
export const SIZE_BYTES = 65_536

export function pictureSize(type: string, head: Buffer): PictureSize | null {
  try {
    switch (type) {
      case 'image/png':
        return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
      case 'image/gif':
        return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) }
      case 'image/webp':
        return webpSize(head)
      case 'image/jpeg':
        return jpegSize(head)
      case 'image/avif':
        return avifSize(head)
      default:
        return null
    }
  } catch {
    return null // it ends before its size
  }
}

/** @see RFC 9649 2.5 to 2.7 */
function webpSize(head: Buffer): PictureSize | null {
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 }
    case 'VP8L': {
      const bits = head.readUInt32LE(21)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff }
    default:
      return null
  }
}

/** The first start of a frame: every marker before it tells its own length. @see ITU T.81 B.2 */
function jpegSize(head: Buffer): PictureSize | null {
  for (let at = 2; ;) {
    if (head.readUInt8(at) !== 0xff) return null
    const marker = head.readUInt8(at + 1)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { height: head.readUInt16BE(at + 5), width: head.readUInt16BE(at + 7) }
    // Padding, and markers that stand alone.
    if (marker === 0xff) at += 1
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2
    else at += 2 + head.readUInt16BE(at + 2)
  }
}

/** The largest of its parts. @see ISO 23008-12 6.5.3 */
function avifSize(head: Buffer): PictureSize | null {
  let largest: PictureSize | null = null
  for (let at = head.indexOf('ispe'); at !== -1; at = head.indexOf('ispe', at + 4)) {
    const found = { width: head.readUInt32BE(at + 8), height: head.readUInt32BE(at + 12) }
    if (largest === null || found.width * found.height > largest.width * largest.height) largest = found
  }
  return largest
}
