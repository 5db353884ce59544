/** The way in from outside as the doctor takes it: what it knows of the home, how it signs, from where it can look. */
import { digestOf } from '../../activitypub/digest.ts'
import { signRequest } from '../../activitypub/sign-request.ts'
import type { ApplianceFacts } from '../../contracts/appliance-status.ts'
import type { DoctorFinding } from '../../contracts/doctor.ts'
import { VERSION } from '../../core/version.ts'
import { listIdentities } from '../../domain/actors/actor.ts'
import type { DoctorWays, RunReason } from '../../domain/doctor/doctor.ts'
import { REACH_CODES } from '../../domain/doctor/outside/disproved.ts'
import { type OpenWorld, openWorld } from '../../domain/doctor/outside/open-world.ts'
import { PEER } from '../../domain/doctor/outside/verdict.ts'
import type { OutsideSigner } from '../../domain/doctor/outside/world.ts'
import { readOutsideRun } from '../../domain/doctor/run-lease.ts'
import { readProbeKey } from '../../domain/edges/probe-key.ts'
import { UNPUBLISHED_DOMAIN } from '../../domain/owner/own-uris.ts'
import { parseRemoteUrl } from '../../net/origin.ts'
import { userAgentOf } from '../../net/safe-fetch.ts'
import type { HttpContext } from '../http-context.ts'

/** Of providers that count requests. */
const METERED_KINDS: ReadonlySet<string> = new Set(['ngrok'])
/** While the tunnel has another end. */
const UP: ReadonlySet<string> = new Set(['connected', 'verified', 'degraded'])
/** So seldom does the doctor look there without being asked; a little less than its day. */
const METERED_PAUSE_MS = 20 * 3_600_000

export function outsideWays(context: HttpContext): DoctorWays {
  return {
    openWorld: async (reason) => openHomeWorld(context, reason),
    peerProvedAt: async () => peerProofOf(await readFacts(context)),
    judged: async (findings, beganAt) => tellTunnel(context, findings, beganAt),
  }
}

/** Null where the home has no address, and where it is not to be asked this time. */
export async function openHomeWorld(
  context: HttpContext,
  reason: RunReason = 'asked',
): Promise<OpenWorld | null> {
  const { home, config, clock, db } = context
  const primary = home.primaryDomain()
  if (primary === null || primary.domain === UNPUBLISHED_DOMAIN) return null
  const facts = await readFacts(context)
  const tunnel = facts?.tunnel ?? null
  const isMetered = METERED_KINDS.has(tunnel?.kind ?? '')
  if (isMetered && reason === 'automatic') {
    const last = await readOutsideRun(db)
    if (last !== null && clock.now().getTime() - last.getTime() < METERED_PAUSE_MS) return null
  }
  const identities = await readIdentities(context)
  const split = identities.filter(({ domain, serviceHost }) => domain !== serviceHost)
  return openWorld({
    host: primary.service_host,
    handleHosts: [...new Set(split.map(({ domain }) => domain))],
    identities,
    isMetered,
    isDeep: reason === 'deep',
    key: await readProbeKey(home),
    clock,
    peerProvedAt: peerProofOf(facts),
    signer: signerOf(context),
    settings: config,
    userAgent: userAgentOf(VERSION, primary.service_host),
    vantage: tunnel?.kind === 'ssh' && UP.has(tunnel.state) ? (context.supervision?.vantage ?? null) : null,
  })
}

/** As it is now: its settings may have changed since the start. */
async function readFacts({ supervision, log }: HttpContext): Promise<ApplianceFacts | null> {
  try {
    return (await supervision?.facts()) ?? null
  } catch (error) {
    log.warn({ event: 'doctor.tunnel_unknown', error })
    return null
  }
}

function peerProofOf(facts: ApplianceFacts | null): Date | null {
  const told = facts?.peerProvedAt ?? null
  return told === null ? null : new Date(told)
}

async function readIdentities({ db, home }: HttpContext) {
  const hosts = new Map(home.domains().map((domain) => [domain.id, domain]))
  return (await listIdentities(db)).flatMap(({ uri, username, domain_id: id }) => {
    const own = hosts.get(id ?? '')
    if (own === undefined || own.domain === UNPUBLISHED_DOMAIN) return []
    return [{ uri, username, domain: own.domain, serviceHost: own.service_host }]
  })
}

/** The instance actor, which signs everything that nobody of the home has asked for. */
function signerOf({ home, clock }: HttpContext): OutsideSigner {
  const actor = home.instanceActor()
  return {
    keyId: actor.uri,
    async sign(kind, { method, path, host, body }) {
      const url = parseRemoteUrl(`${home.origin(host)}${path}`)
      const request = { method, url, now: clock.now() }
      if (body === undefined) return signRequest(home, actor.id, request, kind)
      const { bytes, contentType } = body
      const signed = { ...request, body: { digest: digestOf(bytes), contentType } }
      return signRequest(home, actor.id, signed, kind)
    },
  }
}

/** A tunnel that is up but broken for others says so, until a whole run finds it mended. */
async function tellTunnel(
  { supervision }: HttpContext,
  findings: readonly DoctorFinding[],
  beganAt: Date,
): Promise<void> {
  const broken = findings.flatMap(({ codes }) => codes.filter(({ weight }) => weight === 'breaks'))
  const isUntried = findings.some(
    ({ facts, codes }) =>
      (codes.length === 0 && facts['reason'] !== undefined) ||
      codes.some(({ facts: { provenBy } }) => provenBy === PEER),
  )
  // What could not be looked at proves nothing.
  if (supervision === null || (broken.length === 0 && isUntried)) return
  const codes = [...new Set(broken.map(({ code }) => code))]
  const reason = codes.length === 0 ? null : `the doctor found ${codes.join(', ')}`
  const isSound = codes.length === 0
  const isReach = !isSound && codes.every((code) => REACH_CODES.has(code))
  const command = { kind: 'judged', isSound, reason, beganAt: beganAt.toISOString(), isReach } as const
  await supervision.ask({ kind: 'tunnel', command })
}
