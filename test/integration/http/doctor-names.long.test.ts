/** Test 7 of the tunnel page for names: addresses as their zone tells them, both families, the domain of a handle elsewhere. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, before, test } from 'node:test'
import type { DoctorCode } from '../../../server/contracts/doctor.ts'
import { openWorld } from '../../../server/domain/doctor/outside/open-world.ts'
import { readProbeKey } from '../../../server/domain/edges/probe-key.ts'
import { openHomeWorld } from '../../../server/http/owner/open-outside.ts'
import { openApiHome } from '../../support/api-home.ts'
import {
  type DoctorGround,
  HOST,
  codeNames as names,
  htmlPage as page,
  openDoctorGround,
} from '../../support/doctor-ground.ts'
import { type PassedAnswer, openFaultyEdge } from '../../support/faulty-edge.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'
import { type TestDns, openTestDns } from '../../support/test-dns.ts'

let { ca, edge, home, found }: DoctorGround = {} as never
before(async () => {
  ;({ ca, edge, home, found } = await openDoctorGround())
})

/** A name of which two name servers tell: that of its zone, and one in between that may remember what was. */
interface Names {
  readonly zone: TestDns
  readonly between: TestDns
  /** What the checks find, the home listening on the port of the edge. */
  readonly look: () => Promise<readonly DoctorCode[]>
}

async function openNames(t: TestContext): Promise<Names> {
  const [zone, between] = [await openTestDns(t), await openTestDns(t)]
  between.setZone(HOST, ['ns.example'])
  between.set('ns.example', ['127.0.0.1'])
  const led = { request: ({ headers }: { headers: PassedAnswer['headers'] }) => nameHome(headers) }
  const look = async (): Promise<readonly DoctorCode[]> => {
    edge.breakBy(led)
    const world = openWorld({
      host: `${HOST}:${edge.port}`,
      handleHosts: [],
      identities: [],
      isMetered: true,
      isDeep: false,
      key: await readProbeKey(home.home),
      clock: home.context.clock,
      signer: { keyId: '', sign: async () => ({}) },
      settings: { allowPrivateAddresses: ['127.0.0.0/8', '::1/128'], hostAddresses: {} },
      userAgent: 'test',
      vantage: null,
      dns: { servers: [between.address], zonePort: Number(zone.address.split(':')[1]) },
    })
    try {
      return (await found(home.context, Promise.resolve(world))).filter(
        ({ code }) => code !== 'NODEINFO_BROKEN',
      )
    } finally {
      edge.breakBy(null)
    }
  }
  return { zone, between, look }
}

/** The name is asked for with the port of the edge, which nobody but this test does. */
function nameHome(headers: PassedAnswer['headers']): void {
  const host = headers.find(([name]) => name.toLowerCase() === 'host')
  if (host !== undefined) host[1] = HOST
}

test('addresses are those that the zone itself tells, and not those that somebody remembers', async (t) => {
  const { zone, between, look } = await openNames(t)
  between.set(HOST, ['10.0.0.7'])
  zone.set(HOST, ['127.0.0.1'])
  assert.deepEqual(names(await look()), [])
})

test('where the zone cannot be asked, what the system knows is believed', async (t) => {
  const { zone, between, look } = await openNames(t)
  between.set(HOST, ['127.0.0.1'])
  zone.set(HOST, 'silent')
  assert.deepEqual(names(await look()), [])
})

test('that there is no address is known when both families were asked for, and not when one question was lost', async (t) => {
  const { zone, between, look } = await openNames(t)
  between.set(HOST, ['127.0.0.1'])
  zone.set(HOST, ['127.0.0.1'])
  zone.loses('A', HOST)
  assert.deepEqual(names(await look()), [])
})

test('an address of the house that only its own resolver tells is no PRIVATE_ADDRESS', async (t) => {
  const { zone, between, look } = await openNames(t)
  between.set(HOST, ['10.0.0.7'])
  zone.set(HOST, 'silent')
  await assert.rejects(look(), /10\.0\.0\.7, which only this network reaches/)
})

test('a name that stands for one of another zone is followed there', async (t) => {
  const { zone, between, look } = await openNames(t)
  between.setZone('tunnel.example', ['ns.example'])
  zone.setAlias(HOST, 'x.tunnel.example')
  zone.set('x.tunnel.example', ['127.0.0.1'])
  assert.deepEqual(names(await look()), [])
})

test('a name without an address is told as NO_ADDRESS, one with an address of a private network as PRIVATE_ADDRESS', async (t) => {
  const { zone, between, look } = await openNames(t)
  between.set(HOST, ['127.0.0.1'])
  const [none, ...rest] = await look()
  assert.deepEqual([none?.code, none?.hop, none?.facts['by'], rest], ['NO_ADDRESS', 'dns', 'zone', []])
  zone.set(HOST, ['10.1.2.3'])
  const [priv, ...others] = await look()
  assert.deepEqual([priv?.code, priv?.facts['addresses'], others], ['PRIVATE_ADDRESS', '10.1.2.3', []])
})

test('name servers that nobody can reach prove nothing', async (t) => {
  const { between, look } = await openNames(t)
  between.setZone(HOST, [])
  between.set(HOST, 'silent')
  await assert.rejects(look(), /no name server could be asked for home\.example/)
})

test('an IPv6 address at which nobody answers is told as IPV6_DEAD, and one that leads here is good', async (t) => {
  const { zone, look } = await openNames(t)
  zone.set(HOST, ['127.0.0.1', '::1'])
  const probe = connect(edge.port, '::1')
  const code = await new Promise<string>((resolve) =>
    probe.once('error', (error) => resolve('code' in error ? String(error.code) : '')),
  )
  if (code !== 'ECONNREFUSED') return t.skip('skipped: this machine has no IPv6')
  const [dead, ...rest] = await look()
  assert.deepEqual([dead?.code, dead?.facts['address'], rest], ['IPV6_DEAD', '::1', []])
  const six = await openFaultyEdge(ca, [HOST], { host: '::1', port: edge.port })
  try {
    six.leadTo(home.publicPort)
    six.breakBy({ request: ({ headers }) => nameHome(headers) })
    assert.deepEqual(names(await look()), [])
    six.breakBy({ answer: () => page(200) })
    assert.deepEqual(names(await look()), ['IPV6_DEAD'], 'and one that leads elsewhere is as dead')
  } finally {
    await six[Symbol.asyncDispose]()
  }
  return undefined
})

test('the domain of a handle that is served by a website leads on, or is told as HANDLE_DOMAIN_BROKEN', async () => {
  const [site, front] = [
    await openFaultyEdge(ca, ['ana.example'], { server: 'nginx' }),
    await openFaultyEdge(ca, ['home.ana.example']),
  ]
  for (const one of [site, front]) closeBeforeCluster(async () => one[Symbol.asyncDispose]())
  const split = await openApiHome({
    domain: 'ana.example',
    serviceDomain: 'home.ana.example',
    env: { HOMEBIRD_HOST_ADDRESSES: `ana.example=${site.address},home.ana.example=${front.address}` },
  })
  front.leadTo(split.publicPort)
  const service = 'https://home.ana.example'
  const judged = async (answer: (path: string) => PassedAnswer) => {
    site.breakBy({ answer: ({ path }) => answer(path) })
    return found(split.context)
  }
  const leads = (location: string): PassedAnswer => page(301, '', [['Location', location]])
  assert.deepEqual(await judged((path) => leads(`${service}${path}`)), [])
  assert.deepEqual(
    await judged((path) => leads(path.startsWith('/w/') ? `${service}${path.slice(2)}` : `/w${path}`)),
    [],
  )
  const flaws = [
    [() => page(404), /does not lead on/],
    [(path: string) => leads(`${service}${path.split('?')[0] ?? ''}`), /without the query/],
    [() => page(200), /does not lead on/],
    [(path: string) => leads(`https://ana.example${path}`), /elsewhere/],
  ] as const
  for (const [answer, flaw] of flaws) {
    const [code, ...rest] = await judged(answer)
    assert.deepEqual([code?.code, rest], ['HANDLE_DOMAIN_BROKEN', []])
    assert.match(String(code?.facts['flaw']), flaw)
    assert.match(code?.lines?.text ?? '', /return 301 https:\/\/home\.ana\.example\$request_uri/)
  }
  site.breakBy({
    certificate: ca.certificateFor('other.example'),
    answer: ({ path }) => leads(`${service}${path}`),
  })
  const [untrusted] = await found(split.context)
  assert.equal(untrusted?.code, 'HANDLE_DOMAIN_BROKEN')
  assert.match(
    String(untrusted.facts['reason']),
    /ana\.example.* certificate is not trusted: ERR_TLS_CERT_ALT/,
  )
  const world = await openHomeWorld(split.context)
  site.breakBy({
    answer() {
      world?.[Symbol.dispose]()
      return null
    },
  })
  await assert.rejects(found(split.context, Promise.resolve(world)), /time is up/, 'nobody is blamed for it')
})
