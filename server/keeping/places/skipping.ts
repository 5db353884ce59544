/** A stream from a place that sends the whole where a rest was asked for. */
import { Readable } from 'node:stream'

/** Leaves out the first bytes; its source ends with it. */
export function skipping(source: Readable, bytes: number): Readable {
  return Readable.from(rest(source, bytes), { objectMode: false })
}

async function* rest(source: Readable, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const wanted = chunk.subarray(Math.min(left, chunk.length))
    left = Math.max(0, left - chunk.length)
    if (wanted.length > 0) yield wanted
  }
}
