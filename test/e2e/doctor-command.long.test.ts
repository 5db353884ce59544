/** `homebird doctor` at a whole home behind an edge that breaks and is mended: what it says, and what the tunnel makes of it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { DoctorReport } from '../../server/contracts/doctor.ts'
import type { TunnelStatus } from '../../server/contracts/tunnel.ts'
import { type FaultyEdge, openFaultyEdge } from '../support/faulty-edge.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { createTestCa } from '../support/test-tls.ts'
import { until } from '../support/until.ts'

const DOMAIN = 'ana.example'
const closers: (() => unknown)[] = []
let [edge, home]: [FaultyEdge, ProcessHome] = [] as never

before(async () => {
  const ca = createTestCa({ after: (work) => closers.push(work) })
  edge = await openFaultyEdge(ca, [DOMAIN], { server: 'nginx' })
  closers.push(async () => edge[Symbol.asyncDispose]())
  home = await startProcessHome({
    domain: DOMAIN,
    handle: 'ana',
    env: {
      NODE_EXTRA_CA_CERTS: ca.caFile,
      HOMEBIRD_HOST_ADDRESSES: `${DOMAIN}=${edge.address}`,
      HOMEBIRD_TUNNEL: 'manual',
    },
  })
  closers.push(async () => home.close())
  edge.leadTo(home.publicPort)
})

after(async () => {
  for (const close of closers.toReversed()) await close()
})

const tunnel = async (): Promise<TunnelStatus> =>
  JSON.parse((await home.command('tunnel', '--json')).stdout) as TunnelStatus

const untilTunnel = async (state: TunnelStatus['state']): Promise<TunnelStatus> =>
  until(`the tunnel is ${state}`, async () => {
    const now = await tunnel()
    return now.state === state && now
  })

const OURS = ['dns', 'tls', 'identity', 'bots', 'words']

test('at a good edge all checks from outside are good, and the way in is proven', async () => {
  const { stdout } = await home.command('doctor', '--json')
  const { findings } = JSON.parse(stdout) as DoctorReport
  const outside = findings.filter(({ name }) => OURS.includes(name))
  assert.deepEqual(
    outside.map(({ name, state, codes }) => [name, state, codes.length]),
    OURS.map((name) => [name, 'good', 0]),
  )
  await untilTunnel('verified')
})

test('what is broken is said with its reason, its act and the lines to change, and the tunnel is degraded', async () => {
  edge.breakBy({
    answer: ({ headers }) =>
      headers.some(([, value]) => value.startsWith('Lemmy'))
        ? { status: 403, headers: [['X-Odd', '\u001b[2J']], body: Buffer.from('no') }
        : null,
  })
  const { code, stdout, stderr } = await home.command('doctor')
  assert.equal(code, 1, stderr)
  assert.match(stdout, /BAD {3}bots/)
  assert.match(stdout, /UA_BLOCKED \(edge\): The edge refuses visitors for the name of their program\./)
  assert.match(stdout, /names: Lemmy\n/)
  assert.match(stdout, /for nginx:\n.*http_user_agent|for nginx:\n.*\n.*http_user_agent/)
  assert.match(stdout, /broken: .*bots/)
  const { reason } = await untilTunnel('degraded')
  assert.equal(reason, 'the doctor found UA_BLOCKED')
})

test('a whole run that finds it mended proves the way in again', async () => {
  edge.breakBy(null)
  await home.command('doctor')
  await untilTunnel('verified')
})

test('a home that does not run says so, and how it is started', async () => {
  await home.stop()
  const { code, stderr } = await home.command('doctor')
  assert.equal(code, 1)
  assert.match(stderr, /does not run; start it with: homebird serve/)
})
