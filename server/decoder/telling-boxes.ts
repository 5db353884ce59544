/**
 * Finds the parts of an MP4 or QuickTime file that say where, when and with what it was recorded. They stand beside the
 * media and nothing refers to them, so that they can be emptied where they are.
 * @see ISO/IEC 14496-12, QuickTime File Format (user data, metadata)
 */
import type { TellingBox } from '../contracts/decoding.ts'
import type { FileBytes } from './file-bytes.ts'
import { Refusal } from './refusal.ts'

/** User data (`©xyz`, `loci`, makers), metadata (`com.apple.quicktime.location.ISO6709`), XMP. */
const TELLING: ReadonlySet<string> = new Set(['udta', 'meta', 'uuid', 'Xtra'])
/** Boxes of boxes in which they stand. */
const OPENED: ReadonlySet<string> = new Set(['moov', 'trak'])
const MOST_BOXES = 10_000

interface Box extends TellingBox {
  readonly name: string
}

/** @throws Refusal for more boxes than any recording has */
export async function findTellingBoxes(file: FileBytes): Promise<TellingBox[]> {
  const found: TellingBox[] = []
  const ranges = [{ start: 0, end: file.size }]
  let count = 0
  for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
    for (let at = range.start; at < range.end;) {
      const box = await readBox(file, at, range.end)
      if (box === null) break
      count += 1
      if (count > MOST_BOXES) throw new Refusal('The file has too many parts.')
      const { name, start, headerSize, end } = box
      if (TELLING.has(name)) found.push({ start, headerSize, end })
      else if (OPENED.has(name)) ranges.push({ start: start + headerSize, end })
      at = end
    }
  }
  return found.sort((a, b) => a.start - b.start)
}

/** Null where there is no whole box any more. */
async function readBox(file: FileBytes, start: number, limit: number): Promise<Box | null> {
  const head = await file.at(start, 16)
  if (head.length < 8) return null
  const short = head.readUInt32BE(0)
  const isLong = short === 1
  if (isLong && head.length < 16) return null
  const headerSize = isLong ? 16 : 8
  const size = isLong ? Number(head.readBigUInt64BE(8)) : short === 0 ? limit - start : short
  if (size < headerSize || start + size > limit) return null
  return { name: head.toString('latin1', 4, 8), start, headerSize, end: start + size }
}
