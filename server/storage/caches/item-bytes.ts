/** Bytes on their way into and out of a cache. */
import type { ByteSpan } from '../media-store.ts'
import type { ItemBytes } from './cache.ts'

/** The source of an item failed; whoever reads it beside the cache hears of it there. */
export class SourceFailed extends Error {}

/** @throws SourceFailed */
export async function* chunksOf(bytes: ItemBytes): AsyncGenerator<Uint8Array> {
  if (bytes instanceof Uint8Array) {
    if (bytes.length > 0) yield bytes
    return
  }
  const source = bytes[Symbol.asyncIterator]()
  let isOver = false
  try {
    for (;;) {
      const next = await nextOf(source).catch((error: unknown) => {
        isOver = true
        throw error
      })
      isOver ||= next.done === true
      if (next.done === true) return
      yield next.value
    }
  } finally {
    if (!isOver) await source.return?.().catch(() => undefined)
  }
}

async function nextOf(source: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  try {
    return await source.next()
  } catch (error) {
    throw new SourceFailed('the source of an item failed', { cause: error })
  }
}

/** The whole in memory that is its own. Null where it is more than the limit or its source failed. */
export async function collectBytes(bytes: ItemBytes, maxBytes: number): Promise<Buffer | null> {
  if (bytes instanceof Uint8Array) return bytes.length > maxBytes ? null : Buffer.from(bytes)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of chunksOf(bytes)) {
      size += chunk.length
      if (size > maxBytes) return null
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof SourceFailed) return null
    throw error
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
