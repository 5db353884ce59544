/** What codes make of a check, and how a check from outside is one of the doctor's. */
import {
  type CodeWeight,
  type DoctorCode,
  type FindingState,
  OUTSIDE_CODES,
  type OutsideCode,
} from '../../../contracts/doctor.ts'
import { describeError } from '../../../core/errors.ts'
import type { DoctorCheck, Finding } from '../check.ts'
import type { OutsideCheck, OutsideWorld } from './world.ts'

/** Names of all of them. */
const OUTSIDE_CHECKS: ReadonlySet<string> = new Set([
  'dns',
  'tls',
  'identity',
  'bots',
  'fidelity',
  'caching',
  'size',
  'live',
  'who',
  'words',
])
/** `provenBy` of HAIRPIN where no other place of this run's own has seen the home. */
export const PEER = 'another server'
const MOST_FACT = 300
const MOST_REASON = 400

export const isOutside = (name: string): boolean => OUTSIDE_CHECKS.has(name)

/** @param facts  long ones are cut: some of them are what a stranger's server says */
export function codeOf(
  code: OutsideCode,
  hop: DoctorCode['hop'],
  facts: DoctorCode['facts'],
  lines: DoctorCode['lines'] = null,
): DoctorCode {
  const shown = Object.entries(facts).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.slice(0, MOST_FACT) : value,
  ])
  return {
    code,
    weight: OUTSIDE_CODES[code],
    hop,
    facts: Object.fromEntries(shown) as DoctorCode['facts'],
    lines,
  }
}

export function stateOf(codes: readonly DoctorCode[]): FindingState {
  const weights = new Set<CodeWeight>(codes.map(({ weight }) => weight))
  if (weights.has('breaks')) return 'bad'
  return weights.has('warns') ? 'look' : 'good'
}

/** These look at whoever answers; the others but `dns` at what this home says through it. */
const LOOK_AT_ANSWERS: ReadonlySet<string> = new Set(['tls', 'identity', 'bots'])

/** Nothing found is good only where there was something to look at. */
async function hasLooked({ name }: OutsideCheck, world: OutsideWorld): Promise<boolean> {
  if (name === 'dns') return true
  const { best } = await world.reach()
  return LOOK_AT_ANSWERS.has(name) ? (best?.answer ?? null) !== null : best?.isProven === true
}

/** Does not apply where the home has no address, nor where there is nothing to look at for it. A check that could not be done proves nothing, neither way. */
export function asDoctorCheck(check: OutsideCheck): DoctorCheck {
  return {
    name: check.name,
    async run(parts, run): Promise<Finding | null> {
      const world = await run.world()
      if (world === null) return null
      try {
        const codes = await check.run(world, parts)
        if (codes.length === 0 && !(await hasLooked(check, world))) return null
        return { state: stateOf(codes), codes }
      } catch (error) {
        return { state: 'look', facts: { reason: describeError(error).slice(0, MOST_REASON) } }
      }
    },
  }
}
