/**
 * Whether requests arrive as they were sent: signed ones of both kinds, as other servers send them, and what some proxies
 * write in their own way. A signature that does not hold is told only where nothing says why.
 */
import { hash } from 'node:crypto'
import type { DoctorCode, OutsideCode } from '../../../contracts/doctor.ts'
import type { SeenRequest } from '../../../contracts/probe.ts'
import { probePath } from '../../../core/probe.ts'
import { linesFor } from './edge-lines.ts'
import { noteMeasured } from './measured.ts'
import { type Told, askProbe, requireAnswers, valueOf } from './probe-asking.ts'
import { codeOf } from './verdict.ts'
import type { OutsideAnswer, OutsideCheck, OutsideWorld } from './world.ts'

const ACTIVITY = 'application/activity+json'
/** Which no middle man may write otherwise, and some would: order, spaces, escapes, a letter beyond ASCII. */
const BODY = Buffer.from('{ "type":"Probe",\n  "b" : 1,"a":"\\u00e4 ü \\/" , "list":[ ] }')
const ACCEPT =
  'application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json'
const KINDS = ['cavage', 'rfc9421'] as const
const METHODS = ['GET', 'POST'] as const
/** Some write these as `e`, `/` and one slash. */
const PATHS = ['/%65cho', '/a%2Fb', '//c'] as const
const QUERY = 'z=1&a=2&z=3&b=4'
/** What only visitors send that have signed in. */
const CREDENTIALS = [
  ['Authorization', 'Bearer homebird-check'],
  ['Cookie', 'homebird_check=1'],
] as const

type Headers = readonly (readonly [string, string])[]

interface Sent {
  readonly headers: Headers
  readonly body: Buffer | null
  readonly told: Told
  /** As in facts: `GET rfc9421`. */
  readonly name: string
}

export const checkFidelity: OutsideCheck = {
  name: 'fidelity',
  async run(world) {
    if (!(await world.isReached())) return []
    const [signed, paths, query] = await Promise.all([
      Promise.all(KINDS.flatMap((kind) => METHODS.map(async (method) => askSigned(world, kind, method)))),
      Promise.all(PATHS.map(async (path) => askPath(world, path))),
      askQuery(world),
    ])
    const all = [...signed, query]
    requireAnswers(all.map(({ told }) => told))
    const found = [
      judgeHost(world, all),
      judgeScheme(world, all),
      judgePaths(world, paths),
      ...judgeQuery(world, query),
      ...judgeHeaders(world, all),
      judgeBody(world, all),
    ].filter((code) => code !== null)
    note(world, all, found)
    const broken = found.some(({ code }) => EXPLAINS.has(code)) ? null : judgeSignatures(world, signed)
    return broken === null ? found : [...found, broken]
  },
}

/** What makes a signature fail by itself. */
const EXPLAINS: ReadonlySet<OutsideCode> = new Set([
  'HOST_REWRITTEN',
  'PATH_REWRITTEN',
  'HEADERS_STRIPPED',
  'DATE_REWRITTEN',
  'BODY_REWRITTEN',
  'CONTENT_TYPE_REWRITTEN',
])

async function askSigned(
  world: OutsideWorld,
  kind: (typeof KINDS)[number],
  method: (typeof METHODS)[number],
): Promise<Sent> {
  const nonce = world.nonce()
  const body = method === 'POST' ? BODY : null
  const signed = await world.signer.sign(kind, {
    method,
    path: probePath(nonce, 'seen'),
    ...(body === null ? {} : { body: { bytes: body, contentType: ACTIVITY } }),
  })
  const named = new Set(Object.keys(signed).map((name) => name.toLowerCase()))
  const further: Headers = [
    ['Accept', ACCEPT],
    ['Date', world.clock.now().toUTCString()],
    ['Collection-Synchronization', 'collectionId="https://homebird.invalid/probe", digest="00"'],
  ]
  const headers = [
    ...Object.entries(signed),
    ...further.filter(([name]) => !named.has(name.toLowerCase())),
  ] satisfies Headers
  const told = await askProbe(world, {
    kind: 'seen',
    nonce,
    method,
    headers,
    ...(body === null ? {} : { body }),
  })
  return { headers, body, told, name: `${method} ${kind}` }
}

async function askPath(world: OutsideWorld, path: string): Promise<{ path: string; told: Told }> {
  return { path, told: await askProbe(world, { kind: 'seen', more: path }) }
}

async function askQuery(world: OutsideWorld): Promise<Sent> {
  const headers: Headers = [['Accept', ACCEPT], ...CREDENTIALS]
  const told = await askProbe(world, { kind: 'seen', more: `?${QUERY}`, headers })
  return { headers, body: null, told, name: 'GET with a query' }
}

const seenOf = (all: readonly Sent[]): SeenRequest[] =>
  all.flatMap(({ told }) => (told.seen === null ? [] : [told.seen]))

const judged = (world: OutsideWorld, code: OutsideCode, facts: DoctorCode['facts']): DoctorCode =>
  codeOf(code, 'edge', { host: world.host, ...facts }, linesFor(code, world.edge(), world.host))

function judgeHost(world: OutsideWorld, all: readonly Sent[]): DoctorCode | null {
  const plain = (host: string | undefined): string => (host ?? '').toLowerCase().replace(/:443$/, '')
  const other = seenOf(all).find((seen) => plain(valueOf(seen, 'host')) !== plain(world.host))
  return other === undefined
    ? null
    : judged(world, 'HOST_REWRITTEN', { sent: world.host, arrived: valueOf(other, 'host') ?? null })
}

const FORWARDING = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'forwarded', 'via'] as const

/** Who passes bytes on unread says nothing of a visitor, and need not. */
function judgeScheme(world: OutsideWorld, all: readonly Sent[]): DoctorCode | null {
  const other = seenOf(all).find(
    (seen) => seen.scheme !== 'https' && FORWARDING.some((name) => valueOf(seen, name) !== undefined),
  )
  return other === undefined ? null : judged(world, 'PROTO_MISSING', { arrived: other.scheme })
}

/** What says no for the moment says nothing of what it was asked. */
const isVerdict = (answer: OutsideAnswer | null): boolean =>
  answer !== null && answer.status < 500 && answer.status !== 429

function judgePaths(
  world: OutsideWorld,
  asked: readonly { readonly path: string; readonly told: Told }[],
): DoctorCode | null {
  const wrong = asked.filter(({ path, told: { seen, answer } }) =>
    seen === null ? isVerdict(answer) : !seen.path.endsWith(`/seen${path}`),
  )
  const [first] = wrong
  if (first === undefined) return null
  const { seen, answer } = first.told
  const arrived = seen === null ? `it answers ${answer?.status}` : (/\/seen(.*)$/.exec(seen.path)?.[1] ?? '')
  const sent = wrong.map(({ path }) => path).join(' ')
  return judged(world, 'PATH_REWRITTEN', { sent, arrived })
}

function judgeQuery(world: OutsideWorld, { told: { seen } }: Sent): DoctorCode[] {
  if (seen === null) return []
  const arrived = /\?(.*)$/.exec(seen.path)?.[1] ?? ''
  if (arrived === QUERY) return []
  const sorted = (query: string): string => query.split('&').toSorted().join('&')
  const code = sorted(arrived) === sorted(QUERY) ? 'QUERY_REORDERED' : 'QUERY_DROPPED'
  return [judged(world, code, { sent: QUERY, arrived })]
}

/** Framing is for every hop to say anew. */
const OF_HOPS: ReadonlySet<string> = new Set(['host', 'content-length', 'connection'])
/** What has a code of its own where it came, and is not what was sent. */
const NAMED: Readonly<Record<string, OutsideCode>> = {
  date: 'DATE_REWRITTEN',
  'content-type': 'CONTENT_TYPE_REWRITTEN',
  accept: 'ACCEPT_REWRITTEN',
}

function judgeHeaders(world: OutsideWorld, all: readonly Sent[]): DoctorCode[] {
  const stripped = new Set<string>()
  const changed = new Map<string, readonly [sent: string, arrived: string]>()
  for (const { headers, told } of all) {
    if (told.seen === null) continue
    for (const [raw, sent] of headers) {
      const name = raw.toLowerCase()
      if (OF_HOPS.has(name)) continue
      const arrived = valueOf(told.seen, name)
      if (arrived === undefined) stripped.add(name)
      else if (NAMED[name] !== undefined && arrived.trim() !== sent) changed.set(name, [sent, arrived])
    }
  }
  const codes = [...changed].map(([name, [sent, arrived]]) =>
    judged(world, NAMED[name] ?? 'HEADERS_STRIPPED', { sent, arrived }),
  )
  if (stripped.size === 0) return codes
  return [judged(world, 'HEADERS_STRIPPED', { headers: [...stripped].toSorted().join(', ') }), ...codes]
}

/** What comes back is judged too: a report whose proof does not hold was changed on its way. */
function judgeBody(world: OutsideWorld, all: readonly Sent[]): DoctorCode | null {
  for (const { body, told, name } of all) {
    const { seen, answer } = told
    if (seen === null && answer?.status === 200)
      return judged(world, 'BODY_REWRITTEN', { of: `answer to ${name}` })
    if (seen === null || body === null || seen.body.sha256 === hash('sha256', body, 'hex')) continue
    return judged(world, 'BODY_REWRITTEN', { of: name, sent: body.length, arrived: seen.body.bytes })
  }
  return null
}

function judgeSignatures(world: OutsideWorld, signed: readonly Sent[]): DoctorCode | null {
  const broken = signed.filter(({ told: { seen, answer } }) =>
    seen === null ? isVerdict(answer) : seen.signature?.isGood !== true,
  )
  const [first] = broken
  if (first === undefined) return null
  const { seen, answer } = first.told
  const why = seen === null ? `it answers ${answer?.status}` : (seen.signature?.problem ?? 'it is gone')
  return judged(world, 'SIGNATURE_BROKEN', { kinds: broken.map(({ name }) => name).join(', '), reason: why })
}

function note(world: OutsideWorld, all: readonly Sent[], found: readonly DoctorCode[]): void {
  if (seenOf(all).length === 0) return
  const has = (code: OutsideCode): boolean => found.some((one) => one.code === code)
  const isStripped = all.some(({ told }) => told.seen !== null && valueOf(told.seen, 'accept') === undefined)
  noteMeasured(world, {
    passesAccept: !has('ACCEPT_REWRITTEN') && !isStripped,
    rewritesHost: has('HOST_REWRITTEN'),
  })
}
