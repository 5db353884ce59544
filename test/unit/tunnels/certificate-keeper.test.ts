import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { PLAIN_BOX, SecretFolder } from '../../../server/core/secret-box.ts'
import { CertificateKeeper } from '../../../server/tunnels/acme/certificate-keeper.ts'
import { CertificateStore } from '../../../server/tunnels/acme/certificate-store.ts'
import { mayOrderAt, newHistory, renewalMoment } from '../../../server/tunnels/acme/renewal-plan.ts'
import { createAcmeCalls } from '../../../server/net/acme-calls.ts'
import { HandClock } from '../../support/hand-clock.ts'
import { ScriptedAuthority } from '../../support/scripted-authority.ts'

const HOST = 'home.example'
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

function scene(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'hb-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const clock = new HandClock()
  const authority = new ScriptedAuthority(() => clock.now())
  const keep = (): CertificateKeeper => {
    const keeper = new CertificateKeeper({
      store: new CertificateStore(new SecretFolder(folder, PLAIN_BOX)),
      directory: authority.directory,
      email: null,
      calls: authority.calls,
      clock,
      wait: clock.wait,
      random: () => 0.5,
      leadsHere: async () => true,
      changed: () => undefined,
    })
    keeper.keep([HOST])
    keeper.start()
    t.after(async () => keeper.stop())
    return keeper
  }
  return { folder, clock, authority, keep }
}

test('a certificate is renewed after two thirds of its life, and it is said which one it replaces', async (t) => {
  const { clock, authority, keep } = scene(t)
  const keeper = keep()
  await clock.advance(MINUTE_MS)
  const first = keeper.contextOf(HOST)
  assert.ok(first !== null)
  await clock.advance(58 * DAY_MS)
  assert.equal(authority.orders.length, 1)
  authority.renewal = [300, 400]
  await clock.advance(2 * DAY_MS)
  assert.equal(authority.orders.length, 1, 'the authority has put it off')
  // But no authority puts it off beyond five sixths.
  await clock.advance(16 * DAY_MS)
  assert.equal(authority.orders.length, 2)
  assert.match(authority.orders[1]?.[1] ?? '', /^[\w-]{27}\.[\w-]{20,22}$/)
  assert.notEqual(keeper.contextOf(HOST), first)
})

test('an authority that must take certificates back is heard within hours, but not more than daily', async (t) => {
  const { clock, authority, keep } = scene(t)
  authority.renewal = [50, 60]
  keep()
  await clock.advance(DAY_MS)
  assert.equal(authority.orders.length, 1)
  authority.renewal = [-2, -1]
  await clock.advance(8 * HOUR_MS)
  assert.equal(authority.orders.length, 2)
  await clock.advance(4 * DAY_MS)
  assert.ok(authority.orders.length <= 6, String(authority.orders.length))
})

test('failures are waited out ever longer, and never more than three orders go out within an hour', async (t) => {
  const { clock, authority, keep } = scene(t)
  authority.refusal = { type: 'unauthorized' }
  const keeper = keep()
  await clock.advance(59 * MINUTE_MS)
  assert.equal(authority.orders.length, 3)
  for (let nudges = 0; nudges < 10; nudges += 1) {
    keeper.nudge(true)
    await clock.advance(1_000)
  }
  assert.equal(authority.orders.length, 3)
  await clock.advance(DAY_MS)
  const ofFirstDay = authority.orders.length
  await clock.advance(DAY_MS)
  assert.ok(authority.orders.length - ofFirstDay <= 4, String(authority.orders.length - ofFirstDay))
  const [concern] = keeper.concerns()
  assert.equal(concern?.code, 'CERTIFICATE_MISSING')
  assert.match(concern?.message ?? '', /: the authority refuses: not now: unauthorized; next try 20/)
  authority.refusal = null
  await clock.advance(DAY_MS)
  assert.ok(keeper.contextOf(HOST) !== null)
  assert.deepEqual(keeper.concerns(), [])
})

test('for a host that may be a website beside the home nothing is ordered before somebody asks for it here', async (t) => {
  const { clock, authority, keep } = scene(t)
  const keeper = keep()
  keeper.keep([HOST], ['ana.example', HOST])
  const ordered = (): string[] => authority.orders.map(([host]) => host)
  await clock.advance(2 * DAY_MS)
  assert.deepEqual(ordered(), [HOST])
  authority.refusal = { type: 'unauthorized' }
  assert.equal(keeper.contextOf('ana.example'), null)
  await clock.advance(1_000)
  assert.deepEqual(ordered(), [HOST, 'ana.example'])
  assert.match(keeper.concerns()[0]?.message ?? '', /no new certificate for ana\.example/)
  await keeper.stop()

  // What failed once is no concern of a home that nobody asks for it.
  const again = keep()
  again.keep([HOST], ['ana.example'])
  await clock.advance(2 * DAY_MS)
  assert.deepEqual([ordered().length, again.concerns()], [2, []])
  authority.refusal = null
  again.contextOf('ana.example')
  await clock.advance(1_000)
  assert.ok(again.contextOf('ana.example') !== null)
  // A host that the home is served at needs nobody's asking.
  again.keep([HOST, 'second.example'], ['ana.example'])
  again.nudge(false)
  await clock.advance(1_000)
  assert.equal(ordered().at(-1), 'second.example')
})

test('where the authority wants peace it has it, also after a start and whatever somebody mends', async (t) => {
  const { clock, authority, keep } = scene(t)
  authority.refusal = { type: 'rateLimited', retryAfter: String((6 * HOUR_MS) / 1_000) }
  const keeper = keep()
  await clock.advance(MINUTE_MS)
  await keeper.stop()
  authority.refusal = null
  const again = keep()
  again.nudge(true)
  await clock.advance(5 * HOUR_MS)
  assert.equal(authority.orders.length, 1)
  await clock.advance(2 * HOUR_MS)
  assert.equal(authority.orders.length, 2)
  assert.ok(again.contextOf(HOST) !== null)
})

const CHAIN = `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`
const ODD: readonly (readonly [what: string, path: string, answer: string, why: RegExp])[] = [
  ['no directory', '/directory', '<html>', /is no directory of an authority/],
  [
    'one that wants an account from elsewhere',
    '/directory',
    '{"meta":{"externalAccountRequired":true}}',
    /made elsewhere/,
  ],
  [
    'an order that leads nowhere',
    '/order',
    '{"status":"invalid","error":{"detail":"no"}}',
    /refuses home\.example: no/,
  ],
  ['a status of nobody', '/order', '{"status":{"a":1}}', /refuses home\.example/],
  ['no certificate', '/certificate', 'nothing', /gives 0 certificates/],
  ['too many certificates', '/certificate', CHAIN.repeat(11), /gives 11 certificates/],
  ['what is no certificate', '/certificate', CHAIN, /gives another certificate than one for/],
  [
    'no proof that can be given',
    '/authorization',
    '{"challenges":[{"type":"dns-01"},7,null]}',
    /does not take the proof by TLS/,
  ],
  [
    'a token that is none',
    '/authorization',
    '{"challenges":[{"type":"tls-alpn-01","token":"a b"}]}',
    /a token that is none/,
  ],
]

for (const [what, path, answer, why] of ODD) {
  test(`an authority that gives ${what} is told of, and nothing else happens`, async (t) => {
    const { clock, authority, keep } = scene(t)
    authority.instead.set(path, answer)
    const keeper = keep()
    await clock.advance(20_000)
    assert.match(keeper.concerns()[0]?.message ?? '', why)
    assert.equal(keeper.contextOf(HOST), null)
  })
}

test('a certificate of another host is not taken, and what lies there broken is got again', async (t) => {
  const { clock, authority, keep, folder } = scene(t)
  authority.wrongHost = 'other.example'
  const keeper = keep()
  await clock.advance(20_000)
  assert.match(keeper.concerns()[0]?.message ?? '', /another certificate than one for home\.example/)
  authority.wrongHost = null
  await clock.advance(5 * MINUTE_MS)
  await keeper.stop()
  const place = join(folder, 'certificates', HOST)
  const whole = readFileSync(join(place, 'certificate.pem'), 'utf8')
  writeFileSync(join(place, 'certificate.pem'), whole.slice(0, whole.length / 2))
  writeFileSync(join(place, 'orders.json'), '{"dire')
  writeFileSync(join(folder, 'certificates', 'account.json'), '[]')
  const again = keep()
  await clock.advance(MINUTE_MS)
  assert.ok(again.contextOf(HOST) !== null)
})

test('moments of renewal differ by a thirtieth of the life; a clock that was wrong holds nothing back', () => {
  const life = { notBefore: new Date(0), notAfter: new Date(90 * DAY_MS) }
  assert.equal(renewalMoment(life, 0, null).getTime(), 60 * DAY_MS)
  assert.equal(renewalMoment(life, 1, null).getTime(), 57 * DAY_MS)
  const backwards = { start: new Date(50 * DAY_MS), end: new Date(40 * DAY_MS) }
  assert.equal(renewalMoment(life, 1, backwards).getTime(), 50 * DAY_MS)
  const history = {
    ...newHistory('d'),
    heldUntil: 10_000 * DAY_MS,
    ordered: [9_999 * DAY_MS, 9_999 * DAY_MS, 9_999 * DAY_MS],
  }
  assert.equal(mayOrderAt(history, DAY_MS), DAY_MS)
})

test('nothing is asked at an address that is not the authority’s own', async () => {
  const calls = createAcmeCalls('https://authority.example/directory', 'test')
  const { signal } = new AbortController()
  for (const url of [
    'https://127.0.0.1/',
    'http://authority.example/',
    'https://authority.example:444/',
    'file:///etc/passwd',
    'x',
  ])
    await assert.rejects(calls({ method: 'GET', url, body: null, signal }), { code: 'FETCH_REFUSED' }, url)
})
