/**
 * The boxes that MP4 and QuickTime files are made of, read where they stand.
 * @see ISO/IEC 14496-12, 4.2
 */
import type { FileBytes } from './file-bytes.ts'
import { Refusal } from './refusal.ts'

const MOST_BOXES = 10_000
/** Of one box that is read whole. */
const MOST_BODY_BYTES = 8 * 1_048_576

interface Range {
  readonly start: number
  readonly end: number
}

export interface Box extends Range {
  readonly name: string
  readonly headerSize: number
}

/** Reads boxes of one file, but no more than any recording has. */
export class BoxReader {
  readonly #file: FileBytes
  #count = 0

  constructor(file: FileBytes) {
    this.#file = file
  }

  get whole(): Range {
    return { start: 0, end: this.#file.size }
  }

  /** In order, up to what is no whole box. @throws Refusal for too many */
  async list({ start, end }: Range): Promise<Box[]> {
    const boxes: Box[] = []
    for (let at = start; at < end;) {
      const box = await this.#read(at, end)
      if (box === null) break
      this.#count += 1
      if (this.#count > MOST_BOXES) throw new Refusal('The file has too many parts.')
      boxes.push(box)
      at = box.end
    }
    return boxes
  }

  /** The boxes in a box. */
  async inside({ start, headerSize, end }: Box): Promise<Box[]> {
    return this.list({ start: start + headerSize, end })
  }

  /** The first box under these names, one in the other. */
  async find(box: Box, ...names: readonly string[]): Promise<Box | undefined> {
    let found: Box | undefined = box
    for (const name of names) {
      const inner: Box[] = found === undefined ? [] : await this.inside(found)
      found = inner.find((one) => one.name === name)
    }
    return found
  }

  /** What passes for its header when it is empty: the same length under a name that every reader passes over. */
  async emptyHead({ start, headerSize }: Box): Promise<Buffer> {
    const head = await this.#file.at(start, headerSize)
    head.write('free', 4, 'latin1')
    return head
  }

  /** @throws Refusal for one that is larger than any table of a recording */
  async body({ start, headerSize, end }: Box): Promise<Buffer> {
    const length = end - start - headerSize
    if (length > MOST_BODY_BYTES) throw new Refusal('The file has too many parts.')
    return this.#file.at(start + headerSize, length)
  }

  /** Null where there is no whole box any more. */
  async #read(start: number, limit: number): Promise<Box | null> {
    const head = await this.#file.at(start, 16)
    if (head.length < 8) return null
    const short = head.readUInt32BE(0)
    const isLong = short === 1
    if (isLong && head.length < 16) return null
    const headerSize = isLong ? 16 : 8
    const size = isLong ? Number(head.readBigUInt64BE(8)) : short === 0 ? limit - start : short
    if (size < headerSize || start + size > limit) return null
    return { name: head.toString('latin1', 4, 8), start, headerSize, end: start + size }
  }
}
