/** Reads the beginning of a stream until it can be judged, and puts back what belongs to whoever reads on. */
import type { Duplex } from 'node:stream'

/** `more`: it cannot be told yet; `bad`: it will never do. */
type Judgement<Head> = Head | 'more' | 'bad'

/** Each is judged together with those before: whoever sends it byte by byte costs more than it may. */
const MOST_PIECES = 100

export interface HeadReading<Head> {
  readonly judge: (bytes: Buffer) => Judgement<Head>
  /** How many bytes of the beginning are used up by what was read. */
  readonly taken: (head: Head) => number
  /** From now until it can be judged, in milliseconds. */
  readonly limitMs: number
}

/** Null when what came is bad, when nothing whole came in time or in a hundred pieces, or when the stream ended before; it is paused then. */
export async function readHead<Head extends object>(
  stream: Duplex,
  { judge, taken, limitMs }: HeadReading<Head>,
): Promise<Head | null> {
  const { promise, resolve } = Promise.withResolvers<Head | null>()
  let seen: Buffer = Buffer.alloc(0)
  let pieces = 0
  const fail = (): void => resolve(null)
  const onData = (bytes: Buffer): void => {
    seen = seen.length === 0 ? bytes : Buffer.concat([seen, bytes])
    pieces += 1
    const head = judge(seen)
    if (head === 'more' && pieces < MOST_PIECES) return
    // In this very turn, or what comes next would be read by nobody.
    stream.pause()
    stream.off('data', onData)
    if (head === 'bad' || head === 'more') return fail()
    const rest = seen.subarray(taken(head))
    if (rest.length > 0) stream.unshift(rest)
    resolve(head)
  }
  const timer = setTimeout(fail, limitMs)
  stream.on('data', onData)
  for (const event of ['end', 'error', 'close']) stream.once(event, fail)
  // Whoever read before has left it paused.
  stream.resume()
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    stream.off('data', onData)
    for (const event of ['end', 'error', 'close']) stream.off(event, fail)
  }
}
