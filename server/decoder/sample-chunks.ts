/**
 * Where the samples of a track stand in the file.
 * @see ISO/IEC 14496-12, 8.7 (stsz, stsc, stco, co64)
 */
import type { TellingPart } from '../contracts/decoding.ts'
import type { Box, BoxReader } from './boxes.ts'
import { Refusal } from './refusal.ts'

const NO_HEAD = new Uint8Array()
const MOST_SAMPLES = 500_000
const MOST_CHUNKS = 8_000

/** @throws Refusal for more of them than any recording has */
export async function listChunks(reader: BoxReader, track: Box, fileSize: number): Promise<TellingPart[]> {
  const table = await reader.find(track, 'mdia', 'minf', 'stbl')
  if (table === undefined) return []
  const bodies = new Map<string, Buffer>()
  for (const box of await reader.inside(table)) {
    if (/^(?:stsz|stsc|stco|co64)$/.test(box.name)) bodies.set(box.name, await reader.body(box))
  }
  const offsets = offsetsOf(bodies)
  const sizeOf = sizesOf(bodies.get('stsz') ?? Buffer.alloc(12))
  const perChunk = samplesPerChunk(bodies.get('stsc') ?? Buffer.alloc(8))
  const chunks: TellingPart[] = []
  let sample = 0
  for (const [index, start] of offsets.entries()) {
    let size = 0
    const last = sample + perChunk(index + 1)
    for (; sample < last; sample += 1) {
      if (sample > MOST_SAMPLES) throw new Refusal('The file has too many parts.')
      size += sizeOf(sample)
    }
    const end = Math.min(start + size, fileSize)
    if (end > start) chunks.push({ start, end, head: NO_HEAD })
  }
  return chunks
}

function offsetsOf(bodies: ReadonlyMap<string, Buffer>): number[] {
  const [short, long] = [bodies.get('stco'), bodies.get('co64')]
  const body = short ?? long ?? Buffer.alloc(8)
  const width = short === undefined ? 8 : 4
  const count = Math.min(body.readUInt32BE(4), Math.floor((body.length - 8) / width))
  if (count > MOST_CHUNKS) throw new Refusal('The file has too many parts.')
  return Array.from({ length: count }, (_, index) => {
    const at = 8 + index * width
    return width === 4 ? body.readUInt32BE(at) : Number(body.readBigUInt64BE(at))
  })
}

/** All alike, or each its own; none beyond the last. */
function sizesOf(body: Buffer): (sample: number) => number {
  const [same, count] = [body.readUInt32BE(4), body.readUInt32BE(8)]
  return (sample) => {
    if (sample >= count) return 0
    if (same !== 0) return same
    const at = 12 + sample * 4
    return at + 4 <= body.length ? body.readUInt32BE(at) : 0
  }
}

/** A run of chunks with as many samples each goes up to the next that is named. */
function samplesPerChunk(body: Buffer): (chunk: number) => number {
  const count = Math.min(body.readUInt32BE(4), Math.floor((body.length - 8) / 12))
  let run = 0
  return (chunk) => {
    while (run + 1 < count && body.readUInt32BE(8 + (run + 1) * 12) <= chunk) run += 1
    return count === 0 ? 0 : body.readUInt32BE(8 + run * 12 + 4)
  }
}
