/** Takes bytes from a stream in the portions that a format asks for, and holds no more than one of them. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)
  #isOver = false

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** So many bytes; fewer only where the stream ends. */
  async read(count: number): Promise<Buffer> {
    const parts: Buffer[] = []
    let missing = count
    while (missing > 0) {
      if (this.#held.length === 0 && !(await this.#fill())) break
      const part = this.#held.subarray(0, missing)
      this.#held = this.#held.subarray(part.length)
      missing -= part.length
      parts.push(part)
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
  }

  async isAtEnd(): Promise<boolean> {
    return this.#held.length === 0 && !(await this.#fill())
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    this.#isOver = true
    await this.#source.return?.()
  }

  async #fill(): Promise<boolean> {
    while (!this.#isOver) {
      const next = await this.#source.next()
      if (next.done === true) this.#isOver = true
      else if (next.value.length > 0) {
        this.#held = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length)
        return true
      }
    }
    return false
  }
}
