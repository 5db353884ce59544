import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiFailure, isPassing } from '../../../../renderer/api/failure.ts'
import { parseLinkHeader } from '../../../../renderer/api/link-header.ts'
import { ownPath } from '../../../../renderer/api/own-path.ts'
import { createPost, setReaction } from '../../../../renderer/api/posts.ts'
import { openScriptedApi } from '../../../support/scripted-api.ts'
import { statusOf } from '../../../support/statuses.ts'

async function failureOf(work: Promise<unknown>): Promise<ApiFailure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ApiFailure, `expected a failure, got ${String(error)}`)
  return error
}

test('every request carries the mark that no form and no other site can set', async (t) => {
  const scripted = await openScriptedApi(t, () => ({ body: {} }))
  await scripted.api.get('/x')
  await scripted.api.post('/x', { body: { a: 1 } })
  assert.deepEqual(
    scripted.requests.map(({ method, headers, body }) => [method, headers['x-homebird'], body]),
    [
      ['GET', '1', null],
      ['POST', '1', { a: 1 }],
    ],
  )
})

test('a query leaves out what is not given and repeats lists', async (t) => {
  const scripted = await openScriptedApi(t, () => ({ body: [] }))
  await scripted.api.get('/x', { query: { max_id: undefined, id: ['1', '2'], limit: 40 } })
  assert.equal(scripted.requests[0]?.query.toString(), 'id%5B%5D=1&id%5B%5D=2&limit=40')
})

test('a page comes with its cursors', async (t) => {
  const link =
    '<https://home.example/api/v1/timelines/home?limit=40&max_id=7>; rel="next", <https://home.example/api/v1/timelines/home?min_id=9>; rel="prev"'
  const scripted = await openScriptedApi(t, () => ({ body: [1], headers: { link } }))
  assert.deepEqual(await scripted.api.getPage('/x'), {
    items: [1],
    links: { olderThan: '7', newerThan: '9' },
  })
  assert.deepEqual(parseLinkHeader(null), { olderThan: null, newerThan: null })
  assert.deepEqual(parseLinkHeader('nonsense; rel="next"'), { olderThan: null, newerThan: null })
})

for (const [status, kind, passes] of [
  [401, 'signed_out', false],
  [404, 'refused', false],
  [422, 'refused', false],
  [429, 'limited', true],
  [500, 'broken', false],
  [503, 'unavailable', true],
] as const) {
  test(`an answer of ${status} is told as ${kind}`, async (t) => {
    const scripted = await openScriptedApi(t, () => ({ status, body: { error: 'because' } }))
    const failure = await failureOf(scripted.api.get('/x'))
    assert.deepEqual([failure.kind, failure.status, failure.detail], [kind, status, 'because'])
    assert.equal(isPassing(failure), passes)
    assert.equal(scripted.signedOut, status === 401 ? 1 : 0)
  })
}

test('a refusal keeps its fields and a limit its time', async (t) => {
  const scripted = await openScriptedApi(t, ({ path }) =>
    path === '/fields'
      ? { status: 422, body: { error: 'Validation failed', fields: { username: 'missing' } } }
      : { status: 429, headers: { 'retry-after': '12' }, body: { error: 'slow down' } },
  )
  assert.deepEqual((await failureOf(scripted.api.get('/fields'))).fields, { username: 'missing' })
  assert.equal((await failureOf(scripted.api.get('/limit'))).retryAfterSeconds, 12)
})

test('a home that is not there, and an answer that is no JSON, are failures too', async (t) => {
  const scripted = await openScriptedApi(t, () => ({ body: '<html>' }))
  assert.equal((await failureOf(scripted.api.get('/x'))).kind, 'broken')
  await scripted.stop()
  assert.equal((await failureOf(scripted.api.get('/x'))).kind, 'offline')
})

test('who gives up waiting is not told of a failure', async (t) => {
  const scripted = await openScriptedApi(t, () => ({ write: () => {} }))
  const giveUp = new AbortController()
  const asked = scripted.api.get('/x', { signal: giveUp.signal })
  giveUp.abort()
  await assert.rejects(asked, { name: 'AbortError' })
})

test('a post is sent with its key, and is sensitive when it has a warning', async (t) => {
  const scripted = await openScriptedApi(t, () => ({ body: statusOf('1') }))
  const post = {
    text: 'hi',
    warning: '',
    visibility: 'unlisted' as const,
    isSensitive: false,
    language: null,
    mediaIds: [],
    poll: null,
    quotePolicy: null,
    inReplyToId: null,
    quotedId: null,
    idempotencyKey: 'k',
  }
  await createPost(scripted.api, post)
  await createPost(scripted.api, { ...post, warning: 'spiders', inReplyToId: '4' })
  const plain = { status: 'hi', spoiler_text: '', sensitive: false, media_ids: [], visibility: 'unlisted' }
  assert.deepEqual(
    scripted.requests.map(({ body }) => body),
    [plain, { ...plain, spoiler_text: 'spiders', sensitive: true, in_reply_to_id: '4' }],
  )
  assert.equal(scripted.requests[0]?.headers['idempotency-key'], 'k')
})

test('the answer to a boost is the boosted post', async (t) => {
  const scripted = await openScriptedApi(t, () => ({ body: statusOf('9', { reblog: statusOf('1') }) }))
  assert.equal((await setReaction(scripted.api, '1', 'boost', true)).id, '1')
  assert.equal(scripted.requests[0]?.path, '/api/v1/statuses/1/reblog')
})

test('media are asked for by path on the own listener, whatever host the home gives itself', () => {
  assert.equal(ownPath('https://home.example/proxy/avatar/1/abc'), '/proxy/avatar/1/abc')
  assert.equal(ownPath('https://homebird.invalid/media/x.png?v=1'), '/media/x.png?v=1')
  for (const address of [
    'https://tracker.example/pixel.gif',
    'javascript:alert(1)',
    '',
    null,
    '//evil.example/a',
  ]) {
    assert.equal(ownPath(address), null, String(address))
  }
})

test('files go and come as they are', async (t) => {
  const scripted = await openScriptedApi(t, ({ method }) =>
    method === 'GET' ? { body: 'a,b\n1,2\n', headers: { 'content-type': 'text/csv' } } : { body: {} },
  )
  assert.equal(await (await scripted.api.getFile('/list.csv')).text(), 'a,b\n1,2\n')
  await scripted.api.post('/list', { body: new Blob(['x,y'], { type: 'text/csv' }) })
  const form = new FormData()
  form.set('avatar', new Blob(['picture']), 'a.png')
  await scripted.api.patch('/profile', { body: form })
  assert.deepEqual(
    scripted.requests.map(({ headers }) => String(headers['content-type'] ?? '').split(';')[0]),
    ['', 'text/csv', 'multipart/form-data'],
  )
})

test('an answer that is no list is a failure, and gaps in a list are left out', async (t) => {
  const answers: unknown[] = [{ error: 'none' }, null, 'text', [null, { id: '1' }]]
  const scripted = await openScriptedApi(t, () => ({ body: answers.shift() }))
  for (let time = 0; time < 3; time += 1) {
    assert.equal((await failureOf(scripted.api.getPage('/x'))).kind, 'broken')
  }
  assert.deepEqual((await scripted.api.getPage('/x')).items, [{ id: '1' }])
})
