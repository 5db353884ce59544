/** Bytes on their way into and out of a cache. */
import type { ByteSpan } from '../media-store.ts'
import type { ItemBytes } from './cache.ts'

/** The whole in memory that is its own. Null where it is more than the limit or its source failed. */
export async function collectBytes(bytes: ItemBytes, maxBytes: number): Promise<Buffer | null> {
  if (bytes instanceof Uint8Array) return bytes.length > maxBytes ? null : Buffer.from(bytes)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of bytes) {
      size += chunk.length
      if (size > maxBytes) return null
      chunks.push(chunk)
    }
  } catch {
    return null // whoever reads the source beside the cache hears of it there
  }
  return Buffer.concat(chunks, size)
}

/** The span cut to what is there; null where it begins beyond the end. */
export function cutSpan(span: ByteSpan | undefined, size: number): ByteSpan | null {
  if (span === undefined) return { start: 0, end: size - 1 }
  if (span.start < 0 || span.start >= size || span.end < span.start) return null
  return { start: span.start, end: Math.min(span.end, size - 1) }
}

export const lengthOf = ({ start, end }: ByteSpan): number => end - start + 1
