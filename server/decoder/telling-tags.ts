/**
 * Finds the tags of sounds: ID3 and APE around MPEG audio, comments and pictures in FLAC, notes in WAVE. Each becomes padding of
 * the same length, so that nothing moves.
 * @see ID3v2.4.0 3 and 3.4; RFC 9639 8; Multimedia Programming Interface and Data Specifications 1.0 (RIFF)
 */
import type { TellingPart } from '../contracts/decoding.ts'
import type { FileBytes } from './file-bytes.ts'
import { Refusal } from './refusal.ts'

const MOST_PARTS = 1_000
const NOTHING = new Uint8Array()

/** @throws Refusal for more of them than any sound has */
export async function findMpegTags(file: FileBytes): Promise<TellingPart[]> {
  const found: TellingPart[] = []
  for (let at = 0; ;) {
    const head = await file.at(at, 10)
    if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') break
    const hasFooter = ((head[5] ?? 0) & 0x10) !== 0
    const end = Math.min(at + 10 + syncsafe(head) + (hasFooter ? 10 : 0), file.size)
    found.push({ start: at, end, head: emptyId3(head, end - at - 10) })
    if (found.length > MOST_PARTS) throw new Refusal('The file has too many parts.')
    at = end
  }
  let end = file.size
  if ((await file.at(end - 128, 3)).toString('latin1') === 'TAG') {
    found.push({ start: end - 128, end, head: Buffer.from('TAG') })
    end -= 128
  }
  const ape = await findApe(file, end)
  return ape === null ? found : [...found, ape]
}

const syncsafe = (head: Buffer): number =>
  [6, 7, 8, 9].reduce((size, index) => size * 128 + ((head[index] ?? 0) & 0x7f), 0)

/** A tag of padding alone. */
function emptyId3(head: Buffer, size: number): Uint8Array {
  const empty = Buffer.from(head)
  empty[5] = 0
  for (const index of [0, 1, 2, 3]) empty[9 - index] = Math.floor(size / 128 ** index) & 0x7f
  return empty
}

async function findApe(file: FileBytes, end: number): Promise<TellingPart | null> {
  const footer = await file.at(Math.max(0, end - 32), 32)
  if (footer.length < 32 || footer.toString('latin1', 0, 8) !== 'APETAGEX') return null
  const hasHeader = (footer.readUInt32LE(20) & 0x80_00_00_00) !== 0
  const start = end - footer.readUInt32LE(12) - (hasHeader ? 32 : 0)
  return start < 0 ? null : { start, end, head: NOTHING }
}

const FLAC_PADDING = 1
/** APPLICATION, VORBIS_COMMENT, CUESHEET, PICTURE. */
const FLAC_TELLING: ReadonlySet<number> = new Set([2, 4, 5, 6])

/** @throws Refusal for more of them than any sound has */
export async function findFlacBlocks(file: FileBytes): Promise<TellingPart[]> {
  const found: TellingPart[] = []
  let at = 4
  for (let count = 0; ; count += 1) {
    if (count > MOST_PARTS) throw new Refusal('The file has too many parts.')
    const head = await file.at(at, 4)
    if (head.length < 4) return found
    const [kind = 0] = head
    const end = Math.min(at + 4 + head.readUIntBE(1, 3), file.size)
    if (FLAC_TELLING.has(kind & 0x7f)) found.push({ start: at, end, head: flacPadding(head) })
    if ((kind & 0x80) !== 0) return found
    at = end
  }
}

/** The head of a block, as that of padding of the same length. */
export function flacPadding(head: Buffer): Buffer {
  const padding = Buffer.from(head.subarray(0, 4))
  padding[0] = ((padding[0] ?? 0) & 0x80) | FLAC_PADDING
  return padding
}

const WAVE_TELLING: ReadonlySet<string> = new Set([
  'LIST',
  'bext',
  'iXML',
  'axml',
  'aXML',
  '_PMX',
  'id3 ',
  'ID3 ',
  'cart',
  'umid',
  'Cr8r',
  'DISP',
])

/** @throws Refusal for more of them than any sound has */
export async function findWaveNotes(file: FileBytes): Promise<TellingPart[]> {
  const found: TellingPart[] = []
  for (let [at, count] = [12, 0]; at + 8 <= file.size; count += 1) {
    if (count > MOST_PARTS) throw new Refusal('The file has too many parts.')
    const head = await file.at(at, 8)
    if (head.length < 8) break
    const end = Math.min(at + 8 + head.readUInt32LE(4), file.size)
    if (WAVE_TELLING.has(head.toString('latin1', 0, 4))) {
      const empty = Buffer.from(head)
      empty.write('JUNK', 0, 'latin1')
      found.push({ start: at, end, head: empty })
    }
    at = end + ((end - at) % 2)
  }
  return found
}
