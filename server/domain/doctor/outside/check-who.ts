/** Whether the home can tell its visitors apart, and whether one of them can pass for another. */
import type { DoctorCode } from '../../../contracts/doctor.ts'
import type { SeenRequest } from '../../../contracts/probe.ts'
import type { ClientSource } from '../../../contracts/way-in.ts'
import { linesFor } from './edge-lines.ts'
import { type Told, askProbe, requireAnswers } from './probe-asking.ts'
import { codeOf } from './verdict.ts'
import type { OutsideCheck, OutsideWorld, Vantage } from './world.ts'

/**
 * One of a net for examples each, so that the one that is believed is known. In two requests: some networks refuse whoever
 * sends what they add themselves.
 */
const FORGED = [
  [
    ['X-Forwarded-For', '203.0.113.71'],
    ['X-Real-IP', '203.0.113.72'],
    ['Forwarded', 'for=203.0.113.73;proto=https'],
  ],
  [['CF-Connecting-IP', '203.0.113.74']],
] as const

type Headers = readonly (readonly [string, string])[]

export const checkWho: OutsideCheck = {
  name: 'who',
  async run(world, { config }) {
    if (!(await world.isReached())) return []
    const sets: readonly Headers[] = [...FORGED, ...namedBy(config.clientAddress)]
    const [forged, plain] = await Promise.all([
      Promise.all(sets.map(async (headers) => askProbe(world, { kind: 'seen', headers }))),
      Promise.all(vantagesOf(world).map(async (vantage) => ask(world, vantage))),
    ])
    requireAnswers(plain)
    const addresses = new Map(
      sets.flat().map(([name, value]) => [/[\d.]{8,}/.exec(value)?.[0] ?? value, name]),
    )
    const believed = forged.find(({ seen }) => addresses.has(seen?.client.address ?? ''))?.seen ?? null
    if (believed !== null) return [spoofable(world, believed, addresses)]
    return judgeApart(world, plain, isLoopback((await world.reach()).best?.address ?? null))
  },
}

/** The header that the owner has named, where it is none of those. */
function namedBy(source: ClientSource | null): readonly Headers[] {
  if (source?.kind !== 'header') return []
  const { name } = source
  const isKnown = FORGED.flat().some(([known]) => known.toLowerCase() === name.toLowerCase())
  return isKnown ? [] : [[[name, '203.0.113.75']]]
}

/** Nobody in particular where there is one place only to ask from. */
const vantagesOf = ({ hasSsh }: OutsideWorld): readonly (Vantage | undefined)[] =>
  hasSsh ? ['home', 'ssh'] : [undefined]

async function ask(world: OutsideWorld, vantage: Vantage | undefined): Promise<Told> {
  return askProbe(world, vantage === undefined ? { kind: 'seen' } : { kind: 'seen', vantage })
}

function spoofable(
  world: OutsideWorld,
  { client: { address, way } }: SeenRequest,
  addresses: ReadonlyMap<string, string>,
): DoctorCode {
  const header = addresses.get(address ?? '') ?? null
  const lines = linesFor('CLIENT_IP_SPOOFABLE', world.edge(), world.host)
  return codeOf('CLIENT_IP_SPOOFABLE', 'edge', { header, address, way }, lines)
}

/**
 * A way in that is not told who visits counts all together, and says so: there nothing is wrong. One that is to be told, and
 * hears nothing or the address of what stands in front, takes everybody for one.
 */
function judgeApart(world: OutsideWorld, asked: readonly Told[], isAtHome: boolean): DoctorCode[] {
  const clients = asked.flatMap(({ seen }) => (seen === null ? [] : [seen.client]))
  const told = clients.filter(({ believes }) => believes === 'header' || believes === 'proxy')
  const [first] = told
  if (first === undefined) return []
  const isSilent = told.some(({ address }) => address === null)
  const isOne = told.length > 1 && told.every(({ address }) => address === first.address)
  const isEdge = told.some(({ address }) => isLoopback(address)) && !isAtHome
  if (!isSilent && !isEdge && !(isOne && !isLoopback(first.address))) return []
  const lines = linesFor('CLIENT_IP_ALL_SAME', world.edge(), world.host)
  return [codeOf('CLIENT_IP_ALL_SAME', 'edge', { address: first.address, way: first.way }, lines)]
}

/** No visitor comes from there, unless what stands in front runs on this machine and was asked there. */
const isLoopback = (address: string | null): boolean =>
  address !== null && (address === '::1' || address.startsWith('127.'))
