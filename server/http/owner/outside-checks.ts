/**
 * The checks that go out to the home's own address and come in again as a stranger would: who answers there, by which
 * certificate, whether it is this home, whether live connections get through.
 */
import type { CheckFlaw, CheckName, CheckResult } from '../../contracts/owner-api.ts'
import { HomebirdError, describeError, isHomebirdError } from '../../core/errors.ts'
import { VERSION } from '../../core/version.ts'
import { fetchFailureOf } from '../../net/fetch-types.ts'
import { type OwnAddress, type OwnAnswer, openOwnAddress } from '../../net/own-address.ts'
import { userAgentOf } from '../../net/safe-fetch.ts'
import { webfingerUrl } from '../../activitypub/webfinger.ts'
import type { HttpContext } from '../http-context.ts'

export interface OwnProfile {
  readonly uri: string
  readonly username: string
  /** Second part of the handle. */
  readonly domain: string
  /** Where the home answers. */
  readonly serviceHost: string
}

const ACTIVITY = 'application/activity+json'
/** Of RFC 6455; its answer is not needed. */
const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'aG9tZWJpcmQtY2hlY2stMQ==',
}

/** Each in order; what rests upon one that failed is not tried. */
export async function runOutsideChecks(context: HttpContext, profile: OwnProfile): Promise<CheckResult[]> {
  const userAgent = userAgentOf(VERSION, profile.serviceHost)
  const address = openOwnAddress(context.config, context.clock, userAgent)
  try {
    return await checkInOrder(context, address, profile)
  } finally {
    address.close()
  }
}

async function checkInOrder(
  context: HttpContext,
  address: OwnAddress,
  profile: OwnProfile,
): Promise<CheckResult[]> {
  const startedMs = context.clock.monotonicMs()
  const ms = (): number => Math.round(context.clock.monotonicMs() - startedMs)
  const good = (name: CheckName): CheckResult => ({ name, isGood: true, flaw: null, ms: ms(), reason: null })
  const bad = (name: CheckName, flaw: CheckFlaw, reason: string): CheckResult => {
    context.log.warn({ event: 'owner.check_failed', check: name, flaw, reason })
    return { name, isGood: false, flaw, ms: ms(), reason: reason.slice(0, 200) }
  }
  const untried = (...names: readonly CheckName[]): CheckResult[] =>
    names.map((name) => ({ name, isGood: false, flaw: 'not_tried', ms: 0, reason: null }))
  let answer: OwnAnswer
  try {
    answer = await address.ask(profile.uri, { accept: ACTIVITY })
  } catch (error) {
    const flaw = flawOfFailure(error)
    const rest = untried('profile', 'live_outside')
    if (flaw === 'certificate') return [good('address'), bad('certificate', flaw, sentenceOf(error)), ...rest]
    return [bad('address', flaw, sentenceOf(error)), ...untried('certificate'), ...rest]
  }
  const reached = [good('address'), good('certificate')]
  const flaw = profileFlaw(answer, profile)
  if (flaw !== null) {
    const told = `${profile.uri} answered ${answer.status}`
    return [...reached, bad('profile', flaw, told), ...untried('live_outside')]
  }
  const handle = await refusalOf(async () => checkHandle(address, profile))
  const found = handle === null ? good('profile') : bad('profile', 'handle', handle)
  const live = await refusalOf(async () => checkUpgrade(address, profile))
  return [...reached, found, live === null ? good('live_outside') : bad('live_outside', 'upgrade', live)]
}

function profileFlaw({ status, body }: OwnAnswer, profile: OwnProfile): CheckFlaw | null {
  if (status === 421) return 'host_header'
  if (status === 502 || status === 503 || status === 504) return 'not_led'
  if (status !== 200) return 'stranger'
  try {
    const told: unknown = JSON.parse(body.toString('utf8'))
    return typeof told === 'object' && told !== null && 'id' in told && told.id === profile.uri
      ? null
      : 'stranger'
  } catch {
    return 'stranger' // a page: whoever answers there is not this home
  }
}

/** The handle leads to the profile also where its domain is served by somebody else. */
async function checkHandle(address: OwnAddress, profile: OwnProfile): Promise<void> {
  if (profile.domain === profile.serviceHost) return
  const asked = webfingerUrl(profile.domain, `acct:${profile.username}@${profile.domain}`)
  const first = await address.ask(asked, { accept: 'application/jrd+json' })
  const { location } = first.headers
  const isLed = first.status >= 301 && first.status <= 308 && location !== undefined
  const answer = isLed
    ? await address.ask(new URL(location, asked).href, { accept: 'application/jrd+json' })
    : first
  if (answer.status === 200 && answer.body.includes(profile.uri)) return
  throw new HomebirdError('NOT_FOUND', `${asked} answered ${answer.status} and does not name ${profile.uri}`)
}

/** Without a token the socket is refused, in a way that only happens to requests that still ask for one. */
async function checkUpgrade(address: OwnAddress, profile: OwnProfile): Promise<void> {
  const answer = await address.ask(`https://${profile.serviceHost}/api/v1/streaming`, UPGRADE)
  if (answer.status === 101 || answer.headers['sec-websocket-version'] !== undefined) return
  throw new HomebirdError('NOT_FOUND', `the request for a web socket arrived without it: ${answer.status}`)
}

async function refusalOf(check: () => Promise<void>): Promise<string | null> {
  try {
    await check()
    return null
  } catch (error) {
    return sentenceOf(error)
  }
}

function flawOfFailure(error: unknown): CheckFlaw {
  const reason = fetchFailureOf(error)?.reason
  if (reason === 'name' || reason === 'certificate') return reason
  return reason === 'address' ? 'private' : 'silent'
}

const sentenceOf = (error: unknown): string => (isHomebirdError(error) ? error.message : describeError(error))
