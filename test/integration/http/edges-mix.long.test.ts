/**
 * Real caches in front of the home, honest ones and such as mind less than they should: nobody is shown another form of a
 * page than was asked for, and no visitor a byte that is the owner's.
 */
import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { type TestContext, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { Status } from '../../../server/contracts/status.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../../support/api-home.ts'
import type { Edge } from '../../support/edge-process.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { type FrontKind, openFront, skipFront } from '../../support/front-edges.ts'
import type { PlainAnswer } from '../../support/http-client.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

const HOST = 'home.example'
/** Words that only the owner may ever see. */
const MARK = 'zq7-only-for-the-owner'

/** As they are really sent: by browsers and tools, and by servers. */
const HTML_ACCEPTS = [
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  'text/html,application/xhtml+xml',
  '*/*',
  'text/html, application/json;q=0.5',
] as const
const AP_ACCEPTS = [
  'application/activity+json, application/ld+json',
  'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
  'application/activity+json,application/ld+json;profile="https://www.w3.org/ns/activitystreams"',
  'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
  'application/activity+json',
] as const

interface Route {
  readonly method: string
  readonly url: string
}

/** The routes of each app, in the order in which the apps are built: public, private. */
const apps: Route[][] = []
channel('fastify.initialization').subscribe((message) => {
  const { fastify } = message as { fastify: FastifyInstance }
  const routes: Route[] = []
  apps.push(routes)
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url })
  })
})

const peer = await openFakePeer()
closeBeforeCluster(async () => peer.close())
let home: ApiHome
let app: ApiClient
let open: Status
let hidden: Status

before(async () => {
  home = await openApiHome({
    peers: [peer],
    env: { HOMEBIRD_API_RATE: '0', HOMEBIRD_CDN: 'varnish', HOMEBIRD_CDN_PURGE_URL: 'http://127.0.0.1:1' },
  })
  app = await home.app(['read', 'write', 'follow', 'push'])
  peer.meets({ host: HOST, port: home.publicPort })
  open = await app.post<Status>('/api/v1/statuses', { status: 'an open word #bees' })
  hidden = await app.post<Status>('/api/v1/statuses', { status: `${MARK} followers`, visibility: 'private' })
  await app.post('/api/v1/statuses', { status: `${MARK} direct`, visibility: 'direct' })
  await app.post(`/api/v1/statuses/${hidden.id}/bookmark`)
  await app.post(`/api/v1/statuses/${hidden.id}/pin`)
  await app.post('/api/v1/lists', { title: `${MARK} list` })
  await app.post('/api/v2/filters', { title: `${MARK} filter`, context: ['home'] })
})

const KINDS: readonly FrontKind[] = [
  'nginx own',
  'caddy own',
  'haproxy own',
  'varnish own',
  'nginx honest',
  'nginx ignores_vary',
  'nginx drops_query',
  'nginx overrides',
  'varnish default',
]

const openKind = async (kind: FrontKind): Promise<Edge> => openFront(kind, HOST, home.publicPort)

/** A story for each cache. */
function throughEach(
  kinds: readonly FrontKind[],
  story: string,
  tell: (edge: Edge, t: TestContext) => Promise<void>,
): void {
  for (const kind of kinds) {
    test(`${kind}: ${story}`, { skip: skipFront(kind) }, async (t) => tell(await openKind(kind), t))
  }
}

const isActivity = ({ headers }: PlainAnswer): boolean =>
  String(headers['content-type']).startsWith('application/activity+json')

/** What is wrong with the form of this answer, or null. */
function mixed(path: string, accept: string, answer: PlainAnswer): string | null {
  const said = `${answer.status} ${String(answer.headers['content-type'])} for ${path} as ${accept}`
  if (path.startsWith('/ap/')) return answer.status === 200 && isActivity(answer) ? null : said
  const wantsActivity = (AP_ACCEPTS as readonly string[]).includes(accept)
  const isRedirect = answer.status === 302 && String(answer.headers.location).includes('/ap/')
  const isPage = answer.status === 200 && String(answer.headers['content-type']).startsWith('text/html')
  return (wantsActivity ? isRedirect : isPage) ? null : said
}

async function readInTurn(edge: Edge, path: string): Promise<string[]> {
  const wrong: string[] = []
  for (const [index, html] of HTML_ACCEPTS.entries()) {
    const activity = AP_ACCEPTS[index] ?? AP_ACCEPTS[0]
    for (const accept of [html, activity, html, activity, activity, html, activity, html]) {
      const flaw = mixed(path, accept, await edge.ask(HOST, path, { headers: { accept } }))
      if (flaw !== null) wrong.push(flaw)
    }
  }
  return wrong
}

const negotiated = (): string[] => ['/@ana', `/@ana/${open.id}`]
const pathOf = (uri: string): string => new URL(uri).pathname

throughEach(
  KINDS,
  'readers of pages and of objects in turn never get the form of the other',
  async (edge, t) => {
    for (const path of [
      pathOf(open.uri),
      pathOf(home.ana.uri),
      `${pathOf(home.ana.uri)}/outbox/page/first`,
    ]) {
      assert.deepEqual(await readInTurn(edge, path), [])
    }
    for (const path of negotiated()) {
      const wrong = await readInTurn(edge, path)
      // Whoever keeps what may not be kept mixes: that is what the owner is to be told.
      if (t.name.startsWith('nginx overrides')) assert.notDeepEqual(wrong, [])
      else assert.deepEqual(wrong, [])
    }
  },
)

throughEach(
  KINDS,
  'a kept object is the same bytes for whoever signs and for whoever does not',
  async (edge) => {
    const path = pathOf(open.uri)
    const unsigned = await edge.ask(HOST, path)
    const eve = peer.actor('eve')
    const signed = await eve.gets({ host: HOST, port: Number(new URL(edge.at).port) }, path)
    assert.deepEqual([signed.status, signed.text()], [200, unsigned.text()])
    const denied = await eve.gets({ host: HOST, port: Number(new URL(edge.at).port) }, pathOf(hidden.uri))
    assert.equal(denied.status, 404)
  },
)

test('public answers carry the tag that they can be forgotten by, others none', async () => {
  const tagOf = async (path: string): Promise<unknown> => (await home.ask(path)).headers['xkey']
  assert.equal(await tagOf(`${pathOf(open.uri)}/replies`), `post-${open.id}`)
  assert.equal(await tagOf(pathOf(home.ana.uri)), `actor-${home.ana.id}`)
  assert.equal(await tagOf(pathOf(hidden.uri)), undefined)
  assert.equal(await tagOf(`/@ana/${open.id}`), undefined)
})

/** Every readable address, with what its parts may be. Streams never end, so they are left to their own tests. */
function readable(): string[] {
  const paths = new Set<string>()
  for (const { method, url } of apps[0] ?? []) {
    if (method !== 'GET' || url.startsWith('/api/v1/streaming')) continue
    const ids = url.includes('/accounts/') || url.includes('/actors/') ? [home.ana.id] : [hidden.id, open.id]
    for (const id of ids) paths.add(url.replace(':name', 'ana').replaceAll(/:\w+|\*/g, id))
  }
  const queries = [
    `/api/v2/search?q=${MARK}`,
    '/api/v1/accounts/lookup?acct=ana',
    '/api/v1/timelines/home?limit=5',
  ]
  return [...paths, ...queries]
}

const HONEST_KINDS = KINDS.filter((kind) => kind !== 'nginx overrides')

throughEach(HONEST_KINDS, 'what the owner has read no visitor gets, on any route', async (edge) => {
  const owner = { authorization: `Bearer ${app.token}` }
  let ownersOnly = 0
  for (const path of readable()) {
    const mine = await edge.ask(HOST, path, { headers: owner })
    if (mine.text().includes(MARK)) ownersOnly += 1
    const theirs = await edge.ask(HOST, path)
    assert.ok(!theirs.text().includes(MARK), `${path} shows a visitor what is the owner's`)
    const direct = await home.ask(path)
    assert.equal(theirs.status, direct.status, `${path} answers ${theirs.status} instead of ${direct.status}`)
    const again = await edge.ask(HOST, path, { headers: owner })
    assert.equal(again.status, mine.status, `${path} is another for the owner after a visitor`)
    assert.equal(
      again.text().includes(MARK),
      mine.text().includes(MARK),
      `${path} is the visitor's for the owner`,
    )
  }
  assert.ok(ownersOnly >= 10, `only ${ownersOnly} routes showed the owner anything`)
})

throughEach(HONEST_KINDS, 'no header of one visitor shapes what the next one gets', async (edge) => {
  const token = `Bearer ${app.token}`
  const shapes: ReadonlyArray<Readonly<Record<string, string>>> = [
    {},
    { authorization: token },
    { cookie: 'session=abc' },
    { signature: 'keyId="https://x.example/#k",signature="AAAA"' },
    { range: 'bytes=0-9' },
    { 'if-none-match': '*' },
  ]
  const paths = [
    pathOf(open.uri),
    pathOf(hidden.uri),
    '/@ana',
    `/@ana/${open.id}`,
    `/@ana/${hidden.id}`,
    '/@ana.rss',
  ]
  for (const path of paths) {
    for (const accept of [...HTML_ACCEPTS, ...AP_ACCEPTS]) {
      const plain = await home.ask(path, { headers: { accept } })
      for (const shape of shapes) {
        await edge.ask(HOST, path, { headers: { accept, ...shape } })
        const next = await edge.ask(HOST, path, { headers: { accept } })
        const seen = `${path} as ${accept} after ${JSON.stringify(shape)}`
        assert.equal(next.status, plain.status, seen)
        assert.equal(next.headers['content-type'], plain.headers['content-type'], seen)
        assert.equal(next.headers.location, plain.headers.location, seen)
        assert.ok(!next.text().includes(MARK), seen)
        if (path.startsWith('/ap/')) assert.equal(next.text(), plain.text(), seen)
      }
    }
  }
})

throughEach(
  ['nginx overrides'],
  'a cache that keeps what may not be kept is found out by the same look',
  async (edge) => {
    const path = '/api/v1/timelines/home'
    const mine = await edge.ask(HOST, path, { headers: { authorization: `Bearer ${app.token}` } })
    assert.ok(mine.text().includes(MARK))
    assert.ok((await edge.ask(HOST, path)).text().includes(MARK), 'the leak would go unseen')
  },
)
