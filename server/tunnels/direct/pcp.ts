/**
 * The Port Control Protocol: one datagram for each wish.
 * @see RFC 6887
 */
import { createHmac } from 'node:crypto'
import { askUdp } from './ask-udp.ts'
import { readNatPmpAddress } from './nat-pmp.ts'
import { type MappingGrant, type MappingWish, type PortMapper, boundLifetime } from './port-mapper.ts'

export const PCP_PORT = 5351
const VERSION = 2
const ANNOUNCE = 0
const MAP = 1
const RESPONSE = 0x80
const HEADER_BYTES = 24
const MAP_BYTES = 36
const NONCE_BYTES = 12
const TCP = 6
const SUCCESS = 0
const PROBE_MS = 1_500
const MAP_MS = 3_000
const MAPPED = Buffer.from('00000000000000000000ffff', 'hex')

/** By their numbers in the protocol. */
const RESULTS: Readonly<Record<number, string>> = {
  2: 'it allows nobody to open a port',
  3: 'it cannot read what it was asked',
  4: 'it does not know the wish',
  7: 'it has no network just now',
  8: 'it has no room for another port',
  9: 'it opens no ports of this kind',
  10: 'this machine has opened too many already',
  11: 'another machine of the network has this port',
  12: 'there is a second router in between',
}

export class PcpMapper implements PortMapper {
  readonly protocol = 'PCP'
  readonly #router: string
  readonly #port: number
  readonly #secret: Buffer

  /** @param secret  the same after each start: a mapping is changed only by who names what it was made with */
  constructor(router: string, secret: Buffer, port: number = PCP_PORT) {
    this.#router = router
    this.#secret = secret
    this.#port = port
  }

  /** It is told with the first mapping only; most routers tell it in the older protocol. */
  async externalAddress(): Promise<string | null> {
    return readNatPmpAddress(this.#router, this.#port)
  }

  async map(wish: MappingWish): Promise<MappingGrant> {
    const answer = await this.#ask(wish, wish.lifetimeSeconds)
    if (answer === null) throw new Error('the router does not answer any more')
    if (answer.result !== SUCCESS) throw new Error(`the router refuses: ${resultWords(answer.result)}`)
    return answer.grant
  }

  async unmap(wish: MappingWish): Promise<void> {
    await this.#ask(wish, 0)
  }

  /** The same for renewals, also by a later process; of another port, address or router nothing can be told from it. */
  #nonceFor({ own, internalPort }: MappingWish): Buffer {
    const about = `${this.#router} ${own} ${internalPort}`
    return createHmac('sha256', this.#secret).update(about).digest().subarray(0, NONCE_BYTES)
  }

  async #ask(wish: MappingWish, lifetimeSeconds: number) {
    const { own, internalPort, externalPort } = wish
    const nonce = this.#nonceFor(wish)
    const body = Buffer.alloc(MAP_BYTES)
    nonce.copy(body)
    body[NONCE_BYTES] = TCP
    body.writeUInt16BE(internalPort, 16)
    body.writeUInt16BE(externalPort, 18)
    mapped('0.0.0.0').copy(body, 20)
    const packet = Buffer.concat([header(MAP, lifetimeSeconds, own), body])
    return askUdp({
      host: this.#router,
      port: this.#port,
      packet,
      limitMs: MAP_MS,
      read: (answer) => readMapAnswer(answer, nonce, internalPort),
    })
  }
}

/** Whether the router speaks it; nothing is asked of it. */
export async function speaksPcp(router: string, own: string, port: number = PCP_PORT): Promise<boolean> {
  const found = await askUdp({
    host: router,
    port,
    packet: header(ANNOUNCE, 0, own),
    limitMs: PROBE_MS,
    // One that speaks the older protocol alone answers with that version.
    read: (answer) =>
      answer.length < 4 ? null : answer[0] === VERSION && answer[1] === (ANNOUNCE | RESPONSE),
  })
  return found === true
}

/** Null for what is no answer to this very wish. */
export function readMapAnswer(
  answer: Buffer,
  nonce: Buffer,
  internalPort: number,
): { readonly result: number; readonly grant: MappingGrant } | null {
  if (answer.length < HEADER_BYTES + MAP_BYTES) return null
  if (answer[0] !== VERSION || answer[1] !== (MAP | RESPONSE)) return null
  const body = answer.subarray(HEADER_BYTES)
  if (!body.subarray(0, NONCE_BYTES).equals(nonce) || body[NONCE_BYTES] !== TCP) return null
  if (body.readUInt16BE(16) !== internalPort) return null
  return {
    result: answer[3] ?? SUCCESS,
    grant: {
      externalPort: body.readUInt16BE(18),
      externalAddress: unmapped(body.subarray(20, 36)),
      lifetimeSeconds: boundLifetime(answer.readUInt32BE(4)),
    },
  }
}

function header(opcode: number, lifetimeSeconds: number, own: string): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES)
  bytes[0] = VERSION
  bytes[1] = opcode
  bytes.writeUInt32BE(lifetimeSeconds, 4)
  mapped(own).copy(bytes, 8)
  return bytes
}

const mapped = (address: string): Buffer =>
  Buffer.concat([MAPPED, Buffer.from(address.split('.').map(Number))])

function unmapped(bytes: Buffer): string | null {
  const isFour = bytes.subarray(0, MAPPED.length).equals(MAPPED)
  const address = [...bytes.subarray(MAPPED.length)].join('.')
  return isFour && address !== '0.0.0.0' ? address : null
}

const resultWords = (result: number): string => RESULTS[result] ?? `it says ${result}`
