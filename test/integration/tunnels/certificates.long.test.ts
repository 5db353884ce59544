/** Certificates of a real authority, which looks for the proof at a door of this home: got, renewed, kept when it fails. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type TLSSocket, connect } from 'node:tls'
import { PLAIN_BOX, SecretFolder } from '../../../server/core/secret-box.ts'
import type { Clock } from '../../../server/core/clock.ts'
import { createAcmeCalls } from '../../../server/net/acme-calls.ts'
import { peerOf } from '../../../server/net/proxy-preamble.ts'
import { CertificateKeeper } from '../../../server/tunnels/acme/certificate-keeper.ts'
import { CertificateStore } from '../../../server/tunnels/acme/certificate-store.ts'
import { TlsDoor } from '../../../server/tunnels/tls/tls-door.ts'
import { NO_PEBBLE, type Pebble, openPebble } from '../../support/pebble.ts'
import { issueCertificate } from '../../support/test-certificates.ts'
import { type TestDns, openTestDns } from '../../support/test-dns.ts'
import { type TestCa, createTestCa } from '../../support/test-tls.ts'
import { until } from '../../support/until.ts'

const HOST = 'home.example'
const OTHER = 'ana.example'
const DAY_MS = 86_400_000
const skip = NO_PEBBLE ?? false
const closers: (() => unknown)[] = []
const secrets = mkdtempSync(join(tmpdir(), 'hb-secrets-'))
closers.push(() => rmSync(secrets, { recursive: true, force: true }))
let [ca, dns, pebble, port]: [TestCa, TestDns, Pebble, number] = [] as never
let door: TlsDoor | null = null

/** The time of this machine, set forward. */
let forwardMs = 0
const clock: Clock = {
  now: () => new Date(Date.now() + forwardMs),
  monotonicMs: () => performance.now() + forwardMs,
}

before(async () => {
  if (NO_PEBBLE !== null) return
  ca = createTestCa({ after: (work) => closers.push(work) })
  dns = await openTestDns({ after: (work) => closers.push(work) })
  for (const host of [HOST, OTHER]) dns.set(host, ['127.0.0.1'])
  const outside = createServer({ allowHalfOpen: true }, (socket) => {
    if (door === null) socket.destroy()
    else door.take(socket, peerOf(socket))
  })
  outside.listen(0, '127.0.0.1')
  await once(outside, 'listening')
  closers.push(() => outside.close())
  port = (outside.address() as AddressInfo).port
  pebble = await openPebble({ ca, dns: dns.address, tlsPort: port })
  closers.push(async () => pebble.close())
})

after(async () => {
  for (const close of closers.toReversed()) await close()
})

/** Ended with the test. */
function keeping(t: TestContext, leadsHere: (host: string) => boolean = () => true): CertificateKeeper {
  const keeper = new CertificateKeeper({
    store: new CertificateStore(new SecretFolder(secrets, PLAIN_BOX)),
    directory: pebble.directory,
    email: 'ana@home.example',
    calls: createAcmeCalls(pebble.directory, 'homebird', ca.caPem),
    clock,
    wait: async (ms, signal) => delay(ms, undefined, { signal }),
    random: () => 0.5,
    leadsHere: async (host) => leadsHere(host),
    changed: () => undefined,
  })
  t.after(async () => keeper.stop())
  door = new TlsDoor({ addresses: [{ kind: 'socket', path: join(secrets, 'nobody') }], certificates: keeper })
  return keeper
}

async function shown(host: string): Promise<X509Certificate> {
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port,
    servername: host,
    ca: [pebble.root, ca.caPem],
  })
  try {
    await once(socket, 'secureConnect')
    assert.equal(socket.authorized, true)
    return socket.getPeerX509Certificate() as X509Certificate
  } finally {
    socket.destroy()
  }
}

const untilShown = async (host: string): Promise<X509Certificate> =>
  until(`a certificate of ${host}`, async () => shown(host))

/** Shown until now: one of the test's own authority. */
const untilRenewed = async (): Promise<void> => {
  await until('it is renewed', async () =>
    (await shown(HOST)).verify(new X509Certificate(ca.caPem).publicKey) ? null : true,
  )
}

const untilConcerned = async (keeper: CertificateKeeper) =>
  until('it is told', () => (keeper.concerns().length > 0 ? keeper.concerns() : null))

/** Two thirds of its life are over, and nothing was ordered within the hour. */
function keepingAnOldOne(t: TestContext): CertificateKeeper {
  rmSync(join(secrets, 'certificates', HOST), { recursive: true })
  const now = Date.now()
  const { cert, key } = issueCertificate([HOST], {
    notBefore: new Date(now - 70 * DAY_MS),
    notAfter: new Date(now + 20 * DAY_MS),
    authority: ca.authority,
  })
  new CertificateStore(new SecretFolder(secrets, PLAIN_BOX)).writeFiles(HOST, { key, chain: cert })
  const keeper = keeping(t)
  keeper.keep([HOST])
  return keeper
}

test(
  'a host gets its certificate over the door itself, and only its user can read it',
  { skip },
  async (t) => {
    const keeper = keeping(t)
    keeper.keep([HOST])
    const told: string[] = []
    const serving = keeper.untilServing(new AbortController().signal, (reason) => told.push(reason))
    keeper.start()
    await serving
    assert.match(told[0] ?? '', /^getting a certificate for home\.example from localhost:\d+$/)
    assert.equal((await shown(HOST)).subjectAltName, `DNS:${HOST}`)
    assert.deepEqual(keeper.concerns(), [])
    await keeper.stop()
    const folder = join(secrets, 'certificates')
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const place = statSync(join(folder, name))
      if (place.isFile()) assert.equal(place.mode & 0o777, 0o600, name)
    }
  },
)

test('started again, it shows what it has, and orders nothing', { skip }, async (t) => {
  const former = pebble.orders()
  const keeper = keeping(t)
  keeper.keep([`${HOST}:443`])
  keeper.start()
  await keeper.untilServing(new AbortController().signal, () => undefined)
  await shown(HOST)
  await keeper.stop()
  assert.equal(pebble.orders(), former)
})

test('after two thirds of its life it is renewed, by the same account', { skip }, async (t) => {
  const account = readFileSync(join(secrets, 'certificates', 'account.json'), 'utf8')
  const keeper = keepingAnOldOne(t)
  assert.equal((await shown(HOST)).subjectAltName, `DNS:${HOST}`)
  keeper.start()
  await untilRenewed()
  assert.deepEqual(keeper.concerns(), [])
  await keeper.stop()
  assert.equal(readFileSync(join(secrets, 'certificates', 'account.json'), 'utf8'), account)
})

test(
  'where it cannot be renewed the old one stays, it is told why, and it is not asked again and again',
  { skip },
  async (t) => {
    const keeper = keepingAnOldOne(t)
    dns.set(HOST, ['127.0.0.2']) // nobody is there
    const asked = pebble.orders()
    keeper.start()
    const [concern] = await untilConcerned(keeper)
    assert.equal(concern?.code, 'CERTIFICATE_NOT_RENEWED')
    assert.match(
      concern?.message ?? '',
      /no new certificate for home\.example: .*refuses.*next try .*the one in use ends/,
    )
    assert.ok((await shown(HOST)).verify(new X509Certificate(ca.caPem).publicKey))
    await keeper.stop()
    // As after a crash and a start: what was written down holds.
    const again = keeping(t)
    again.keep([HOST])
    again.start()
    assert.equal(again.concerns()[0]?.code, 'CERTIFICATE_NOT_RENEWED')
    await shown(HOST)
    assert.equal(pebble.orders(), asked + 1)
    // Somebody mends it and says so.
    dns.set(HOST, ['127.0.0.1'])
    again.nudge(true)
    await untilRenewed()
    await until('nothing is wrong any more', () => again.concerns().length === 0)
  },
)

test('a clock that is wrong is told, and makes no order after the other', { skip }, async (t) => {
  const keeper = keeping(t)
  keeper.keep([HOST])
  const asked = pebble.orders()
  forwardMs = 4_000 * DAY_MS
  t.after(() => (forwardMs = 0))
  keeper.start()
  const [concern] = await untilConcerned(keeper)
  assert.match(concern?.message ?? '', /this machine’s clock says 20\d\d-.*; set the clock; next try/)
  await keeper.stop()
  assert.equal(pebble.orders(), asked + 1)
})

test(
  'another host gets its own as soon as it leads here, and the first needs no other',
  { skip },
  async (t) => {
    const keeper = keeping(t, (host) => host === OTHER)
    keeper.keep([HOST, OTHER, 'elsewhere.example'])
    const asked = pebble.orders()
    keeper.start()
    assert.equal((await untilShown(OTHER)).subjectAltName, `DNS:${OTHER}`)
    await shown(HOST)
    assert.equal(keeper.contextOf('elsewhere.example'), null)
    await keeper.stop()
    assert.equal(pebble.orders(), asked + 1)
  },
)
