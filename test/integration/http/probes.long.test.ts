/** What the home tells itself of a request that went out and came in again, and what nobody else can ask for. */
import assert from 'node:assert/strict'
import { hash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { signRequest } from '../../../server/activitypub/sign-request.ts'
import { digestOf } from '../../../server/activitypub/digest.ts'
import type { SeenRequest } from '../../../server/contracts/probe.ts'
import {
  type ProbePlace,
  isProbeProof,
  isReportProof,
  makeProbeNonce,
  probePath,
} from '../../../server/core/probe.ts'
import { readProbeKey } from '../../../server/domain/edges/probe-key.ts'
import { parseRemoteUrl } from '../../../server/net/origin.ts'
import { openApiHome } from '../../support/api-home.ts'
import { type PlainAnswer, type PlainRequest, askListener } from '../../support/http-client.ts'
import { until } from '../../support/until.ts'

const HOST = 'home.example'
const home = await openApiHome()
const key = await readProbeKey(home.home)
const nonceOf = (ageMs = 0, by = key): string => makeProbeNonce(by, new Date(Date.now() - ageMs))

/** Read as the doctor does: only with its proof. */
function seenIn(answer: PlainAnswer, nonce: string, kind: string): SeenRequest {
  const { seen, proof } = answer.json()
  const report = String(seen)
  assert.ok(isReportProof(key, { nonce, kind, report }, String(proof)), answer.text())
  return JSON.parse(report) as SeenRequest
}

async function look(kind: string, request: PlainRequest = {}, more = ''): Promise<SeenRequest> {
  const nonce = nonceOf()
  const answer = await home.ask(probePath(nonce, `${kind}${more}`), request)
  assert.equal(answer.status, 200, answer.text())
  return seenIn(answer, nonce, kind)
}

const valueOf = (seen: SeenRequest, name: string): string | null | undefined =>
  seen.headers.find(([told]) => told === name)?.[1]

test('a request is told back as it arrived: path, query, headers, body, and no secret of it', async () => {
  const body = '{ "b":1,\n "a" : "\\u00e4" }'
  const seen = await look(
    'seen',
    {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/activity+json',
        accept: 'application/activity+json',
        authorization: 'Bearer of-nobody',
        cookie: 'session=secret',
        'x-forwarded-proto': 'https',
        'x-of-somebody': 'else',
      },
    },
    '/%65/a%2Fb//c?z=1&a=2&z=3',
  )
  assert.match(seen.path, /\/seen\/%65\/a%2Fb\/\/c\?z=1&a=2&z=3$/)
  assert.deepEqual([seen.method, seen.scheme], ['POST', 'https'])
  assert.deepEqual(seen.body, { bytes: body.length, sha256: hash('sha256', body, 'hex') })
  assert.equal(valueOf(seen, 'accept'), 'application/activity+json')
  assert.deepEqual([valueOf(seen, 'authorization'), valueOf(seen, 'cookie')], [null, null])
  assert.equal(valueOf(seen, 'x-of-somebody'), undefined)
  assert.deepEqual(seen.client, { address: '127.0.0.1', way: 'public', believes: 'socket' })
  assert.equal(seen.signature, null)
})

test('by whatever name it arrives, so that a name that was changed on its way is seen', async () => {
  const nonce = nonceOf()
  const answer = await askListener(home.publicPort, 'inner.local:8080', probePath(nonce, 'seen'))
  assert.equal(valueOf(seenIn(answer, nonce, 'seen'), 'host'), 'inner.local:8080')
  const other = await askListener(home.publicPort, 'inner.local:8080', '/ap/instance')
  assert.equal(other.status, 421)
})

test('signatures of both kinds are judged as an inbox judges them', async () => {
  const nonce = nonceOf()
  const path = probePath(nonce, 'seen')
  const url = parseRemoteUrl(`https://${HOST}${path}`)
  const body = JSON.stringify({ type: 'Probe' })
  const { id } = home.home.instanceActor()
  for (const kind of ['cavage', 'rfc9421', 'rfc9421_ed25519'] as const) {
    for (const method of ['GET', 'POST'] as const) {
      const isPost = method === 'POST'
      const contentType = 'application/activity+json'
      const headers = await signRequest(
        home.home,
        id,
        {
          method,
          url,
          now: new Date(),
          ...(isPost ? { body: { digest: digestOf(body), contentType } } : {}),
        },
        kind,
      )
      const sent = isPost ? { method, body, headers } : { method, headers }
      const good = seenIn(await home.ask(path, sent), nonce, 'seen')
      assert.deepEqual(good.signature, { isGood: true, problem: null }, `${kind} ${method}`)
      const other = isPost ? { ...sent, body: `${body} ` } : sent
      const more = isPost ? '' : '/a'
      const bad = seenIn(await home.ask(`${path}${more}`, other), nonce, 'seen')
      assert.equal(bad.signature?.isGood, false, `${kind} ${method}`)
    }
  }
})

test('what may be kept and what may not says so, where objects stand and elsewhere, and is another each time', async () => {
  const wanted = {
    'kept-public': ['public, max-age=60, no-transform', false],
    'kept-vary': ['public, max-age=60, no-transform', true],
    'kept-no-store': ['no-store', false],
    'kept-private': ['private, no-store', false],
  }
  for (const place of ['site', 'objects'] satisfies ProbePlace[]) {
    for (const [kind, said] of Object.entries(wanted)) {
      const nonce = nonceOf()
      const path = probePath(nonce, kind, place)
      const answers = [await home.ask(path), await home.ask(path)]
      const marks = answers.map((answer) => seenIn(answer, nonce, kind).mark)
      assert.deepEqual(Object.keys(seenIn(answers[0] as PlainAnswer, nonce, kind)), ['mark'], 'and no more')
      assert.notEqual(marks[0], marks[1])
      const { headers } = answers[0] as PlainAnswer
      const varies = (headers['vary'] ?? '').split(/, */).includes('Accept')
      assert.deepEqual([headers['cache-control'], varies], said)
      assert.equal(headers['etag'] !== undefined, String(said[0]).startsWith('public'))
    }
  }
})

test('a body as large as uploads are is counted as it comes, and a larger one refused', async () => {
  const body = Buffer.alloc(3_000_000, 'homebird')
  const seen = await look('size', { method: 'POST', body })
  assert.deepEqual(seen.body, { bytes: body.length, sha256: hash('sha256', body, 'hex') })
  const told = await home.ask(probePath(nonceOf(), 'size'), {
    method: 'POST',
    headers: { 'content-length': '43000000', connection: 'close' },
    body: '',
  })
  assert.equal(told.status, 413)
  const small = await home.ask(probePath(nonceOf(), 'seen'), { method: 'POST', body: Buffer.alloc(70_000) })
  assert.equal(small.status, 413)
})

test('a body that no length was told of is cut off where it becomes too large', async () => {
  const path = probePath(nonceOf(), 'size')
  const sent = httpRequest({
    host: '127.0.0.1',
    port: home.publicPort,
    path,
    method: 'POST',
    headers: { host: HOST },
    agent: new Agent(),
  })
  const cut = new Promise<number>((resolve) => {
    sent.once('error', () => resolve(0))
    sent.once('response', (answer: IncomingMessage) => resolve(answer.statusCode ?? 0))
  })
  const chunk = Buffer.alloc(1_048_576)
  const fate = { isOver: false }
  void cut.then(() => (fate.isOver = true))
  for (let written = 0; written < 80 && !fate.isOver; written += 1) {
    if (!sent.write(chunk)) await Promise.race([once(sent, 'drain').catch(() => undefined), cut])
  }
  const status = await cut
  assert.ok(status === 413 || status === 0, String(status))
  sent.destroy()
})

test('events come as they are told, the first at once', async () => {
  const nonce = nonceOf()
  const { answer, request } = await home.stranger().open(probePath(nonce, 'events', 'live'))
  let text = ''
  answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await until('the first event', () => text.includes('\n\n'))
  const { proof } = JSON.parse(/data: (.*)\n/.exec(text)?.[1] ?? '{}') as { proof?: string }
  assert.ok(isProbeProof(key, nonce, 'events', proof ?? ''))
  assert.ok(!text.includes('event: end'))
  request.destroy()
})

async function openSocket(nonce: string): Promise<WebSocket> {
  const at = `ws://127.0.0.1:${home.publicPort}${probePath(nonce, 'socket', 'live')}`
  const socket = new WebSocket(at, { headers: { host: HOST } })
  await once(socket, 'open')
  return socket
}

test('a web socket gives back what it gets, so many times', async () => {
  const nonce = nonceOf()
  const socket = await openSocket(nonce)
  socket.send('are you there?')
  const [data] = (await once(socket, 'message')) as [Buffer]
  const { proof, echo } = JSON.parse(data.toString()) as { proof: string; echo: string }
  assert.ok(isProbeProof(key, nonce, 'socket', proof))
  assert.equal(echo, 'are you there?')
  for (let sent = 0; sent < 25; sent += 1) socket.send('again')
  const [code] = (await once(socket, 'close')) as [number]
  assert.equal(code, 1_008)
})

/** Its neighbour in the alphabet of nonces: as the last one it would mean the same bytes. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const nextLetter = (letter: string): string => LETTERS[LETTERS.indexOf(letter) ^ 1] ?? ''

const KINDS = ['home', 'seen', 'kept-public', 'kept-no-store', 'kept-private', 'events']

test('what this home does not ask now is not there: forged, old, early, of another home, of no kind', async () => {
  const good = nonceOf()
  const foreign = [
    () => nonceOf(0, randomBytes(32)),
    () => nonceOf(151_000),
    // Made when it is asked with: half a minute ahead is one of now.
    () => nonceOf(-60_000),
    ...[
      `${good.slice(0, -1)}${nextLetter(good.slice(-1))}`,
      `${good.slice(0, -2)}${nextLetter(good.slice(-2, -1))}${good.slice(-1)}`,
      good.slice(1),
      `${good}A`,
      'x',
    ].map((nonce) => () => nonce),
  ]
  for (const make of foreign) {
    for (const kind of KINDS) {
      const nonce = make()
      const answer = await home.ask(probePath(nonce, kind))
      assert.equal(answer.status, 404, `${nonce} ${kind}`)
      assert.equal(answer.headers['cache-control'], 'no-store')
    }
    const upload = await home.ask(probePath(make(), 'size'), { method: 'POST', body: Buffer.alloc(1_000) })
    assert.equal(upload.status, 404)
    await assert.rejects(openSocket(make()), /404/)
  }
  for (const kind of ['Home', 'a b', '', `k${'x'.repeat(41)}`, '..', 'home/x', 'seenx/y'])
    assert.equal((await home.ask(probePath(good, encodeURIComponent(kind)))).status, 404, kind)
  for (const [method, kind] of [
    ['POST', 'home'],
    ['PUT', 'seen'],
    ['GET', 'size'],
    ['DELETE', 'kept-public'],
  ] as const)
    assert.notEqual((await home.ask(probePath(good, kind), { method })).json()['seen'], 'string', kind)
})

test('whoever has seen a nonce holds no more places than a few, and the proof of the tunnel goes on', async () => {
  const nonce = nonceOf()
  const streams = await Promise.all(
    Array.from({ length: 14 }, async () => home.stranger().open(probePath(nonce, 'events', 'live'))),
  )
  const statuses = streams.map(({ answer }) => answer.statusCode)
  assert.deepEqual(
    [statuses.filter((status) => status === 200).length, statuses.filter((status) => status === 429).length],
    [10, 4],
  )
  for (const { request } of streams) request.destroy()
  await until('the places to be free again', async () => {
    const { answer, request } = await home.stranger().open(probePath(nonce, 'events', 'live'))
    request.destroy()
    return answer.statusCode === 200
  })
  let last = 200
  for (let asked = 0; asked < 20_000 && last === 200; asked += 40) {
    const answers = await Promise.all(
      Array.from({ length: 40 }, async () => home.ask(probePath(nonce, 'kept-public'))),
    )
    last = answers.at(-1)?.status ?? 0
    if (last === 429) assert.ok(Number(answers.at(-1)?.headers['retry-after']) >= 1)
  }
  assert.equal(last, 429)
  assert.equal((await home.ask(probePath(nonce, 'home'))).status, 200)
  assert.equal((await home.ask('/nodeinfo/2.1')).status, 200)
})
