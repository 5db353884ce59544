import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { systemClock } from '../../../../server/core/clock.ts'
import { UNMEASURED_EDGE } from '../../../../server/domain/edges/edge.ts'
import { NOTHING_SWITCHED } from '../../../../server/domain/owner/switches.ts'
import { answerAs, answerByTable } from '../../../../server/http/plugins/answer-headers.ts'
import {
  ANSWERS,
  type AnswerClass,
  type AnswerFacts,
  cacheControlOf,
  cdnCacheControlOf,
} from '../../../../server/http/plugins/answer-table.ts'

const STRICT = { honoursQuery: false, honoursVary: false, purges: false }
const PROVEN = { honoursQuery: true, honoursVary: true, purges: true }
const VISIT: AnswerFacts = {
  method: 'GET',
  status: 200,
  outcome: null,
  hasCredentials: false,
  isAuthorizedFetch: false,
  keepsNegotiated: false,
  edge: STRICT,
}
const OBJECT = 'public, max-age=60, stale-while-revalidate=60, stale-if-error=604800, no-transform'
const PRIVATE = 'private, no-store'
const source = {
  home: { switches: () => NOTHING_SWITCHED, edge: () => UNMEASURED_EDGE },
  config: {
    authorizedFetch: false,
    cacheTimeoutPageDefault: 60,
    cacheTimeoutPageTimeline: 180,
    cacheTimeoutPagePost: 0,
    cacheTimeoutIdentityFeed: 300,
  },
  clock: systemClock,
}

function kept(kind: AnswerClass, facts: Partial<AnswerFacts> = {}): string {
  return cacheControlOf(kind, { ...VISIT, ...facts })
}

test('an object is kept where it is said to be public, whoever asks, and else by nobody', () => {
  assert.equal(kept('object', { outcome: 'public' }), OBJECT)
  assert.equal(kept('object', { outcome: 'public', hasCredentials: true }), OBJECT)
  assert.equal(kept('object', { outcome: 'public', status: 304 }), OBJECT)
  assert.equal(kept('object'), PRIVATE)
  assert.equal(kept('object', { outcome: 'not public' }), PRIVATE)
  assert.equal(kept('object', { status: 404 }), PRIVATE)
  assert.equal(kept('object', { outcome: 'public', isAuthorizedFetch: true }), PRIVATE)
})

test('what is gone may be kept for a minute, but not in authorised-fetch mode', () => {
  assert.equal(kept('object', { status: 410, outcome: 'public' }), 'public, max-age=60, no-transform')
  assert.equal(kept('object', { status: 410, outcome: 'public', isAuthorizedFetch: true }), PRIVATE)
  assert.equal(kept('object', { status: 410, outcome: 'not public' }), PRIVATE)
})

test('errors, redirects and everything that is no reading are kept by nobody', () => {
  for (const kind of Object.keys(ANSWERS) as AnswerClass[]) {
    for (const status of [302, 400, 401, 403, 404, 416, 421, 429, 500, 503]) {
      assert.match(kept(kind, { status, outcome: 'public' }), /^(?:private, )?no-store$/, `${kind} ${status}`)
    }
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      assert.match(kept(kind, { method, outcome: 'public' }), /^(?:private, )?no-store$/, `${kind} ${method}`)
    }
  }
})

test('whoever shows who they are gets what nobody keeps, but for objects, media, assets and probes', () => {
  const sameForAll = Object.keys(ANSWERS).filter((kind) => {
    const facts = { outcome: 'public', hasCredentials: true, edge: PROVEN, keepsNegotiated: true } as const
    return kept(kind as AnswerClass, facts).startsWith('public')
  })
  assert.deepEqual(sameForAll, [
    'object',
    'listing',
    'revocable',
    'instanceActor',
    'media',
    'picture',
    'asset',
    'probe',
  ])
})

test('no lifetime switches off what is shown while the home is away, or says no-store in another word', () => {
  for (const row of Object.values(ANSWERS)) {
    assert.doesNotMatch(row.kept, /s-maxage|must-revalidate/)
    if (row.kept.startsWith('public')) assert.doesNotMatch(row.kept, /no-store|private/)
  }
})

test('WebFinger and negotiating pages are kept only by an edge that is proven to tell them apart', () => {
  assert.equal(kept('webfinger'), PRIVATE)
  assert.equal(
    kept('webfinger', { edge: PROVEN }),
    'public, max-age=600, stale-if-error=604800, no-transform',
  )
  assert.equal(kept('negotiated', { edge: PROVEN }), PRIVATE)
  assert.equal(kept('negotiated', { keepsNegotiated: true }), PRIVATE)
  const asked = { edge: PROVEN, keepsNegotiated: true }
  assert.equal(kept('negotiated', asked), 'public, max-age=60, no-transform')
  for (const status of [302, 404]) assert.equal(kept('negotiated', { ...asked, status }), PRIVATE)
})

test('a CDN that drops what it is told to keeps public objects for a day, and nothing else', () => {
  const told = (Object.keys(ANSWERS) as AnswerClass[]).filter((kind) => {
    const cacheControl = kept(kind, { outcome: 'public' })
    assert.equal(cdnCacheControlOf(kind, cacheControl, STRICT), null)
    assert.equal(cdnCacheControlOf(kind, PRIVATE, PROVEN), null)
    return cdnCacheControlOf(kind, cacheControl, PROVEN) === 'max-age=86400, stale-if-error=604800'
  })
  assert.deepEqual(told, ['object'])
})

test('an app with a route that declares no answer does not start', async () => {
  const app = fastify()
  answerByTable(app, source)
  app.get('/bare', async () => 'here')
  await assert.rejects(async () => app.ready(), /route GET \/bare declares no answer/)
  await app.close()
})

test('a plugin declares for its routes what they do not say themselves, and nobody writes the header by hand', async (t) => {
  const app = fastify()
  t.after(async () => app.close())
  answerByTable(app, source)
  await app.register(async (inner) => {
    answerAs(inner, 'private')
    inner.get('/own', async () => 'mine')
    inner.get('/page', { config: { answer: 'page' } }, async (_request, reply) =>
      reply.header('cache-control', 'max-age=1').send('all'),
    )
    const lists = { answer: 'page', lifetime: 'cacheTimeoutPageTimeline' } as const
    inner.get('/list', { config: lists }, async () => 'many')
    const post = { answer: 'page', lifetime: 'cacheTimeoutPagePost' } as const
    inner.get('/post', { config: post }, async () => 'one')
    inner.get('/cookie', { config: { answer: 'page' } }, async (_request, reply) =>
      reply.header('set-cookie', 'a=b').send('all'),
    )
  })
  const said = async (url: string): Promise<unknown> => (await app.inject(url)).headers['cache-control']
  assert.equal(await said('/own'), PRIVATE)
  assert.equal(await said('/page'), 'public, max-age=60, no-transform')
  assert.equal(await said('/list'), 'public, max-age=180, no-transform', 'as it is set')
  assert.equal(await said('/post'), 'public, max-age=0, no-transform')
  assert.equal(await said('/cookie'), 'no-store')
  assert.equal(await said('/absent'), 'no-store')
})
