import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { planWayIn } from '../../../server/appliance/plan-way-in.ts'
import type { RuntimeFolder } from '../../../server/appliance/runtime-folder.ts'
import { borrowedName } from '../../../server/contracts/borrowed-names.ts'
import type { FetchedMedia } from '../../../server/net/fetch-types.ts'
import { isOlder, versionIn } from '../../../server/tunnels/ask-program.ts'
import { fetchCloudflared } from '../../../server/tunnels/cloudflared/fetch-cloudflared.ts'
import { findCloudflared } from '../../../server/tunnels/cloudflared/find-cloudflared.ts'
import { CloudflaredLines, REFUSED_SENTENCE } from '../../../server/tunnels/cloudflared/lines.ts'
import { CLOUDFLARED_BUILDS } from '../../../server/tunnels/cloudflared/release.ts'
import { readToken } from '../../../server/tunnels/cloudflared/token.ts'
import { nameFindings } from '../../../server/tunnels/name-findings.ts'
import { NgrokProvider } from '../../../server/tunnels/ngrok/ngrok-provider.ts'
import type { NgrokModule, NgrokSessionBuilder } from '../../../server/tunnels/ngrok/ngrok-module.ts'
import type { LocalTarget, TunnelEvent } from '../../../server/tunnels/provider.ts'
import { FunnelLines } from '../../../server/tunnels/tailscale/funnel-lines.ts'
import { readTailscaleStatus } from '../../../server/tunnels/tailscale/tailscale-status.ts'

const ID = '6ff42ae2-765d-4adf-8112-31c55c1551ef'
const TOKEN = Buffer.from(JSON.stringify({ a: 'f'.repeat(32), t: ID, s: 'c2VjcmV0' })).toString('base64')
const TARGET: LocalTarget = {
  addresses: [{ kind: 'tcp', host: '127.0.0.1', port: 4_182 }],
  publicHost: 'ana.ngrok.app',
}

test('names that end with a tunnel are told from those that belong to a provider and from one’s own', () => {
  const fates = (hosts: readonly string[]): unknown[] => hosts.map((host) => borrowedName(host)?.fate ?? null)
  const mortal = [
    'four-words-of-it.trycloudflare.com',
    'ana.loca.lt',
    'ana.serveo.net',
    '5f0c-2a02-a44e-6e17-1-5537-6e7a-a711-a070.ngrok-free.app',
    '2d3f-203-0-113-5.ngrok-free.app',
    '1a2b3c4d5e6f.ngrok.io',
    'ab12.eu.ngrok.io:443',
    'x.free.pinggy.link',
  ]
  assert.deepEqual(new Set(fates(mortal)), new Set(['mortal']))
  const lent = [
    'nest.tail1234.ts.net',
    'feasible-robin-vaguely.ngrok-free.app',
    'ana.ngrok.dev',
    'ana.duckdns.org',
  ]
  assert.deepEqual(new Set(fates(lent)), new Set(['provider']))
  const own = [
    'ana.example',
    'ts.net.example.org',
    'xts.net',
    'trycloudflare.com.example',
    'bore.pub.example',
  ]
  assert.deepEqual(new Set(fates(own)), new Set([null]))
  const [finding] = nameFindings('nest.tail1234.ts.net')
  assert.equal(
    finding?.message,
    'This address belongs to Tailscale. If you leave Tailscale, your followers cannot find you.',
  )
})

const SETTINGS = {
  tunnelMode: 'edge',
  tunnelPort: 4_182,
  clientAddress: null,
  bind: '127.0.0.1',
  trustedProxies: [],
} as const

test('each service says where a visitor is from in its own way, at a port of its own', () => {
  const client = (tunnel: 'cloudflared' | 'tailscale' | 'ngrok'): unknown =>
    planWayIn({ ...SETTINGS, tunnel }, 0, {} as RuntimeFolder, null)
  const address = { kind: 'tcp', host: '127.0.0.1', port: 4_182 }
  const by = (name: string): unknown => ({
    name: 'tunnel',
    address,
    client: { kind: 'header', name, peers: [] },
  })
  assert.deepEqual(client('cloudflared'), by('cf-connecting-ip'))
  assert.deepEqual(client('tailscale'), by('x-forwarded-for'))
  assert.deepEqual(client('ngrok'), by('x-forwarded-for'))
  const runtime = { wayIn: (server: number) => `/run/${server}.sock` } as RuntimeFolder
  assert.deepEqual(planWayIn({ ...SETTINGS, tunnel: 'direct' }, 1, runtime, null), {
    name: 'tunnel',
    address: { kind: 'socket', path: '/run/1.sock' },
    client: { kind: 'proxy', peers: [] },
  })
})

test('a token of Cloudflare is known by what is in it, and nothing else is taken for one', () => {
  assert.deepEqual(readToken(TOKEN), { tunnelId: ID, secret: 'c2VjcmV0' })
  const wrong = [
    '',
    ID,
    `cloudflared service install ${TOKEN}`,
    `${TOKEN}---`,
    Buffer.from(JSON.stringify({ a: 'x', t: 'no id', s: 'y' })).toString('base64'),
    Buffer.from('null'.padEnd(60)).toString('base64'),
    'A'.repeat(60),
  ]
  for (const one of wrong) assert.equal(readToken(one), null, one)
})

test('cloudflared is lost with its last connection, and for good when its token is refused', () => {
  const lines = new CloudflaredLines()
  const read = (line: string): TunnelEvent | null => lines.read(`2026-11-29T18:00:00Z ${line}`)
  assert.equal(read('INF Retrying connection in up to 1s connIndex=0'), null)
  const up = read('INF Registered tunnel connection connIndex=0 connection=a location=fra03 protocol=quic')
  assert.deepEqual(up, { type: 'connected', to: 'Cloudflare, fra03' })
  read('INF Registered tunnel connection connIndex=1 location=vie01')
  assert.equal(read('ERR Connection terminated error="gone" connIndex=0'), null)
  assert.equal(read('INF Retrying connection in up to 1s connIndex=0'), null)
  const lost = read('WRN Serve tunnel error error="no route to host" connIndex=1')
  assert.equal(lost?.type, 'lost')
  assert.equal('isFinal' in (lost ?? {}), false)
  const refused = read(
    'ERR Register tunnel error from server side error="Unauthorized: Tunnel not found" connIndex=1',
  )
  assert.deepEqual(refused, { type: 'lost', reason: REFUSED_SENTENCE, isFinal: true })
  assert.equal(read('ERR Register tunnel error error="Unauthorized: Failed to get tunnel" connIndex=1'), null)
})

test('versions are compared number by number', () => {
  assert.deepEqual(versionIn('cloudflared version 2026.9.3 (built)'), [2_026, 9, 3])
  assert.equal(versionIn('usage: something else'), null)
  assert.equal(isOlder([2_022, 2, 9], [2_022, 3, 0]), true)
  assert.equal(isOlder([2_022, 3, 0], [2_022, 3, 0]), false)
  assert.equal(isOlder([2_026, 1, 0], [2_022, 3, 0]), false)
})

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

function tarOf(entries: Readonly<Record<string, Buffer>>): Buffer {
  const blocks = Object.entries(entries).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write(bytes.length.toString(8).padStart(11, '0'), 124)
    header.write('0', 156)
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1_024)]))
}

test('a program is kept only where it hashes to what its makers have published', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hb-fetch-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const program = Buffer.from('#!/bin/sh\necho cloudflared version 2026.9.3\n')
  const fetchOf = (bytes: Buffer) => ({
    fetchProgram: async () => ({ body: Readable.from([bytes]) }) as unknown as FetchedMedia,
  })
  const url = 'https://example.org/cloudflared'
  const build = { url, sha256: sha256(program), programSha256: sha256(program), isArchive: false }
  const other = Buffer.from('something else')
  await assert.rejects(
    fetchCloudflared(fetchOf(other), build, join(folder, 'a')),
    /must have .* nothing of it was kept/,
  )
  assert.equal(existsSync(join(folder, 'a')), false)
  const path = await fetchCloudflared(fetchOf(program), build, join(folder, 'b'))
  assert.equal(statSync(path).mode & 0o777, 0o755)
  const places = { named: null, programs: join(folder, 'b'), build }
  assert.deepEqual(await findCloudflared(places, { PATH: '/bin:/usr/bin' }), { path })
  writeFileSync(path, other)
  const changed = await findCloudflared(places, {})
  assert.equal('finding' in changed ? changed.finding.code : null, 'PROGRAM_CHANGED')

  const archive = tarOf({ README: Buffer.from('read me'), cloudflared: program })
  const packed = { url, sha256: sha256(archive), programSha256: sha256(program), isArchive: true }
  assert.ok(existsSync(await fetchCloudflared(fetchOf(archive), packed, join(folder, 'c'))))
  const swapped = tarOf({ cloudflared: other })
  const forged = { ...packed, sha256: sha256(swapped) }
  await assert.rejects(fetchCloudflared(fetchOf(swapped), forged, join(folder, 'd')), /the program in/)
  const empty = tarOf({ README: program })
  await assert.rejects(
    fetchCloudflared(fetchOf(empty), { ...packed, sha256: sha256(empty) }, join(folder, 'e')),
    /holds no cloudflared/,
  )
})

test('every release that can be fetched is named by its hash, from its makers', () => {
  for (const [platform, { url, sha256: hash, programSha256 }] of Object.entries(CLOUDFLARED_BUILDS)) {
    assert.match(url, /^https:\/\/github\.com\/cloudflare\/cloudflared\/releases\/download\//, platform)
    assert.match(hash, /^[0-9a-f]{64}$/)
    assert.match(programSha256, /^[0-9a-f]{64}$/)
  }
})

test('what the daemon of Tailscale says is read with care', () => {
  const running = {
    BackendState: 'Running',
    Self: { DNSName: 'Nest.Tail1234.ts.net.', CapMap: { funnel: null } },
  }
  assert.deepEqual(readTailscaleStatus(JSON.stringify(running)), {
    state: 'Running',
    signInUrl: null,
    name: 'nest.tail1234.ts.net',
    mayFunnel: true,
  })
  const older = { BackendState: 'Running', Self: { DNSName: 'a.b.ts.net', Capabilities: ['https'] } }
  assert.equal(readTailscaleStatus(JSON.stringify(older))?.mayFunnel, false)
  const hostile = { BackendState: 'NeedsLogin', AuthURL: 'javascript:alert(1)', Self: { DNSName: '../x' } }
  const read = readTailscaleStatus(JSON.stringify(hostile))
  assert.deepEqual([read?.signInUrl, read?.name, read?.mayFunnel], [null, null, null])
  for (const text of ['', '[]', 'null', '{"BackendState":1}', 'not json'])
    assert.equal(readTailscaleStatus(text), null)
})

test('what Funnel says is up, refused for good, or neither', () => {
  const read = (...texts: readonly string[]): TunnelEvent | null => {
    const lines = new FunnelLines('nest.tail1234.ts.net')
    return texts.map((text) => lines.read(text)).findLast((event) => event !== null) ?? null
  }
  assert.deepEqual(read('Available on the internet:'), { type: 'connected', to: 'nest.tail1234.ts.net' })
  assert.equal(read('https://login.tailscale.com/f/funnel?node=n1'), null)
  const consent = read(
    'Funnel is not enabled on your tailnet.',
    '  https://login.tailscale.com/f/funnel?node=n1',
  )
  assert.match(
    consent?.type === 'lost' ? consent.reason : '',
    /allow it at https:\/\/login\.tailscale\.com\/f\/funnel\?node=n1$/,
  )
  for (const line of [
    'Access denied: serve config denied',
    'Funnel not available; "funnel" node attribute not set',
  ])
    assert.equal((read(line) as { isFinal?: boolean }).isFinal, true, line)
})

/** The package of somebody else as it is used here. */
function ngrokOf(
  connect: (builder: { readonly lose: (error: string) => void; readonly token: string }) => void,
) {
  const closed: string[] = []
  const asked: string[] = []
  class SessionBuilder implements NgrokSessionBuilder {
    #token = ''
    #lose: (address: string, error: string) => boolean = () => false
    authtoken(token: string): this {
      this.#token = token
      return this
    }
    clientInfo(): this {
      return this
    }
    handleDisconnection(handler: (address: string, error: string) => boolean): this {
      this.#lose = handler
      return this
    }
    handleStopCommand(): this {
      return this
    }
    async connect() {
      connect({
        lose: (error) => this.#lose('connect.ngrok-agent.com:443', error),
        token: this.#token,
      })
      const endpoint = {
        domain: (name: string) => {
          asked.push(name)
          return endpoint
        },
        listenAndForward: async (url: string) => {
          asked.push(url)
          return { url: () => 'https://ana.ngrok.app', close: async () => undefined }
        },
      }
      return { httpEndpoint: () => endpoint, close: async () => void closed.push('session') }
    }
  }
  const load = async (): Promise<NgrokModule> => ({ SessionBuilder })
  return { load, closed, asked }
}

const NGROK_TOKEN = '2abcdefghijklmnopqrstuvwxyz_0123456789ABCDEFGHIJKL'

async function told(provider: NgrokProvider, until: (event: TunnelEvent) => boolean): Promise<TunnelEvent[]> {
  const stop = new AbortController()
  const events: TunnelEvent[] = []
  for await (const event of provider.run(TARGET, stop.signal)) {
    events.push(event)
    if (until(event)) stop.abort()
  }
  return events
}

test('ngrok is asked for the home’s own name, led to its port, and closed at the end', async () => {
  const ngrok = ngrokOf(() => undefined)
  const provider = new NgrokProvider(NGROK_TOKEN, ngrok.load)
  const findings = await provider.prepare()
  assert.deepEqual(
    findings.map(({ code, weight }) => [code, weight]),
    [['METERED', 'warn']],
  )
  const events = await told(provider, ({ type }) => type === 'connected')
  assert.deepEqual(
    events.map(({ type }) => type),
    ['connecting', 'connected', 'lost'],
  )
  assert.deepEqual(ngrok.asked, ['ana.ngrok.app', 'http://127.0.0.1:4182'])
  await new Promise(setImmediate)
  assert.deepEqual(ngrok.closed, ['session'])
})

test('ngrok’s refusals are final, its losses are not, and its token is shown by neither', async () => {
  const refused = ngrokOf(({ token }) => {
    throw new Error(`The authtoken ${token} is revoked.\n\nERR_NGROK_107`)
  })
  const last = (await told(new NgrokProvider(NGROK_TOKEN, refused.load), () => false)).at(-1)
  assert.deepEqual(last, {
    type: 'lost',
    reason: 'The authtoken (hidden) is revoked. ERR_NGROK_107',
    isFinal: true,
  })
  const lost = ngrokOf(({ lose }) => setImmediate(() => lose('remote gone away')))
  const loss = (await told(new NgrokProvider(NGROK_TOKEN, lost.load), () => false)).at(-1)
  assert.deepEqual(loss, { type: 'lost', reason: 'ngrok has gone: remote gone away', isFinal: false })
})

test('ngrok’s package and token are asked for where they are missing', async () => {
  const codes = async (token: string): Promise<string[]> =>
    (await new NgrokProvider(token, async () => null).prepare()).map(({ code }) => code)
  assert.deepEqual(await codes(''), ['NO_PROGRAM', 'NO_TOKEN', 'METERED'])
  assert.deepEqual(await codes('a token with blanks'), ['NO_PROGRAM', 'BAD_TOKEN', 'METERED'])
})

test('where TLS ends at home, who brings the bytes says whose they are, and no header does', () => {
  const client = (tunnelMode: 'edge' | 'passthrough'): unknown =>
    planWayIn(
      { ...SETTINGS, tunnelMode, tunnel: 'ssh' },
      0,
      { wayIn: () => 'in.sock' } as unknown as RuntimeFolder,
      null,
    )?.client
  assert.deepEqual(client('passthrough'), { kind: 'proxy', peers: [] })
  assert.deepEqual(client('edge'), { kind: 'header', name: 'x-forwarded-for', peers: [] })
})
