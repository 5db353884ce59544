/** Every route that is registered is asked in every way that must not matter; new routes are walked without being named. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { Status } from '../../../server/contracts/status.ts'
import {
  EDGE_ALARM,
  PUBLIC_EDGE,
  recordMeasurement,
  recordPurgeProof,
} from '../../../server/domain/edges/edge.ts'
import { setAuthorizedFetch, setKeepsPages } from '../../../server/domain/owner/switches.ts'
import { buildPrivateApp, buildPublicApp } from '../../../server/http/app.ts'
import type { AnswerClass } from '../../../server/http/plugins/answer-table.ts'
import { ACCEPTS } from '../../support/accepts.ts'
import { openApiHome } from '../../support/api-home.ts'
import { askListener } from '../../support/http-client.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

const home = await openApiHome({ env: { HOMEBIRD_API_PER_5MIN: '0' } })
const client = await home.app()
const post = await client.post<Status>('/api/v1/statuses', { status: 'for everybody #bees' })
const open = async (build: typeof buildPublicApp): Promise<FastifyInstance> => {
  const app = await build(home.context)
  closeBeforeCluster(async () => app.close())
  await app.ready()
  return app
}
const app = await open(buildPublicApp)

type Headers = Readonly<Record<string, string>>
const OWNER: Headers = { authorization: `Bearer ${client.token}` }
const COOKIE: Headers = { cookie: '__Host-homebird_sign_in=x; homebird_session=y' }
const SIGNED: Headers = {
  signature:
    'keyId="https://peer.example/users/ana#main-key",headers="(request-target) host date",signature="AAAA"',
  date: new Date().toUTCString(),
}

/** The header table once more, as literals: what a good answer to a visitor says. */
const GOOD: Readonly<Record<AnswerClass, string>> = {
  object: 'public, max-age=60, stale-while-revalidate=60, stale-if-error=604800, no-transform',
  listing: 'public, max-age=60, stale-while-revalidate=60, stale-if-error=604800, no-transform',
  revocable: 'public, max-age=60, no-transform',
  instanceActor: 'public, max-age=3600, stale-if-error=604800, no-transform',
  ofReader: 'private, no-store',
  negotiated: 'private, no-store',
  page: 'public, max-age=60, no-transform',
  feed: 'public, max-age=300, stale-if-error=86400, no-transform',
  webfinger: 'private, no-store',
  home: 'public, max-age=3600, no-transform',
  media: 'public, max-age=31536000, immutable',
  picture: 'public, max-age=86400',
  asset: 'public, max-age=31536000, immutable',
  probe: 'public, max-age=60, no-transform',
  private: 'private, no-store',
  never: 'no-store',
}
const SAME_FOR_ALL: ReadonlySet<AnswerClass> = new Set([
  'object',
  'listing',
  'revocable',
  'instanceActor',
  'media',
  'picture',
  'asset',
])

interface Walked {
  readonly kind: AnswerClass
  readonly url: string
}

/** Routes of a method, with something that is there in the place of each parameter. */
function routesOf(of: FastifyInstance, method: string): Walked[] {
  return of.declaredRoutes
    .filter((route) => [route.method].flat().includes(method))
    .map(({ url, config }) => ({ kind: config?.answer ?? 'never', url: filled(url) }))
}

function filled(url: string): string {
  const id = url.startsWith('/ap/actors/') || url.includes('/accounts/') ? home.ana.id : post.id
  return url
    .replace(/:name\b/, url.startsWith('/tags/') ? 'bees' : 'ana')
    .replace(/:id\b/, id)
    .replace(/:cursor\b/, 'first')
    .replace(/:\w+/g, 'x')
    .replace('*', 'x')
    .replace(/webfinger$/, 'webfinger?resource=acct:ana@home.example')
}

/** Streams are open for as long as their reader likes. */
const isStream = (url: string): boolean => url.startsWith('/api/v1/streaming')

async function ask(
  url: string,
  headers: Headers = {},
  method = 'GET',
  of = app,
): Promise<LightMyRequestResponse> {
  return of.inject({ method: method as 'GET', url, headers: { host: 'home.example', ...headers } })
}

const said = ({ headers }: LightMyRequestResponse): string => String(headers['cache-control'])
const isGood = ({ statusCode }: LightMyRequestResponse): boolean =>
  (statusCode >= 200 && statusCode < 300) || statusCode === 304

function checkRow({ kind, url }: Walked, answer: LightMyRequestResponse, caller: Headers): void {
  const isKnown = 'authorization' in caller || 'cookie' in caller
  const name = `${url} ${JSON.stringify(caller)} ${answer.statusCode}`
  const good =
    isKnown && !SAME_FOR_ALL.has(kind) && GOOD[kind] !== 'no-store' ? 'private, no-store' : GOOD[kind]
  if (isGood(answer)) assert.equal(said(answer), good, name)
  else assert.match(said(answer), /^(?:private, )?no-store$/, name)
  if (said(answer).startsWith('public')) assert.equal(answer.headers['set-cookie'], undefined, name)
  assert.doesNotMatch(said(answer), /s-maxage|must-revalidate/, name)
  assert.equal(answer.headers['surrogate-control'], undefined, name)
  assert.equal(answer.headers['access-control-allow-credentials'], undefined, name)
  assert.doesNotMatch(answer.headers['vary'] ?? '', /origin|cookie|authorization|\*/i, name)
  assert.match(answer.headers['access-control-allow-origin'] ?? '*', /^\*$/, name)
}

test('every route answers as its row says: to visitors, to the owner, to servers that sign', async () => {
  const seen = new Map<AnswerClass, number>()
  for (const route of routesOf(app, 'GET')) {
    for (const caller of [{}, OWNER, COOKIE, SIGNED]) {
      if (isStream(route.url) && caller !== COOKIE) continue
      const answer = await ask(route.url, caller)
      checkRow(route, answer, caller)
      if (answer.statusCode === 200) seen.set(route.kind, (seen.get(route.kind) ?? 0) + 1)
    }
  }
  for (const kind of [
    'object',
    'listing',
    'instanceActor',
    'negotiated',
    'page',
    'feed',
    'webfinger',
    'home',
    'picture',
    'private',
  ] as const) {
    assert.ok((seen.get(kind) ?? 0) > 0, `no good answer of ${kind} was seen`)
  }
})

test('nothing that changes something is ever kept', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    for (const route of routesOf(app, method)) checkRow(route, await ask(route.url, {}, method), {})
  }
})

test('what may be kept is the same bytes whatever is accepted, signed, sent along or asked for besides', async () => {
  for (const { kind, url } of routesOf(app, 'GET')) {
    const plain = await ask(url)
    if (!said(plain).startsWith('public')) continue
    const ways: Headers[] = [
      ...ACCEPTS.map(([, accept]): Headers => (accept === undefined ? {} : { accept })),
      OWNER,
      COOKIE,
      SIGNED,
      { origin: 'https://elsewhere.example', 'accept-language': 'fi', 'user-agent': 'Mozilla/5.0' },
    ]
    for (const headers of ways) {
      const answer = await ask(url, headers)
      assert.deepEqual(
        [answer.statusCode, answer.headers['content-type'], answer.body],
        [plain.statusCode, plain.headers['content-type'], plain.body],
        `${url} ${JSON.stringify(headers)}`,
      )
    }
    const junk = await ask(`${url}?x=1&resource=y`)
    if (url.startsWith('/ap/')) assert.equal(junk.statusCode, 404, url)
    else assert.equal(junk.body, plain.body, `${kind} ${url}`)
  }
})

test('who has an answer already is told so, and HEAD says what GET would', async () => {
  for (const route of routesOf(app, 'GET')) {
    const { url, kind } = route
    const answer = await ask(url)
    const { etag } = answer.headers
    if (answer.statusCode !== 200 || isStream(url)) continue
    const head = await ask(url, {}, 'HEAD')
    for (const name of ['cache-control', 'etag', 'last-modified', 'content-type', 'content-length', 'vary']) {
      if (kind === 'private' || kind === 'never') continue
      assert.equal(head.headers[name], answer.headers[name], `${name} of HEAD ${url}`)
    }
    assert.equal(head.body, '', url)
    if (GOOD[kind].startsWith('public')) assert.ok(etag !== undefined, `${url} has no tag`)
    if (etag === undefined) continue
    const weak = etag.replace(/^(?:W\/)?/, 'W/')
    for (const tag of [etag, weak, `"x", ${weak}`]) {
      const again = await ask(url, { 'if-none-match': tag })
      assert.deepEqual([again.statusCode, again.body], [304, ''], `${url} ${tag}`)
      assert.deepEqual([said(again), again.headers.etag], [said(answer), etag])
    }
    const { 'last-modified': modified } = answer.headers
    if (modified === undefined) continue
    assert.equal((await ask(url, { 'if-modified-since': modified })).statusCode, 304, url)
    assert.equal(
      (await ask(url, { 'if-modified-since': 'Thu, 01 Jan 1998 00:00:00 GMT' })).statusCode,
      200,
      url,
    )
  }
})

test('a page leads servers to its id by ten real ways of asking, and says to everybody that it depends on that', async () => {
  for (const [path, uri] of [
    [new URL(post.account.url).pathname, post.account.uri],
    [new URL(String(post.url)).pathname, post.uri],
  ] as const) {
    for (const [who, accept, wantsObject] of ACCEPTS) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await ask(path, accept === undefined ? {} : { accept }, method)
        const location = wantsObject ? uri : undefined
        assert.deepEqual(
          [answer.statusCode, answer.headers.location],
          [wantsObject ? 302 : 200, location],
          who,
        )
        assert.deepEqual([said(answer), answer.headers['vary']], ['private, no-store', 'Accept'], who)
        if (!wantsObject)
          assert.equal(answer.headers.link, `<${uri}>; rel="alternate"; type="application/activity+json"`)
      }
    }
  }
})

test('in authorised-fetch mode no cache has what people wrote', async () => {
  await setAuthorizedFetch(home.db, true)
  await home.home.refresh()
  for (const { kind, url } of routesOf(app, 'GET')) {
    if (['home', 'media', 'picture', 'asset'].includes(kind) || isStream(url)) continue
    assert.match(said(await ask(url)), /^(?:private, )?no-store$/, url)
  }
  await setAuthorizedFetch(home.db, null)
  await home.home.refresh()
})

test('the private listener gives nothing away to be kept but files that are always the same', async () => {
  const inner = await open(buildPrivateApp)
  for (const { kind, url } of routesOf(inner, 'GET')) {
    const answer = await ask(url, { host: '127.0.0.1:4181' }, 'GET', inner)
    if (said(answer).startsWith('public')) assert.ok(SAME_FOR_ALL.has(kind), url)
    else assert.match(said(answer), /^(?:private, )?no-store$/, url)
  }
})

test('text that gains by it is compressed as the reader takes it; files, cookies and writes are not', async () => {
  const profile = new URL(post.account.uri).pathname
  const plain = await ask(profile)
  for (const [accept, encoding] of [
    ['br, gzip', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['identity', undefined],
  ] as const) {
    const answer = await ask(profile, { 'accept-encoding': accept })
    assert.equal(answer.headers['content-encoding'], encoding)
    assert.equal(answer.headers.etag, plain.headers.etag)
    assert.equal(answer.headers['vary'], 'Accept-Encoding')
    const { rawPayload: raw } = answer
    const read = { br: brotliDecompressSync, gzip: gunzipSync }
    assert.equal(String(encoding === undefined ? raw : read[encoding](raw)), plain.body)
    const head = await ask(profile, { 'accept-encoding': accept }, 'HEAD')
    assert.equal(head.headers['content-length'], String(raw.length))
  }
  const encoded = async (url: string, headers: Headers = {}): Promise<unknown> =>
    (await ask(url, { 'accept-encoding': 'gzip', ...headers })).headers['content-encoding']
  assert.equal(await encoded('/api/v1/timelines/home', OWNER), 'gzip')
  assert.equal(await encoded('/api/v2/instance'), 'gzip')
  assert.equal(await encoded('/api/v2/instance', COOKIE), undefined)
  assert.equal(await encoded('/oauth/authorize?response_type=code'), undefined)
  assert.equal(await encoded('/avatars/original/missing.png'), undefined)
  assert.equal(await encoded('/livez'), undefined)
  const { publicPort: port } = await openApiHome({
    env: { HOMEBIRD_CDN: 'generic', HOMEBIRD_CDN_PURGE_URL: 'https://purge.example/{path}' },
  })
  const behind = async (path: string) =>
    askListener(port, 'home.example', path, { headers: { 'accept-encoding': 'br' } })
  const page = await behind('/.well-known/nodeinfo')
  assert.deepEqual([page.headers['content-encoding'], page.headers['vary']], [undefined, undefined])
  assert.equal((await behind('/api/v2/instance')).headers['content-encoding'], 'br')
})

const MEASURED = {
  caches: true,
  honoursVary: true,
  honoursNoStore: true,
  honoursQuery: true,
  passesAccept: true,
  passesWebSocket: true,
  maxBody: 2_097_152,
}

test('what the edge is proven to do is relied on for a day, and no longer', async () => {
  const now = home.context.clock.now()
  const page = new URL(post.account.url).pathname
  const webfinger = '/.well-known/webfinger?resource=acct:ana@home.example'
  const state = async (at: Date): Promise<unknown[]> => {
    await recordMeasurement(home.db, PUBLIC_EDGE, MEASURED, at)
    await recordPurgeProof(home.db, PUBLIC_EDGE, at)
    await home.home.refresh()
    const object = await ask(new URL(post.uri).pathname)
    return [
      said(await ask(webfinger)),
      said(await ask(page)),
      object.headers['cdn-cache-control'],
      said(object),
    ]
  }
  const strict = ['private, no-store', 'private, no-store', undefined, GOOD.object]
  assert.deepEqual(await state(new Date(now.getTime() - 25 * 3_600_000)), strict)
  const day = 'max-age=86400, stale-if-error=604800'
  const handles = 'public, max-age=600, stale-if-error=604800, no-transform'
  assert.deepEqual(await state(now), [handles, 'private, no-store', day, GOOD.object])
  // An old page of an outbox holds whole posts, and nobody can name it to have it forgotten.
  const listed = await ask(`/ap/actors/${home.ana.id}/outbox/page/${BigInt(post.id) + 1n}`)
  assert.match(listed.body, new RegExp(post.uri))
  assert.deepEqual([said(listed), listed.headers['cdn-cache-control']], [GOOD.listing, undefined])
  await setKeepsPages(home.db, true)
  await home.home.refresh()
  const shown = await ask(page)
  assert.deepEqual(
    [said(shown), shown.headers['vary']],
    ['public, max-age=60, no-transform', 'Accept, Accept-Encoding'],
  )
  assert.equal(said(await ask(page, { accept: 'application/activity+json' })), 'private, no-store')
  assert.equal(said(await ask(page, COOKIE)), 'private, no-store')
  await setKeepsPages(home.db, false)
})

test('through an edge that keeps private answers nothing private goes, until it is measured to be mended', async () => {
  const { db, clock } = home.context
  await recordMeasurement(db, PUBLIC_EDGE, { ...MEASURED, honoursNoStore: false }, clock.now())
  await home.home.refresh()
  for (const path of [
    '/api/v1/timelines/home',
    '/api/v2/instance',
    '/oauth/authorize',
    '/api/v1/streaming/user',
  ]) {
    const answer = await ask(path, OWNER)
    assert.deepEqual([answer.statusCode, said(answer)], [503, 'no-store'], path)
    if (path.startsWith('/api')) assert.deepEqual(answer.json(), { error: EDGE_ALARM })
  }
  assert.equal((await ask(new URL(post.uri).pathname)).statusCode, 200)
  assert.equal((await home.askPrivate('/api/v2/instance')).status, 200)
  const unsure = { ...MEASURED, honoursNoStore: null }
  await recordMeasurement(db, PUBLIC_EDGE, unsure, clock.now())
  await home.home.refresh()
  assert.equal((await ask('/api/v2/instance')).statusCode, 503)
  await recordMeasurement(db, PUBLIC_EDGE, MEASURED, clock.now())
  await home.home.refresh()
  assert.equal((await ask('/api/v2/instance')).statusCode, 200)
})
