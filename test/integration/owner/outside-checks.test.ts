/** The checks that go out to the home's own address and come in again, against what may stand in front of a home. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  type Server as HttpServer,
  createServer as createHttpServer,
  request as httpRequest,
} from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { type Server, createServer } from 'node:tls'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { type TestContext, before, test } from 'node:test'
import { type OwnerHome, START_KEY, openOwnerHome } from '../../support/owner-home.ts'
import { createTestCa, type TestCa } from '../../support/test-tls.ts'

const API = '/api/homebird/v1'
const FORM = { username: 'ana', displayName: 'Ana', password: 'correct horse battery' }
const HOST = 'home.example'

let ca: TestCa
before(() => {
  ca = createTestCa({ after: (work) => process.on('exit', work) })
  setDefaultCACertificates([...getCACertificates('default'), ca.caPem])
})

/** Ends TLS for the host and hands the bytes to a port that may change. */
async function openFront(t: TestContext, certificate = ca.certificateFor(HOST)) {
  const lead = { port: 0 }
  const server: Server = createServer({ ...certificate, ALPNProtocols: ['http/1.1'] }, (outside) => {
    outside.on('error', () => outside.destroy())
    if (lead.port === 0) return void outside.destroy()
    const inside = connect(lead.port, '127.0.0.1')
    inside.on('error', () => outside.destroy())
    outside.pipe(inside).pipe(outside)
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { lead, address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** A proxy that passes requests on as nginx does by itself: no web sockets, and a Host header of its own choice. */
async function openProxy(t: TestContext, port: number, host: string): Promise<number> {
  const server: HttpServer = createHttpServer((request, reply) => {
    const { upgrade: _upgrade, connection: _connection, ...headers } = request.headers
    const on = httpRequest({ port, path: request.url, headers: { ...headers, host } }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(reply)
    })
    on.on('error', () => reply.writeHead(502).end())
    on.end()
  })
  // A request for an upgrade is answered like any other.
  Object.assign(server, { shouldUpgradeCallback: () => false })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

async function openHomeBehind(address: string, domain = HOST, serviceDomain: string | null = null) {
  const hosts = [...new Set([domain, serviceDomain ?? domain])].map((host) => `${host}=${address}`)
  const home = await openOwnerHome({ env: { HOMEBIRD_HOST_ADDRESSES: hosts.join(',') } })
  await home.asPage(`${API}/session/key`, { method: 'POST', body: { key: START_KEY } })
  const made = await home.asPage(`${API}/setup`, { method: 'POST', body: { ...FORM, domain, serviceDomain } })
  assert.equal(made.status, 200, made.text())
  return home
}

/** Name to flaw, or to null where it is good. */
async function outsideOf(home: OwnerHome): Promise<Record<string, string | null>> {
  const { checks } = (await home.asPage(`${API}/checks`)).json()
  const shown = [...(checks ?? [])].slice(3).map((check) => {
    const flaw = String(check['isGood']) === 'true' ? null : String(check['flaw'])
    return [String(check['name']), flaw] as const
  })
  return Object.fromEntries(shown)
}

test('a home behind a good front is found, with its certificate, profile and live updates', async (t) => {
  const front = await openFront(t)
  const home = await openHomeBehind(front.address)
  front.lead.port = home.publicPort
  const good = { address: null, certificate: null, profile: null, live_outside: null }
  assert.deepEqual(await outsideOf(home), good)
})

test('a front that leads nowhere is told, and what rests upon it is not tried', async (t) => {
  const front = await openFront(t)
  const home = await openHomeBehind(front.address)
  const rest = { certificate: 'not_tried', profile: 'not_tried', live_outside: 'not_tried' }
  assert.deepEqual(await outsideOf(home), { address: 'silent', ...rest })
})

test('a certificate of another name is told as a certificate', async (t) => {
  const front = await openFront(t, ca.certificateFor('other.example'))
  const home = await openHomeBehind(front.address)
  front.lead.port = home.publicPort
  const rest = { profile: 'not_tried', live_outside: 'not_tried' }
  assert.deepEqual(await outsideOf(home), { address: null, certificate: 'certificate', ...rest })
})

test('a proxy that changes the Host header, and one that drops web sockets, are told apart', async (t) => {
  const front = await openFront(t)
  const home = await openHomeBehind(front.address)
  front.lead.port = await openProxy(t, home.publicPort, 'localhost')
  assert.equal((await outsideOf(home))['profile'], 'host_header')
  front.lead.port = await openProxy(t, home.publicPort, HOST)
  const { profile, live_outside: live } = await outsideOf(home)
  assert.deepEqual([profile, live], [null, 'upgrade'])
  front.lead.port = await openProxy(t, 1, HOST)
  assert.equal((await outsideOf(home))['profile'], 'not_led')
})

test('somebody else at the address is told', async (t) => {
  const front = await openFront(t)
  const home = await openHomeBehind(front.address)
  const other = createHttpServer((_request, reply) => reply.end('<h1>My bakery</h1>'))
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  front.lead.port = (other.address() as AddressInfo).port
  assert.equal((await outsideOf(home))['profile'], 'stranger')
})
