/**
 * Two homes on machines without an address, that reach each other by a third alone: it ends TLS for both and hands what
 * comes to the sockets that its sshd keeps for them. Then the cable of one is pulled for a minute, in the midst of posts.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, after, before, test } from 'node:test'
import type { TunnelOverview, TunnelState, TunnelStatus } from '../../server/contracts/tunnel.ts'
import { openRelay } from '../support/edge-process.ts'
import { HomeClient } from '../support/home-client.ts'
import { openNamespaceEdge } from '../support/namespace-edge.ts'
import { type Cable, type Machine, NO_NAMESPACES, joinMachines, openMachine } from '../support/namespaces.ts'
import { noOwnEdge } from '../support/own-edge.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { NO_SSHD, type Sshd, openSshd } from '../support/sshd.ts'
import { type TestCa, createTestCa } from '../support/test-tls.ts'
import { until } from '../support/until.ts'

const skip = NO_NAMESPACES ?? NO_SSHD ?? noOwnEdge('nginx') ?? false
const EDGE_PORT = 8_443
const POSTS = 200
const CUT_MS = 60_000
/** A whole home that starts on a slow machine, or catches up with what it has missed. */
const PATIENCE_MS = 120_000
const closers: (() => unknown)[] = []

interface FarHome {
  readonly home: ProcessHome
  readonly owner: HomeClient
  readonly handle: string
  readonly cable: Cable
}

let [sshd, ana, ben]: [Sshd, FarHome, FarHome] = [] as never

async function openFarHome(name: string, edge: Machine, net: number, ca: TestCa): Promise<FarHome> {
  const machine = openMachine(name, (undo) => closers.push(undo))
  const cable = joinMachines(edge, machine, net)
  const [edgeAddress] = cable.addresses
  const domain = `${name}.example`
  const privateSocket = join(sshd.folder, `${name}-owner.sock`)
  const home = await startProcessHome({
    domain,
    handle: name,
    within: machine.within,
    env: {
      NODE_EXTRA_CA_CERTS: ca.caFile,
      HOMEBIRD_HOST_ADDRESSES: ['ana', 'ben']
        .map((one) => `${one}.example=${edgeAddress}:${EDGE_PORT}`)
        .join(','),
      HOMEBIRD_PRIVATE_LISTEN: privateSocket,
      HOMEBIRD_TUNNEL: 'ssh',
      HOMEBIRD_TUNNEL_SERVER: `${sshd.user}@${edgeAddress}:${sshd.port}`,
      HOMEBIRD_TUNNEL_HOST_KEY: sshd.hostKey,
      HOMEBIRD_TUNNEL_LISTEN: join(sshd.folder, `${name}.sock`),
    },
  })
  closers.push(async () => home.close())
  const { port } = new URL(await openRelay(privateSocket))
  const owner = new HomeClient({ privatePort: Number(port), password: home.password })
  await owner.signIn()
  return { home, owner, cable, handle: `${name}@${domain}` }
}

const tunnelOf = async ({ owner }: FarHome): Promise<TunnelStatus | null> =>
  ((await owner.get('/api/homebird/v1/tunnel')) as unknown as TunnelOverview).status

const untilState = async (far: FarHome, state: TunnelState): Promise<TunnelStatus> =>
  until(
    `the tunnel of ${far.handle} is ${state}`,
    async () => {
      const status = await tunnelOf(far)
      return status?.state === state ? status : null
    },
    PATIENCE_MS,
  )

before(async () => {
  if (skip !== false) return
  const ca = createTestCa({ after: (work) => closers.push(work) })
  const edge = openMachine('edge', (undo) => closers.push(undo))
  sshd = await openSshd({ within: edge.within, address: '0.0.0.0' })
  closers.push(async () => sshd[Symbol.asyncDispose]())
  const homes = ['ana', 'ben'].map((name) => ({
    host: `${name}.example`,
    socket: join(sshd.folder, `${name}.sock`),
  }))
  await openNamespaceEdge(edge, ca, EDGE_PORT, homes)
  ;[ana, ben] = await Promise.all([openFarHome('ana', edge, 1, ca), openFarHome('ben', edge, 2, ca)])
})

after(async () => {
  for (const close of closers.toReversed()) await close()
})

test('a home whose key was refused is let in by a try, once its key is known there', { skip }, async () => {
  const refused = await Promise.all([ana, ben].map(async (far) => untilState(far, 'blocked')))
  await sshd.admit(...refused.map(({ facts }) => facts['publicKey'] ?? ''))
  for (const far of [ana, ben]) {
    await far.owner.call('POST', '/api/homebird/v1/tunnel/nudge')
    await untilState(far, 'verified')
  }
})

test('two homes without an address find and follow each other by the third', { skip }, async () => {
  for (const [one, other] of [
    [ana, ben],
    [ben, ana],
  ] as const) {
    // On a slow machine the other may not answer in time the first time it is asked.
    const account = await until(
      `${other.handle} is found`,
      async () => one.owner.find(other.handle),
      PATIENCE_MS,
    )
    await one.owner.call('POST', `/api/v1/accounts/${String(account['id'])}/follow`)
    await until(
      `${one.handle} follows`,
      async () => Boolean((await one.owner.relationship(String(account['id'])))['following']),
      PATIENCE_MS,
    )
  }
})

/** As apps write: what a home that is busy does not take now is sent again under the same key, and is one post all the same. */
async function writes({ owner, handle }: FarHome, text: string): Promise<void> {
  const request = { method: 'POST', body: { status: text }, headers: { 'idempotency-key': text } }
  await until(
    `${handle} writes ${text}`,
    async () => (await owner.raw('/api/v1/statuses', request)).status === 200,
    PATIENCE_MS,
  )
}

/** Every post that the owner sees, as bare text. */
async function timelineOf({ owner }: FarHome): Promise<string[]> {
  const texts: string[] = []
  for (let older = ''; ;) {
    const page = await owner.list(`/api/v1/timelines/home?limit=40${older}`)
    texts.push(...page.map((post) => String(post['content']).replaceAll(/<[^>]+>/g, '')))
    const last = page.at(-1)
    if (last === undefined) return texts
    older = `&max_id=${String(last['id'])}`
  }
}

const UP: ReadonlySet<TunnelState> = new Set(['connected', 'verified', 'degraded'])

interface StateLine {
  readonly atMs: number
  readonly state: TunnelState
  readonly reason: string | null
}

/** What the tunnel process itself has told of its states since. */
async function statesSince({ home }: FarHome, sinceMs: number): Promise<StateLine[]> {
  const log = await readFile(join(home.dataDir, 'logs', 'homebird.log'), 'utf8')
  return log
    .split('\n')
    .filter((line) => line.includes('"tunnel.state"'))
    .map((line) => JSON.parse(line) as { time: string; state: TunnelState; reason: string | null })
    .map(({ time, state, reason }) => ({ atMs: Date.parse(time), state, reason }))
    .filter(({ atMs }) => atMs >= sinceMs)
}

test(
  'a cable that is pulled for a minute in the midst of 200 posts costs none of them and doubles none',
  { skip },
  async (t) => {
    const texts: string[] = []
    const write = async (upTo: number): Promise<void> => {
      while (texts.length < upTo) {
        const text = `post ${texts.length}`
        texts.push(text)
        await writes(texts.length % 2 === 0 ? ana : ben, text)
      }
    }
    await write(POSTS * 0.3)
    const writing = write(POSTS * 0.4)
    ana.cable.cut()
    const cutMs = Date.now()
    await writing
    await write(POSTS * 0.7)
    // A proof that failed before the line was lost is told too, with the state that the tunnel was in.
    await until(
      'the loss is told',
      async () => {
        const status = await tunnelOf(ana)
        return status?.state === 'waiting' || status?.state === 'connecting'
      },
      PATIENCE_MS,
    )
    await until('a minute is over', async () => Date.now() - cutMs >= CUT_MS, 2 * CUT_MS)

    const more = write(POSTS)
    const mendedMs = Date.now()
    ana.cable.mend()
    await untilState(ana, 'verified')
    await more
    const expected = texts.toSorted()
    for (const far of [ana, ben]) {
      const seen = await until(
        `all has arrived at ${far.handle}`,
        async () => {
          const found = await timelineOf(far)
          return found.length >= POSTS ? found : null
        },
        PATIENCE_MS,
      )
      assert.deepEqual(seen.toSorted(), expected)
    }
    report(t, mendedMs, await statesSince(ana, cutMs))
    for (const far of [ana, ben]) assert.deepEqual((await timelineOf(far)).toSorted(), expected)
  },
)

/**
 * How soon it was back is printed. What it is back by is asserted: the home has noticed the cable by itself, so that of
 * the pause it was in, up to a minute long by then, nothing is left.
 */
function report(t: TestContext, mendedMs: number, states: readonly StateLine[]): void {
  // What it found out before it lost the line, such as a proof that failed, is told with the state it was in.
  const rest = states.slice(states.findIndex(({ state }) => state === 'waiting'))
  assert.equal(rest[0]?.state, 'waiting')
  assert.ok((rest[0]?.atMs ?? mendedMs) < mendedMs)
  assert.ok(!rest.some(({ state, atMs }) => UP.has(state) && atMs < mendedMs))
  const attempts = rest.filter(({ state, atMs }) => state === 'connecting' && atMs >= mendedMs)
  const up = rest.find(({ state, atMs }) => state === 'connected' && atMs >= mendedMs)
  const proven = rest.find(({ state, atMs }) => state === 'verified' && atMs >= mendedMs)
  assert.ok(up !== undefined && proven !== undefined && up.atMs <= proven.atMs)
  const failed = rest.filter(({ state, atMs }) => state === 'waiting' && atMs < mendedMs).length
  t.diagnostic(
    `after ${failed} pauses the tunnel was up ${up.atMs - mendedMs} ms after the cable, proven ${proven.atMs - mendedMs} ms`,
  )
  // One that was under way, and the one that the new network was answered by.
  assert.ok(attempts.filter(({ atMs }) => atMs <= up.atMs).length <= 2)
}
