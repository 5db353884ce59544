/** Whether it is this home that answers at its public name. */
import type { DoctorCode } from '../../../contracts/doctor.ts'
import { HomebirdError } from '../../../core/errors.ts'
import { isSilent, isUnanswered } from './attempts.ts'
import { isChallenge } from './challenge.ts'
import { linesFor } from './edge-lines.ts'
import { codeOf } from './verdict.ts'
import type { Attempt, OutsideAnswer, OutsideCheck, OutsideWorld } from './world.ts'

export const checkIdentity: OutsideCheck = {
  name: 'identity',
  async run(world) {
    const { best, attempts } = await world.reach()
    if (best?.isProven === true) return []
    if (best !== null && best.answer !== null) return judge(world, best.answer)
    const silent = attempts.find(isSilent)
    if (silent === undefined) return requireExplained(attempts)
    return [codeOf('TUNNEL_DOWN', 'tunnel', { host: world.host, reason: silent.failure?.message ?? null })]
  },
}

/** What other checks tell of is nothing to this one; what nobody tells of was not found out. */
function requireExplained(attempts: readonly Attempt[]): readonly DoctorCode[] {
  const strange = attempts.find((one) => !isUnanswered(one) && one.failure?.reason !== 'certificate')
  if (strange === undefined) return []
  throw new HomebirdError('UNAVAILABLE', strange.failure?.message ?? 'nobody answered')
}

function judge(world: OutsideWorld, answer: OutsideAnswer): readonly DoctorCode[] {
  const { status, headers } = answer
  // Whoever is asked to prove that it is no robot is told so by another check.
  if (isChallenge(answer)) return []
  const facts = { host: world.host, status, server: textOf(headers['server']) }
  if (status >= 300 && status < 400) {
    const lines = linesFor('EDGE_REDIRECTS', world.edge(), world.host)
    return [codeOf('EDGE_REDIRECTS', 'edge', { ...facts, location: shown(headers.location) }, lines)]
  }
  const isDown = (status >= 502 && status <= 504) || (status >= 520 && status <= 530)
  if (isDown) return [codeOf('TUNNEL_DOWN', 'tunnel', facts)]
  return [codeOf('NOT_THIS_SERVER', 'edge', facts)]
}

/** The types of Node do not say that it comes once. */
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Without its query, in which others may keep what is nobody's business. */
const shown = (location: string | undefined): string | null => location?.split('?')[0] ?? null
