/**
 * Test 7 of the tunnel page for what arrives, how much, live connections and who visits: an edge that is wrong in one way
 * yields its code alone.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { ClientSource } from '../../../server/contracts/way-in.ts'
import { checkBots } from '../../../server/domain/doctor/outside/check-bots.ts'
import { checkCaching } from '../../../server/domain/doctor/outside/check-caching.ts'
import { checkFidelity } from '../../../server/domain/doctor/outside/check-fidelity.ts'
import { checkIdentity } from '../../../server/domain/doctor/outside/check-identity.ts'
import { liveCheck } from '../../../server/domain/doctor/outside/check-live.ts'
import { checkSize } from '../../../server/domain/doctor/outside/check-size.ts'
import { checkWho } from '../../../server/domain/doctor/outside/check-who.ts'
import { checkWords } from '../../../server/domain/doctor/outside/check-words.ts'
import { withoutConsequences } from '../../../server/domain/doctor/outside/consequences.ts'
import { buildPublicApp } from '../../../server/http/app.ts'
import { doctorOf } from '../../../server/http/owner/open-doctor.ts'
import { openWayIn } from '../../../server/http/ways-in/open-way-in.ts'
import {
  type ExaminedHome,
  type Look,
  namesOf,
  openExaminedHome,
  put,
  valueIn,
  without,
} from '../../support/examined-home.ts'
import type { EdgeFault, HeaderPairs } from '../../support/faulty-edge.ts'
import { until } from '../../support/until.ts'

const HOST = 'home.example'
const USUAL: Look = { checks: [checkFidelity, checkSize, liveCheck(), checkWho] }
const ALL: Look = { checks: [...USUAL.checks, checkCaching] }
const PASSES: EdgeFault = {}

let seen: ExaminedHome
before(async () => {
  seen = await openExaminedHome(HOST)
})

test('nothing is found at an edge that passes everything on and keeps nothing', async () => {
  assert.deepEqual(await seen.foundBehind(PASSES, ALL), [])
  const { caches, honoursNoStore, honoursQuery, passesAccept, passesWebSocket, maxBody, rewritesHost } =
    await seen.measured()
  assert.deepEqual(
    { caches, honoursNoStore, honoursQuery, passesAccept, passesWebSocket, maxBody, rewritesHost },
    {
      caches: false,
      honoursNoStore: true,
      honoursQuery: null,
      passesAccept: true,
      passesWebSocket: true,
      maxBody: 2_097_152,
      rewritesHost: false,
    },
  )
})

interface Story {
  readonly fault: () => EdgeFault
  readonly code: string
  readonly told?: Readonly<Record<string, unknown>>
  readonly look?: Look
  /** To change at the edge. */
  readonly lines?: RegExp
}

const SIGNED = (headers: HeaderPairs): boolean => valueIn(headers, 'signature') !== null

const STORIES: Readonly<Record<string, Story>> = {
  'an edge that asks the home by its inner name': {
    fault: () => ({ request: (request) => put(request, 'Host', 'homebird:4180') }),
    code: 'HOST_REWRITTEN',
    look: ALL,
    told: { sent: HOST, arrived: 'homebird:4180' },
    lines: /proxy_set_header Host \$host/,
  },
  'an edge that says that the visitor came without TLS': {
    fault: () => ({ request: (request) => put(request, 'X-Forwarded-Proto', 'http') }),
    code: 'PROTO_MISSING',
    told: { arrived: 'http' },
  },
  'an edge that tells of visitors and not of TLS': {
    fault: () => ({ request: (request) => put(request, 'Via', '1.1 edge') }),
    code: 'PROTO_MISSING',
    told: { arrived: null },
  },
  'an edge that writes escaped letters plainly': {
    fault: () => ({ request: (request) => void (request.path = request.path.replace('%65', 'e')) }),
    code: 'PATH_REWRITTEN',
    told: { sent: '/%65cho', arrived: '/echo' },
  },
  'an edge that takes an escaped slash for a slash': {
    fault: () => ({ request: (request) => void (request.path = request.path.replace('%2F', '/')) }),
    code: 'PATH_REWRITTEN',
    told: { sent: '/a%2Fb', arrived: '/a/b' },
  },
  'an edge that makes one slash of two': {
    fault: () => ({ request: (request) => void (request.path = request.path.replace('//', '/')) }),
    code: 'PATH_REWRITTEN',
    told: { sent: '//c', arrived: '/c' },
  },
  'an edge that refuses an escaped slash': {
    fault: () => ({
      answer: ({ path }) =>
        path.includes('%2F') ? { status: 404, headers: [], body: Buffer.from('none') } : null,
    }),
    code: 'PATH_REWRITTEN',
    told: { sent: '/a%2Fb', arrived: 'it answers 404' },
  },
  'an edge that drops the query': {
    fault: () => ({ request: (request) => void (request.path = request.path.replace(/\?.*/, '')) }),
    code: 'QUERY_DROPPED',
  },
  'an edge that sorts the query': {
    fault: () => ({
      request(request) {
        const [path = '', query] = request.path.split('?')
        if (query !== undefined) request.path = `${path}?${query.split('&').toSorted().join('&')}`
      },
    }),
    code: 'QUERY_REORDERED',
    told: { arrived: 'a=2&b=4&z=1&z=3' },
  },
  'an edge that strips headers that it does not know': {
    fault: () => ({
      request: (request) =>
        void (request.headers = without(request.headers, 'digest', 'collection-synchronization')),
    }),
    code: 'HEADERS_STRIPPED',
    told: { headers: 'collection-synchronization, digest' },
  },
  'an edge that strips what visitors prove themselves by': {
    fault: () => ({
      request: (request) => void (request.headers = without(request.headers, 'authorization')),
    }),
    code: 'HEADERS_STRIPPED',
    told: { headers: 'authorization' },
  },
  'an edge that has a date of its own': {
    fault: () => ({
      request: (request) => put(request, 'Date', new Date(Date.now() - 7_000).toUTCString()),
    }),
    code: 'DATE_REWRITTEN',
  },
  'an edge that writes bodies anew': {
    fault: () => ({
      request(request) {
        if (valueIn(request.headers, 'content-type')?.includes('json') !== true) return
        request.body = Buffer.from(JSON.stringify(JSON.parse(request.body.toString())))
      },
    }),
    code: 'BODY_REWRITTEN',
  },
  'an edge that writes answers anew': {
    fault: () => ({
      response(answer, { path }) {
        if (path.endsWith('/seen'))
          answer.body = Buffer.from(answer.body.toString().replace('accept', 'Accept'))
      },
    }),
    code: 'BODY_REWRITTEN',
    look: { checks: [checkFidelity] },
  },
  'an edge that knows better what a body is': {
    fault: () => ({
      request(request) {
        if (SIGNED(request.headers) && request.method === 'POST')
          put(request, 'Content-Type', 'application/json')
      },
    }),
    code: 'CONTENT_TYPE_REWRITTEN',
    told: { sent: 'application/activity+json', arrived: 'application/json' },
  },
  'an edge that makes one of all ways of asking': {
    fault: () => ({ request: (request) => put(request, 'Accept', '*/*') }),
    code: 'ACCEPT_REWRITTEN',
  },
  'an edge that writes signatures in its own way': {
    fault: () => ({
      request(request) {
        const signature = valueIn(request.headers, 'signature')
        if (signature !== null) put(request, 'Signature', signature.toLowerCase())
      },
    }),
    code: 'SIGNATURE_BROKEN',
    told: { kinds: 'GET cavage, POST cavage, GET rfc9421, POST rfc9421' },
  },
  'an edge that lets in no activities': {
    fault: () => ({
      answer: ({ method, headers }) =>
        method === 'POST' && SIGNED(headers) ? { status: 405, headers: [], body: Buffer.from('no') } : null,
    }),
    code: 'SIGNATURE_BROKEN',
    told: { kinds: 'POST cavage, POST rfc9421', reason: 'it answers 405' },
  },
  'an edge that takes no large bodies': {
    fault: () => ({
      answer: ({ body }) =>
        body.length > 1_048_576 ? { status: 413, headers: [], body: Buffer.from('too large') } : null,
    }),
    code: 'BODY_LIMIT',
    told: { bytes: 2_097_152, most: 1_047_552, status: 413 },
    lines: /client_max_body_size/,
  },
  'an edge that takes no films': {
    fault: () => ({
      answer: ({ body }) =>
        body.length > 10_485_760 ? { status: 413, headers: [], body: Buffer.from('too large') } : null,
    }),
    code: 'BODY_LIMIT',
    told: { bytes: 39_845_888, most: 2_097_152 },
    look: { checks: [checkSize], isDeep: true },
  },
  'an edge that knows no web sockets': {
    fault: () => ({ hasNoUpgrade: true }),
    code: 'NO_WEBSOCKET',
    told: { status: 404 },
  },
  'an edge that hands on nothing before it has all': {
    fault: () => ({ response: () => undefined }),
    code: 'STREAM_BUFFERED',
  },
  'an edge that cuts whoever is silent': {
    fault: () => ({ cutsAfterMs: 150 }),
    code: 'IDLE_CUT',
    look: { checks: [liveCheck(600)], isDeep: true },
  },
}

for (const [story, { fault, code, told = {}, look = USUAL, lines = null }] of Object.entries(STORIES))
  test(`${story} is told as ${code}, and nothing else is`, async () => {
    const codes = await seen.foundBehind(fault(), look)
    assert.deepEqual(namesOf(codes), code, JSON.stringify(codes))
    const [one] = codes
    for (const [name, value] of Object.entries(told)) assert.deepEqual(one?.facts[name], value, name)
    if (lines !== null) assert.match(one?.lines?.text ?? '', lines)
    assert.doesNotMatch(JSON.stringify(codes), /keyId|Bearer|homebird_check/)
  })

test('whoever may be silent for a while, and sends as much as films are, finds nothing at a good edge', async () => {
  assert.deepEqual(await seen.found({ checks: [checkSize, liveCheck(50)], isDeep: true }), [])
  assert.equal((await seen.measured()).maxBody, 39_845_888)
})

/** Leads the edge to a listener that believes in its own way, for one story. */
async function throughWay(client: ClientSource, tell: () => Promise<void>): Promise<void> {
  const app = await buildPublicApp(seen.home.context)
  await app.ready()
  const way = { name: 'edge', address: { kind: 'tcp', host: '127.0.0.1', port: 0 }, client } as const
  const open = await openWayIn(app, way, { log: seen.home.context.log })
  assert.equal(open.address.kind, 'tcp')
  seen.edge.leadTo(open.address.kind === 'tcp' ? open.address.port : 0)
  try {
    await tell()
  } finally {
    seen.edge.leadTo(seen.home.publicPort)
    await open[Symbol.asyncDispose]()
    await app.close()
  }
}

const byHeader = (name: string): ClientSource => ({ kind: 'header', name, peers: [] })
const WHO = { checks: [checkWho] }

test('visitors are told apart where the edge says who they are, whatever they say themselves', async () => {
  await throughWay(byHeader('x-forwarded-for'), async () => {
    const appends: EdgeFault = {
      request: (request) =>
        put(
          request,
          'X-Forwarded-For',
          [valueIn(request.headers, 'x-forwarded-for'), '192.0.2.1'].filter((one) => one !== null).join(', '),
        ),
    }
    assert.deepEqual(await seen.foundBehind(appends, WHO), [])
    const [spoofed, ...others] = await seen.foundBehind(PASSES, WHO)
    assert.deepEqual([spoofed?.code, spoofed?.weight, others], ['CLIENT_IP_SPOOFABLE', 'breaks', []])
    assert.deepEqual(
      [spoofed?.facts['header'], spoofed?.facts['address'], spoofed?.facts['way']],
      ['X-Forwarded-For', '203.0.113.71', 'edge'],
    )
    const strips: EdgeFault = {
      request: (request) => void (request.headers = without(request.headers, 'x-forwarded-for')),
    }
    const [same, ...more] = await seen.foundBehind(strips, WHO)
    assert.deepEqual([same?.code, same?.weight, more], ['CLIENT_IP_ALL_SAME', 'warns', []])
  })
})

for (const [name, told] of [
  ['cf-connecting-ip', 'CF-Connecting-IP'],
  ['x-real-ip', 'X-Real-IP'],
] as const)
  test(`who may write ${told} may be anybody`, async () => {
    await throughWay(byHeader(name), async () => {
      const [one] = await seen.foundBehind(PASSES, WHO)
      assert.deepEqual([one?.code, one?.facts['header']], ['CLIENT_IP_SPOOFABLE', told])
    })
  })

test('nobody is told apart, and nothing is wrong, where a way in is told nothing or speaks for itself', async () => {
  await throughWay({ kind: 'none' }, async () => assert.deepEqual(await seen.foundBehind(PASSES, WHO), []))
  assert.deepEqual(await seen.foundBehind(PASSES, WHO), [])
})

test('a home that does not answer at all is not judged here, and what was measured stands', async () => {
  await seen.found(ALL)
  const known = await seen.measured()
  const away: EdgeFault = { answer: () => ({ status: 502, headers: [], body: Buffer.from('away') }) }
  assert.deepEqual(await seen.foundBehind(away, ALL), [])
  assert.deepEqual(await seen.measured(), known)
})

test('while the edge asks by another name activities are put off, and refused again when it is mended', async () => {
  const post = {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/activity+json', host: 'inner:80' },
  }
  const paths = ['/ap/inbox', '/ap/instance/inbox', `/ap/actors/${seen.home.ana.id}/inbox`]
  const renames: EdgeFault = { request: (request) => put(request, 'Host', 'inner:80') }
  const statuses = async (): Promise<number[]> => {
    const answers = await Promise.all(paths.map(async (path) => seen.home.ask(path, post)))
    for (const { status, headers } of answers)
      assert.equal(headers['retry-after'] !== undefined, status === 503)
    return answers.map(({ status }) => status)
  }
  assert.deepEqual(await statuses(), [421, 421, 421])
  await seen.foundBehind(renames, { checks: [checkFidelity] })
  assert.deepEqual(await statuses(), [503, 503, 503])
  assert.equal((await seen.home.ask('/ap/instance', { headers: { host: 'inner:80' } })).status, 421)
  assert.equal(
    (await seen.home.ask('/ap/inbox', { ...post, headers: { ...post.headers, host: HOST } })).status,
    401,
  )
  await seen.found({ checks: [checkFidelity] })
  assert.deepEqual(await statuses(), [421, 421, 421])
})

test('one cause is told by one code, whatever follows from it', async () => {
  const checks = [checkIdentity, checkBots, checkFidelity, checkWords]
  const renames: EdgeFault = { request: (request) => put(request, 'Host', 'inner:80') }
  const codes = await seen.foundBehind(renames, { checks, isDeep: true })
  assert.match(namesOf(codes), /^HOST_REWRITTEN WEBFINGER_BROKEN .*ACTOR_BROKEN$/)
  const [one, other] = withoutConsequences([
    { state: 'bad', codes: codes.slice(0, 1) },
    { state: 'bad', codes: codes.slice(1) },
  ])
  assert.deepEqual([namesOf(one?.codes ?? []), one?.state], ['HOST_REWRITTEN', 'bad'])
  assert.deepEqual(other, { state: 'good', codes: [] })
})

test('a run of the doctor looks at all of it, and keeps what it has measured', async () => {
  await seen.home.db.deleteFrom('edges').execute()
  const doctor = doctorOf(seen.home.context)
  await until('a run to have measured the edge', async () => {
    const { findings } = await doctor.run()
    const names = new Set(findings.map(({ name }) => name))
    for (const name of ['fidelity', 'caching', 'size', 'live', 'who']) assert.ok(names.has(name), name)
    const { passesAccept, measuredAt } = await seen.measured()
    return passesAccept === true && measuredAt !== null
  })
})
