/**
 * Reads what a proxy says of the client before the first byte of the connection: the PROXY protocol, text (1) and binary
 * (2). Nothing of it is believed but on a listener that asks for it.
 * @see HAProxy, "The PROXY protocol", 2.1 and 2.2
 */
import { type Socket, isIP } from 'node:net'

/** The other end of a connection, in the spelling of a socket. */
export interface ProxiedClient {
  readonly address: string
  readonly port: number
}

export interface Preamble {
  /** Null where the proxy speaks for itself, as in its checks of health. */
  readonly client: ProxiedClient | null
  /** Bytes that it took. */
  readonly length: number
}

/** `more`: it may still become one; `bad`: it never will. */
export type PreambleOutcome = Preamble | 'more' | 'bad'

const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a])
const FIXED_BYTES = 16
/** Of 2.1: the longest line, with its end. */
const MOST_TEXT_BYTES = 107
/** What a proxy adds besides addresses is passed over, but not without end. */
const MOST_BINARY_BYTES = 4_096
const MAPPED = Buffer.from('00000000000000000000ffff', 'hex')
const TEXT = 'PROXY '
const LINE = /^PROXY (TCP4|TCP6) (\S{2,45}) (\S{2,45}) (\d{1,5}) (\d{1,5})$/

/** @param bytes  all that has come in so far */
export function readPreamble(bytes: Buffer): PreambleOutcome {
  if (startsLike(bytes, SIGNATURE)) return bytes.length < FIXED_BYTES ? 'more' : readBinary(bytes)
  if (startsLike(bytes, Buffer.from(TEXT))) return readText(bytes)
  return 'bad'
}

function startsLike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length)
  return bytes.subarray(0, length).equals(start.subarray(0, length))
}

function readText(bytes: Buffer): PreambleOutcome {
  const end = bytes.subarray(0, MOST_TEXT_BYTES).indexOf('\r\n')
  if (end === -1) return bytes.length < MOST_TEXT_BYTES ? 'more' : 'bad'
  const line = bytes.toString('latin1', 0, end)
  const length = end + 2
  if (line === 'PROXY UNKNOWN' || line.startsWith('PROXY UNKNOWN ')) return { client: null, length }
  const [, family, address = '', , port = ''] = LINE.exec(line) ?? []
  const isFitting = isIP(address) === (family === 'TCP4' ? 4 : 6) && !address.includes('%')
  if (family === undefined || !isFitting || Number(port) > 65_535) return 'bad'
  return { client: { address: canonical(addressBytes(address)), port: Number(port) }, length }
}

function readBinary(bytes: Buffer): PreambleOutcome {
  const version = (bytes[12] ?? 0) >> 4
  const command = (bytes[12] ?? 0) & 0x0f
  const rest = bytes.readUInt16BE(14)
  const length = FIXED_BYTES + rest
  if (version !== 2 || command > 1 || length > MOST_BINARY_BYTES) return 'bad'
  if (bytes.length < length) return 'more'
  if (command === 0) return { client: null, length }
  return binaryClient(bytes.subarray(FIXED_BYTES, length), bytes[13] ?? 0, length)
}

function binaryClient(addresses: Buffer, family: number, length: number): PreambleOutcome {
  switch (family) {
    case 0x11:
      if (addresses.length < 12) return 'bad'
      return {
        client: { address: canonical(addresses.subarray(0, 4)), port: addresses.readUInt16BE(8) },
        length,
      }
    case 0x21:
      if (addresses.length < 36) return 'bad'
      return {
        client: { address: canonical(addresses.subarray(0, 16)), port: addresses.readUInt16BE(32) },
        length,
      }
    // What is neither, as a unix socket at the other side, has no address.
    default:
      return { client: null, length }
  }
}

/** In its one spelling; an address of IPv4 that came by a socket for both is one of IPv4. */
function canonical(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.subarray(0, MAPPED.length).equals(MAPPED)) return bytes.subarray(MAPPED.length).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16))
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

/** The other end of a socket, as a preamble names it; null once it is gone. */
export function peerOf({ remoteAddress, remotePort }: Socket): ProxiedClient | null {
  const [address = ''] = remoteAddress?.split('%') ?? []
  if (isIP(address) === 0 || remotePort === undefined) return null
  return { address: canonical(addressBytes(address)), port: remotePort }
}

/** The preamble of version 2 for a client's address, as our own ways in write it. `null` where it is not known. */
export function writePreamble(client: ProxiedClient | null): Buffer {
  const head = (command: number, family: number, length: number): Buffer => {
    const tail = Buffer.from([0x20 | command, family, 0, 0])
    tail.writeUInt16BE(length, 2)
    return Buffer.concat([SIGNATURE, tail])
  }
  if (client === null) return head(0, 0, 0)
  const isShort = isIP(client.address) === 4
  const addresses = Buffer.alloc(isShort ? 12 : 36)
  addressBytes(client.address).copy(addresses)
  addresses.writeUInt16BE(client.port, isShort ? 8 : 32)
  return Buffer.concat([head(1, isShort ? 0x11 : 0x21, addresses.length), addresses])
}

/** Four bytes of an address of IPv4, sixteen of one of IPv6. */
export function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const bytes = Buffer.alloc(16)
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [left = '', right] = plain.split('::')
  const groupsOf = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const before = groupsOf(left)
  const after = right === undefined ? [] : groupsOf(right)
  for (const [index, group] of before.entries()) bytes.writeUInt16BE(Number.parseInt(group, 16), 2 * index)
  for (const [index, group] of after.entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), 2 * (8 - after.length + index))
  return bytes
}
