/**
 * The web servers with the configuration that owners get, each in front of a home: what is signed holds, streams stream, what
 * is large gets through, nobody says who he is, and all the programs find their files good in every use.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, before, test } from 'node:test'
import { type TLSSocket, connect as connectTls } from 'node:tls'
import { promisify } from 'node:util'
import { EDGE_USES, type EdgeUse } from '../../../server/contracts/edge-files.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../../support/api-home.ts'
import { type EchoHome, type Arrived, openEchoHome } from '../../support/echo-home.ts'
import { type Edge, type EdgeTls, findProgram, moved, tlsOptions } from '../../support/edge-process.ts'
import { EventReader } from '../../support/event-reader.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import {
  EDGE_SECRET,
  type OwnEdgeKind,
  haproxyPlaces,
  nginxPlaces,
  noOwnEdge,
  openCaddyBefore,
  openOwnEdge,
  ownFiles,
  wholeCaddy,
  wholeNginx,
} from '../../support/own-edge.ts'
import { issueCertificate } from '../../support/test-certificates.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'

const run = promisify(execFile)
const HOST = 'home.example'
const KINDS = ['nginx', 'caddy', 'haproxy', 'varnish'] as const satisfies readonly OwnEdgeKind[]
const skipOf = (kind: OwnEdgeKind): string | false =>
  noOwnEdge(kind) ?? (kind === 'varnish' ? noOwnEdge('caddy') : null) ?? false

const peer = await openFakePeer()
closeBeforeCluster(async () => peer.close())
let home: ApiHome
let app: ApiClient
let post: Status
let echo: EchoHome

before(async () => {
  home = await openApiHome({ peers: [peer], env: { HOMEBIRD_API_RATE: '0' } })
  app = await home.app()
  peer.meets({ host: HOST, port: home.publicPort })
  post = await app.post<Status>('/api/v1/statuses', { status: 'seen through every edge' })
  echo = await openEchoHome()
})

/** With TLS at the outer end, always. */
type Door = Edge & { readonly tls: EdgeTls }
const doors = new Map<string, Promise<Door>>()

async function openDoor(kind: OwnEdgeKind, port: number): Promise<Door> {
  const options = { host: HOST, home: { kind: 'tcp', host: '127.0.0.1', port } as const }
  const inner = await openOwnEdge(kind, options)
  const outer = inner.tls === null ? await openCaddyBefore(inner.socketPath, options) : inner
  if (outer.tls === null) throw new Error(`${kind} ends no TLS`)
  return { ...outer, tls: outer.tls }
}

/** One for each kind and home, opened by the first test that asks. */
async function doorOf(kind: OwnEdgeKind, port: number): Promise<Door> {
  const name = `${kind} ${port}`
  const door = doors.get(name) ?? openDoor(kind, port)
  doors.set(name, door)
  return door
}

function throughEach(story: string, tell: (kind: OwnEdgeKind, t: TestContext) => Promise<void>): void {
  for (const kind of KINDS) test(`${kind}: ${story}`, { skip: skipOf(kind) }, async (t) => tell(kind, t))
}

throughEach('what is signed holds, old and new, read and sent', async (kind) => {
  const { tls } = await doorOf(kind, home.publicPort)
  const target = { host: HOST, port: tls.port, tlsCa: tls.ca }
  const eve = peer.actor(`eve-${kind}`)
  for (const scheme of ['cavage', 'rfc9421'] as const) {
    const sent = await eve.sends(target, eve.follow(home.ana.uri), { scheme })
    assert.equal(sent.status, 202, `${scheme}: ${sent.text()}`)
    const wrong = await eve.sends(target, eve.follow(home.ana.uri), { scheme, signedPath: '/elsewhere' })
    assert.equal(wrong.status, 401, 'what is signed for another address is none of it')
    const read = await eve.gets(target, new URL(post.uri).pathname, { scheme })
    assert.deepEqual([read.status, read.json()['id']], [200, post.uri], scheme)
  }
})

throughEach('a stream of events comes as it happens', async (kind) => {
  const { socketPath } = await doorOf(kind, home.publicPort)
  const headers = { host: HOST, authorization: `Bearer ${app.token}`, accept: 'text/event-stream' }
  const request = httpRequest({ socketPath, path: '/api/v1/streaming/user', headers, agent: false })
  request.end()
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  const reader = new EventReader({ answer, request })
  assert.equal(reader.status, 200)
  const { id } = await app.post<Status>('/api/v1/statuses', { status: `an event through ${kind}` })
  const event = await reader.next()
  assert.deepEqual([event.event, (JSON.parse(event.data) as Status).id], ['update', id])
  reader.close()
})

throughEach('a WebSocket is opened, and what happens comes over it', async (kind) => {
  const { socketPath } = await doorOf(kind, home.publicPort)
  const request = httpRequest({
    socketPath,
    path: `/api/v1/streaming?stream=user&access_token=${app.token ?? ''}`,
    headers: {
      host: HOST,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'aG9tZWJpcmQtY2hlY2stMQ==',
    },
    agent: false,
  })
  request.end()
  const [answer, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Socket]
  assert.equal(answer.statusCode, 101)
  let seen = ''
  socket.on('data', (bytes: Buffer) => (seen += bytes.toString('latin1')))
  await app.post<Status>('/api/v1/statuses', { status: `over the socket of ${kind}` })
  await until('it comes over the socket', async () => seen.includes(`over the socket of ${kind}`))
  socket.destroy()
})

throughEach('HTTP/2 is spoken to those who can', async (kind) => {
  const { tls } = await doorOf(kind, home.publicPort)
  const socket = connectTls({ ...tlsOptions(tls), ALPNProtocols: ['h2', 'http/1.1'] })
  await once(socket, 'secureConnect')
  assert.equal(socket.alpnProtocol, 'h2')
  const session = connectHttp2(`https://${HOST}`, { createConnection: () => socket })
  const read = async (path: string): Promise<[number, string]> => {
    const stream = session.request({ ':path': path, accept: 'application/activity+json' })
    stream.end()
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    return [Number(headers[':status']), text]
  }
  const answers = await Promise.all(Array.from({ length: 20 }, async () => read(new URL(post.uri).pathname)))
  for (const [status, text] of answers) {
    assert.equal(status, 200)
    assert.equal((JSON.parse(text) as { id: string }).id, post.uri)
  }
  session.close()
})

/** As it arrived behind the edge. */
async function arrives(
  kind: OwnEdgeKind,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Arrived> {
  const edge = await doorOf(kind, echo.port)
  const answer = await edge.ask(HOST, path, { headers })
  assert.equal(answer.status, 200, `${path}: ${answer.text()}`)
  return answer.json() as unknown as Arrived
}

throughEach('path, query and host arrive as they were sent', async (kind) => {
  const paths = [
    '/ap/posts/%65%2Fx?b=2&a=%41&b=1',
    '/ap//twice//',
    '/.well-known/webfinger?resource=acct:ana%40home.example&rel=a%20b+c',
    '/api/v1/x;y=1/~z/@ana/%E2%82%AC?',
    '/media/a%20b?x[]=1&y={"a":1}|',
  ]
  for (const path of paths) {
    const { path: there, headers } = await arrives(kind, path)
    assert.equal(there, path)
    assert.deepEqual(headers['host'], [HOST])
  }
})

throughEach('nobody says himself who he is, nor has anything renewed', async (kind) => {
  const spoofed = {
    'x-forwarded-for': '6.6.6.6, 7.7.7.7',
    'x-homebird-purge': 'a-guess-of-many-letters',
    'x-homebird-refresh': '1',
  }
  for (const path of ['/api/v1/instance', '/ap/x', '/media/x', '/api/v2/media', '/api/v1/streaming/x']) {
    const { headers } = await arrives(kind, path, spoofed)
    assert.deepEqual(headers['x-forwarded-for'], ['127.0.0.1'], path)
    assert.equal((headers['x-homebird-refresh'] ?? []).join(''), '', path)
    assert.equal((headers['x-homebird-purge'] ?? []).join(''), '', path)
  }
})

throughEach('what is sent behind a stream in one breath is looked at like everything', async (kind) => {
  const { tls } = await doorOf(kind, echo.port)
  const former = echo.arrived.length
  const socket: TLSSocket = connectTls(tlsOptions(tls))
  await once(socket, 'secureConnect')
  const ask = (path: string, more: string): string => `GET ${path} HTTP/1.1\r\nhost: ${HOST}\r\n${more}\r\n`
  socket.on('error', () => undefined).resume()
  socket.write(
    ask('/api/v1/streaming/a', '') + ask('/api/b', 'x-forwarded-for: 6.6.6.6\r\nconnection: close\r\n'),
  )
  await until('the first has arrived', async () => echo.arrived.length > former)
  socket.write(ask('/api/c', 'x-forwarded-for: 6.6.6.6\r\nconnection: close\r\n'))
  if (!socket.closed) await once(socket, 'close')
  const said = echo.arrived.slice(former).flatMap(({ headers }) => headers['x-forwarded-for'] ?? [])
  assert.ok(said.length > 0 && said.every((address) => address === '127.0.0.1'), said.join(' '))
})

throughEach('forty megabytes arrive whole', async (kind) => {
  const edge = await doorOf(kind, echo.port)
  const body = randomBytes(40_000_000)
  const headers = { 'content-length': String(body.length) }
  const answer = await edge.ask(HOST, '/api/v2/media', { method: 'POST', headers, body })
  const { bytes, hash } = answer.json() as unknown as Arrived
  assert.deepEqual([bytes, hash], [body.length, createHash('sha256').update(body).digest('hex')])
})

throughEach('while the home is away, whatever is asked or sent is asked to come again', async (kind) => {
  const away = await openEchoHome()
  const edge = await openDoor(kind, away.port)
  assert.equal((await edge.ask(HOST, '/ap/inbox', { method: 'POST', body: '{}' })).status, 200)
  await away.leave()
  for (const path of ['/ap/inbox', '/ap/posts/1', '/api/v2/media', '/@ana']) {
    for (const method of ['POST', 'GET']) {
      const request = method === 'POST' ? { method, body: '{"a":1}' } : {}
      const { status, headers } = await edge.ask(HOST, path, request)
      const told = [status, headers['retry-after'], headers['cache-control']]
      assert.deepEqual(told, [503, '60', 'no-store'], `${method} ${path}`)
    }
  }
})

test(
  'varnish: by its public name whoever knows the secret has forgotten what it keeps, and nobody else',
  { skip: skipOf('varnish') },
  async () => {
    const edge = await doorOf('varnish', echo.port)
    const asks = async (secret: string | null): Promise<number> => {
      const headers = secret === null ? {} : { 'x-homebird-purge': secret }
      const { tls } = edge
      const socket = connectTls(tlsOptions(tls))
      await once(socket, 'secureConnect')
      const request = httpRequest({
        createConnection: () => socket,
        method: 'PURGE',
        path: '/ap/kept',
        headers: { host: HOST, ...headers },
      })
      request.end()
      const [answer] = (await once(request, 'response')) as [IncomingMessage]
      answer.resume()
      await once(answer, 'end')
      socket.destroy()
      return answer.statusCode ?? 0
    }
    const former = echo.arrived.length
    assert.deepEqual([await asks(null), await asks('a-guess-of-many-letters')], [403, 403])
    assert.equal(await asks(EDGE_SECRET), 200)
    assert.equal(echo.arrived.length, former, 'none of it arrives at the home')
  },
)

/** Where the package of Debian puts it. */
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so'

/** Each with the command that looks at it. */
const CHECKS: Readonly<
  Record<OwnEdgeKind, (folder: string, files: Readonly<Record<string, string>>, use: EdgeUse) => string[]>
> = {
  nginx: (folder, files, use) => {
    const isStream = use === 'passthrough'
    const places = nginxPlaces(folder, { port: 20_000, host: HOST })
    const plain = { 'listen 80;': places['listen 80;'] ?? '', 'listen [::]:80;': '' }
    const servers = moved(files['homebird.conf'] ?? '', isStream ? plain : places)
    const door = { 'listen 443;': 'listen 127.0.0.1:20000;', 'listen [::]:443;': '' }
    const stream = isStream ? moved(files['homebird-stream.conf'] ?? '', door) : ''
    const text = `${isStream ? `load_module ${STREAM_MODULE};\n` : ''}${wholeNginx(folder, servers, stream)}`
    writeFileSync(join(folder, 'nginx.conf'), text)
    return ['nginx', '-t', '-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')]
  },
  caddy: (folder, files) => {
    writeFileSync(
      join(folder, 'Caddyfile'),
      wholeCaddy(folder, files['homebird.caddy'] ?? '', { port: 20_000, host: HOST }),
    )
    return ['caddy', 'validate', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')]
  },
  haproxy: (folder, files, use) => {
    const certificates = {
      '/etc/haproxy/certs/': `${folder}/certs/`,
      '/etc/haproxy/homebird-away.http': join(folder, 'homebird-away.http'),
    }
    const places = { ...haproxyPlaces(folder), ...(use === 'passthrough' ? {} : certificates) }
    writeFileSync(join(folder, 'haproxy.cfg'), moved(files['haproxy.cfg'] ?? '', places))
    return ['haproxy', '-c', '-f', join(folder, 'haproxy.cfg')]
  },
  varnish: (folder) => [
    'varnishd',
    '-j',
    'none',
    '-C',
    '-n',
    join(folder, 'work'),
    '-f',
    join(folder, 'homebird.vcl'),
  ],
}

for (const kind of KINDS) {
  test(`${kind} finds its files good in every use`, { skip: noOwnEdge(kind) ?? false }, async (t) => {
    const { cert, key } = issueCertificate([HOST])
    for (const use of EDGE_USES) {
      if (use === 'passthrough' && kind !== 'haproxy' && (kind !== 'nginx' || !existsSync(STREAM_MODULE)))
        continue
      for (const place of [
        { kind: 'socket', path: '/run/homebird/home.sock' },
        { kind: 'tcp', host: '127.0.0.1', port: 4_182 },
      ] as const) {
        const folder = mkdtempSync(join(tmpdir(), 'hb-check-'))
        t.after(() => rmSync(folder, { recursive: true, force: true }))
        mkdirSync(join(folder, 'certs'))
        writeFileSync(join(folder, 'cert.pem'), cert)
        writeFileSync(join(folder, 'key.pem'), key)
        writeFileSync(join(folder, 'certs', 'both.pem'), `${cert}${key}`)
        const files = ownFiles(kind, use, { host: HOST, home: place })
        for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
        const [program = '', ...args] = CHECKS[kind](folder, files, use)
        const { stdout, stderr } = await run(findProgram(program) ?? program, args, { maxBuffer: 10_000_000 })
        // Of Caddy only the formatting would be worth a word; of HAProxy every warning is.
        assert.doesNotMatch(`${stdout}${stderr}`, /\[WARNING\]|\[warn\]|not formatted/, `${kind} ${use}`)
      }
    }
  })
}
