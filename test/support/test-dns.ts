/** A name server of one test, on loopback UDP: it answers for addresses, zones and aliases as the test says, or stays silent. */
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
  /** From now on this zone has these name servers, of which the addresses are set like any other. */
  setZone(zone: string, nameServers: readonly string[]): void
  /** From now on the name stands for another. */
  setAlias(name: string, target: string): void
  /** From now on questions of this type for the name are not answered. */
  loses(type: 'A' | 'AAAA', name: string): void
  close(): Promise<void>
}

interface Disposer {
  after(work: () => Promise<void>): void
}

const TYPES: Readonly<Record<number, string>> = { 1: 'A', 2: 'NS', 5: 'CNAME', 28: 'AAAA' }
const [NS, CNAME, AAAA] = [2, 5, 28] as const

export async function openTestDns(t: Disposer): Promise<TestDns> {
  const names = new Map<string, readonly string[] | 'silent'>()
  const zones = new Map<string, readonly string[]>()
  const aliases = new Map<string, string>()
  const questions: string[] = []
  const lost = new Set<string>()
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query)
    questions.push(`${TYPES[type] ?? type} ${name}`)
    const known = names.get(name) ?? []
    if (known === 'silent' || lost.has(`${TYPES[type] ?? type} ${name}`)) return
    const alias = aliases.get(name)
    const told =
      type === NS
        ? (zones.get(name) ?? []).map(encodedName)
        : type === CNAME
          ? alias === undefined
            ? []
            : [encodedName(alias)]
          : known
              .filter((address) => isIP(address) === (type === AAAA ? 6 : 4))
              .map((address) => Buffer.from(ipaddr.parse(address).toByteArray()))
    const exists = known.length > 0 || zones.has(name) || alias !== undefined
    socket.send(answerTo(query, end, type, told, exists), from.port, from.address)
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
    setZone: (zone, nameServers) => zones.set(zone, nameServers),
    setAlias: (name, target) => aliases.set(name, target),
    loses: (type, name) => lost.add(`${type} ${name}`),
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
  told: readonly Buffer[],
  exists: boolean,
): Buffer {
  const head = Buffer.from(query.subarray(0, end))
  head.writeUInt16BE(exists ? 0x8180 : 0x8183, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(told.length, 6)
  head.writeUInt32BE(0, 8)
  const records = told.map((data) => {
    const record = Buffer.alloc(12)
    record.writeUInt16BE(0xc00c, 0)
    record.writeUInt16BE(type, 2)
    record.writeUInt16BE(1, 4)
    record.writeUInt16BE(data.length, 10)
    return Buffer.concat([record, data])
  })
  return Buffer.concat([head, ...records])
}

function encodedName(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]))
  return Buffer.concat([...labels, Buffer.from([0])])
}
