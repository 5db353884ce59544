/**
 * Reads the first message of a TLS client before anything is answered: which host it asks for and which protocols it
 * speaks. What is no such message is known as such by its first bytes.
 * @see RFC 8446, 4.1.2 and 5.1; RFC 6066, 3; RFC 7301, 3.1
 */

export interface ClientHello {
  /** In lower case; null where none is named, or none that could be a host. */
  readonly serverName: string | null
  /** Names of application protocols, in the client's order; empty where it names none. */
  readonly protocols: readonly string[]
}

/** `more`: it may still become one; `bad`: it never will. */
export type HelloOutcome = ClientHello | 'more' | 'bad'

/** Of the message without the headers of its records; those of today's browsers take 2 KiB. */
const MOST_HELLO_BYTES = 16_384
/** Clients of today send one, some a few; what comes in crumbs only costs. */
const MOST_RECORDS = 64
const RECORD_HEADER = 5
const MESSAGE_HEADER = 4
const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_NAME = 0
const PROTOCOLS = 16
const HOST_NAME = 0
const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/

/** @param bytes  all that has come in so far */
export function readClientHello(bytes: Buffer): HelloOutcome {
  const message = joinRecords(bytes)
  if (typeof message === 'string') return message
  try {
    return parseHello(new Cursor(message))
  } catch (error) {
    if (error instanceof RangeError) return 'bad'
    throw error
  }
}

/** The message may be spread over records, in pieces of any size. It is put together twice at most: once for its length. */
function joinRecords(bytes: Buffer): Buffer | 'more' | 'bad' {
  const parts: Buffer[] = []
  let joined = 0
  let wanted = MESSAGE_HEADER
  for (let at = 0; parts.length < MOST_RECORDS;) {
    const head = bytes.subarray(at, at + RECORD_HEADER)
    if ((head[0] ?? HANDSHAKE) !== HANDSHAKE || (head[1] ?? 3) !== 3) return 'bad'
    if (head.length < RECORD_HEADER) return 'more'
    const length = head.readUInt16BE(3)
    if (length === 0 || length > MOST_HELLO_BYTES) return 'bad'
    const part = bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length)
    parts.push(part)
    joined += part.length
    if ((parts[0]?.[0] ?? CLIENT_HELLO) !== CLIENT_HELLO) return 'bad'
    if (joined >= wanted) {
      const message = Buffer.concat(parts)
      wanted = MESSAGE_HEADER + message.readUIntBE(1, 3)
      if (wanted > MESSAGE_HEADER + MOST_HELLO_BYTES) return 'bad'
      if (joined >= wanted) return message.subarray(MESSAGE_HEADER, wanted)
    }
    if (part.length < length) return 'more'
    at += RECORD_HEADER + length
  }
  return 'bad'
}

/** @throws RangeError where a length leads beyond the end */
function parseHello(hello: Cursor): ClientHello {
  hello.skip(2 + 32) // version and random
  hello.vector(1) // session
  hello.vector(2) // cipher suites
  hello.vector(1) // compressions
  let serverName: string | null = null
  let protocols: readonly string[] = []
  if (hello.isAtEnd) return { serverName, protocols }
  const extensions = hello.vector(2)
  while (!extensions.isAtEnd) {
    const type = extensions.number(2)
    const body = extensions.vector(2)
    if (type === SERVER_NAME) serverName = hostIn(body)
    else if (type === PROTOCOLS) protocols = protocolsIn(body.vector(2))
  }
  return { serverName, protocols }
}

function hostIn(body: Cursor): string | null {
  const names = body.vector(2)
  while (!names.isAtEnd) {
    const type = names.number(1)
    const name = names.vector(2).text().toLowerCase()
    if (type === HOST_NAME) return HOST.test(name) ? name : null
  }
  return null
}

function protocolsIn(list: Cursor): readonly string[] {
  const protocols: string[] = []
  while (!list.isAtEnd) protocols.push(list.vector(1).text())
  return protocols
}

class Cursor {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  skip(length: number): void {
    this.#take(length)
  }

  number(size: number): number {
    return this.#take(size).readUIntBE(0, size)
  }

  /** What follows its own length. */
  vector(size: number): Cursor {
    return new Cursor(this.#take(this.number(size)))
  }

  text(): string {
    return this.#bytes.toString('latin1')
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new RangeError('the message ends before what it announces')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}
