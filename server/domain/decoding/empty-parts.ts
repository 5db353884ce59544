/** Empties parts of a file on its way, without changing where anything stands. */
import type { TellingPart } from '../../contracts/decoding.ts'

export async function* emptyParts(
  bytes: AsyncIterable<Uint8Array>,
  parts: readonly TellingPart[],
): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const chunk of bytes) {
    const end = at + chunk.length
    const touched = parts.filter((part) => part.start < end && part.end > at)
    yield touched.length === 0 ? chunk : emptied(chunk, at, touched)
    at = end
  }
}

function emptied(chunk: Uint8Array, at: number, parts: readonly TellingPart[]): Uint8Array {
  const copy = Buffer.from(chunk)
  for (const { start, end, head } of parts) {
    const from = clamp(start - at, copy.length)
    const to = clamp(end - at, copy.length)
    copy.fill(0, from, to)
    // As much of its beginning as stands in this piece.
    copy.set(
      head.subarray(Math.min(head.length, at + from - start), Math.min(head.length, at + to - start)),
      from,
    )
  }
  return copy
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value))
