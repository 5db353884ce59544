/**
 * The NAT Port Mapping Protocol, which many routers speak that do not speak its successor.
 * @see RFC 6886
 */
import { askUdp } from './ask-udp.ts'
import {
  type MappingGrant,
  type MappingWish,
  type PortMapper,
  WITHOUT_ADDRESS,
  boundLifetime,
} from './port-mapper.ts'

const PORT = 5351
const VERSION = 0
const ADDRESS = 0
const MAP_TCP = 2
const RESPONSE = 128
const SUCCESS = 0
const NO_ADDRESS = 3
const PROBE_MS = 1_500
const MAP_MS = 3_000

/** By their numbers in the protocol. */
const RESULTS: Readonly<Record<number, string>> = {
  1: 'it does not know this version',
  2: 'it allows nobody to open a port',
  3: 'it has no public address',
  4: 'it has no room for another port',
  5: 'it does not know the wish',
}

export class NatPmpMapper implements PortMapper {
  readonly protocol = 'NAT-PMP'
  readonly #router: string
  readonly #port: number

  constructor(router: string, port: number = PORT) {
    this.#router = router
    this.#port = port
  }

  async externalAddress(): Promise<string | null> {
    return readNatPmpAddress(this.#router, this.#port)
  }

  async map(wish: MappingWish): Promise<MappingGrant> {
    const answer = await this.#ask(wish, wish.externalPort, wish.lifetimeSeconds)
    if (answer === null) throw new Error('the router does not answer any more')
    if (answer.result !== SUCCESS) {
      const words = RESULTS[answer.result] ?? `it says ${answer.result}`
      throw new Error(`the router refuses: ${words}`)
    }
    return { ...answer.grant, externalAddress: await this.externalAddress() }
  }

  /** Both are 0 in what takes a mapping back. */
  async unmap(wish: MappingWish): Promise<void> {
    await this.#ask(wish, 0, 0)
  }

  async #ask({ internalPort }: MappingWish, externalPort: number, lifetimeSeconds: number) {
    const packet = Buffer.alloc(12)
    packet[0] = VERSION
    packet[1] = MAP_TCP
    packet.writeUInt16BE(internalPort, 4)
    packet.writeUInt16BE(externalPort, 6)
    packet.writeUInt32BE(lifetimeSeconds, 8)
    const read = (answer: Buffer) => readMapAnswer(answer, internalPort)
    return askUdp({ host: this.#router, port: this.#port, packet, limitMs: MAP_MS, read })
  }
}

/** Whether the router speaks it at all, also one that has no address. */
export async function speaksNatPmp(router: string, port: number = PORT): Promise<boolean> {
  return (await askAddress(router, port)) !== null
}

/** Null where the router does not speak it, or does not tell. */
export async function readNatPmpAddress(router: string, port: number = PORT): Promise<string | null> {
  return (await askAddress(router, port))?.address ?? null
}

async function askAddress(router: string, port: number): Promise<{ readonly address: string | null } | null> {
  const packet = Buffer.from([VERSION, ADDRESS])
  return askUdp({ host: router, port, packet, limitMs: PROBE_MS, read: readAddressAnswer })
}

export function readAddressAnswer(answer: Buffer): { readonly address: string | null } | null {
  if (answer.length < 4 || answer[0] !== VERSION || answer[1] !== (ADDRESS | RESPONSE)) return null
  const result = answer.readUInt16BE(2)
  if (result === NO_ADDRESS) return { address: WITHOUT_ADDRESS }
  const isTold = result === SUCCESS && answer.length >= 12
  return { address: isTold ? [...answer.subarray(8, 12)].join('.') : null }
}

/** Null for what is no answer to this very wish. */
export function readMapAnswer(
  answer: Buffer,
  internalPort: number,
): { readonly result: number; readonly grant: MappingGrant } | null {
  if (answer.length < 4 || answer[0] !== VERSION || answer[1] !== (MAP_TCP | RESPONSE)) return null
  const result = answer.readUInt16BE(2)
  const nothing = { externalPort: 0, externalAddress: null, lifetimeSeconds: 0 }
  if (result !== SUCCESS) return { result, grant: nothing }
  if (answer.length < 16 || answer.readUInt16BE(8) !== internalPort) return null
  return {
    result,
    grant: {
      externalPort: answer.readUInt16BE(10),
      externalAddress: null,
      lifetimeSeconds: boundLifetime(answer.readUInt32BE(12)),
    },
  }
}
