/** Every cache is told as its documentation says: path, headers and body, and what each answer means. */
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { CdnSettings } from '../../../server/core/cdn-settings.ts'
import { type Clock, systemClock } from '../../../server/core/clock.ts'
import { createPurger } from '../../../server/domain/purges/create-purger.ts'
import { filledIn } from '../../../server/domain/purges/drivers/own-edges.ts'
import type { Purger } from '../../../server/domain/purges/purger.ts'
import { createEdgeCalls } from '../../../server/net/edge-calls.ts'
import { type ScriptedEdge, openScriptedEdge } from '../../support/scripted-edge.ts'
import { openHttpsPeer } from '../../support/https-peer.ts'
import { createTestCa } from '../../support/test-tls.ts'
import { openFetcher } from './support.ts'

const POST = 'https://home.example/ap/posts/9'
const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1)
const NOTHING = { urls: [], tags: [] }

const settings = (given: Partial<CdnSettings>): CdnSettings => ({
  cdn: 'none',
  cdnPurgeUrl: null,
  cdnPurgeToken: '',
  cdnZone: '',
  cdnPurgeMethod: null,
  cdnPurgeHeaders: {},
  ...given,
})

/** A cache of the owner's own, and what tells it. */
async function own(
  t: TestContext,
  given: Partial<CdnSettings>,
  pattern = '',
): Promise<{ edge: ScriptedEdge; purger: Purger }> {
  const edge = await openScriptedEdge()
  const calls = createEdgeCalls({ userAgent: 'test' })
  t.after(() => calls.close())
  const fetch = { tellService: async () => assert.fail('no service is asked') }
  const purger = createPurger(settings({ ...given, cdnPurgeUrl: `${edge.at}${pattern}` }), {
    calls,
    fetch,
    clock: systemClock,
  })
  assert.ok(purger)
  return { edge, purger }
}

interface Told {
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** The API of a CDN at its own name, and what tells it. */
async function service(
  t: TestContext,
  host: string,
  given: Partial<CdnSettings>,
  answer: () => { status: number; body?: string; headers?: Record<string, string> } = () => ({ status: 200 }),
  clock: Clock = systemClock,
): Promise<{ told: Told[]; purger: Purger }> {
  const ca = createTestCa(t)
  const told: Told[] = []
  const api = await openHttpsPeer(t, ca, [host], (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      told.push({ line: `${method} ${url}`, headers, body: Buffer.concat(chunks).toString() })
      const { status, body = '', headers: more = {} } = answer()
      response.writeHead(status, { 'content-type': 'application/json', ...more }).end(body)
    })
  })
  const fetch = await openFetcher(t, { ca, hostAddresses: { [host]: `127.0.0.1:${api.port}` } })
  const calls = { call: async () => assert.fail('no cache of the owner is asked') }
  const purger = createPurger(settings(given), { fetch, calls, clock })
  assert.ok(purger)
  return { told, purger }
}

test('varnish gets a PURGE for each address at its host, and one for each tag', async (t) => {
  const { edge, purger } = await own(t, { cdn: 'varnish', cdnPurgeToken: 'a-long-enough-secret' })
  assert.deepEqual((await purger.purge([POST, 'https://two.example/a?b=c'], ['post-9'])).left, NOTHING)
  const seen = edge.told.map(({ method, path, headers }) => [method, path, headers.host, headers['xkey']])
  assert.deepEqual(seen.toSorted(byText), [
    ['PURGE', '/', edge.at.slice('http://'.length), 'post-9'],
    ['PURGE', '/a?b=c', 'two.example', undefined],
    ['PURGE', '/ap/posts/9', 'home.example', undefined],
  ])
  assert.ok(edge.told.every(({ headers }) => headers['x-homebird-purge'] === 'a-long-enough-secret'))
})

test('nginx is asked for the page with the secret; whatever the home answers is in its place then', async (t) => {
  const { edge, purger } = await own(t, { cdn: 'nginx', cdnPurgeToken: 'a-long-enough-secret' })
  edge.answer = () => 410
  assert.deepEqual((await purger.purge([POST], ['post-9'])).left, NOTHING)
  const [{ method, path, headers } = assert.fail('nothing came')] = edge.told
  assert.deepEqual([method, path, headers.host], ['GET', '/ap/posts/9', 'home.example'])
  assert.equal(headers['x-homebird-purge'], 'a-long-enough-secret')
  edge.answer = () => 502
  const { left, problem } = await purger.purge([POST], [])
  assert.deepEqual([left.urls, problem], [[POST], 'nginx answered 502'])
})

test('a generic CDN is told by method, pattern and headers of the owner', async (t) => {
  const { edge, purger } = await own(
    t,
    { cdn: 'generic', cdnPurgeMethod: 'post', cdnPurgeHeaders: { 'x-key': 'k' } },
    '/purge?url={url}',
  )
  await purger.purge([`${POST}?a=b`], [])
  const [{ method, path, headers } = assert.fail('nothing came')] = edge.told
  assert.deepEqual([method, headers['x-key']], ['POST', 'k'])
  assert.equal(path, `/purge?url=${encodeURIComponent(`${POST}?a=b`)}`)
  const url = new URL(`${POST}?a=b`)
  assert.equal(filledIn('http://c.example{path}', url), 'http://c.example/ap/posts/9?a=b')
  assert.equal(
    filledIn('http://c.example/x/{host}{path}', url),
    'http://c.example/x/home.example/ap/posts/9?a=b',
  )
})

test('a cache that is gone or refuses is a result, with what is left', async (t) => {
  const { edge, purger } = await own(t, { cdn: 'varnish' })
  edge.answer = ({ path }) => (path === '/a' ? 503 : 200)
  const half = await purger.purge(['https://home.example/a', 'https://home.example/b'], [])
  assert.deepEqual(half, {
    left: { urls: ['https://home.example/a'], tags: [] },
    problem: 'varnish answered 503',
    retryAfterSeconds: 7,
  })
  const calls = createEdgeCalls({ userAgent: 'test' })
  const parts = { calls, fetch: { tellService: async () => assert.fail() }, clock: systemClock }
  const gone = createPurger(settings({ cdn: 'varnish', cdnPurgeUrl: 'http://127.0.0.1:1' }), parts)
  assert.match((await gone?.purge([POST], []))?.problem ?? '', /ECONNREFUSED/)
})

test('a cache that would speak another protocol has not forgotten, and is not waited for', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n'),
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  t.after(() => server.close())
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const calls = createEdgeCalls({ userAgent: 'test' })
  t.after(() => calls.close())
  const parts = { calls, fetch: { tellService: async () => assert.fail() }, clock: systemClock }
  const purger = createPurger(settings({ cdn: 'varnish', cdnPurgeUrl: at }), parts)
  assert.match((await purger?.purge([POST], []))?.problem ?? '', /another protocol/)
})

test('Cloudflare gets addresses and tags by the hundred, and five calls a minute', async (t) => {
  let nowMs = 0
  const clock: Clock = { ...systemClock, monotonicMs: () => nowMs }
  const given = { cdn: 'cloudflare', cdnPurgeToken: 'token', cdnZone: 'z1' } as const
  const { told, purger } = await service(t, 'api.cloudflare.com', given, undefined, clock)
  const urls = Array.from({ length: 150 }, (_, n) => `https://home.example/ap/posts/${n}`)
  assert.deepEqual((await purger.purge(urls, ['post-9'])).left, NOTHING)
  assert.deepEqual(
    told.map(({ line }) => line),
    Array<string>(3).fill('POST /client/v4/zones/z1/purge_cache'),
  )
  assert.equal(told[0]?.headers.authorization, 'Bearer token')
  assert.deepEqual(
    told.map(({ body }) => JSON.parse(body) as unknown),
    [{ tags: ['post-9'] }, { files: urls.slice(0, 100) }, { files: urls.slice(100) }],
  )
  const rest = await purger.purge(urls.slice(0, 3), ['a'])
  assert.deepEqual(rest.left, NOTHING)
  const waiting = await purger.purge([POST], [])
  assert.deepEqual(waiting, { left: { urls: [POST], tags: [] }, problem: null, retryAfterSeconds: 12 })
  nowMs += 12_000
  assert.deepEqual((await purger.purge([POST], [])).left, NOTHING)
})

test('what Cloudflare refuses is told in its words, and its Retry-After counts', async (t) => {
  const given = { cdn: 'cloudflare', cdnPurgeToken: 'token', cdnZone: 'z1' } as const
  const body = '{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}'
  const refused = await service(t, 'api.cloudflare.com', given, () => ({ status: 403, body }))
  const { problem, left } = await refused.purger.purge([POST], [])
  assert.match(problem ?? '', /^Cloudflare: it answered 403: .*Authentication error/)
  assert.deepEqual(left.urls, [POST])
  const busy = await service(t, 'api.cloudflare.com', given, () => ({
    status: 429,
    headers: { 'retry-after': '30' },
  }))
  assert.equal((await busy.purger.purge([POST], [])).retryAfterSeconds, 30)
})

test('Bunny gets one call for each tag and address, and never an address that stands for more', async (t) => {
  const given = { cdn: 'bunny', cdnPurgeToken: 'key', cdnZone: '42' } as const
  const { told, purger } = await service(t, 'api.bunny.net', given, () => ({ status: 204 }))
  assert.deepEqual((await purger.purge(['https://home.example/'], ['post-9'])).left, NOTHING)
  const lines = told.map(({ line, body }) => `${line} ${body}`).toSorted()
  assert.deepEqual(lines, [
    'POST /pullzone/42/purgeCache {"CacheTag":"post-9"}',
    'POST /purge?url=https%3A%2F%2Fhome.example%2F&async=false&exactPath=true ',
  ])
  assert.ok(told.every(({ headers }) => headers['accesskey'] === 'key'))
})

test('Fastly gets its tags in one call, and forgets at once', async (t) => {
  const given = { cdn: 'fastly', cdnPurgeToken: 'key', cdnZone: 'SU1Z' } as const
  const { told, purger } = await service(t, 'api.fastly.com', given, () => ({
    status: 200,
    body: '{"status":"ok","id":"1"}',
  }))
  assert.deepEqual((await purger.purge([POST], ['post-9', 'actor-7'])).left, NOTHING)
  const seen = told.map(({ line, headers }) => [line, headers['surrogate-key'], headers['fastly-key']])
  assert.deepEqual(seen.toSorted(byText), [
    ['POST /purge/home.example/ap/posts/9', undefined, 'key'],
    ['POST /service/SU1Z/purge', 'post-9 actor-7', 'key'],
  ])
  assert.ok(told.every(({ headers }) => headers['fastly-soft-purge'] === undefined))
})
