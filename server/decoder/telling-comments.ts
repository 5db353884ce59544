/**
 * Finds the comments of sounds in Ogg: the second packet of each stream, which may reach over many pages. It becomes a comment
 * without a word, as long as it was, and the sums of its pages are made anew.
 * @see RFC 3533 (Ogg), RFC 7845 5.2 (Opus), Vorbis I 5, RFC 9639 10.1 (FLAC in Ogg)
 */
import type { TellingPart } from '../contracts/decoding.ts'
import type { FileBytes } from './file-bytes.ts'
import { Refusal } from './refusal.ts'
import { flacPadding } from './telling-tags.ts'

const PAGE_HEAD = 27
const CRC_AT = 22
const FIRST_PAGE = 2
/** A comment with a picture in it may have so many. */
const MOST_PAGES = 2_000
const MOST_FLAC_BLOCKS = 100

/** A part of a packet, in one page. */
interface Piece {
  readonly pageStart: number
  readonly start: number
  readonly end: number
}

interface Stream {
  /** How the first packet begins, which names the codec. */
  readonly head: Buffer
  packet: number
  pieces: Piece[]
  isDone: boolean
}

interface Page {
  readonly start: number
  readonly end: number
  readonly serial: number
  readonly isFirst: boolean
  /** Lengths of the pieces of packets; true where the packet ends with it. */
  readonly pieces: readonly { readonly start: number; readonly end: number; readonly isLast: boolean }[]
}

/** @throws Refusal for more pages before the sound than any has, and for a comment that is none */
export async function findTellingComments(file: FileBytes): Promise<TellingPart[]> {
  const streams = new Map<number, Stream>()
  const edits: PacketEdit[] = []
  let at = 0
  for (let count = 0; at < file.size; count += 1) {
    if (count > MOST_PAGES) throw new Refusal('The file has too many parts.')
    const page = await readPage(file, at)
    if (page === null) break
    if (page.isFirst) {
      const head = await file.at(page.pieces[0]?.start ?? page.end, 16)
      streams.set(page.serial, { head, packet: 0, pieces: [], isDone: false })
    }
    const stream = streams.get(page.serial)
    if (stream !== undefined && !stream.isDone) await readPieces(file, page, stream, edits)
    // The first pages of all streams stand before any other.
    if (!page.isFirst && [...streams.values()].every(({ isDone }) => isDone)) break
    at = page.end
  }
  return partsOf(file, edits)
}

async function readPage(file: FileBytes, start: number): Promise<Page | null> {
  const head = await file.at(start, PAGE_HEAD + 255)
  if (head.length < PAGE_HEAD || head.toString('latin1', 0, 4) !== 'OggS') return null
  const count = head[26] ?? 0
  const lengths = head.subarray(PAGE_HEAD, PAGE_HEAD + count)
  const pieces = []
  let [pieceStart, at] = [start + PAGE_HEAD + count, start + PAGE_HEAD + count]
  for (const [index, length] of lengths.entries()) {
    at += length
    const isLast = length < 255
    if (!isLast && index < lengths.length - 1) continue
    pieces.push({ start: pieceStart, end: at, isLast })
    pieceStart = at
  }
  return {
    start,
    end: at,
    serial: head.readUInt32LE(14),
    isFirst: ((head[5] ?? 0) & FIRST_PAGE) !== 0,
    pieces,
  }
}

/** Bytes that stand in the place of a packet; what is behind them is emptied. */
interface PacketEdit {
  readonly pieces: readonly Piece[]
  readonly head: Buffer
}

async function readPieces(file: FileBytes, page: Page, stream: Stream, edits: PacketEdit[]): Promise<void> {
  for (const { start, end, isLast } of page.pieces) {
    stream.pieces.push({ pageStart: page.start, start, end })
    if (!isLast) continue
    const { pieces } = stream
    stream.pieces = []
    stream.packet += 1
    if (stream.packet === 1) continue
    const edit = await editOf(file, stream, pieces)
    if (edit.head !== null) edits.push({ pieces, head: edit.head })
    stream.isDone = edit.isLast
    if (stream.isDone) return
  }
}

interface Edit {
  /** Null where the packet stays. */
  readonly head: Buffer | null
  /** Whether no further packet of the stream tells anything. */
  readonly isLast: boolean
}

/** No name of the program, no comments. */
const NO_WORDS = Buffer.alloc(8)

async function editOf(file: FileBytes, stream: Stream, pieces: readonly Piece[]): Promise<Edit> {
  const length = pieces.reduce((sum, { start, end }) => sum + end - start, 0)
  const began = stream.head.toString('latin1')
  if (began.startsWith('\u007FFLAC')) return flacEdit(file, stream, pieces, length)
  const head = began.startsWith('OpusHead')
    ? Buffer.concat([Buffer.from('OpusTags'), NO_WORDS])
    : began.startsWith('\u0001vorbis')
      ? Buffer.concat([Buffer.from('\u0003vorbis', 'latin1'), NO_WORDS, Buffer.from([1])])
      : began.startsWith('Speex')
        ? NO_WORDS
        : null
  if (head !== null && head.length > length) throw new Error('a comment is too short to be one')
  return { head, isLast: true }
}

/** Blocks of FLAC, one in each packet; the first of them must be a comment. */
async function flacEdit(
  file: FileBytes,
  stream: Stream,
  pieces: readonly Piece[],
  length: number,
): Promise<Edit> {
  const block = await file.at(pieces[0]?.start ?? file.size, 4)
  const [kind = 0xff] = block
  const isSound = kind === 0xff
  if (isSound || length < 12 || stream.packet > MOST_FLAC_BLOCKS) return { head: null, isLast: true }
  const head = (kind & 0x7f) === 4 ? Buffer.concat([block, NO_WORDS]) : flacPadding(block)
  return { head, isLast: (kind & 0x80) !== 0 }
}

/** The bytes of all edits, and the new sums of the pages that they touch. */
async function partsOf(file: FileBytes, edits: readonly PacketEdit[]): Promise<TellingPart[]> {
  const parts = edits.flatMap(({ pieces, head }) => {
    let used = 0
    return pieces.map(({ pageStart, start, end }) => {
      const part = { pageStart, start, end, head: head.subarray(used, used + end - start) }
      used = Math.min(head.length, used + end - start)
      return part
    })
  })
  const found: TellingPart[] = parts.map(({ start, end, head }) => ({ start, end, head }))
  for (const pageStart of new Set(parts.map((part) => part.pageStart))) {
    const page = await readPage(file, pageStart)
    if (page === null) continue
    const bytes = await file.at(pageStart, page.end - pageStart)
    for (const { start, end, head } of parts.filter((part) => part.pageStart === pageStart)) {
      bytes.fill(0, start - pageStart, end - pageStart)
      bytes.set(head, start - pageStart)
    }
    const sum = Buffer.alloc(4)
    sum.writeUInt32LE(oggSum(bytes.fill(0, CRC_AT, CRC_AT + 4)))
    found.push({ start: pageStart + CRC_AT, end: pageStart + CRC_AT + 4, head: sum })
  }
  return found
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24
  for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ (value < 0 ? 0x04_c1_1d_b7 : 0)
  return value >>> 0
})

/** CRC-32 of Ogg: the common polynomial, but not mirrored and from zero. */
export function oggSum(bytes: Uint8Array): number {
  let sum = 0
  for (const byte of bytes) sum = ((sum << 8) ^ (TABLE[((sum >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0
  return sum
}
