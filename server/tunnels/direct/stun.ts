/**
 * Which address the world sees: asked of a server whose only work is to say it.
 * @see RFC 8489
 */
import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import { askUdp } from './ask-udp.ts'

const BINDING_REQUEST = 0x0001
const BINDING_SUCCESS = 0x0101
const COOKIE = 0x2112a442
const XOR_MAPPED_ADDRESS = 0x0020
const IPV4 = 0x01
const HEADER_BYTES = 20
const TRANSACTION_BYTES = 12
const LIMIT_MS = 2_000

/** Null when it does not answer, or not by IPv4. */
export async function askSeenAddress(host: string, port: number): Promise<string | null> {
  const address = isIPv4(host) ? host : await addressOf(host)
  if (address === null) return null
  const transaction = randomBytes(TRANSACTION_BYTES)
  const packet = Buffer.alloc(HEADER_BYTES)
  packet.writeUInt16BE(BINDING_REQUEST, 0)
  packet.writeUInt32BE(COOKIE, 4)
  transaction.copy(packet, 8)
  const read = (answer: Buffer): string | null => readSeenAddress(answer, transaction)
  return askUdp({ host: address, port, packet, limitMs: LIMIT_MS, read })
}

/** The first of IPv4 that a name has, within 2 s; null without one. */
export async function addressOf(host: string): Promise<string | null> {
  const waited = Promise.withResolvers<null>()
  const timer = setTimeout(() => waited.resolve(null), LIMIT_MS)
  const found = lookup(host, { family: 4 }).then(
    ({ address }) => address,
    () => null,
  )
  try {
    return await Promise.race([found, waited.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Null for what is no answer to this very question. */
export function readSeenAddress(answer: Buffer, transaction: Buffer): string | null {
  if (answer.length < HEADER_BYTES || answer.readUInt16BE(0) !== BINDING_SUCCESS) return null
  if (answer.readUInt32BE(4) !== COOKIE || !answer.subarray(8, HEADER_BYTES).equals(transaction)) return null
  const end = Math.min(answer.length, HEADER_BYTES + answer.readUInt16BE(2))
  for (let at = HEADER_BYTES; at + 4 <= end;) {
    const length = answer.readUInt16BE(at + 2)
    const value = answer.subarray(at + 4, at + 4 + length)
    if (answer.readUInt16BE(at) === XOR_MAPPED_ADDRESS && value.length === 8 && value[1] === IPV4) {
      const address = (value.readUInt32BE(4) ^ COOKIE) >>> 0
      return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.')
    }
    at += 4 + Math.ceil(length / 4) * 4
  }
  return null
}
