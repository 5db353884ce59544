/** Whether the port is open, by which certificate it answers, and whether the clocks at both ends agree. */
import type { DoctorCode } from '../../../contracts/doctor.ts'
import { HomebirdError } from '../../../core/errors.ts'
import type { CertificateFacts } from '../../../net/outside/outside-socket.ts'
import { findHairpin, hasNoWay, isOwnDoubt, isProvenByPeer, isUnanswered } from './attempts.ts'
import { linesFor } from './edge-lines.ts'
import { PEER, codeOf } from './verdict.ts'
import type { Attempt, OutsideAnswer, OutsideCheck, OutsideWorld, Reach } from './world.ts'

const DAY_MS = 86_400_000
/** Whoever renews by itself has done so by then: after two thirds of the time, or two weeks before the end. */
const RENEWED_BEFORE_MS = 14 * DAY_MS
const RENEWED_IN = 1 / 3
/** Servers that compare dates of signatures strictly refuse from here on. */
const MOST_SKEW_SECONDS = 30

export const checkTls: OutsideCheck = {
  name: 'tls',
  async run(world) {
    const reach = await world.reach()
    const hairpin = findHairpin(reach.attempts)
    const ways = hairpin === null ? judgePorts(world, reach) : [hairpinCode(world, hairpin)]
    return [...ways, ...judgeCertificates(world, reach), ...(await judgeClock(world, reach))]
  },
}

function hairpinCode({ host }: OutsideWorld, { failure, answer, address }: Attempt): DoctorCode {
  const facts = { host, address, reason: failure?.message ?? null, status: answer?.status ?? null }
  return codeOf('HAIRPIN', 'network', facts)
}

/** IPv6 beside an IPv4 that answers is told by its own code. */
function judgePorts(world: OutsideWorld, { attempts }: Reach): readonly DoctorCode[] {
  const { host, hasSsh } = world
  const tried = attempts.filter(({ vantage }) => vantage === 'home')
  const own = tried.filter((one) => !hasNoWay(one) && !isOwnDoubt(one))
  if (own.length === 0) return requireSeen(attempts)
  const isAnswered = own.some((one) => !isUnanswered(one))
  const closed = own.find((one) => isUnanswered(one) && (one.family === 4 || !isAnswered))
  if (closed === undefined) return []
  const { address, family, failure } = closed
  if (!hasSsh && !isAnswered && isProvenByPeer(world)) {
    const seen = { host, address, reason: failure?.message ?? null, status: null, provenBy: PEER }
    return [codeOf('HAIRPIN', 'network', seen)]
  }
  return [codeOf('PORT_CLOSED', 'network', { host, address, family, reason: failure?.message ?? null })]
}

/** @throws HomebirdError UNAVAILABLE where this machine has no way on which it could see anything */
function requireSeen(attempts: readonly Attempt[]): readonly DoctorCode[] {
  const [first] = attempts
  if (first === undefined || attempts.some((one) => !isUnanswered(one))) return []
  throw new HomebirdError('UNAVAILABLE', `this machine finds no way there: ${first.failure?.message ?? ''}`)
}

/** Of those that lead here; where none does, of the one that was answered. */
function judgeCertificates(world: OutsideWorld, { attempts, best }: Reach): readonly DoctorCode[] {
  const refused = attempts.find(({ failure }) => failure?.reason === 'certificate')
  const isUnproven = !attempts.some(({ isProven }) => isProven)
  if (refused !== undefined && isUnproven) {
    const facts = { host: world.host, flaw: refused.failure?.message ?? null }
    return [codeOf('CERT_INVALID', 'edge', facts)]
  }
  const led = attempts.filter(({ isProven }) => isProven)
  const told = led.length > 0 ? led : best === null ? [] : [best]
  const codes = told.flatMap(({ answer }) => judgeCertificate(world, answer?.certificate ?? null))
  return [...new Map(codes.map((code) => [code.code, code])).values()]
}

function judgeCertificate(world: OutsideWorld, found: CertificateFacts | null): readonly DoctorCode[] {
  if (found === null) return []
  const { flaw, lacksChain, issuer, names, validFrom, validTo } = found
  const facts = { host: world.host, flaw, issuer, names, validTo: validTo.toISOString() }
  if (lacksChain)
    return [codeOf('CERT_CHAIN', 'edge', facts, linesFor('CERT_CHAIN', world.edge(), world.host))]
  if (flaw !== null) return [codeOf('CERT_INVALID', 'edge', facts)]
  const leftMs = validTo.getTime() - world.clock.now().getTime()
  const lifeMs = validTo.getTime() - validFrom.getTime()
  if (leftMs >= Math.min(RENEWED_BEFORE_MS, lifeMs * RENEWED_IN)) return []
  return [codeOf('CERT_EXPIRES', 'edge', { ...facts, days: Math.floor(leftMs / DAY_MS) })]
}

/**
 * Many proxies pass the date of the home's own answers on. What is asked without a host is refused by whoever stands in
 * front, with a date of its own.
 */
async function judgeClock(world: OutsideWorld, { best }: Reach): Promise<readonly DoctorCode[]> {
  if (best?.answer === null || best === null) return []
  const refused = world.isMetered ? null : await askHostless(world)
  const skews = [best.answer, refused].map((answer) => (answer === null ? 0 : skewOf(answer)))
  const seconds = skews.reduce((most, one) => (Math.abs(one) > Math.abs(most) ? one : most), 0)
  if (Math.abs(seconds) <= MOST_SKEW_SECONDS) return []
  return [codeOf('CLOCK_SKEW', 'home', { host: world.host, seconds: Math.round(seconds) })]
}

async function askHostless(world: OutsideWorld): Promise<OutsideAnswer | null> {
  try {
    return await world.ask({ path: '/', headers: [['Host', '']] })
  } catch {
    return null // it may hang up on such a question
  }
}

/** Positive where the other clock is ahead. What was kept somewhere has the date of its making. */
function skewOf({ headers, at }: OutsideAnswer): number {
  const told = Date.parse(headers.date ?? '')
  if (Number.isNaN(told) || headers.age !== undefined) return 0
  return (told - at.getTime()) / 1_000
}
