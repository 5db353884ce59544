import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { type Socket, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fastify, { type FastifyRequest } from 'fastify'
import type { ListenAddress } from '../../../server/contracts/listen-address.ts'
import type { ClientSource, WayIn } from '../../../server/contracts/way-in.ts'
import { createLogger } from '../../../server/core/log.ts'
import { clientAddressOf } from '../../../server/http/ways-in/client-address.ts'
import { refuseBadClient, withinBounds } from '../../../server/http/plugins/upload-pace.ts'
import { openWayIn } from '../../../server/http/ways-in/open-way-in.ts'
import { writePreamble } from '../../../server/net/proxy-preamble.ts'

const LOOPBACK: ListenAddress = { kind: 'tcp', host: '127.0.0.1', port: 0 }

async function openWay(t: TestContext, client: ClientSource, address = LOOPBACK) {
  const app = fastify({ http: { headersTimeout: 100, connectionsCheckingInterval: 20 } })
  app.get('/who', async (asked) => ({ client: clientAddressOf(asked), agent: asked.headers['x-mark'] }))
  await app.ready()
  const way = await openWayIn(app, { name: 'test', address, client }, { log: createLogger('test', 'silent') })
  t.after(async () => {
    await way[Symbol.asyncDispose]()
    await app.close()
  })
  return way.address
}

function placeOf(address: ListenAddress): { port: number; host: string } | { path: string } {
  return address.kind === 'tcp' ? { port: address.port, host: address.host } : { path: address.path }
}

async function ask(
  address: ListenAddress,
  headers: Record<string, string | string[]> = {},
): Promise<string | null> {
  const place = placeOf(address)
  const options = 'path' in place ? { socketPath: place.path } : place
  return new Promise((resolve, reject) => {
    request({ ...options, path: '/who', headers, agent: false }, (response) => {
      response.setEncoding('utf8')
      let body = ''
      response.on('data', (part: string) => (body += part))
      response.on('end', () => resolve((JSON.parse(body) as { client: string | null }).client))
    })
      .on('error', reject)
      .end()
  })
}

async function exchange(address: ListenAddress, ...parts: readonly Buffer[]): Promise<string> {
  const socket: Socket = connect(placeOf(address))
  socket.setNoDelay(true)
  for (const part of parts) {
    socket.write(part)
    await new Promise(setImmediate)
  }
  return new Promise((resolve) => {
    let seen = ''
    socket.on('data', (bytes) => (seen += bytes.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(seen))
  })
}

const GET = Buffer.from(
  'GET /who HTTP/1.1\r\nhost: home.example\r\nconnection: close\r\nx-forwarded-for: 6.6.6.6\r\n\r\n',
)
const SPOOFED = {
  'x-forwarded-for': '6.6.6.6',
  'x-real-ip': '6.6.6.6',
  forwarded: 'for=6.6.6.6',
  'cf-connecting-ip': '6.6.6.6',
}

test('a way in that believes nothing knows no client, whatever headers say', async (t) => {
  assert.equal(await ask(await openWay(t, { kind: 'none' }), SPOOFED), null)
})

test('a direct one knows the other end, whatever headers say', async (t) => {
  assert.equal(await ask(await openWay(t, { kind: 'socket' }), SPOOFED), '127.0.0.1')
})

test('of one header the last value counts, and no other header does', async (t) => {
  const address = await openWay(t, { kind: 'header', name: 'x-forwarded-for', peers: [] })
  assert.equal(await ask(address, { ...SPOOFED, 'x-forwarded-for': '6.6.6.6, 192.0.2.7' }), '192.0.2.7')
  assert.equal(await ask(address, { 'x-forwarded-for': '192.0.2.7:5123' }), '192.0.2.7')
  assert.equal(await ask(address, { 'x-forwarded-for': '[2001:DB8::7]:5123' }), '2001:db8::7')
  assert.equal(await ask(address, { 'x-forwarded-for': '::ffff:192.0.2.7' }), '192.0.2.7')
  assert.equal(await ask(address, { 'x-forwarded-for': '192.0.2.7, unknown' }), null)
  assert.equal(await ask(address, { 'x-real-ip': '6.6.6.6' }), null)
})

test('a header is believed from named peers only', async (t) => {
  const near = await openWay(t, { kind: 'header', name: 'x-forwarded-for', peers: ['127.0.0.0/8'] })
  const far = await openWay(t, {
    kind: 'header',
    name: 'x-forwarded-for',
    peers: ['192.0.2.1', '2001:db8::/32'],
  })
  assert.equal(await ask(near, { 'x-forwarded-for': '192.0.2.7' }), '192.0.2.7')
  assert.equal(await ask(far, { 'x-forwarded-for': '192.0.2.7' }), null)
})

test('a preamble names the client, also when it comes in pieces with the request behind it', async (t) => {
  const address = await openWay(t, { kind: 'proxy', peers: [] })
  const preamble = writePreamble({ address: '192.0.2.7', port: 5_123 })
  assert.match(await exchange(address, Buffer.concat([preamble, GET])), /"client":"192\.0\.2\.7"/)
  assert.match(
    await exchange(address, preamble.subarray(0, 5), preamble.subarray(5), GET),
    /"client":"192\.0\.2\.7"/,
  )
  const text = Buffer.from('PROXY TCP6 2001:db8::7 2001:db8::1 5123 443\r\n')
  assert.match(await exchange(address, Buffer.concat([text, GET])), /"client":"2001:db8::7"/)
})

test('a request that never becomes whole is cut, though nothing listens but the way in', async (t) => {
  const address = await openWay(t, { kind: 'none' })
  assert.match(await exchange(address, GET.subarray(0, 30)), /^HTTP\/1\.1 408/)
})

test('without a preamble the connection is closed without a word', async (t) => {
  const address = await openWay(t, { kind: 'proxy', peers: [] })
  assert.equal(await exchange(address, GET), '')
  assert.equal(await exchange(address, Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00])), '')
})

test('a preamble is taken from named peers only', async (t) => {
  const [near, far] = [
    await openWay(t, { kind: 'proxy', peers: ['127.0.0.0/8'] }),
    await openWay(t, { kind: 'proxy', peers: ['192.0.2.1'] }),
  ]
  const preamble = writePreamble({ address: '192.0.2.7', port: 5_123 })
  assert.match(await exchange(near, Buffer.concat([preamble, GET])), /"client":"192\.0\.2\.7"/)
  assert.equal(await exchange(far, Buffer.concat([preamble, GET])), '')
})

test('a unix socket is a way in too, one that a dead process left behind is no hindrance', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hb-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const place: ListenAddress = { kind: 'socket', path: join(folder, 'tunnel.sock') }
  for (let time = 0; time < 2; time += 1) {
    const address = await openWay(t, { kind: 'header', name: 'x-forwarded-for', peers: ['192.0.2.1'] }, place)
    assert.equal(await ask(address, { 'x-forwarded-for': '192.0.2.7' }), '192.0.2.7')
  }
})

test('an upload by a slow line goes on after the time of other requests, as long as it keeps its pace', async (t) => {
  const app = fastify({
    requestTimeout: 150,
    http: { headersTimeout: 150, connectionsCheckingInterval: 20 },
    clientErrorHandler: refuseBadClient,
  })
  app.addContentTypeParser('*', (_asked, _body, done) => done(null))
  const pace = { leastBytesPerSecond: 1, mostSeconds: 3_600, graceSeconds: 30 }
  const read = async (asked: FastifyRequest): Promise<number> => {
    let bytes = 0
    for await (const part of asked.raw) bytes += (part as Buffer).length
    return bytes
  }
  app.post('/upload', async (asked) =>
    withinBounds(asked, { mostBytes: 10_000, pace }, async () => ({ bytes: await read(asked) })),
  )
  app.post('/other', async (asked) => ({ bytes: await read(asked) }))
  await app.ready()
  const way: WayIn = { name: 'test', address: LOOPBACK, client: { kind: 'none' } }
  const open = await openWayIn(app, way, { log: createLogger('test', 'silent') })
  t.after(async () => {
    await open[Symbol.asyncDispose]()
    await app.close()
  })
  const bring = async (path: string): Promise<string> => {
    const socket = connect(placeOf(open.address))
    const answered = new Promise<string>((resolve) => {
      let seen = ''
      socket.on('data', (bytes) => (seen += bytes.toString('latin1')))
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(seen))
    })
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: home.example\r\nconnection: close\r\ncontent-length: 10\r\n\r\n12345`,
    )
    // The other request is cut by then.
    if (path === '/upload') await bring('/other')
    if (!socket.destroyed && path === '/upload') socket.end('67890')
    return answered
  }
  assert.match(await bring('/upload'), /^HTTP\/1\.1 200 .*"bytes":10\}$/s)
  assert.match(await bring('/other'), /^HTTP\/1\.1 408 /)
})
