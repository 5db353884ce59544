/**
 * Finds what a Matroska or WebM file tells besides picture and sound: tags, attached files, title, date and the program that
 * wrote it. An element becomes a void one of the same length, so that nothing moves.
 * @see RFC 9559 (Matroska), RFC 8794 (EBML)
 */
import type { TellingPart } from '../contracts/decoding.ts'
import { type FileBytes, buffered } from './file-bytes.ts'
import { Refusal } from './refusal.ts'

const SEGMENT = 0x18_53_80_67
const CLUSTER = 0x1f_43_b6_75
const INFO = 0x15_49_a9_66
const EMPTIED: ReadonlySet<number> = new Set([
  0x12_54_c3_67, // Tags
  0x19_41_a4_69, // Attachments
])
/** In `Info`. */
const EMPTIED_FACTS: ReadonlySet<number> = new Set([
  0x44_61, // DateUTC
  0x7b_a9, // Title
  0x73_84, // SegmentFilename
  0xbf, // CRC-32, which would not be right any more
])
/** In `Info`, where they must be: their text goes. */
const BLANKED_FACTS: ReadonlySet<number> = new Set([
  0x4d_80, // MuxingApp
  0x57_41, // WritingApp
])
/** A recording of hours that was written while it came has so many blocks on one level. */
const MOST_ELEMENTS = 1_000_000

interface Element {
  readonly id: number
  readonly start: number
  readonly bodyStart: number
  /** Null for one whose length was not known when it was written. */
  readonly end: number | null
}

/** @throws Refusal for more parts than any recording has */
export async function findTellingElements(file: FileBytes): Promise<TellingPart[]> {
  const bytes = buffered(file)
  const found: TellingPart[] = []
  let count = 0
  for (let at = 0; at < bytes.size;) {
    const element = await readElement(bytes, at)
    if (element === null) break
    count += 1
    if (count > MOST_ELEMENTS) throw new Refusal('The file has too many parts.')
    const { id, start, bodyStart, end } = element
    // What has no length ends where an element begins that cannot be in it: it is simply gone into.
    const isEntered = id === SEGMENT || end === null
    if (end === null && id !== SEGMENT && id !== CLUSTER) break
    const stop = Math.min(end ?? bytes.size, bytes.size)
    if (EMPTIED.has(id)) found.push(voided(start, stop))
    if (id === INFO) found.push(...(await readInfo(bytes, bodyStart, stop)))
    at = isEntered ? bodyStart : stop
  }
  return found
}

async function readInfo(bytes: FileBytes, start: number, end: number): Promise<TellingPart[]> {
  const found: TellingPart[] = []
  for (let at = start; at < end;) {
    const element = await readElement(bytes, at)
    if (element?.end === null || element === null || element.end > end) break
    if (EMPTIED_FACTS.has(element.id)) found.push(voided(element.start, element.end))
    if (BLANKED_FACTS.has(element.id)) {
      found.push({ start: element.bodyStart, end: element.end, head: new Uint8Array() })
    }
    at = element.end
  }
  return found
}

const VOID = 0xec

/** An element of nothing, as long as what stood there. */
function voided(start: number, end: number): TellingPart {
  const length = end - start
  if (length - 2 < 0x7f) return { start, end, head: Uint8Array.of(VOID, 0x80 | (length - 2)) }
  const head = Buffer.alloc(9)
  head[0] = VOID
  head.writeBigUInt64BE((1n << 56n) | BigInt(length - 9), 1)
  return { start, end, head }
}

/** Null where there is none any more. */
async function readElement(bytes: FileBytes, at: number): Promise<Element | null> {
  const head = await bytes.at(at, 12)
  const idLength = lengthOf(head[0] ?? 0)
  if (idLength > 4 || head.length < idLength + 1) return null
  const sizeLength = lengthOf(head[idLength] ?? 0)
  if (sizeLength > 8 || head.length < idLength + sizeLength) return null
  const bodyStart = at + idLength + sizeLength
  const raw = head.subarray(idLength, idLength + sizeLength)
  const isUnknown = raw.every((byte, index) => byte === (index === 0 ? 0xff >> (sizeLength - 1) : 0xff))
  let size = (raw[0] ?? 0) & (0xff >> sizeLength)
  for (const byte of raw.subarray(1)) size = size * 256 + byte
  return {
    id: head.readUIntBE(0, idLength),
    start: at,
    bodyStart,
    end: isUnknown ? null : bodyStart + size,
  }
}

/** Of a number that says its own length by its leading zeros: 1 to 8, 9 for none. */
const lengthOf = (first: number): number => Math.clz32(first) - 23
