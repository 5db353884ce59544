/** Small texts as one ZIP file, stored as they are. */

export interface StoredText {
  readonly path: string
  readonly text: string
}

/** Names are UTF-8. */
const FLAGS = 0x0800
const VERSION = 20

/** @see APPNOTE.TXT 4.3: local file headers, the central directory, its end */
export function storedZip(texts: readonly StoredText[], at: Date): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  const moment = dosMoment(at)
  const files: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const { path, text } of texts) {
    const [name, bytes] = [encoder.encode(path), encoder.encode(text)]
    const facts = [VERSION, FLAGS, 0, ...moment]
    const sizes = [crc32(bytes), bytes.length, bytes.length]
    const file = joined([record('PK\u0003\u0004', facts, sizes, [name.length, 0]), name, bytes])
    const entry = record('PK\u0001\u0002', [VERSION, ...facts], sizes, [name.length, 0, 0, 0, 0], [0, offset])
    files.push(file)
    directory.push(entry, name)
    offset += file.length
  }
  const listed = joined(directory)
  const end = record('PK\u0005\u0006', [0, 0, texts.length, texts.length], [listed.length, offset], [0])
  return joined([...files, listed, end])
}

/** Numbers of two bytes and of four in turn, behind the mark. */
function record(mark: string, ...parts: readonly (readonly number[])[]): Uint8Array {
  const size = parts.reduce((sum, part, place) => sum + part.length * (place % 2 === 0 ? 2 : 4), mark.length)
  const view = new DataView(new ArrayBuffer(size))
  let at = 0
  for (const letter of mark) view.setUint8(at++, letter.charCodeAt(0))
  for (const [place, part] of parts.entries())
    for (const number of part) {
      if (place % 2 === 0) view.setUint16(at, number, true)
      else view.setUint32(at, number, true)
      at += place % 2 === 0 ? 2 : 4
    }
  return new Uint8Array(view.buffer)
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Time and day; the years begin with 1980. */
function dosMoment(at: Date): readonly [number, number] {
  const time = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1)
  return [time, ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate()]
}

/** The CRC-32 of ZIP and Ethernet. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}
