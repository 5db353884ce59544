/**
 * What comes through a real sshd from a real server in front of its socket: who the visitor is, live connections, large
 * bodies; where that server reads along, and where TLS ends at home.
 */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import {
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestOptions,
  request as clearRequest,
} from 'node:http'
import { request as secureRequest } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type ConnectionOptions, createSecureContext } from 'node:tls'
import fastify, { type FastifyInstance } from 'fastify'
import { WebSocket } from 'ws'
import type { ListenAddress } from '../../../server/contracts/listen-address.ts'
import type { SeenRequest } from '../../../server/contracts/probe.ts'
import type { ClientSource } from '../../../server/contracts/way-in.ts'
import { createLogger } from '../../../server/core/log.ts'
import { isProbeProof, makeProbeNonce, probePath } from '../../../server/core/probe.ts'
import { readProbeKey } from '../../../server/domain/edges/probe-key.ts'
import { buildPublicApp } from '../../../server/http/app.ts'
import { openWayIn } from '../../../server/http/ways-in/open-way-in.ts'
import { writePreamble } from '../../../server/net/proxy-preamble.ts'
import type { Door } from '../../../server/tunnels/provider.ts'
import { makeKeyPair } from '../../../server/tunnels/ssh/own-key.ts'
import { SshProvider } from '../../../server/tunnels/ssh/ssh-provider.ts'
import { TargetDoor } from '../../../server/tunnels/target-door.ts'
import { preambledDoor } from '../../../server/tunnels/tls/tls-door.ts'
import { openApiHome } from '../../support/api-home.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'
import { type FrontKind, NO_FRONT, openFront } from '../../support/ssh-fronts.ts'
import { NO_SSHD, type Sshd, openSshd } from '../../support/sshd.ts'
import { createTestCa } from '../../support/test-tls.ts'
import { until } from '../../support/until.ts'

const HOST = 'home.example'
/** Loopback has many addresses: this one is a visitor's. */
const VISITOR = '127.0.0.5'
const LARGE = 50_000_000
const KINDS: readonly FrontKind[] = ['edge', 'haproxy', 'nginx']
const SPOOFED = {
  'x-forwarded-for': '6.6.6.6',
  'x-real-ip': '6.6.6.6',
  forwarded: 'for=6.6.6.6',
  'cf-connecting-ip': '6.6.6.6',
}

const folder = mkdtempSync(join(tmpdir(), 'hb-carries-'))
closeBeforeCluster(async () => rmSync(folder, { recursive: true, force: true }))
const ca = createTestCa({ after: (work) => closeBeforeCluster(async () => work()) })
const context = createSecureContext({ ...ca.certificateFor(HOST), minVersion: 'TLSv1.2' })
const certificates = {
  contextOf: (host: string) => (host === HOST ? context : null),
  challengeOf: () => null,
}
const OWN = makeKeyPair()

const block = randomBytes(1_000_000)
function* blocks(): Generator<Buffer> {
  for (let sent = 0; sent < LARGE; sent += block.length) yield block
}

async function digestOf(stream: Readable): Promise<string> {
  const digest = createHash('sha256')
  for await (const chunk of stream) digest.update(chunk as Buffer)
  return digest.digest('hex')
}

interface Ground {
  readonly sshd: Sshd
  readonly key: Buffer
  /** Where visitors of the home go, and those of a server of large bodies. */
  readonly ports: Readonly<Record<FrontKind, Readonly<Record<'home' | 'large', number>>>>
}

let opening: Promise<Ground> | null = null

/** One sshd for all; a session, a socket there and a way in here for each kind of front and each of the two servers. */
async function openGround(): Promise<Ground> {
  const api = await openApiHome()
  const home = await buildPublicApp(api.context)
  const large = fastify({ bodyLimit: 2 * LARGE })
  large.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  large.post('/up', async ({ body }) => digestOf(body as Readable))
  large.get('/down', async (_request, reply) => reply.send(Readable.from(blocks())))
  const sshd = await openSshd()
  closeBeforeCluster(async () => sshd[Symbol.asyncDispose]())
  await sshd.admit(OWN.public)
  const apps = { home, large }
  for (const app of Object.values(apps)) {
    await app.ready()
    closeBeforeCluster(async () => app.close())
  }
  const ports: Partial<Record<FrontKind, Record<'home' | 'large', number>>> = {}
  for (const kind of KINDS) {
    if (NO_FRONT[kind] !== null) continue
    ports[kind] = {
      home: await lead(sshd, kind, 'home', apps.home),
      large: await lead(sshd, kind, 'large', apps.large),
    }
  }
  return { sshd, key: await readProbeKey(api.home), ports: ports as Ground['ports'] }
}

async function lead(sshd: Sshd, kind: FrontKind, name: string, app: FastifyInstance): Promise<number> {
  const client: ClientSource =
    kind === 'edge' ? { kind: 'header', name: 'x-forwarded-for', peers: [] } : { kind: 'proxy', peers: [] }
  const address: ListenAddress = { kind: 'socket', path: join(folder, `${kind}-${name}`) }
  const way = await openWayIn(
    app,
    { name: 'tunnel', address, client },
    { log: createLogger('test', 'silent') },
  )
  closeBeforeCluster(async () => way[Symbol.asyncDispose]())
  const there = join(sshd.folder, `${kind}-${name}`)
  const door: Door =
    kind === 'edge' ? new TargetDoor([address]) : preambledDoor({ addresses: [address], certificates })
  const provider = new SshProvider({
    server: { host: '127.0.0.1', port: sshd.port, user: sshd.user },
    hostKey: sshd.hostKey,
    listen: [{ kind: 'socket', path: there }],
    ownKey: async () => ({ privateKey: OWN.private, publicKey: OWN.public }),
    openDoor: () => door,
  })
  const target = { addresses: [address], publicHost: HOST } as const
  const stopping = new AbortController()
  const isUp = Promise.withResolvers<undefined>()
  assert.deepEqual(await provider.prepare(), [])
  const life = (async () => {
    for await (const event of provider.run(target, stopping.signal)) {
      if (event.type === 'connected') isUp.resolve(undefined)
      if (event.type === 'lost') isUp.reject(new Error(event.reason))
    }
  })()
  closeBeforeCluster(async () => {
    stopping.abort()
    await life
  })
  await isUp.promise
  const front = await openFront(kind, { target: there, host: HOST })
  closeBeforeCluster(async () => front.close())
  return front.port
}

const ground = async (): Promise<Ground> => (opening ??= openGround())

function send(kind: FrontKind, port: number, options: RequestOptions): ClientRequest {
  const place = { host: '127.0.0.1', port, localAddress: VISITOR, agent: false }
  const headers = { host: HOST, ...(options.headers as OutgoingHttpHeaders) }
  return kind === 'edge'
    ? clearRequest({ ...options, ...place, headers })
    : secureRequest({ ...options, ...place, headers, servername: HOST, ca: ca.caPem })
}

async function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  return answer
}

for (const kind of KINDS) {
  const skip = NO_SSHD ?? NO_FRONT[kind] ?? false

  test(`${kind}: the visitor is who it is, whatever the request says of it`, { skip }, async () => {
    const { key, ports } = await ground()
    const path = probePath(makeProbeNonce(key, new Date()), 'seen')
    const request = send(kind, ports[kind].home, { path, headers: SPOOFED })
    request.end()
    const answer = await answerTo(request)
    const told = JSON.parse(await text(answer)) as { readonly seen: string }
    const { client } = JSON.parse(told.seen) as SeenRequest
    const believes = kind === 'edge' ? 'header' : 'proxy'
    assert.deepEqual(client, { address: VISITOR, way: 'tunnel', believes })
  })

  test(`${kind}: events come as they are told, and web sockets speak both ways`, { skip }, async () => {
    const { key, ports } = await ground()
    const nonce = makeProbeNonce(key, new Date())
    const request = send(kind, ports[kind].home, { path: probePath(nonce, 'events', 'live') })
    request.end()
    const answer = await answerTo(request)
    let events = ''
    answer.on('data', (chunk: Buffer) => (events += chunk.toString()))
    await until('the first event', () => events.includes('event: begin'))
    assert.ok(!events.includes('event: end'))
    request.destroy()
    const address = `${kind === 'edge' ? 'ws' : 'wss'}://127.0.0.1:${ports[kind].home}`
    const tls: ConnectionOptions = { servername: HOST, ca: ca.caPem }
    const socket = new WebSocket(`${address}${probePath(nonce, 'socket', 'live')}`, [], {
      ...tls,
      headers: { host: HOST },
    })
    await once(socket, 'open')
    socket.send('are you there?')
    const [data] = (await once(socket, 'message')) as [Buffer]
    const { proof, echo } = JSON.parse(data.toString()) as { proof: string; echo: string }
    assert.ok(isProbeProof(key, nonce, 'socket', proof))
    assert.equal(echo, 'are you there?')
    socket.close()
    await once(socket, 'close')
  })

  test(`${kind}: 50 MB go up and come down whole`, { skip }, async () => {
    const { ports } = await ground()
    const wanted = await digestOf(Readable.from(blocks()))
    const up = send(kind, ports[kind].large, {
      path: '/up',
      method: 'POST',
      headers: { 'content-length': LARGE, 'content-type': 'application/octet-stream' },
    })
    Readable.from(blocks()).pipe(up)
    assert.equal(await text(await answerTo(up)), wanted)
    const down = send(kind, ports[kind].large, { path: '/down' })
    down.end()
    assert.equal(await digestOf(await answerTo(down)), wanted)
  })
}

const skipBytes = NO_SSHD ?? NO_FRONT.haproxy ?? false

test('past the servers in front, nothing gets in without a whole preamble', { skip: skipBytes }, async () => {
  const { sshd } = await ground()
  for (const bytes of [
    Buffer.from('GET / HTTP/1.1\r\nhost: home.example\r\n\r\n'),
    Buffer.from('PROXY TCP4 nobody 127.0.0.1 1 443\r\n'),
    Buffer.concat([writePreamble({ address: '192.0.2.7', port: 1 }), Buffer.from('GET / HTTP/1.1\r\n\r\n')]),
  ]) {
    const socket = connectPlain({ path: join(sshd.folder, 'haproxy-home') })
    socket.write(bytes)
    let seen = 0
    socket.on('data', (chunk: Buffer) => (seen += chunk.length)).on('error', () => undefined)
    await until('it is closed', () => socket.closed)
    assert.equal(seen, 0)
  }
})
