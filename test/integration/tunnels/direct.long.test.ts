/** Straight through a router: miniupnpd, with a home behind it and a world before it, each in a network of its own. */
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import type { TunnelFinding } from '../../../server/contracts/tunnel.ts'
import { afterInReverse } from '../../support/after-in-reverse.ts'
import { type HomeLine, RouterNetwork, type RouterOptions, routerSkip } from '../../support/router-network.ts'
import { until } from '../../support/until.ts'

const skip = routerSkip()
const PUBLIC = '5.6.7.8'
const STRANGER = '5.6.7.200'
const SETTINGS = { router: 'find', port: 4_443, seenBy: null, lifetimeSeconds: 600 }

async function open(t: TestContext, options: Partial<RouterOptions> = {}) {
  const network = new RouterNetwork({ external: PUBLIC, ...options })
  afterInReverse(t, async () => network.close())
  const router: ChildProcess = await network.open()
  return { network, router }
}

const codesOf = (line: HomeLine): string[] => (line['findings'] as TunnelFinding[]).map(({ code }) => code)

/** Opens a port, is reached by it as the stranger who he is, and takes it back. */
async function opensAndCloses(network: RouterNetwork, protocol: string): Promise<void> {
  const home = network.home(SETTINGS)
  const prepared = await home.until('prepared')
  assert.deepEqual(prepared['facts'], { address: PUBLIC, protocol })
  assert.equal((await home.until('connected'))['to'], `${PUBLIC}, port 443`)
  assert.equal(await network.ask(443), `you are ${STRANGER}`)
  home.tell('stop')
  await home.ended()
  assert.equal(home.output, '')
  assert.ok(!network.mappings().includes('4443'))
  assert.equal(await network.ask(443), null)
}

test('a port is opened by PCP, leads here, and is taken back at the end', { skip }, async (t) => {
  const { network } = await open(t)
  await opensAndCloses(network, 'PCP')
})

test('a router that speaks only the older protocol opens one by NAT-PMP', { skip }, async (t) => {
  const { network } = await open(t)
  network.muffle('PCP')
  await opensAndCloses(network, 'NAT-PMP')
})

test('a router that speaks neither opens one by UPnP', { skip }, async (t) => {
  const { network } = await open(t, { lines: ['enable_natpmp=no', 'enable_upnp=yes'] })
  await opensAndCloses(network, 'UPnP')
})

test(
  'what the router has forgotten is opened again at half of its life, or when somebody says so',
  { skip },
  async (t) => {
    const { network, router } = await open(t)
    const home = network.home({ ...SETTINGS, lifetimeSeconds: 4 })
    await home.until('connected')
    const second = await network.restartRouter(router)
    await until('it is renewed', async () => network.ask(443))
    home.tell('stop')
    await home.ended()

    const patient = network.home(SETTINGS)
    await patient.until('connected')
    await network.restartRouter(second)
    assert.equal(await network.ask(443), null, 'it has forgotten all of it')
    patient.tell('nudge')
    await until('it is opened again', async () => network.ask(443))
  },
)

test('what a home that was killed has left open is its own when it comes again', { skip }, async (t) => {
  const { network } = await open(t)
  const first = network.home(SETTINGS)
  await first.until('connected')
  await first.kill()
  assert.ok(network.mappings().includes('4443'))
  await opensAndCloses(network, 'PCP')
})

test('another port than the one that the world asks at is none, and is given back', { skip }, async (t) => {
  const { network } = await open(t)
  await network.occupy(443)
  const home = network.home(SETTINGS)
  const lost = await home.until('lost')
  assert.match(String(lost['reason']), /gives port \d+ and not 443, at which the world asks; another device/)
  assert.equal(lost['isFinal'], true)
  await home.ended()
  assert.ok(!network.mappings().includes('4443'))
})

test(
  'a port that another device has is refused in words where the router gives no other',
  { skip },
  async (t) => {
    const { network } = await open(t)
    await network.occupy(443)
    network.muffle('both')
    const home = network.home(SETTINGS)
    assert.deepEqual((await home.until('prepared'))['facts'], { address: PUBLIC, protocol: 'UPnP' })
    const lost = await home.until('lost')
    assert.match(String(lost['reason']), /the router refuses: another machine of the network has this port/)
    await home.ended()
    assert.ok(network.mappings().includes('10.77.0.3'))
  },
)

test(
  'behind an address that the provider shares, or another router, no port is opened',
  { skip },
  async (t) => {
    for (const external of ['100.64.0.9', '192.168.50.9']) {
      const { network } = await open(t, { external })
      const home = network.home(SETTINGS)
      const prepared = await home.until('prepared')
      assert.deepEqual(codesOf(prepared), ['BEHIND_CGNAT'])
      await home.ended()
      assert.ok(home.lines.every(({ type }) => type !== 'connecting'))
    }
  },
)

test(
  'a router whose address is another than the world sees stands behind another one',
  { skip },
  async (t) => {
    const { network } = await open(t)
    await network.openStun('9.9.9.9')
    const seenBy = { host: network.world, port: 3_478 }
    const prepared = await network.home({ ...SETTINGS, seenBy }).until('prepared')
    const [finding] = prepared['findings'] as TunnelFinding[]
    assert.equal(finding?.code, 'BEHIND_CGNAT')
    assert.match(finding?.message ?? '', /the router has 5\.6\.7\.8, but the world sees 9\.9\.9\.9/)
  },
)

test(
  'a router that opens nothing, none at all, and a port that is taken are found beforehand',
  { skip },
  async (t) => {
    const { network } = await open(t)
    const silent = await network.home({ ...SETTINGS, router: '10.77.0.3' }).until('prepared')
    assert.deepEqual(codesOf(silent), ['NO_MAPPING'])
    const nowhere = await network.home({ ...SETTINGS, router: '203.0.113.1' }).until('prepared')
    assert.deepEqual(codesOf(nowhere), ['NO_MAPPING'])
    const first = network.home(SETTINGS)
    await first.until('connected')
    const second = await network.home(SETTINGS).until('prepared')
    assert.deepEqual(codesOf(second), ['PORT_TAKEN'])
  },
)
