/** What other servers ask first, read as they read it: WebFinger, also by a handle's own domain, NodeInfo, the profile. */
import type { DoctorCode } from '../../../contracts/doctor.ts'
import { fetchFailed } from '../../../net/fetch-errors.ts'
import { edgeOf } from './edge-of.ts'
import { linesFor } from './edge-lines.ts'
import { failureOf, requireAsked } from './look-around.ts'
import { codeOf } from './verdict.ts'
import type { OutsideAnswer, OutsideAsk, OutsideCheck, OutsideIdentity, OutsideWorld } from './world.ts'

/** Further ones go the same ways. */
const MOST_IDENTITIES = 4
const MOST_REDIRECTS = 3
const JRD = 'application/jrd+json, application/json'
const ACTIVITY = 'application/activity+json'
const NODEINFO_REL = /^http:\/\/nodeinfo\.diaspora\.software\/ns\/schema\/2\.[01]$/

export const checkWords: OutsideCheck = {
  name: 'words',
  async run(world) {
    if (!(await world.isReached())) return []
    const identities = world.identities.slice(0, MOST_IDENTITIES)
    const found = await settled([
      firstOf(identities.map(async (one) => judgeWebfinger(world, one))),
      firstOf(identities.map(async (one) => judgeHandleDomain(world, one))),
      judgeNodeInfo(world),
      firstOf(identities.map(async (one) => judgeActor(world, one))),
    ])
    return found.filter((code) => code !== null)
  },
}

/** What was found counts, also where the rest was not found out. @throws what kept it from being found out */
async function settled(judging: readonly Promise<DoctorCode | null>[]): Promise<(DoctorCode | null)[]> {
  const found = await Promise.allSettled(judging)
  const codes = found.map((one) => (one.status === 'fulfilled' ? one.value : null))
  return codes.some((code) => code !== null) ? codes : Promise.all(judging)
}

async function firstOf(judging: readonly Promise<DoctorCode | null>[]): Promise<DoctorCode | null> {
  return (await Promise.all(judging)).find((code) => code !== null) ?? null
}

const webfingerPath = ({ username, domain }: OutsideIdentity): string =>
  `/.well-known/webfinger?resource=${encodeURIComponent(`acct:${username}@${domain}`)}`

async function judgeWebfinger(world: OutsideWorld, identity: OutsideIdentity): Promise<DoctorCode | null> {
  const { serviceHost } = identity
  const told = await read(world, serviceHost, webfingerPath(identity), JRD)
  if (isOwnWebfinger(told.document, identity)) return null
  return codeOf('WEBFINGER_BROKEN', 'edge', factsOf(serviceHost, identity, told))
}

/** A document of the handle that names this home's own profile; what else stands in it does not matter. */
function isOwnWebfinger(document: unknown, { uri, username, domain }: OutsideIdentity): boolean {
  const { subject, links } = record(document)
  const isSubject = String(subject).toLowerCase() === `acct:${username}@${domain}`.toLowerCase()
  return (
    isSubject && list(links).some((link) => record(link)['rel'] === 'self' && record(link)['href'] === uri)
  )
}

async function judgeHandleDomain(world: OutsideWorld, identity: OutsideIdentity): Promise<DoctorCode | null> {
  const { domain, serviceHost } = identity
  if (domain === serviceHost) return null
  const led = await follow(world, domain, webfingerPath(identity))
  if (isOwnWebfinger(led.document, identity)) return null
  const facts = { ...factsOf(domain, identity, led), location: led.location, flaw: flawOf(led) }
  return codeOf(
    'HANDLE_DOMAIN_BROKEN',
    'edge',
    facts,
    linesFor('HANDLE_DOMAIN_BROKEN', led.edge, serviceHost),
  )
}

function flawOf({ status, location, hasQuery }: Led): string {
  if (location === null) return status === null ? 'it does not answer' : 'it does not lead on to the home'
  return hasQuery ? 'it leads elsewhere' : 'it leads on without the query'
}

interface Told {
  readonly status: number | null
  readonly reason: string | null
  readonly document: unknown
}

interface Led extends Told {
  /** Where it led first, without its query. */
  readonly location: string | null
  readonly hasQuery: boolean
  /** What serves the handle's domain. */
  readonly edge: string | null
}

/** As other servers do: over https, a few redirects and no more. */
async function follow(world: OutsideWorld, domain: string, path: string): Promise<Led> {
  const asked = new URL(path, `https://${domain}/`)
  let at = asked
  let location: string | null = null
  let edge: string | null = null
  let hasQuery = true
  const ledBy = (told: Told): Led => ({ ...told, location, hasQuery, edge })
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const answer = await askAt(world, at)
    if ('reason' in answer) return ledBy(answer)
    if (hops === 0) edge = edgeOf(answer.headers)
    const next = redirectOf(answer, at)
    if (next === null) return ledBy(toldBy(answer))
    location ??= `${next.origin}${next.pathname}`
    hasQuery &&= next.searchParams.get('resource') === asked.searchParams.get('resource')
    at = next
  }
  return ledBy({ status: null, reason: `more than ${MOST_REDIRECTS} redirects`, document: null })
}

async function askAt(world: OutsideWorld, { host, pathname, search }: URL): Promise<OutsideAnswer | Told> {
  try {
    return await askTrusted(world, host, `${pathname}${search}`, [['Accept', JRD]])
  } catch (error) {
    requireAsked(error)
    return { status: null, reason: failureOf(error).message, document: null }
  }
}

/** The certificate of the home's own name has a check of its own; that of another name is as good as its answer. */
async function askTrusted(
  world: OutsideWorld,
  host: string,
  path: string,
  headers: NonNullable<OutsideAsk['headers']>,
): Promise<OutsideAnswer> {
  if (host === world.host) return world.ask({ path, headers })
  const answer = await world.ask({ path, headers, host })
  const flaw = answer.certificate?.flaw ?? null
  if (flaw === null) return answer
  throw fetchFailed(`https://${host}/`, 'certificate', `its certificate is not trusted: ${flaw}`)
}

function redirectOf({ status, headers: { location } }: OutsideAnswer, at: URL): URL | null {
  const isLed = [301, 302, 303, 307, 308].includes(status)
  const next = isLed && location !== undefined ? URL.parse(location, at.href) : null
  return next?.protocol === 'https:' ? next : null
}

async function judgeNodeInfo(world: OutsideWorld): Promise<DoctorCode | null> {
  const discovery = await read(world, world.host, '/.well-known/nodeinfo', 'application/json')
  const links = list(record(discovery.document)['links']).map(record)
  const known = links.find(({ rel }) => NODEINFO_REL.test(String(rel)))
  const url = known === undefined ? null : URL.parse(String(known['href']))
  const isOwn = url?.protocol === 'https:' && url.host === world.host
  const told = isOwn
    ? await read(world, world.host, `${url.pathname}${url.search}`, 'application/json')
    : discovery
  if (record(record(told.document)['software'])['name'] === 'homebird') return null
  return codeOf('NODEINFO_BROKEN', 'edge', { host: world.host, status: told.status, reason: told.reason })
}

/** Signed, as most servers ask: some homes show themselves to nobody else. */
async function judgeActor(world: OutsideWorld, identity: OutsideIdentity): Promise<DoctorCode | null> {
  const { pathname } = new URL(identity.uri)
  const { serviceHost } = identity
  const signed = await world.signer.sign('cavage', { method: 'GET', path: pathname, host: serviceHost })
  const told = await read(world, serviceHost, pathname, ACTIVITY, signed)
  const { id, inbox, publicKey } = record(told.document)
  const isWhole = id === identity.uri && typeof inbox === 'string' && publicKey !== undefined
  if (isWhole && told.type !== 'text/html') return null
  return codeOf('ACTOR_BROKEN', 'edge', { ...factsOf(serviceHost, identity, told), type: told.type })
}

const factsOf = (host: string, { username, domain }: OutsideIdentity, { status, reason }: Told) => ({
  host,
  handle: `@${username}@${domain}`,
  status,
  reason,
})

async function read(
  world: OutsideWorld,
  host: string,
  path: string,
  accept: string,
  signed: Readonly<Record<string, string>> = {},
): Promise<Told & { readonly type: string | null }> {
  const { accept: _accept, ...further } = signed
  try {
    const headers = [['Accept', accept] as const, ...Object.entries(further)]
    const answer = await askTrusted(world, host, path, headers)
    const type = answer.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? null
    return { ...toldBy(answer), type }
  } catch (error) {
    requireAsked(error)
    return { status: null, reason: failureOf(error).message, document: null, type: null }
  }
}

function toldBy({ status, body }: OutsideAnswer): Told {
  if (status !== 200) return { status, reason: null, document: null }
  try {
    return { status, reason: null, document: JSON.parse(body.toString('utf8')) as unknown }
  } catch {
    return { status, reason: 'it is no JSON', document: null }
  }
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])
