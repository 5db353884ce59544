import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, type Socket, connect as connectPlain, createServer } from 'node:net'
import { PassThrough } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { type ConnectionOptions, type TLSSocket, connect, createSecureContext } from 'node:tls'
import {
  type ProxiedClient,
  peerOf,
  readPreamble,
  writePreamble,
} from '../../../server/net/proxy-preamble.ts'
import { readClientHello } from '../../../server/tunnels/tls/client-hello.ts'
import { readHead } from '../../../server/tunnels/tls/stream-head.ts'
import { TLS_DOOR_LIMITS, TlsDoor, type TlsDoorLimits } from '../../../server/tunnels/tls/tls-door.ts'
import { issueCertificate } from '../../support/test-certificates.ts'
import { until } from '../../support/until.ts'

const HOST = 'home.example'
const { cert, key, ca } = issueCertificate([HOST])
const proof = issueCertificate(['proof.example'])
const context = createSecureContext({ cert, key, minVersion: 'TLSv1.2' })
const challenge = createSecureContext({ cert: proof.cert, key: proof.key, minVersion: 'TLSv1.2' })

interface Given {
  readonly limits?: Partial<TlsDoorLimits>
  readonly isPreambled?: boolean
  readonly isAway?: boolean
}

/** A home that answers with what it was told of its visitor, and a door before it. */
async function openDoor(t: TestContext, { limits = {}, isPreambled = false, isAway = false }: Given = {}) {
  const open = new Set<Socket>()
  const told: (ProxiedClient | null)[] = []
  const home = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', (bytes) => {
      const preamble = readPreamble(bytes)
      if (typeof preamble === 'string') return socket.destroy()
      told.push(preamble.client)
      socket.write('welcome ')
      socket.write(bytes.subarray(preamble.length))
      return socket.pipe(socket)
    })
  })
  home.listen(0, '127.0.0.1')
  await once(home, 'listening')
  const { port } = home.address() as AddressInfo
  const door = new TlsDoor({
    addresses: [{ kind: 'tcp', host: '127.0.0.1', port }],
    certificates: {
      contextOf: (host) => (host === HOST ? context : null),
      challengeOf: (host) => (host === HOST ? challenge : null),
    },
    limits: { ...TLS_DOOR_LIMITS, ...limits },
  })
  const outside = createServer({ allowHalfOpen: true }, (socket) =>
    isPreambled ? door.takePreambled(socket) : door.take(socket, peerOf(socket)),
  )
  outside.listen(0, '127.0.0.1')
  await once(outside, 'listening')
  if (isAway) home.close()
  t.after(() => {
    door.close()
    outside.close()
    home.close()
    for (const socket of open) socket.destroy()
  })
  return { door, told, port: (outside.address() as AddressInfo).port }
}

const calling = (port: number, options: ConnectionOptions = {}): TLSSocket =>
  connect({ host: '127.0.0.1', port, servername: HOST, ca, ...options })

async function failureOf(socket: Socket): Promise<string> {
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  return error.code ?? error.message
}

async function received(socket: Socket, wanted: number): Promise<string> {
  let seen = ''
  socket.on('data', (bytes: Buffer) => (seen += bytes.toString('latin1')))
  await until(`${wanted} bytes`, () => seen.length >= wanted)
  return seen
}

/** All that comes until the other side ends it. */
async function untilClosed(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = []
  socket.on('data', (bytes: Buffer) => parts.push(bytes)).on('error', () => undefined)
  await once(socket, 'close')
  return Buffer.concat(parts)
}

async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = calling((server.address() as AddressInfo).port, options)
  socket.on('error', () => undefined)
  const [seen] = (await once(server, 'connection')) as [Socket]
  const [bytes] = (await once(seen, 'data')) as [Buffer]
  seen.destroy()
  server.close()
  return bytes
}

test('the first message of a client is read whole, in halves, and over several records', async () => {
  const hello = await helloOf({ ALPNProtocols: ['h2', 'http/1.1'] })
  const wanted = { serverName: HOST, protocols: ['h2', 'http/1.1'] }
  assert.deepEqual(readClientHello(hello), wanted)
  assert.deepEqual(readClientHello(Buffer.concat([hello, Buffer.from('more')])), wanted)
  for (let length = 0; length < hello.length; length += 1)
    assert.equal(readClientHello(hello.subarray(0, length)), 'more', `${length} bytes`)
  const message = hello.subarray(5)
  const inRecords = (count: number): Buffer => {
    const size = Math.ceil(message.length / count)
    const pieces = Array.from({ length: count }, (_, at) => message.subarray(at * size, (at + 1) * size))
    return Buffer.concat(
      pieces.flatMap((piece) =>
        piece.length === 0 ? [] : [Buffer.from([22, 3, 1, 0, piece.length]), piece],
      ),
    )
  }
  assert.deepEqual(readClientHello(inRecords(40)), wanted)
  assert.equal(readClientHello(inRecords(message.length)), 'bad')
  const unnamed = await helloOf({ servername: '' })
  assert.deepEqual(readClientHello(unnamed), { serverName: null, protocols: [] })
})

test('what is no such message is known at its first wrong byte, and lengths that lie are bad', async () => {
  for (const start of [
    'G',
    '\u0016\u0002',
    '\u0016\u0003\u0001\u0000\u0000',
    '\u0016\u0003\u0001\u0000\u0001\u0002',
  ])
    assert.equal(readClientHello(Buffer.from(start, 'latin1')), 'bad', JSON.stringify(start))
  assert.equal(readClientHello(Buffer.from([22, 3, 1, 0xff, 0xff])), 'bad')
  assert.equal(readClientHello(Buffer.from([22, 3, 1, 0, 4, 1, 1, 0, 0])), 'bad')
  const hello = await helloOf({ ALPNProtocols: ['http/1.1'] })
  // Every byte, wrong in turn: it is read, waited for or refused, and nothing else happens.
  for (let at = 0; at < hello.length; at += 1) {
    const wrong = Buffer.from(hello)
    wrong[at] = 0xff
    const outcome = readClientHello(wrong)
    assert.ok(typeof outcome === 'object' || outcome === 'more' || outcome === 'bad')
  }
})

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`over ${version} the home is told who comes, and both directions are led on`, async (t) => {
    const { port, told } = await openDoor(t)
    const socket = calling(port, { minVersion: version, maxVersion: version, ALPNProtocols: ['http/1.1'] })
    socket.write('hello')
    assert.equal(await received(socket, 13), 'welcome hello')
    assert.deepEqual([socket.authorized, socket.alpnProtocol], [true, 'http/1.1'])
    assert.deepEqual(told, [{ address: '127.0.0.1', port: socket.localPort }])
    socket.end()
    await once(socket, 'close')
  })

  test(`over ${version} an authority that asks for the proof sees it, and nothing of the home`, async (t) => {
    const { port, told } = await openDoor(t)
    const socket = calling(port, {
      minVersion: version,
      maxVersion: version,
      ALPNProtocols: ['acme-tls/1'],
      checkServerIdentity: () => undefined,
      ca: proof.ca,
    })
    socket.resume()
    await once(socket, 'secureConnect')
    assert.equal(socket.alpnProtocol, 'acme-tls/1')
    assert.equal(socket.getPeerCertificate().subject['CN'], 'proof.example')
    await once(socket, 'close')
    assert.deepEqual(told, [])
  })
}

test('a proxy says who comes, by either preamble, together with the first bytes or apart', async (t) => {
  const { port, told } = await openDoor(t, { isPreambled: true })
  const client = { address: '2001:db8::7', port: 4_711 }
  for (const head of [writePreamble(client), Buffer.from('PROXY TCP6 2001:db8::7 ::1 4711 443\r\n')]) {
    const raw = connectPlain({ host: '127.0.0.1', port, noDelay: true })
    raw.write(head.subarray(0, 7))
    await new Promise(setImmediate)
    raw.write(head.subarray(7))
    const socket = connect({ socket: raw, servername: HOST, ca })
    socket.write('hello')
    assert.equal(await received(socket, 13), 'welcome hello')
    socket.destroy()
  }
  assert.deepEqual(told, [client, client])
})

test('without a preamble, or with one that is none, nothing is answered at all', async (t) => {
  const { port, told } = await openDoor(t, { isPreambled: true, limits: { preambleMs: 50 } })
  const hello = await helloOf({})
  for (const bytes of [hello, Buffer.from('PROXY TCP4 nobody 1.1.1.1 1 1\r\n'), Buffer.from('PROX')]) {
    const socket = connectPlain({ host: '127.0.0.1', port })
    socket.write(bytes)
    assert.equal((await untilClosed(socket)).length, 0)
  }
  assert.deepEqual(told, [])
})

test('another host, no host, another protocol and old TLS are refused in words of TLS', async (t) => {
  const { port, told } = await openDoor(t)
  const refusals = [
    [{ servername: 'other.example' }, 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME'],
    [{ servername: '' }, 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME'],
    [{ servername: 'other.example', ALPNProtocols: ['acme-tls/1'] }, 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME'],
    [{ ALPNProtocols: ['h2'] }, 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'],
    [{ ALPNProtocols: ['acme-tls/1', 'http/1.1'] }, 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'],
    [
      { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    ],
  ] as const
  for (const [options, wanted] of refusals) {
    const { ...given } = options as ConnectionOptions
    assert.equal(await failureOf(calling(port, given)), wanted, JSON.stringify(options))
  }
  assert.deepEqual(told, [])
})

test('whoever sends its first message in crumbs is cut before it has cost anything', async () => {
  const stream = new PassThrough()
  const reading = readHead(stream, { judge: () => 'more', taken: () => 0, limitMs: 60_000 })
  for (let sent = 0; sent < 100; sent += 1) {
    stream.write('x')
    await new Promise(setImmediate)
  }
  assert.equal(await reading, null)
})

test('whoever comes for the proof and does not leave is cut', async (t) => {
  const { port } = await openDoor(t, { limits: { handshakeMs: 200 } })
  const raw = connectPlain({ host: '127.0.0.1', port, allowHalfOpen: true })
  const socket = connect({
    socket: raw,
    servername: HOST,
    ALPNProtocols: ['acme-tls/1'],
    rejectUnauthorized: false,
  })
  socket.on('error', () => undefined).resume()
  raw.on('error', () => undefined)
  await once(socket, 'secureConnect')
  const writing = setInterval(() => socket.write('and another thing'), 20)
  await until('it is cut', () => raw.closed)
  clearInterval(writing)
})

test('whoever sends no TLS, half of it, or nothing is cut', async (t) => {
  const { port } = await openDoor(t, { limits: { handshakeMs: 80 } })
  const hello = await helloOf({})
  for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), hello.subarray(0, 50), Buffer.alloc(0)]) {
    const socket = connectPlain({ host: '127.0.0.1', port })
    socket.write(bytes)
    assert.equal((await untilClosed(socket)).length, 0)
  }
  // Its first message is good; it never finishes.
  const stalled = connectPlain({ host: '127.0.0.1', port })
  stalled.write(hello)
  assert.ok((await untilClosed(stalled)).length > 0)
})

test('who stands in the door gives way to who comes after, and one address has so many connections', async (t) => {
  const crowded = await openDoor(t, { limits: { mostUnsettled: 2 } })
  const idle = Array.from({ length: 2 }, () => connectPlain({ host: '127.0.0.1', port: crowded.port }))
  for (const socket of idle) {
    socket.on('error', () => undefined).resume()
    await once(socket, 'connect')
  }
  const visitor = calling(crowded.port)
  visitor.write('hello')
  assert.equal(await received(visitor, 13), 'welcome hello')
  await until('the oldest is gone', () => idle[0]?.closed === true)
  for (const socket of [...idle, visitor]) socket.destroy()
  const strict = await openDoor(t, { limits: { mostOfOne: 1 } })
  const first = calling(strict.port)
  await once(first, 'secureConnect')
  assert.match(await failureOf(calling(strict.port)), /ECONNRESET/)
  first.destroy()
  await once(first, 'close')
  await until('there is room again', async () => {
    const again = calling(strict.port)
    again.on('error', () => undefined)
    again.write('hello')
    await Promise.race([once(again, 'data'), once(again, 'close')])
    const isIn = !again.destroyed
    again.destroy()
    return isIn
  })
})

test('while the home is away, visitors are told inside TLS to come again', async (t) => {
  const { port } = await openDoor(t, { isAway: true })
  const socket = calling(port)
  socket.write('POST /inbox HTTP/1.1\r\nhost: home.example\r\ncontent-length: 5\r\n\r\nhello')
  const answer = (await untilClosed(socket)).toString()
  assert.match(answer, /^HTTP\/1\.1 503 [^]*\r\nRetry-After: 30\r\n/)
})
