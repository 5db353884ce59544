/** Programs of tunnel services, stood in for by scripts that print what the real ones print. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { TunnelStatus } from '../../../server/contracts/tunnel.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { processFacts } from '../../../server/core/process-facts.ts'
import { CloudflaredProvider } from '../../../server/tunnels/cloudflared/cloudflared-provider.ts'
import { fetchCloudflared } from '../../../server/tunnels/cloudflared/fetch-cloudflared.ts'
import type { LocalTarget, TunnelEvent, TunnelProvider } from '../../../server/tunnels/provider.ts'
import { createLogger } from '../../../server/core/log.ts'
import { createSafeFetch } from '../../../server/net/safe-fetch.ts'
import { TailscaleProvider } from '../../../server/tunnels/tailscale/tailscale-provider.ts'
import { TunnelKeeper } from '../../../server/tunnels/tunnel-keeper.ts'
import { afterInReverse } from '../../support/after-in-reverse.ts'
import { openHttpsPeer } from '../../support/https-peer.ts'
import { placeStandIn } from '../../support/stand-in.ts'
import { createTestCa } from '../../support/test-tls.ts'
import { until } from '../../support/until.ts'

const SKIP = process.platform === 'win32' ? 'stand-ins are scripts of a shell, which is not here' : false
const TUNNEL = '6ff42ae2-765d-4adf-8112-31c55c1551ef'
const SECRET = 'c2VjcmV0LW9mLXRoZS10dW5uZWw='
const TOKEN = Buffer.from(JSON.stringify({ a: 'f'.repeat(32), t: TUNNEL, s: SECRET })).toString('base64')
const ENVIRONMENT = { PATH: '/usr/bin:/bin' }
const TARGET: LocalTarget = {
  addresses: [{ kind: 'tcp', host: '127.0.0.1', port: 4_182 }],
  publicHost: 'nest.tail1234.ts.net',
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hb-programs-'))
  afterInReverse(t, () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

interface Call {
  readonly pid: number
  readonly args: readonly string[]
  readonly hasToken: boolean
  readonly url: string
}

function cloudflaredIn(folder: string, mode: string, token = TOKEN) {
  const calls = join(folder, 'calls.json')
  const named = placeStandIn(folder, 'cloudflared', [calls, mode])
  const places = { named, programs: join(folder, 'programs'), build: null }
  return {
    provider: new CloudflaredProvider({ token, places }, ENVIRONMENT),
    call: (): Call => JSON.parse(readFileSync(calls, 'utf8')) as Call,
    forget: () => rmSync(calls),
  }
}

/** Everything that is told until the program has ended, or `stopAt` was told. */
async function told(provider: TunnelProvider, stopAt: TunnelEvent['type'] | null): Promise<TunnelEvent[]> {
  const stop = new AbortController()
  const events: TunnelEvent[] = []
  await provider.prepare(TARGET)
  for await (const event of provider.run(TARGET, stop.signal)) {
    events.push(event)
    if (event.type === stopAt) stop.abort()
  }
  return events
}

const typesOf = (events: readonly TunnelEvent[]): string[] => events.map(({ type }) => type)

/** A keeper that waits for nothing between its attempts, and is proven by nobody. */
function keeperOf(provider: TunnelProvider) {
  const seen: TunnelStatus[] = []
  const keeper = new TunnelKeeper({
    provider,
    target: TARGET,
    clock: systemClock,
    prove: async () => 1,
    wait: async (ms, signal) => delay(ms, undefined, { signal }),
    random: () => 0.01,
    changed: (status) => void seen.push(status),
  })
  const states = (): string[] =>
    seen.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1])
  return { keeper, seen, states }
}

test(
  'cloudflared gets its token by its environment, and no argument or line shows it',
  { skip: SKIP },
  async (t) => {
    const { provider, call } = cloudflaredIn(folderOf(t), 'ready')
    assert.deepEqual(await provider.prepare(TARGET), [])
    assert.deepEqual(provider.facts(), {
      service: 'http://127.0.0.1:4182',
      cname: `${TUNNEL}.cfargotunnel.com`,
    })
    const { keeper, seen, states } = keeperOf(provider)
    keeper.start()
    await until('it is up', () => seen.at(-1)?.state === 'verified')
    const { pid, args, hasToken, url } = call()
    assert.deepEqual(
      [args, hasToken, url],
      [['tunnel', '--no-autoupdate', 'run'], true, 'http://127.0.0.1:4182'],
    )
    if (process.platform === 'linux') {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      assert.ok(line.includes('cloudflared') && !line.includes(TOKEN) && !line.includes(SECRET))
    }
    await keeper.stop()
    assert.equal(processFacts(pid), null)
    assert.deepEqual(states(), ['preparing', 'connecting', 'connected', 'verified', 'off'])
    assert.ok(!JSON.stringify(seen).includes(TOKEN) && !JSON.stringify(seen).includes(SECRET))
  },
)

test(
  'a token that Cloudflare refuses blocks the tunnel, and the program does not go on',
  { skip: SKIP },
  async (t) => {
    for (const mode of ['refused', 'malformed']) {
      const { provider, call } = cloudflaredIn(folderOf(t), mode)
      const { keeper, seen } = keeperOf(provider)
      keeper.start()
      const blocked = await until('it is blocked', () => {
        const last = seen.at(-1)
        return last?.state === 'blocked' ? last : null
      })
      assert.match(blocked.reason ?? '', /Cloudflare does not take the token/)
      await keeper.stop()
      assert.equal(processFacts(call().pid), null)
    }
  },
)

test('cloudflared that ends again and again is waited for, longer each time', { skip: SKIP }, async (t) => {
  const { provider } = cloudflaredIn(folderOf(t), 'crash')
  const { keeper, seen, states } = keeperOf(provider)
  keeper.start()
  await until('it was tried three times', () => (seen.at(-1)?.attempts ?? 0) >= 3)
  await keeper.stop()
  assert.deepEqual(states().slice(0, 5), ['preparing', 'connecting', 'waiting', 'connecting', 'waiting'])
  const waiting = seen.find(({ state }) => state === 'waiting')
  assert.match(waiting?.reason ?? '', /ended with code 1; its last line: .*no more connections active/)
  assert.notEqual(waiting?.nextTryAt, null)
})

test('cloudflared that has lost its last connection is lost, and comes back', { skip: SKIP }, async (t) => {
  const { provider, forget } = cloudflaredIn(folderOf(t), 'late')
  const { keeper, seen, states } = keeperOf(provider)
  keeper.start()
  await until('it is up', () => seen.at(-1)?.state === 'verified')
  forget()
  await until('it is up again', () => states().filter((state) => state === 'connected').length >= 2)
  const lost = seen.find(({ state }) => state === 'waiting')
  assert.match(lost?.reason ?? '', /every connection to Cloudflare is lost: Connection terminated/)
  await keeper.stop()
})

test('what cloudflared says of its secrets is hidden', { skip: SKIP }, async (t) => {
  const { provider } = cloudflaredIn(folderOf(t), 'leak')
  const last = (await told(provider, null)).at(-1)
  assert.match(last?.type === 'lost' ? last.reason : '', /its last line: .*cannot use \(hidden\) here/)
})

test(
  'a missing, an old and a strange cloudflared, and a missing and a wrong token, are found beforehand',
  { skip: SKIP },
  async (t) => {
    const codes = async (mode: string, token?: string): Promise<string[]> => {
      const { provider } = cloudflaredIn(folderOf(t), mode, token)
      return (await provider.prepare(TARGET)).map(({ code }) => code)
    }
    assert.deepEqual(await codes('old'), ['PROGRAM_TOO_OLD'])
    assert.deepEqual(await codes('ready', ''), ['NO_TOKEN'])
    assert.deepEqual(await codes('ready', 'cloudflared service install eyJ'), ['BAD_TOKEN'])
    const places = { named: null, programs: folderOf(t), build: null }
    const nowhere = new CloudflaredProvider({ token: TOKEN, places }, { PATH: folderOf(t) })
    assert.deepEqual(
      (await nowhere.prepare(TARGET)).map(({ code }) => code),
      ['NO_PROGRAM'],
    )
    const strange = new CloudflaredProvider(
      { token: TOKEN, places: { ...places, named: '/bin/false' } },
      ENVIRONMENT,
    )
    const [finding] = await strange.prepare(TARGET)
    assert.equal(finding?.code, 'PROGRAM_TOO_OLD')
  },
)

function tailscaleIn(folder: string, mode: string, status: unknown) {
  const file = join(folder, 'status.json')
  writeFileSync(file, JSON.stringify(status))
  return new TailscaleProvider(placeStandIn(folder, 'tailscale', [file, mode]), ENVIRONMENT)
}

const RUNNING = {
  BackendState: 'Running',
  Self: { DNSName: 'nest.tail1234.ts.net.', CapMap: { funnel: null, https: null } },
}

test('Funnel is up under the name of this computer, and ends with its program', { skip: SKIP }, async (t) => {
  const provider = tailscaleIn(folderOf(t), 'ready', RUNNING)
  assert.deepEqual(await provider.prepare(TARGET), [])
  assert.deepEqual(provider.facts(), { name: 'nest.tail1234.ts.net' })
  const events = await told(provider, 'connected')
  assert.deepEqual(typesOf(events), ['connecting', 'connected', 'lost'])
})

test('Funnel that ends by itself is lost, and is tried again', { skip: SKIP }, async (t) => {
  const last = (await told(tailscaleIn(folderOf(t), 'lost', RUNNING), null)).at(-1)
  assert.equal(last?.type === 'lost' ? (last.isFinal ?? false) : null, false)
})

test('what only the owner can allow is a sentence, and no more attempts', { skip: SKIP }, async (t) => {
  const reasons: Readonly<Record<string, RegExp>> = {
    consent: /does not allow Funnel yet; allow it at https:\/\/login\.tailscale\.com\/f\/funnel/,
    denied: /only its operator/,
    taken: /another service of Tailscale has port 443/,
  }
  for (const [mode, reason] of Object.entries(reasons)) {
    const provider = tailscaleIn(folderOf(t), mode, RUNNING)
    const last = (await told(provider, null)).at(-1)
    assert.deepEqual([mode, last?.type === 'lost' && last.isFinal], [mode, true])
    assert.match(last?.type === 'lost' ? last.reason : '', reason)
  }
})

test(
  'nobody signed in, no Funnel, another name and no daemon are found beforehand',
  { skip: SKIP },
  async (t) => {
    const codes = async (status: unknown, mode = 'ready'): Promise<string[]> =>
      (await tailscaleIn(folderOf(t), mode, status).prepare(TARGET)).map(({ code }) => code)
    const signIn = {
      BackendState: 'NeedsLogin',
      AuthURL: 'https://login.tailscale.com/a/1',
      Self: { DNSName: '' },
    }
    assert.deepEqual(await codes(signIn), ['NOT_SIGNED_IN'])
    assert.deepEqual(await codes({ ...RUNNING, BackendState: 'Stopped' }), ['NOT_SIGNED_IN'])
    assert.deepEqual(
      await codes({ ...RUNNING, Self: { DNSName: 'nest.tail1234.ts.net.', CapMap: { https: null } } }),
      ['FUNNEL_REFUSED'],
    )
    assert.deepEqual(await codes({ ...RUNNING, Self: { DNSName: 'other.tail1234.ts.net.' } }), ['OTHER_NAME'])
    assert.deepEqual(await codes({ ...RUNNING, Self: { DNSName: '' } }), ['OTHER_NAME'])
    assert.deepEqual(await codes(RUNNING, 'silent'), ['NO_DAEMON'])
    const missing = new TailscaleProvider('/nowhere/tailscale', ENVIRONMENT)
    assert.deepEqual(
      (await missing.prepare(TARGET)).map(({ code }) => code),
      ['NO_PROGRAM'],
    )
  },
)

test('a program is fetched over the redirect of its makers, larger than any picture, and kept where it is whole', async (t) => {
  const folder = folderOf(t)
  const program = Buffer.alloc(45 * 1_048_576, 'cloudflared')
  const ca = createTestCa({ after: (work) => afterInReverse(t, async () => work()) })
  const disposer = { after: (work: () => Promise<void>) => afterInReverse(t, work) }
  const peer = await openHttpsPeer(disposer, ca, ['files.example'], (request, response) => {
    if (request.url === '/release') response.writeHead(302, { location: '/file' }).end()
    else if (request.url === '/file') response.end(program)
    else response.writeHead(404).end()
  })
  const fetch = createSafeFetch({
    remoteTimeout: { connect: 20, read: 20, write: 20, pool: 20 },
    allowPrivateAddresses: [],
    hostAddresses: { 'files.example': `127.0.0.1:${peer.port}` },
    userAgent: 'Homebird/0.0.0',
    clock: systemClock,
    log: createLogger('test', 'silent'),
    tlsCa: [ca.caPem],
  })
  afterInReverse(t, async () => fetch.close())
  const hash = createHash('sha256').update(program).digest('hex')
  const build = { url: 'https://files.example/release', sha256: hash, programSha256: hash, isArchive: false }
  const path = await fetchCloudflared(fetch, build, join(folder, 'programs'))
  assert.ok(readFileSync(path).equals(program))
  const wrong = { ...build, sha256: hash.replace(/^./, (first) => (first === '0' ? '1' : '0')) }
  await assert.rejects(fetchCloudflared(fetch, wrong, join(folder, 'none')), /nothing of it was kept/)
  assert.equal(existsSync(join(folder, 'none')), false)
  const missing = { ...build, url: 'https://files.example/elsewhere' }
  await assert.rejects(fetchCloudflared(fetch, missing, join(folder, 'none')), /404/)
})
