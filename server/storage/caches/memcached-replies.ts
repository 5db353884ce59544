/** Reads the answers of memcached's text protocol, as they come in pieces. */

export interface MemcachedValue {
  readonly key: string
  readonly data: Buffer
}

export interface MemcachedReply {
  readonly values: readonly MemcachedValue[]
  /** The last line, such as `END`, `STORED`, `SERVER_ERROR out of memory`. */
  readonly line: string
}

const NEWLINE = Buffer.from('\r\n')
/** No line of it is longer, and no value: what is, is no memcached. */
const MOST_LINE_BYTES = 2_048
const MOST_VALUE_BYTES = 2 * 1_048_576

export class ReplyReader {
  #held: Buffer[] = []
  #heldBytes = 0
  /** Bytes that must be there before looking again is of use. */
  #needed = 0
  #values: MemcachedValue[] = []

  /** @returns the replies that are whole now. @throws Error for what is not this protocol */
  read(piece: Buffer): MemcachedReply[] {
    this.#held.push(piece)
    this.#heldBytes += piece.length
    if (this.#heldBytes < this.#needed) return []
    const replies: MemcachedReply[] = []
    let rest = this.#held.length === 1 ? piece : Buffer.concat(this.#held, this.#heldBytes)
    for (;;) {
      const length = this.#take(rest, replies)
      if (length === 0) break
      rest = rest.subarray(length)
    }
    this.#held = rest.length === 0 ? [] : [rest]
    this.#heldBytes = rest.length
    return replies
  }

  /** @returns how many bytes were understood; 0 where more must come first */
  #take(bytes: Buffer, replies: MemcachedReply[]): number {
    this.#needed = 0
    const lineEnd = bytes.indexOf(NEWLINE)
    if (lineEnd < 0) {
      if (bytes.length > MOST_LINE_BYTES) throw new Error('the answer holds no line')
      return 0
    }
    const line = bytes.toString('latin1', 0, lineEnd)
    if (!line.startsWith('VALUE ')) {
      replies.push({ values: this.#values, line })
      this.#values = []
      return lineEnd + 2
    }
    const [, key = '', , size = ''] = line.split(' ')
    const dataLength = /^\d{1,8}$/u.test(size) ? Number(size) : Number.NaN
    if (!(dataLength <= MOST_VALUE_BYTES)) throw new Error('the answer holds a value of no good size')
    const dataStart = lineEnd + 2
    const end = dataStart + dataLength + 2
    if (bytes.length < end) {
      this.#needed = end
      return 0
    }
    this.#values.push({ key, data: Buffer.from(bytes.subarray(dataStart, dataStart + dataLength)) })
    return end
  }
}
