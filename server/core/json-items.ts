/** Reads the items of one long list in a JSON file as they come: the file is never whole in memory, however large it is. */
import { HomebirdError } from './errors.ts'

export type JsonItem =
  | { readonly kind: 'item'; readonly bytes: Buffer }
  /** It was passed over. */
  | { readonly kind: 'too_large' }

export interface JsonItemOptions {
  /** The list is the value of one of these keys of the file's object, or the file itself is the list. */
  readonly keys: readonly string[]
  /** Of one item. */
  readonly mostBytes: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const MOST_DEPTH = 200
const MOST_KEY_BYTES = 100
/** Some files are scripts that set a variable: what stands before the first bracket. */
const MOST_HEAD_BYTES = 200

/**
 * Objects and texts in the order of the file; numbers and the like are passed over.
 * @throws HomebirdError DOCUMENT_INVALID for a file that ends in the middle, is nested too deep or holds no such list
 */
export async function* readJsonItems(
  chunks: AsyncIterable<Uint8Array>,
  options: JsonItemOptions,
): AsyncGenerator<JsonItem> {
  const scanner = new ItemScanner(options)
  for await (const chunk of chunks)
    yield* scanner.read(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
  scanner.end()
}

class ItemScanner {
  readonly #keys: ReadonlySet<string>
  readonly #mostBytes: number
  #depth = 0
  #seen = 0
  #isInText = false
  #isEscaped = false
  /** The text that was read last at the top of an object: perhaps a key. */
  #key: number[] = []
  #isKeyNext = false
  /** Depth of the list that is wanted; 0 outside of it. */
  #listDepth = 0
  #hasList = false
  #parts: Buffer[] | null = null
  #size = 0

  constructor({ keys, mostBytes }: JsonItemOptions) {
    this.#keys = new Set(keys)
    this.#mostBytes = mostBytes
  }

  *read(chunk: Buffer): Generator<JsonItem> {
    let from = 0
    for (let at = 0; at < chunk.length; at += 1) {
      const code = chunk[at] ?? 0
      const wasInItem = this.#parts !== null
      const ends = this.#step(code)
      if (!wasInItem && this.#parts !== null) from = at
      if (wasInItem && ends) {
        this.#keep(chunk.subarray(from, at + 1))
        yield this.#take()
      }
    }
    if (this.#parts !== null) this.#keep(chunk.subarray(from))
  }

  /** @throws HomebirdError DOCUMENT_INVALID */
  end(): void {
    if (this.#depth > 0 || this.#isInText) throw invalid('the file ends in the middle')
    if (!this.#hasList) throw invalid(`the file holds no list of ${[...this.#keys].join(' or ')}`)
  }

  #keep(part: Buffer): void {
    this.#size += part.length
    // A copy: the chunk is the stream's.
    if (this.#size <= this.#mostBytes) this.#parts?.push(Buffer.from(part))
  }

  #take(): JsonItem {
    const [parts, size] = [this.#parts ?? [], this.#size]
    this.#parts = null
    this.#size = 0
    return size > this.#mostBytes ? { kind: 'too_large' } : { kind: 'item', bytes: Buffer.concat(parts) }
  }

  /** @returns whether an item ends with this byte */
  #step(code: number): boolean {
    if (this.#isInText) return this.#stepInText(code)
    switch (code) {
      case QUOTE:
        this.#isInText = true
        this.#key = []
        if (this.#isAtItem()) this.#parts = []
        return false
      case 0x7b: // {
      case 0x5b: // [
        this.#open(code === 0x5b)
        return false
      case 0x7d: // }
      case 0x5d: // ]
        return this.#close()
      case COLON:
        this.#isKeyNext = this.#depth === 1
        return false
      case COMMA:
        this.#isKeyNext = false
        return false
      default:
        this.#passBefore()
        return false
    }
  }

  #isAtItem(): boolean {
    return this.#listDepth > 0 && this.#depth === this.#listDepth && this.#parts === null
  }

  #stepInText(code: number): boolean {
    if (this.#isEscaped) this.#isEscaped = false
    else if (code === BACKSLASH) this.#isEscaped = true
    else if (code === QUOTE) {
      this.#isInText = false
      return this.#parts !== null && this.#depth === this.#listDepth
    }
    if (this.#depth === 1 && this.#key.length <= MOST_KEY_BYTES) this.#key.push(code)
    return false
  }

  #open(isList: boolean): void {
    if (this.#isAtItem()) this.#parts = []
    this.#depth += 1
    if (this.#depth > MOST_DEPTH) throw invalid(`the file is nested deeper than ${MOST_DEPTH} levels`)
    const isNamed = this.#depth === 2 && this.#isKeyNext && this.#keys.has(Buffer.from(this.#key).toString())
    if (isList && !this.#hasList && (this.#depth === 1 || isNamed)) {
      this.#listDepth = this.#depth
      this.#hasList = true
    }
  }

  #close(): boolean {
    if (this.#depth === 0) throw invalid('the file closes more than it opens')
    if (this.#depth === this.#listDepth) this.#listDepth = 0
    this.#depth -= 1
    return this.#parts !== null && this.#depth === this.#listDepth
  }

  #passBefore(): void {
    if (this.#hasList || this.#depth > 0) return
    this.#seen += 1
    if (this.#seen > MOST_HEAD_BYTES) throw invalid('the file does not begin like JSON')
  }
}

const invalid = (flaw: string): HomebirdError =>
  new HomebirdError('DOCUMENT_INVALID', flaw, { safe: `The archive cannot be read: ${flaw}.` })
