/**
 * A digest of the rows of a table that does not depend on their order: where rows lie is PostgreSQL's business, and another
 * cluster lays them elsewhere. Read from what COPY writes as text, in which a line is a row.
 */
import { hash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'
import { HomebirdError } from '../core/errors.ts'

const LINE_BREAK = 10
const LANES = 8

export interface RowDigest {
  readonly rows: number
  readonly bytes: number
  /** Hex: the sum of the SHA-256 of each row, lane by lane. */
  readonly digest: string
}

/** Lets everything through as it is and keeps count of it. */
export class DigestRows extends Transform {
  #rows = 0
  #bytes = 0
  #rest: Buffer[] = []
  #restBytes = 0
  readonly #lanes = new Uint32Array(LANES)

  readonly #mostRowBytes: number

  /** @param mostRowBytes  of what somebody else may have written, where a row without an end must not fill the memory */
  constructor(mostRowBytes = Infinity) {
    super()
    this.#mostRowBytes = mostRowBytes
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length
    let from = 0
    for (let end = chunk.indexOf(LINE_BREAK); end !== -1; end = chunk.indexOf(LINE_BREAK, from)) {
      this.#add(chunk.subarray(from, end))
      from = end + 1
    }
    if (from < chunk.length) {
      this.#rest.push(chunk.subarray(from))
      this.#restBytes += chunk.length - from
    }
    done(this.#restBytes > this.#mostRowBytes ? tooLong(this.#mostRowBytes) : null, chunk)
  }

  result(): RowDigest {
    const words = Array.from(this.#lanes, (lane) => lane.toString(16).padStart(8, '0'))
    return { rows: this.#rows, bytes: this.#bytes, digest: words.join('') }
  }

  #add(end: Buffer): void {
    const row = this.#rest.length === 0 ? end : Buffer.concat([...this.#rest, end])
    this.#rest = []
    this.#restBytes = 0
    const digest = hash('sha256', row, 'buffer')
    for (let lane = 0; lane < LANES; lane += 1)
      this.#lanes[lane] = (this.#lanes[lane] ?? 0) + digest.readUInt32LE(lane * 4)
    this.#rows += 1
  }
}

function tooLong(mostBytes: number): HomebirdError {
  const text = `the backup is damaged: it has a row of more than ${mostBytes} bytes; take another`
  return new HomebirdError('DOCUMENT_INVALID', text, { safe: text })
}
