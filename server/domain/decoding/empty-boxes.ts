/** Empties parts of a file on its way, without changing where anything stands. */
import type { TellingBox } from '../../contracts/decoding.ts'

/** A box of this kind is passed over by every reader. */
const FREE = Buffer.from('free', 'latin1')
const NAME_AT = 4

/** @param boxes  those without a header are bytes and no more */
export async function* emptyBoxes(
  bytes: AsyncIterable<Uint8Array>,
  boxes: readonly TellingBox[],
): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const chunk of bytes) {
    const end = at + chunk.length
    const touched = boxes.filter((box) => box.start < end && box.end > at)
    if (touched.length === 0) yield chunk
    else yield emptied(chunk, at, touched)
    at = end
  }
}

function emptied(chunk: Uint8Array, at: number, boxes: readonly TellingBox[]): Uint8Array {
  const copy = Buffer.from(chunk)
  for (const { start, headerSize, end } of boxes) {
    const nameAt = start + NAME_AT - at
    for (const [index, letter] of FREE.entries()) {
      if (headerSize === 0) break
      if (nameAt + index >= 0 && nameAt + index < copy.length) copy[nameAt + index] = letter
    }
    copy.fill(0, clamp(start + headerSize - at, copy.length), clamp(end - at, copy.length))
  }
  return copy
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value))
