/** What holds for every route of the client API: how often it may be asked, from where, and how it says no. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { Clock } from '../../../server/core/clock.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { type ApiHome, openApiHome } from '../../support/api-home.ts'
import type { PlainAnswer, PlainRequest } from '../../support/http-client.ts'
import { formOf } from '../../support/multipart.ts'

const HELD_AT = new Date('2026-05-01T12:02:03.456Z')
const held = { now: new Date(HELD_AT) }
const clock: Clock = { now: () => new Date(held.now), monotonicMs: () => systemClock.monotonicMs() }

/** Six requests of an app in five minutes. */
let narrow: Promise<ApiHome> | null = null
const openNarrow = async (): Promise<ApiHome> => {
  narrow ??= openApiHome({ clock, env: { HOMEBIRD_API_RATE: '6' } })
  return narrow
}
let wide: Promise<ApiHome> | null = null
const openWide = async (): Promise<ApiHome> => {
  wide ??= openApiHome()
  return wide
}

const limitsOf = ({ headers }: PlainAnswer): unknown[] => [
  headers['x-ratelimit-limit'],
  headers['x-ratelimit-remaining'],
  headers['x-ratelimit-reset'],
]

test('an app is told how much it has left, refused when it has nothing, and heard again in the next window', async () => {
  const home = await openNarrow()
  const app = await home.app(['read'])
  const ask = async (): Promise<PlainAnswer> => app.ask('/api/v1/preferences')
  assert.deepEqual(limitsOf(await ask()), ['6', '5', '2026-05-01T12:05:00.000000Z'])
  for (let left = 4; left >= 0; left -= 1)
    assert.equal((await ask()).headers['x-ratelimit-remaining'], String(left))
  const refused = await ask()
  assert.equal(refused.status, 429)
  assert.deepEqual(refused.json(), { error: 'Too many requests' })
  assert.equal(refused.headers['retry-after'], '177')
  assert.equal(refused.headers['x-ratelimit-remaining'], '0')
  assert.equal(refused.headers['access-control-allow-origin'], '*')
  // Another app has its own.
  assert.equal((await (await home.app(['read'])).ask('/api/v1/preferences')).status, 200)
  held.now = new Date('2026-05-01T12:05:00Z')
  assert.deepEqual(limitsOf(await ask()), ['6', '5', '2026-05-01T12:10:00.000000Z'])
})

test('strangers have a share of their own, guessed tokens among them, and no app waits for theirs', async () => {
  const home = await openNarrow()
  held.now = new Date('2026-05-01T13:00:00Z')
  const statuses: number[] = []
  for (let number = 0; number < 14; number += 1) {
    const headers = number % 2 === 0 ? {} : { authorization: `Bearer ${'x'.repeat(40)}${number}` }
    statuses.push((await home.ask('/api/v1/preferences', { headers })).status)
  }
  assert.deepEqual(statuses, [...Array.from({ length: 12 }, () => 401), 429, 429])
  assert.equal((await home.ask('/api/v2/instance')).status, 429)
  assert.equal((await (await home.app(['read'])).ask('/api/v1/preferences')).status, 200)
})

test('the window is never counted', async () => {
  const home = await openNarrow()
  held.now = new Date('2026-05-01T14:00:00Z')
  for (let number = 0; number < 20; number += 1) {
    const answer = await home.askPrivate('/api/v2/instance')
    assert.deepEqual([answer.status, answer.headers['x-ratelimit-limit']], [200, undefined])
  }
})

test('the tighter limit of a route is told in the same words', async () => {
  const home = await openWide()
  const register = async (): Promise<PlainAnswer> =>
    home.ask('/api/v1/apps', {
      method: 'POST',
      body: { client_name: 'x', redirect_uris: 'urn:ietf:wg:oauth:2.0:oob' },
    })
  const first = await register()
  const [limit, left, reset] = limitsOf(first)
  assert.deepEqual([first.status, limit, left], [200, '5', '4'])
  assert.match(String(reset), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  const seconds = (Date.parse(String(reset)) - Date.now()) / 1_000
  assert.ok(seconds > 590 && seconds < 605, `${seconds} s`)
  for (let number = 0; number < 4; number += 1) assert.equal((await register()).status, 200)
  const refused = await register()
  assert.equal(refused.status, 429)
  assert.ok(Number(refused.headers['retry-after']) > 590)
})

test('web apps of every origin may read every answer, and may send what they like', async () => {
  const home = await openWide()
  const app = await home.app(['read'])
  const answers = [
    await app.ask('/api/v1/preferences'),
    await app.ask('/api/v1/statuses/1'),
    await app.ask('/api/v1/blocks', { method: 'PUT' }),
    await app.ask('/api/nothing'),
    await app.ask('/api/v1/statuses', { method: 'POST', body: {} }),
    await home.ask('/api/v1/preferences'),
    await home.ask('/api/v1/apps', {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    }),
    await home.ask('/oauth/token', { method: 'POST', body: {} }),
    await home.ask('/api/v1/streaming/user'),
    await home.ask('/proxy/avatar/1/x'),
    await home.ask('/api/%zz'),
  ]
  for (const answer of answers)
    assert.equal(answer.headers['access-control-allow-origin'], '*', answer.text())
  const exposed = String(answers[0]?.headers['access-control-expose-headers']).toLowerCase().split(', ')
  for (const name of 'Link X-RateLimit-Reset X-RateLimit-Limit X-RateLimit-Remaining X-Request-Id'.split(' '))
    assert.ok(exposed.includes(name.toLowerCase()), name)
  assert.match(String(answers[0]?.headers['x-request-id']), /^[\w-]{36}$/)
  for (const path of [
    '/api/v1/statuses/1/favourite',
    '/oauth/token',
    '/api/v2/media',
    '/api/nothing/at/all',
  ]) {
    const preflight = await home.ask(path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://elk.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, x-of-mine',
      },
    })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers['access-control-allow-origin'], '*')
    assert.match(String(preflight.headers['access-control-allow-methods']), /PATCH/)
    assert.equal(preflight.headers['access-control-allow-headers'], 'authorization, x-of-mine')
  }
  const odd = await home.ask('/api/v1/statuses', {
    method: 'OPTIONS',
    headers: { 'access-control-request-headers': 'x y; <script>' },
  })
  assert.match(String(odd.headers['access-control-allow-headers']), /^Authorization, /)
})

test('a no has the status, and the words, that apps know', async () => {
  const home = await openWide()
  const reader = await home.app(['read:accounts'])
  const app = await home.app()
  const json = { 'content-type': 'application/json' }
  const cases: ReadonlyArray<readonly [typeof app, string, PlainRequest, number, string | RegExp]> = [
    [home.stranger(), '/api/v1/preferences', {}, 401, 'The access token is invalid'],
    [reader, '/api/v1/timelines/home', {}, 403, 'This action is outside the authorized scopes'],
    [app, '/api/v1/statuses/1', {}, 404, 'Record not found'],
    [app, '/api/v1/none', {}, 404, 'Record not found'],
    [app, '/api/v1/preferences', { method: 'DELETE' }, 404, 'Record not found'],
    [app, '/api/v1/statuses', { method: 'POST', body: {} }, 422, /^Validation failed: /],
    [app, '/api/v1/statuses', { method: 'POST', body: '{"status":', headers: json }, 400, /not understood/],
    [
      app,
      '/api/v1/statuses',
      { method: 'POST', body: '{"status":"x"}', headers: { 'content-type': 'text/csv' } },
      415,
      /content type/,
    ],
    [
      app,
      '/api/v1/statuses',
      { method: 'POST', body: `{"status":"${'x'.repeat(1_100_000)}"}`, headers: json },
      413,
      /too large/,
    ],
  ]
  for (const [client, path, request, status, error] of cases) {
    const answer = await client.ask(path, request)
    const said = String(answer.json()['error'])
    assert.equal(answer.status, status, `${request.method} ${path}: ${said}`)
    if (typeof error === 'string') assert.equal(said, error)
    else assert.match(said, error)
    assert.match(String(answer.headers['content-type']), /^application\/json/)
    assert.equal(answer.headers['cache-control'], 'no-store')
  }
  assert.match(String((await home.ask('/api/v1/preferences')).headers['www-authenticate']), /^Bearer /)
})

test('a form of many fields is as large as a body may be, whoever sends it', async () => {
  const home = await openWide()
  const value = 'x'.repeat(200_000)
  const fields = Array.from({ length: 6 }, (_, at) => [`field${at}`, value] as const)
  const ask = async (count: number): Promise<number> =>
    (await home.ask('/oauth/token', { method: 'POST', ...formOf(fields.slice(0, count), []) })).status
  assert.equal(await ask(5), 401)
  assert.equal(await ask(6), 413)
})

test('an address may end with a slash or .json, HEAD is GET without a body, and an empty body may have any type', async () => {
  const home = await openWide()
  const app = await home.app()
  for (const path of [
    '/api/v1/instance/',
    '/api/v1/instance.json',
    '/api/v1/instance?x=1',
    '/api/v1/instance/?x=/',
  ]) {
    assert.equal((await home.ask(path)).json()['uri'], 'home.example', path)
  }
  assert.equal((await app.ask('/api/v1/accounts/lookup/?acct=ana')).json()['username'], 'ana')
  assert.equal((await home.ask('/api/v1/instance//')).status, 404)
  assert.equal((await home.ask('/oauth/token/', { method: 'POST', body: {} })).status, 401)
  const head = await home.ask('/api/v1/instance', { method: 'HEAD' })
  assert.deepEqual([head.status, head.text()], [200, ''])
  const post = await app.post<{ id: string }>('/api/v1/statuses', { status: 'hello' })
  for (const type of ['text/plain;charset=UTF-8', 'application/octet-stream', 'application/json']) {
    const headers = { 'content-type': type, 'content-length': '0' }
    const answer = await app.ask(`/api/v1/statuses/${post.id}/favourite`, { method: 'POST', headers })
    assert.deepEqual([answer.status, answer.json()['favourited']], [200, true], type)
  }
})

test('what newer routes have replaced says so', async () => {
  const home = await openWide()
  const app = await home.app()
  const said = async (path: string, method = 'GET'): Promise<unknown> =>
    (await app.ask(path, { method })).headers['deprecation']
  assert.equal(await said('/api/v1/instance'), '@1668384000')
  assert.equal(await said('/api/v1/instance', 'HEAD'), '@1668384000')
  assert.equal(await said('/api/v1/filters'), '@1668384000')
  assert.equal(await said('/api/v1/filters/1', 'DELETE'), '@1668384000')
  assert.equal(await said('/api/v1/suggestions'), '@1621123200')
  assert.equal(await said('/api/v1/trends'), '@1648598400')
  assert.equal(await said(`/api/v1/accounts/${home.ana.id}/identity_proofs`), '@1648598400')
  for (const path of ['/api/v2/instance', '/api/v2/filters', '/api/v2/suggestions', '/api/v1/trends/tags'])
    assert.equal(await said(path), undefined)
})

test('a method that nobody knows gets an answer and not a hanging line', async () => {
  const home = await openWide()
  const socket = connect(home.publicPort, '127.0.0.1')
  socket.end('BREW /api/v1/instance HTTP/1.1\r\nHost: home.example\r\nConnection: close\r\n\r\n')
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  assert.match(chunk.toString(), /^HTTP\/1\.1 40\d /)
  socket.destroy()
})
