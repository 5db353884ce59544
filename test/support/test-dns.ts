/** A name server of one test, on loopback UDP: it answers A and AAAA questions as the test says, or stays silent. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

export interface TestDns {
  /** `address:port`, for `dnsServers`. */
  readonly address: string
  /** Every question so far, as `A name` or `AAAA name`. */
  readonly questions: readonly string[]
  /** From now on the name has these addresses; none means that it does not exist; `silent` means no answer at all. */
  set(name: string, addresses: readonly string[] | 'silent'): void
  close(): Promise<void>
}

interface Disposer {
  after(work: () => Promise<void>): void
}

const TYPES: Readonly<Record<number, string>> = { 1: 'A', 28: 'AAAA' }

export async function openTestDns(t: Disposer): Promise<TestDns> {
  const names = new Map<string, readonly string[] | 'silent'>()
  const questions: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query)
    questions.push(`${TYPES[type] ?? type} ${name}`)
    const known = names.get(name) ?? []
    if (known === 'silent') return
    const wanted = known.filter((address) => isIP(address) === (type === 28 ? 6 : 4))
    socket.send(answerTo(query, end, type, wanted, known.length > 0), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  let closed = false
  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    const over = once(socket, 'close')
    socket.close()
    await over
  }
  t.after(close)
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    set: (name, addresses) => names.set(name, addresses),
    close,
  }
}

/** @see RFC 1035 section 4.1.2 */
function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

function answerTo(
  query: Buffer,
  end: number,
  type: number,
  addresses: readonly string[],
  exists: boolean,
): Buffer {
  const head = Buffer.from(query.subarray(0, end))
  head.writeUInt16BE(exists ? 0x8180 : 0x8183, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(addresses.length, 6)
  head.writeUInt32BE(0, 8)
  const records = addresses.map((address) => {
    const data = Buffer.from(ipaddr.parse(address).toByteArray())
    const record = Buffer.alloc(12)
    record.writeUInt16BE(0xc00c, 0)
    record.writeUInt16BE(type, 2)
    record.writeUInt16BE(1, 4)
    record.writeUInt16BE(data.length, 10)
    return Buffer.concat([record, data])
  })
  return Buffer.concat([head, ...records])
}
