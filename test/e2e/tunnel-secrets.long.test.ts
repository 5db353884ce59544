/** A home with a tunnel program of the owner's: who knows its secret, and what becomes of it when others are killed. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { childrenOf } from '../../server/appliance/process-memory.ts'
import type { TunnelOverview, TunnelState, TunnelStatus } from '../../server/contracts/tunnel.ts'
import { type HomeClient, signedInClient } from '../support/home-client.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { createTestCa } from '../support/test-tls.ts'
import { openTlsFront } from '../support/tls-front.ts'
import { until } from '../support/until.ts'

const skip = process.platform === 'linux' ? false : 'skipped: only Linux shows what processes know'
const DOMAIN = 'ana.example'
const RELAY = join(import.meta.dirname, '..', 'support', 'children', 'relay.ts')
const TOKEN = 'hb-token-4711-Known-To-One-Program'
const closers: (() => unknown)[] = []
let [home, owner]: [ProcessHome, HomeClient] = [] as never

before(async () => {
  if (skip !== false) return
  const ca = createTestCa({ after: (work) => closers.push(work) })
  const folder = await mkdtemp(join(tmpdir(), 'hb-relay-'))
  closers.push(async () => rm(folder, { recursive: true, force: true }))
  const socket = join(folder, 'relay.sock')
  const front = await openTlsFront(ca, [DOMAIN])
  closers.push(async () => front.close())
  front.leadTo(socket)
  home = await startProcessHome({
    domain: DOMAIN,
    handle: 'ana',
    env: {
      NODE_EXTRA_CA_CERTS: ca.caFile,
      HOMEBIRD_HOST_ADDRESSES: `${DOMAIN}=${front.address}`,
      HOMEBIRD_TUNNEL: 'command',
      HOMEBIRD_TUNNEL_COMMAND: JSON.stringify([process.execPath, RELAY, socket, '{port}']),
      HOMEBIRD_TUNNEL_READY: 'relay is up',
    },
  })
  closers.push(async () => home.close())
  owner = await signedInClient(home)
})

after(async () => {
  for (const close of closers.toReversed()) await close()
})

const overview = async (): Promise<TunnelOverview> =>
  (await owner.get('/api/homebird/v1/tunnel')) as unknown as TunnelOverview

const untilState = async (state: TunnelState): Promise<TunnelStatus> =>
  until(`the tunnel is ${state}`, async () => {
    const { status } = await overview()
    return status?.state === state ? status : null
  })

async function set(name: string, value: string | null): Promise<void> {
  await owner.call('PUT', '/api/homebird/v1/tunnel/settings', { changes: [{ name, value }] })
}

function descendants(pid: number): number[] {
  const children = childrenOf(pid) ?? []
  return children.concat(children.flatMap(descendants))
}

interface Known {
  readonly pid: number
  readonly title: string
  readonly words: string
  readonly environment: string
}

/** What the system shows of a process; null for one that has ended meanwhile. */
async function known(pid: number): Promise<Known | null> {
  const read = async (name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8')
  try {
    const words = (await read('cmdline')).replaceAll('\0', ' ')
    // It has ended, and nobody has taken note of that yet.
    if (words === '') return null
    return { pid, title: words, words, environment: await read('environ') }
  } catch {
    return null
  }
}

async function processes(): Promise<Known[]> {
  const all = await Promise.all([home.pid, ...descendants(home.pid)].map(known))
  return all.filter((one) => one !== null)
}

const relayOf = async (): Promise<number | null> =>
  (await processes()).find(({ words }) => words.includes(RELAY))?.pid ?? null

/** Files below that hold the secret. */
async function holders(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    // A database under way removes files while they are looked for.
    const bytes = await readFile(path).catch(() => Buffer.alloc(0))
    if (bytes.includes(TOKEN)) found.push(path)
  }
  return found
}

test('the secret is known to the program and to one file, and is shown nowhere', { skip }, async () => {
  await set('tunnelToken', TOKEN)
  await untilState('verified')
  const all = await processes()
  const titles = all.map(({ title }) => title).join('\n')
  for (const part of ['homebird server-0', 'homebird worker-0', 'homebird tunnel', 'postgres'])
    assert.ok(titles.includes(part), `${part} runs: ${titles}`)
  const knowing = all.filter(({ environment }) => environment.includes(TOKEN))
  assert.deepEqual(
    knowing.map(({ words }) => words.includes(RELAY)),
    [true],
  )
  assert.deepEqual(
    all.filter(({ words }) => words.includes(TOKEN)).map(({ words }) => words),
    [],
  )
  const kept = join(home.dataDir, 'secrets', 'tunnel-token')
  assert.deepEqual(await holders(home.dataDir), [kept])
  assert.equal((await stat(kept)).mode & 0o777, 0o600)
  const log = await readFile(join(home.dataDir, 'logs', 'homebird.log'), 'utf8')
  assert.ok(log.includes('tunnel.state'))
  const shown = await Promise.all([
    owner.raw('/api/homebird/v1/tunnel'),
    owner.raw('/api/homebird/v1/status'),
    owner.raw('/api/homebird/v1/help-bundle'),
    owner.raw('/api/homebird/v1/logs'),
  ])
  for (const answer of shown) {
    assert.equal(answer.status, 200)
    assert.ok(!answer.text().includes(TOKEN))
  }
  // On a slow machine a home that makes a bundle may not answer a command in time.
  const told = await until('the home tells how it does', async () => {
    const { stdout } = await home.command('status', '--json')
    return stdout.includes('"tunnelSettings"') ? stdout : null
  })
  assert.ok(!told.includes(TOKEN))
  assert.ok(!JSON.stringify(home.events).includes(TOKEN))
})

test('a tunnel process that is killed leaves no program behind', { skip }, async () => {
  const former = await relayOf()
  const tunnel = (await processes()).find(({ title }) => title.includes('homebird tunnel'))
  assert.ok(former !== null && tunnel !== undefined)
  process.kill(tunnel.pid, 'SIGKILL')
  await until('the former program is gone', async () => (await known(former)) === null)
  const relay = await until('another runs', relayOf)
  assert.notEqual(relay, former)
  await untilState('verified')
})

test('a home that was killed with its tunnel ends at its next start what they left', { skip }, async () => {
  const former = await relayOf()
  const tunnel = (await processes()).find(({ title }) => title.includes('homebird tunnel'))
  assert.ok(former !== null && tunnel !== undefined)
  // So that it cannot put its things in order when the supervisor is gone.
  process.kill(tunnel.pid, 'SIGSTOP')
  await home.kill()
  process.kill(tunnel.pid, 'SIGKILL')
  assert.notEqual(await known(former), null)
  await home.start()
  await until('the former program is gone', async () => (await known(former)) === null)
  owner = await signedInClient(home)
  await untilState('verified')
  const latter = await relayOf()
  assert.ok(latter !== null && latter !== former)
  await home.stop()
  assert.equal(await known(latter), null)
  await home.start()
  owner = await signedInClient(home)
})

test(
  'a way in whose port is taken is told with the remedy, and opens once the port is free',
  { skip },
  async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    await set('tunnelPort', String(port))
    const told = await untilState('blocked')
    assert.equal(told.findings[0]?.code, 'PORT_TAKEN')
    assert.match(
      told.reason ?? '',
      new RegExp(`127\\.0\\.0\\.1:${port} \\(EADDRINUSE\\).*HOMEBIRD_TUNNEL_PORT`),
    )
    await new Promise((resolve) => other.close(resolve))
    await owner.call('POST', '/api/homebird/v1/tunnel/nudge')
    await untilState('verified')
  },
)
