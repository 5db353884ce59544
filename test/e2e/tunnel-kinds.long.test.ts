/** Ways in that are not ours: a program of the owner's, a proxy of the owner's; each with a whole home behind it. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { EdgeGuide } from '../../server/contracts/edge-files.ts'
import type { TunnelStatus } from '../../server/contracts/tunnel.ts'
import { writePreamble } from '../../server/net/proxy-preamble.ts'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { signedInClient } from '../support/home-client.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { placeStandIn } from '../support/stand-in.ts'
import { createTestCa } from '../support/test-tls.ts'
import { openTlsFront } from '../support/tls-front.ts'
import { until } from '../support/until.ts'

const DOMAIN = 'ana.example'
const RELAY = join(import.meta.dirname, '..', 'support', 'children', 'relay.ts')

async function open(t: TestContext, env: Readonly<Record<string, string>>) {
  const ca = createTestCa({ after: (work) => afterInReverse(t, async () => work()) })
  const front = await openTlsFront(ca, [DOMAIN])
  afterInReverse(t, async () => front.close())
  const home = await startProcessHome({
    domain: DOMAIN,
    handle: 'ana',
    env: {
      NODE_EXTRA_CA_CERTS: ca.caFile,
      HOMEBIRD_HOST_ADDRESSES: `${DOMAIN}=${front.address}`,
      ...env,
    },
  })
  afterInReverse(t, async () => home.close())
  return { front, home }
}

const untilVerified = async (home: ProcessHome): Promise<TunnelStatus> =>
  until('the tunnel is proven', async () => {
    const { stdout } = await home.command('tunnel', '--json')
    const status = stdout === '' ? null : (JSON.parse(stdout) as TunnelStatus | null)
    return status?.state === 'verified' ? status : null
  })

/** What comes back on one connection, until it is closed. */
async function exchange(port: number, ...parts: readonly (Buffer | string)[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  for (const part of parts) socket.write(part)
  let seen = ''
  socket.on('data', (bytes) => (seen += bytes.toString('latin1')))
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.on('close', resolve))
  return seen
}

test('a program of the owner’s is run, led to a port of its own, and its secret stays a secret', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hb-relay-'))
  afterInReverse(t, async () => rm(folder, { recursive: true, force: true }))
  const socket = join(folder, 'relay.sock')
  const { home, front } = await open(t, {
    HOMEBIRD_TUNNEL: 'command',
    HOMEBIRD_TUNNEL_COMMAND: JSON.stringify([process.execPath, RELAY, socket, '{port}']),
    HOMEBIRD_TUNNEL_READY: 'relay is up',
    HOMEBIRD_TUNNEL_TOKEN: 'a-token-of-the-owner',
    HOMEBIRD_TUNNEL_PORT: '0',
  })
  front.leadTo(socket)
  await home.command('tunnel', 'nudge')
  await untilVerified(home)
  const log = await readFile(join(home.dataDir, 'logs', 'homebird.log'), 'utf8')
  assert.ok(log.includes('tunnel.state') && !log.includes('a-token-of-the-owner'))
  const { stdout } = await home.command('status', '--json')
  assert.ok(!stdout.includes('a-token-of-the-owner'))
})

/** Where a proxy has to lead to, as the home tells it. */
async function waitingPort(home: ProcessHome): Promise<number> {
  return until('the home says where it waits', async () => {
    const { stdout } = await home.command('tunnel', '--json')
    const status = stdout === '' ? null : (JSON.parse(stdout) as TunnelStatus | null)
    const [, port] = /:(\d+)$/.exec(status?.facts['leadTo'] ?? '') ?? []
    return port === undefined ? null : Number(port)
  })
}

test('a proxy of the owner’s is proven, and tells of its visitors by a preamble only', async (t) => {
  const { home } = await open(t, {
    HOMEBIRD_TUNNEL: 'manual',
    HOMEBIRD_CLIENT_ADDRESS: 'proxy',
    HOMEBIRD_TUNNEL_PORT: '0',
  })
  const port = await waitingPort(home)
  assert.notEqual(port, home.publicPort)
  const asked = `GET /health HTTP/1.1\r\nhost: ${DOMAIN}\r\nconnection: close\r\n\r\n`
  assert.equal(await exchange(port, asked), '')
  const preamble = writePreamble({ address: '192.0.2.7', port: 5_123 })
  assert.match(await exchange(port, preamble, asked), /^HTTP\/1\.1 200/)
})

/** What is written for the other end, by the command and by the window's way. */
async function looksAtFiles(home: ProcessHome): Promise<void> {
  const told = async (...words: readonly string[]): Promise<EdgeGuide> =>
    JSON.parse((await home.command('tunnel', ...words, '--json')).stdout) as EdgeGuide
  const ported = await home.command('tunnel', 'files', 'nginx')
  assert.match(ported.stderr, /HOMEBIRD_TUNNEL_PORT is 0/)
  assert.match((await home.command('tunnel', 'files', 'squid')).stderr, /"squid" is no edge .* caddy, nginx/)
  const nginx = await told('files', 'nginx', '--use', 'ssh')
  assert.match(
    nginx.files[0]?.text ?? '',
    /server unix:\/run\/homebird\/home\.sock;[^]*server_name ana\.example;/,
  )
  const script = await told('script')
  assert.match(script.files[0]?.text ?? '', /permitopen="ana\.example:443" ssh-ed25519 \S{60,} homebird\n/)
  assert.match((await home.command('tunnel', 'redirect', 'nginx')).stderr, /no website has to send/)
  const owner = await signedInClient(home)
  const shown = (await owner.get('/api/homebird/v1/tunnel/edges/nginx?use=ssh')) as unknown as EdgeGuide
  assert.deepEqual(shown, nginx)
  const refused = await owner.raw('/api/homebird/v1/tunnel/server-script', { method: 'GET' })
  assert.equal(refused.status, 422)
  assert.match(refused.text(), /the home has no key yet; choose the tunnel ssh/)
}

test('a proxy of the owner’s that leads here is found out to do so, and another kind counts at once', async (t) => {
  const { home, front } = await open(t, { HOMEBIRD_TUNNEL_PORT: '0' })
  await home.command('tunnel', 'set', 'tunnel', 'manual')
  const port = await waitingPort(home)
  front.leadTo(port)
  await home.command('tunnel', 'nudge')
  const status = await untilVerified(home)
  assert.equal(status.proof?.source, 'loop')
  await looksAtFiles(home)
  await home.command('tunnel', 'set', 'tunnel', 'none')
  const asked = `GET /health HTTP/1.1\r\nhost: ${DOMAIN}\r\nconnection: close\r\n\r\n`
  await until('nothing waits there any more', async () => (await exchange(port, asked)) === '')
  assert.match(await exchange(home.publicPort, asked), /^HTTP\/1\.1 200/)
})

test('a tunnel of Cloudflare is set up without its token being an argument, and by nobody who has only the window', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hb-cloudflared-'))
  afterInReverse(t, async () => rm(folder, { recursive: true, force: true }))
  const calls = join(folder, 'calls.json')
  const program = placeStandIn(folder, 'cloudflared', [calls, 'ready'])
  const secret = 'c2VjcmV0LW9mLXRoZS10dW5uZWw='
  const made = { a: 'f'.repeat(32), t: '6ff42ae2-765d-4adf-8112-31c55c1551ef', s: secret }
  const token = Buffer.from(JSON.stringify(made)).toString('base64')
  const { home, front } = await open(t, { HOMEBIRD_TUNNEL_PORT: '0' })

  const owner = await signedInClient(home)
  const change = async (password?: string) =>
    owner.raw('/api/homebird/v1/tunnel/settings', {
      method: 'PUT',
      body: { changes: [{ name: 'tunnelProgram', value: program }], password },
    })
  const without = await change()
  assert.deepEqual([without.status, /your password is asked for/.test(without.text())], [422, true])
  assert.equal((await change('another long password')).status, 422)
  assert.equal((await change(home.password)).status, 200)

  const argued = await home.command('tunnel', 'set', 'tunnelToken', token)
  assert.equal(argued.code, 2)
  assert.match(argued.stderr, /a secret is no argument/)
  assert.match((await home.command('tunnel', 'set', 'tunnelToken')).stderr, /the input is empty/)
  assert.equal((await home.commandGiven(`${token}\n`, 'tunnel', 'set', 'tunnelToken')).code, 0)
  await home.command('tunnel', 'set', 'tunnel', 'cloudflared')

  const { stdout, facts } = await until('it says where the name has to lead', async () => {
    const said = await home.command('tunnel', '--json')
    const { facts: told } = JSON.parse(said.stdout) as TunnelStatus
    return told['cname'] !== undefined && { ...said, facts: told }
  })
  assert.equal(facts['cname'], `${made.t}.cfargotunnel.com`)
  front.leadTo(Number(new URL(facts['service'] ?? '').port))
  await home.command('tunnel', 'nudge')
  await untilVerified(home)
  const call = JSON.parse(await readFile(calls, 'utf8')) as { hasToken: boolean; args: string[] }
  assert.deepEqual([call.hasToken, call.args.includes(token)], [true, false])
  const log = await readFile(join(home.dataDir, 'logs', 'homebird.log'), 'utf8')
  const shown = `${log}${stdout}${(await home.command('status', '--json')).stdout}`
  assert.ok(!shown.includes(token) && !shown.includes(secret))
})
