/** Messages between a process and its decoder over a socket: four bytes of length, then the value as V8 writes it. */
import { deserialize, serialize } from 'node:v8'

/** More than the largest picture takes that is within the limits, and than the largest answer to it. */
export const MOST_FRAME_BYTES = 256 * 1_048_576

const LENGTH_BYTES = 4

export function frameOf(value: unknown): readonly [Buffer, Buffer] {
  const body = serialize(value)
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(body.length)
  return [length, body]
}

/** Puts messages together from however many pieces they come in. */
export class FrameReader {
  readonly #mostBytes: number
  #pieces: Buffer[] = []
  #held = 0
  /** Of the message that is under way; null before its length is known. */
  #wanted: number | null = null

  constructor(mostBytes = MOST_FRAME_BYTES) {
    this.#mostBytes = mostBytes
  }

  /** @throws RangeError for a message over the limit, Error for one that is none */
  push(piece: Buffer): unknown[] {
    this.#pieces.push(piece)
    this.#held += piece.length
    const messages: unknown[] = []
    for (;;) {
      if (this.#wanted === null) {
        if (this.#held < LENGTH_BYTES) return messages
        this.#wanted = this.#take(LENGTH_BYTES).readUInt32BE()
        if (this.#wanted > this.#mostBytes)
          throw new RangeError(`a message of ${this.#wanted} bytes is over the limit of ${this.#mostBytes}`)
      }
      if (this.#held < this.#wanted) return messages
      messages.push(deserialize(this.#take(this.#wanted)))
      this.#wanted = null
    }
  }

  #take(length: number): Buffer {
    const all = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces)
    this.#held = all.length - length
    this.#pieces = this.#held === 0 ? [] : [all.subarray(length)]
    return all.subarray(0, length)
  }
}
