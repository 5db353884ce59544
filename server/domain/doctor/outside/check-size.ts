/** How large a body may be to get through: what uploads of the owner's own apps need. */
import type { DoctorCode } from '../../../contracts/doctor.ts'
import { linesFor } from './edge-lines.ts'
import { noteMeasured } from './measured.ts'
import { type Told, askProbe, requireAnswers } from './probe-asking.ts'
import { codeOf } from './verdict.ts'
import type { OutsideCheck, OutsideWorld } from './world.ts'

const KILOBYTE = 1_024
const MEGABYTE = 1_024 * KILOBYTE
/** A picture as telephones make them. */
const USUAL_BYTES = 2 * MEGABYTE
/** A short film. */
const LARGE_BYTES = 40 * MEGABYTE * 0.95
/** Tried where the usual does not get through: what proxies allow that nobody has told anything. */
const SMALLER_BYTES = [MEGABYTE - KILOBYTE, 64 * KILOBYTE] as const
const LIMIT_MS = 8_000
const LARGE_LIMIT_MS = 90_000

export const checkSize: OutsideCheck = {
  name: 'size',
  async run(world) {
    if (!(await world.isReached())) return []
    const usual = await send(world, USUAL_BYTES, LIMIT_MS)
    refuseSlow(usual)
    if (!isWhole(usual, USUAL_BYTES)) return judgeSmaller(world, usual)
    noteMeasured(world, { maxBody: USUAL_BYTES })
    if (!world.isDeep) return []
    const large = await send(world, LARGE_BYTES, LARGE_LIMIT_MS)
    refuseSlow(large)
    if (!isWhole(large, LARGE_BYTES)) return [limit(world, LARGE_BYTES, USUAL_BYTES, large)]
    noteMeasured(world, { maxBody: LARGE_BYTES })
    return []
  },
}

async function judgeSmaller(world: OutsideWorld, usual: Told): Promise<DoctorCode[]> {
  for (const bytes of SMALLER_BYTES) {
    const smaller = await send(world, bytes, LIMIT_MS)
    refuseSlow(smaller)
    if (!isWhole(smaller, bytes)) continue
    noteMeasured(world, { maxBody: bytes })
    return [limit(world, USUAL_BYTES, bytes, usual)]
  }
  // Where nothing that is sent arrives, its size is not what is wrong.
  return []
}

async function send(world: OutsideWorld, bytes: number, limitMs: number): Promise<Told> {
  return askProbe(world, {
    kind: 'size',
    method: 'POST',
    headers: [['Content-Type', 'application/octet-stream']],
    body: Buffer.alloc(bytes, 'homebird'),
    limitMs,
    isHeavy: true,
  })
}

/** What takes too long on a slow line may be let through all the same. @throws HomebirdError UNAVAILABLE */
function refuseSlow(told: Told): void {
  const reason = told.failure?.reason
  if (reason === 'timeout' || reason === 'aborted') requireAnswers([told])
}

const isWhole = ({ seen }: Told, bytes: number): boolean => seen?.body.bytes === bytes

function limit(world: OutsideWorld, bytes: number, most: number, { answer, failure }: Told): DoctorCode {
  const facts = { bytes, most, status: answer?.status ?? null, reason: failure?.message ?? null }
  return codeOf('BODY_LIMIT', 'edge', facts, linesFor('BODY_LIMIT', world.edge(), world.host))
}
