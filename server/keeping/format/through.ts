/** Leads what flows through a transformation. */
import type { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Whatever breaks in the middle breaks both ends, and leaves nothing open. */
export async function* through(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
): AsyncGenerator<Buffer> {
  const flow = pipeline(source, transform)
  flow.catch(() => undefined) // the transform throws it
  try {
    for await (const chunk of transform as AsyncIterable<Buffer>) yield chunk
    await flow
  } finally {
    transform.destroy()
    await flow.catch(() => undefined) // thrown above, or broken off by the reader
  }
}
