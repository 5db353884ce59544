/** Test 7 of the tunnel page for the ways, the names and the words: an edge that is wrong in one way yields its code alone. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import type { DoctorCode } from '../../../server/contracts/doctor.ts'
import type { HttpContext } from '../../../server/http/http-context.ts'
import type { TunnelStatus } from '../../../server/contracts/tunnel.ts'
import { whileLeased } from '../../../server/domain/doctor/run-lease.ts'
import { startCare } from '../../../server/http/owner/care.ts'
import { doctorOf } from '../../../server/http/owner/open-doctor.ts'
import { openHomeWorld } from '../../../server/http/owner/open-outside.ts'
import { openVantageDoor } from '../../../server/tunnels/vantage-door.ts'
import {
  type DoctorGround,
  HOST,
  codeNames as names,
  htmlPage as page,
  openDoctorGround,
} from '../../support/doctor-ground.ts'
import { type EdgeFault, type PassedAnswer, openFaultyEdge } from '../../support/faulty-edge.ts'
import { openLogFolder } from '../../support/log-folder.ts'
import { issueCertificate, makeAuthority } from '../../support/test-certificates.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'

const DAY_MS = 86_400_000

let { ca, edge, home, found }: DoctorGround = {} as never
before(async () => {
  ;({ ca, edge, home, found } = await openDoctorGround())
})

async function brokenBy(fault: EdgeFault): Promise<readonly DoctorCode[]> {
  edge.breakBy(fault)
  try {
    return await found()
  } finally {
    edge.breakBy(null)
  }
}

const says = (agent: RegExp, headers: PassedAnswer['headers']): boolean =>
  headers.some(([name, value]) => name.toLowerCase() === 'user-agent' && agent.test(value))
const isAt = (path: string, start: string): boolean => path.startsWith(start)

test('nothing is found at a good edge', async () => {
  assert.deepEqual(await found(), [])
})

interface Story {
  readonly fault: () => EdgeFault
  readonly code: string
  /** Of its facts. */
  readonly told?: Readonly<Record<string, unknown>>
  /** Of the lines to change. */
  readonly lines?: RegExp
}

const STORIES: Readonly<Record<string, Story>> = {
  'a certificate of another name': {
    fault: () => ({ certificate: ca.certificateFor('other.example') }),
    code: 'CERT_INVALID',
    told: { flaw: 'ERR_TLS_CERT_ALTNAME_INVALID', host: HOST },
  },
  'a certificate that nobody vouches for': {
    fault: () => ({ certificate: issueCertificate([HOST], { selfSigned: true }) }),
    code: 'CERT_INVALID',
    told: { flaw: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  },
  'a certificate that is over': {
    fault: () => ({
      certificate: issueCertificate([HOST], {
        authority: ca.authority,
        notBefore: new Date(Date.now() - 20 * DAY_MS),
        notAfter: new Date(Date.now() - DAY_MS),
      }),
    }),
    code: 'CERT_INVALID',
    told: { flaw: 'CERT_HAS_EXPIRED' },
  },
  'a certificate that ends soon': {
    fault: () => ({
      certificate: issueCertificate([HOST], {
        authority: ca.authority,
        notBefore: new Date(Date.now() - 85 * DAY_MS),
        notAfter: new Date(Date.now() + 5.5 * DAY_MS),
      }),
    }),
    code: 'CERT_EXPIRES',
    told: { days: 5 },
  },
  'a certificate without the one that vouches for it': {
    fault: () => ({
      certificate: issueCertificate([HOST], {
        authority: makeAuthority(ca.authority),
        issuerUrl: 'http://ca.example/ca.der',
      }),
    }),
    code: 'CERT_CHAIN',
    lines: /fullchain\.pem/,
  },
  'clocks that do not agree': {
    fault: () => ({
      response(answer) {
        answer.headers = answer.headers.filter(([name]) => name.toLowerCase() !== 'date')
        answer.headers.push(['Date', new Date(Date.now() + 90_000).toUTCString()])
      },
    }),
    code: 'CLOCK_SKEW',
  },
  'another server in its place': {
    fault: () => ({ answer: () => page(200) }),
    code: 'NOT_THIS_SERVER',
    told: { status: 200, server: 'nginx' },
  },
  'a stranger who has seen a proof': {
    fault: () => ({ answer: () => page(200, JSON.stringify({ proof: 'x'.repeat(22) })) }),
    code: 'NOT_THIS_SERVER',
  },
  'an edge that sends visitors elsewhere': {
    fault: () => ({
      answer: ({ path }) => page(301, '', [['Location', `https://www.${HOST}${path}?secret=1`]]),
    }),
    code: 'EDGE_REDIRECTS',
    lines: /server_name home\.example/,
  },
  'a home that is away behind its edge': {
    fault: () => ({ answer: () => page(502) }),
    code: 'TUNNEL_DOWN',
    told: { status: 502 },
  },
  'a network in front that does not reach the home': {
    fault: () => ({ answer: () => page(530, 'error code: 1033') }),
    code: 'TUNNEL_DOWN',
    told: { status: 530 },
  },
  'an edge that hangs up': {
    fault: () => ({ closes: 'before an answer' }),
    code: 'TUNNEL_DOWN',
    told: { status: undefined },
  },
  'passed-through bytes that nobody takes': {
    fault: () => ({ closes: 'at once' }),
    code: 'TUNNEL_DOWN',
  },
  'a challenge for all but browsers': {
    fault: () => ({
      answer: ({ headers }) =>
        says(/Chrome/, headers) ? null : page(403, 'Just a moment', [['cf-mitigated', 'challenge']]),
    }),
    code: 'BOT_CHALLENGE',
    told: { browsers: 'pass', names: 'Mastodon, GoToSocial, Misskey, Lemmy, Pixelfed' },
  },
  'a challenge for everybody': {
    fault: () => ({ answer: () => page(503, '<title>Just a moment...</title>') }),
    code: 'BOT_CHALLENGE',
    told: { browsers: 'are challenged too' },
  },
  'an edge that knows some servers by name': {
    fault: () => ({ answer: ({ headers }) => (says(/Lemmy|Pixelfed/, headers) ? page(403) : null) }),
    code: 'UA_BLOCKED',
    told: { names: 'Lemmy, Pixelfed', status: 403 },
    lines: /http_user_agent/,
  },
  'an edge that lets in browsers alone': {
    fault: () => ({ answer: ({ headers }) => (says(/Chrome/, headers) ? null : page(403)) }),
    code: 'UA_BLOCKED',
  },
  'a handle that is answered by a page': {
    fault: () => ({
      answer: ({ path }) => (isAt(path, '/.well-known/webfinger') ? page(404) : null),
    }),
    code: 'WEBFINGER_BROKEN',
    told: { status: 404, handle: `@ana@${HOST}` },
  },
  'a handle that another server answers': {
    fault: () => ({
      response(answer, { path }) {
        if (isAt(path, '/.well-known/webfinger'))
          answer.body = Buffer.from(answer.body.toString().replaceAll('https://home', 'https://other'))
      },
    }),
    code: 'WEBFINGER_BROKEN',
  },
  'NodeInfo that is not there': {
    fault: () => ({ answer: ({ path }) => (isAt(path, '/nodeinfo/') ? page(404) : null) }),
    code: 'NODEINFO_BROKEN',
    told: { status: 404 },
  },
  'a profile that is a page': {
    fault: () => ({
      answer: ({ path }) => (isAt(path, '/ap/') && !path.includes('instance') ? page(200) : null),
    }),
    code: 'ACTOR_BROKEN',
    told: { type: 'text/html' },
  },
}

for (const [story, { fault, code, told = {}, lines }] of Object.entries(STORIES))
  test(`${story} is told as ${code}, and nothing else is`, async () => {
    const codes = await brokenBy(fault())
    assert.deepEqual(names(codes), [code], JSON.stringify(codes))
    const [one] = codes
    for (const [name, value] of Object.entries(told)) assert.deepEqual(one?.facts[name], value)
    if (lines !== undefined) assert.match(one?.lines?.text ?? '', lines)
    assert.doesNotMatch(JSON.stringify(one), /secret=|Signature|keyId/)
  })

test('a port that nobody listens on is closed, and from the other end of the tunnel it is a router that leads nobody back in', async () => {
  const away = await openFaultyEdge(ca, [HOST])
  await away[Symbol.asyncDispose]()
  const settings = { ...home.context.config, hostAddresses: { [HOST]: away.address } }
  const context = { ...home.context, config: settings }
  const [closed, ...others] = await found(context)
  assert.deepEqual([closed?.code, closed?.hop, others], ['PORT_CLOSED', 'network', []])

  const peerProvedAt = new Date(home.context.clock.now().getTime() - 60_000).toISOString()
  const told: unknown[] = []
  const proven = {
    ...(await openLogFolder()).supervision({ peerProvedAt }),
    ask: async (request: unknown) => {
      told.push(request)
      return null
    },
  }
  const lately = await found({ ...context, supervision: proven })
  assert.deepEqual(names(lately), ['HAIRPIN'], 'where another server got through lately')
  const report = await doctorOf({ ...context, supervision: proven }).run()
  const states = report.findings.filter(({ name }) => ['dns', 'tls', 'identity'].includes(name))
  assert.deepEqual(new Set(states.map(({ state }) => state)), new Set(['good']))
  assert.deepEqual(
    told,
    [],
    'and the tunnel is told neither that it is broken nor that it was seen from outside',
  )

  const folder = await mkdtemp(join(tmpdir(), 'hb-v-'))
  closeBeforeCluster(async () => rm(folder, { recursive: true, force: true }))
  const vantage = join(folder, 'v.sock')
  const door = await openVantageDoor(vantage, {
    isOwnHost: (host) => host === HOST,
    open: async () => connect(edge.port, '127.0.0.1'),
  })
  closeBeforeCluster(async () => door[Symbol.asyncDispose]())
  const facts = async () => ({ tunnel: { kind: 'ssh', state: 'verified' } })
  const supervision = { vantage, facts } as unknown as NonNullable<HttpContext['supervision']>
  const seen = await found({ ...context, supervision })
  assert.deepEqual(
    seen.map(({ code, weight }) => [code, weight]),
    [['HAIRPIN', 'informs']],
    'and all the rest was asked from there',
  )
})

test('the doctor looks by itself at first, when the way in has come up, and again while something is broken', async () => {
  const told: string[] = []
  const supervision = {
    ...(await openLogFolder()).supervision(),
    ask: async (request: unknown) => {
      told.push(JSON.stringify(request))
      return null
    },
  }
  const judged = async (isSound: boolean): Promise<boolean> =>
    until(`it is judged ${isSound ? 'sound' : 'broken'}`, () => told.at(-1)?.includes(`"isSound":${isSound}`))
  const care = startCare(
    { ...home.context, supervision },
    { firstMs: 0, everyMs: 3_600_000, soonMs: 0, mostOftenMs: 0, againMs: 0 },
  )
  try {
    await judged(true)
    edge.breakBy({ answer: () => page(502) })
    care.look()
    await judged(false)
    edge.breakBy(null)
    await judged(true)
  } finally {
    edge.breakBy(null)
    await care.stop()
  }
})

test('servers of one home look one at a time: what the other found is as good, but for a person who asks', async () => {
  edge.asked.length = 0
  const looks = (): number => edge.asked.filter(({ path }) => path === '/.well-known/nodeinfo').length
  const both = async (reason: 'automatic' | 'asked') =>
    Promise.all([doctorOf({ ...home.context }).run(reason), doctorOf({ ...home.context }).run(reason)])
  const [one, other] = await both('automatic')
  assert.deepEqual(one, other)
  assert.equal(looks(), 1)
  await both('asked')
  assert.equal(looks(), 3)
})

test('a look that took too long does not give back what somebody else has taken since', async () => {
  const { db } = home
  const read = async (): Promise<Date | null> =>
    (await db.selectFrom('doctor_runs').select('leased_until').executeTakeFirstOrThrow()).leased_until
  const taken = new Date(Date.now() + 3_600_000)
  await whileLeased(db, async () => {
    assert.notEqual(await read(), null)
    await db.updateTable('doctor_runs').set({ leased_until: taken }).execute()
  })
  assert.deepEqual(await read(), taken)
  await db.updateTable('doctor_runs').set({ leased_until: null }).execute()
  await whileLeased(db, async () => undefined)
  assert.equal(await read(), null)
})

test('where each question costs the owner something, nobody looks again within the day unless asked to', async () => {
  await doctorOf(home.context).run()
  const tunnel = { kind: 'ngrok', state: 'verified' } as TunnelStatus
  const context = { ...home.context, supervision: (await openLogFolder()).supervision({ tunnel }) }
  assert.equal(await openHomeWorld(context, 'automatic'), null)
  const asked = await openHomeWorld(context, 'asked')
  assert.equal(asked?.isMetered, true)
  asked?.[Symbol.dispose]()
  const findings = await doctorOf(context).run('automatic')
  const told = findings.findings.filter(({ name }) => name === 'dns').map(({ state }) => state)
  assert.deepEqual(told, ['good'], 'what was found before is told still')
})
