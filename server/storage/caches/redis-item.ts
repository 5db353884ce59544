/** How an item lies in Redis: facts and small content in one value, large content beside it in chunks. */
import { type ItemFacts, isItemFacts } from './cache.ts'

export const CHUNK_BYTES = 262_144
/** Enough of a value to hold all but its content. */
export const HEAD_BYTES = 8_192

export interface RedisItem {
  readonly facts: ItemFacts
  readonly size: number
  /** Milliseconds since 1970; null where disuse alone ends it. */
  readonly until: number | null
  /** Names the chunks; null where the content follows at once. */
  readonly chunks: string | null
}

/** Length of the facts in four bytes, the facts as JSON, the content. */
export function packItem(item: RedisItem, content: Uint8Array): Buffer {
  const facts = Buffer.from(JSON.stringify(item))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(facts.length)
  return Buffer.concat([length, facts, content])
}

/** Null for what is none of ours. `content` is empty where it is in chunks or was cut off. */
export function unpackItem(value: unknown): { readonly item: RedisItem; readonly content: Buffer } | null {
  if (!Buffer.isBuffer(value) || value.length < 4) return null
  const end = 4 + value.readUInt32BE()
  if (end > value.length) return null
  try {
    const item = JSON.parse(value.toString('utf8', 4, end)) as RedisItem
    const isGood = isItemFacts(item.facts) && Number.isSafeInteger(item.size) && item.size >= 0
    return isGood ? { item, content: value.subarray(end) } : null
  } catch {
    return null
  }
}

export const chunkCount = (size: number): number => Math.ceil(size / CHUNK_BYTES)

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** What is given in pieces of any size, in pieces of one size and a rest. */
export async function* inChunks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = []
  let size = 0
  for await (const piece of pieces) {
    held.push(piece)
    size += piece.length
    if (size < CHUNK_BYTES) continue
    let whole = Buffer.concat(held, size)
    for (; whole.length >= CHUNK_BYTES; whole = whole.subarray(CHUNK_BYTES))
      yield whole.subarray(0, CHUNK_BYTES)
    held = whole.length === 0 ? [] : [whole]
    size = whole.length
  }
  if (size > 0) yield Buffer.concat(held, size)
}
