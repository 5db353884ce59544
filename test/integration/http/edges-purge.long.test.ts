/**
 * The caches that owners may set up, with the configuration that they get: they spare the home its visitors, stand in for
 * it while it is away, and have forgotten what was changed before anybody hears of the change.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import type { Status } from '../../../server/contracts/status.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { setAuthorizedFetch } from '../../../server/domain/owner/switches.ts'
import { createNginx, createVarnish } from '../../../server/domain/purges/drivers/own-edges.ts'
import { type PurgeProof, provePurge } from '../../../server/domain/purges/prove-purge.ts'
import { adoptPurgeTarget } from '../../../server/domain/purges/purge-target.ts'
import type { Purger } from '../../../server/domain/purges/purger.ts'
import { createEdgeCalls } from '../../../server/net/edge-calls.ts'
import { createRunner } from '../../../server/stator/runner.ts'
import type { Runner } from '../../../server/stator/runner-types.ts'
import { allGraphWork } from '../../../server/workers/registry.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../../support/api-home.ts'
import { type CountedHome, openCountedHome } from '../../support/counted-home.ts'
import type { Edge } from '../../support/edge-process.ts'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { EDGE_SECRET, noOwnEdge, openOwnEdge } from '../../support/own-edge.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'

const HOST = 'home.example'
const VISITORS = join(import.meta.dirname, '../../support/children/visitors.ts')
const calls = createEdgeCalls({ userAgent: 'test' })
closeBeforeCluster(async () => calls.close())

type Kind = 'nginx' | 'varnish'
const KINDS: readonly Kind[] = ['nginx', 'varnish']
const skipOf = (kind: Kind): string | false => noOwnEdge(kind) ?? false

/** A home, a cache of this kind in front of it, and what counts between them. */
interface World {
  readonly home: ApiHome
  readonly app: ApiClient
  readonly edge: Edge
  readonly counted: CountedHome
  readonly peer: FakePeer
  readonly runner: Runner
}

const openEdgeTo = async (kind: Kind, homePort: number): Promise<Edge> =>
  openOwnEdge(kind, { host: HOST, home: { kind: 'tcp', host: '127.0.0.1', port: homePort } })

function purgerFor(kind: Kind, at: string, secret = EDGE_SECRET): Purger {
  return kind === 'nginx'
    ? createNginx({ calls, at, secret })
    : createVarnish({ calls, at, secret, method: 'PURGE' })
}

async function openWorld(kind: Kind): Promise<World> {
  const peer = await openFakePeer()
  closeBeforeCluster(async () => peer.close())
  const home = await openApiHome({
    peers: [peer],
    env: {
      HOMEBIRD_CDN: kind,
      HOMEBIRD_CDN_PURGE_URL: 'http://127.0.0.1:1',
      HOMEBIRD_CDN_PURGE_TOKEN: EDGE_SECRET,
    },
  })
  const counted = await openCountedHome(home.publicPort)
  const edge = await openEdgeTo(kind, counted.port)
  await adoptPurgeTarget(home.db, kind)
  const runner = createRunner({
    db: home.db,
    listener: null,
    clock: systemClock,
    log: home.context.log,
    graphs: allGraphWork({ ...home.context, purger: purgerFor(kind, edge.at) }),
    concurrency: 20,
    concurrencyPerModel: 4,
    concurrencyPerHost: 4,
  })
  closeBeforeCluster(async () => runner.stop())
  peer.meets({ host: HOST, port: home.publicPort })
  const eve = peer.actor('eve')
  await eve.sends({ host: HOST, port: home.publicPort }, eve.follow(home.ana.uri))
  await runner.runUntilIdle()
  return { home, app: await home.app(), edge, counted, peer, runner }
}

/** One for each kind, opened by the first test that asks. */
const worlds = new Map<Kind, Promise<World>>()
const worldOf = async (kind: Kind): Promise<World> => {
  const world = worlds.get(kind) ?? openWorld(kind)
  worlds.set(kind, world)
  return world
}

function throughEach(story: string, tell: (world: World, kind: Kind, t: TestContext) => Promise<void>): void {
  for (const kind of KINDS)
    test(`${kind}: ${story}`, { skip: skipOf(kind) }, async (t) => tell(await worldOf(kind), kind, t))
}

const pathOf = (uri: string): string => new URL(uri).pathname
const writes = async ({ app, runner }: World, status: string): Promise<Status> => {
  const written = await app.post<Status>('/api/v1/statuses', { status })
  await runner.runUntilIdle()
  return written
}

/** Asks until the cache has it for sure. */
async function keep({ edge, counted }: World, path: string): Promise<void> {
  await until(`${path} is kept`, async () => {
    const reached = counted.lines.length
    assert.equal((await edge.ask(HOST, path)).status, 200)
    return counted.lines.length === reached
  })
}

throughEach('an edit and a deletion are seen before the first Update or Delete arrives', async (world) => {
  const { edge, app, peer, runner } = world
  const post = await writes(world, 'the first version')
  const path = pathOf(post.uri)
  await keep(world, path)
  await keep(world, `${path}/activity`)
  const seen: string[] = []
  peer.inboxAnswer = async ({ body }) => {
    const { type } = JSON.parse(body.toString()) as { type: string }
    const again = await edge.ask(HOST, path)
    seen.push(`${type} ${again.status} ${/first|second/.exec(again.text())?.[0] ?? 'nothing'}`)
    return { status: 202 }
  }
  await app.call('PUT', `/api/v1/statuses/${post.id}`, { status: 'the second version' })
  await runner.runUntilIdle()
  assert.deepEqual(seen, ['Update 200 second'])
  assert.match((await edge.ask(HOST, `${path}/activity`)).text(), /second/)
  await keep(world, path)
  await app.call('DELETE', `/api/v1/statuses/${post.id}`)
  await runner.runUntilIdle()
  assert.deepEqual(seen, ['Update 200 second', 'Delete 410 nothing'])
  assert.equal((await edge.ask(HOST, `${path}/activity`)).status, 404)
  peer.inboxAnswer = () => ({ status: 202 })
})

throughEach('an edited profile is seen before its Update, and a new post in the outbox', async (world) => {
  const { edge, app, home, peer, runner } = world
  const actor = pathOf(home.ana.uri)
  const outbox = `${actor}/outbox/page/first`
  await keep(world, actor)
  await keep(world, outbox)
  let seen = ''
  peer.inboxAnswer = async () => {
    seen = (await edge.ask(HOST, actor)).text()
    return { status: 202 }
  }
  await app.call('PATCH', '/api/v1/accounts/update_credentials', { display_name: 'Ana the Second' })
  await runner.runUntilIdle()
  assert.match(seen, /Ana the Second/)
  await writes(world, 'news in the outbox')
  assert.match((await edge.ask(HOST, outbox)).text(), /news in the outbox/)
  peer.inboxAnswer = () => ({ status: 202 })
})

throughEach(
  'a home that closes itself to strangers is closed in front too, and opens again',
  async (world) => {
    const { edge, home, runner } = world
    const post = await writes(world, 'open for now')
    const path = pathOf(post.uri)
    await keep(world, path)
    await setAuthorizedFetch(home.db, true)
    await until('the home to be closed', async () => (await home.ask(path)).status === 401)
    await runner.runUntilIdle({ dueWithinSeconds: 5 })
    assert.equal((await edge.ask(HOST, path)).status, 401)
    await setAuthorizedFetch(home.db, false)
    await until('the home to be open', async () => (await home.ask(path)).status === 200)
    await runner.runUntilIdle({ dueWithinSeconds: 5 })
    await until('the cache to be open', async () => (await edge.ask(HOST, path)).status === 200)
  },
)

throughEach('nobody without the secret has anything forgotten', async (world, kind) => {
  const { edge, counted } = world
  const post = await writes(world, 'stays kept')
  await keep(world, pathOf(post.uri))
  const reached = counted.lines.length
  const headers = { 'x-homebird-purge': 'a-guess-of-many-letters', 'x-homebird-refresh': '1' }
  const answer = await edge.ask(HOST, pathOf(post.uri), {
    method: kind === 'nginx' ? 'GET' : 'PURGE',
    headers,
  })
  assert.equal(answer.status, kind === 'nginx' ? 200 : 403)
  assert.equal((await edge.ask(HOST, pathOf(post.uri))).status, 200)
  assert.equal(counted.lines.length, reached)
  assert.ok(!counted.lines.some((line) => line.includes('guess')))
})

test('varnish: tags and bans forget too, and visitors see no tag', { skip: skipOf('varnish') }, async () => {
  const world = await worldOf('varnish')
  const { edge, counted } = world
  const post = await writes(world, 'tagged')
  const path = pathOf(post.uri)
  await keep(world, path)
  assert.equal((await edge.ask(HOST, path)).headers['xkey'], undefined)
  const forgets = async (purger: Purger, urls: string[], tags: string[]): Promise<void> => {
    await keep(world, path)
    const reached = counted.lines.length
    assert.equal((await purger.purge(urls, tags)).problem, null)
    await edge.ask(HOST, path)
    assert.equal(counted.lines.length, reached + 1)
  }
  await forgets(purgerFor('varnish', edge.at), [], [`post-${post.id}`])
  const bans = createVarnish({ calls, at: edge.at, secret: EDGE_SECRET, method: 'BAN' })
  await forgets(bans, [post.uri], [])
})

/** Answers one page that may be kept, whose text changes when told. */
async function openProbe(cacheControl: string): Promise<{ port: number; change: () => Promise<string> }> {
  let version = 1
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'cache-control': cacheControl }).end(`version ${version}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closeBeforeCluster(async () => {
    server.closeAllConnections()
    server.close()
  })
  const change = async (): Promise<string> => {
    version += 1
    return `version ${version}`
  }
  return { port: (server.address() as AddressInfo).port, change }
}

async function prove(kind: Kind, cacheControl: string, secret: string): Promise<PurgeProof> {
  const probe = await openProbe(cacheControl)
  const edge = await openEdgeTo(kind, probe.port)
  const url = `https://${HOST}/ap/probe`
  const see = async (): Promise<string> => (await edge.ask(HOST, '/ap/probe')).text()
  return provePurge({ purger: purgerFor(kind, edge.at, secret), url, see, change: probe.change })
}

throughEach('a proof is one only where something was kept and is gone', async (_world, kind) => {
  const kept = 'public, max-age=60'
  assert.deepEqual(await prove(kind, kept, EDGE_SECRET), { kind: 'proven' })
  assert.deepEqual(await prove(kind, 'no-store', EDGE_SECRET), { kind: 'not_kept' })
  const wrong = await prove(kind, kept, 'another-secret-than-that')
  // nginx answers whoever does not know the secret as it answers anybody: only the look afterwards tells.
  assert.equal(wrong.kind, kind === 'nginx' ? 'still_there' : 'refused')
})

throughEach('a thousand visitors at once are three to the home at most', async (world, kind) => {
  const { counted } = world
  const post = await writes(world, 'seen by all')
  const path = pathOf(post.uri)
  // One that has kept nothing yet.
  const edge = await openEdgeTo(kind, counted.port)
  const before = counted.lines.length
  // Beside the home, which would have no time for the first of them otherwise.
  const visitors = promisify(execFile)(process.execPath, [VISITORS, edge.socketPath, HOST, path, '1000'])
  assert.equal((await visitors).stdout, '[200]\n')
  const reached = counted.lines.slice(before).filter((line) => line === `GET ${path}`).length
  assert.ok(reached >= 1 && reached <= 3, `${reached} reached the home`)
})

throughEach(
  'while the home is away the kept is shown, and what is sent is asked to come again',
  async (world) => {
    const { edge, counted } = world
    counted.hurries = true
    const post = await writes(world, 'shown from the store')
    const path = pathOf(post.uri)
    await keep(world, path)
    await counted.leave()
    const startedMs = performance.now()
    // Long after the second for which it was fresh.
    await until('three seconds to have passed', async () => {
      const { status } = await edge.ask(HOST, path)
      assert.equal(status, 200)
      return performance.now() - startedMs > 3_000
    })
    const sent = await edge.ask(HOST, '/ap/inbox', { method: 'POST', body: '{}' })
    assert.deepEqual([sent.status, sent.headers['retry-after']], [503, '60'])
    const never = await edge.ask(HOST, '/ap/posts/1')
    assert.deepEqual([never.status, never.headers['cache-control']], [503, 'no-store'])
  },
)

test('a cache that takes what it is told and says nothing is given up after five seconds', async () => {
  const silent = createServer(() => undefined)
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  closeBeforeCluster(async () => {
    silent.closeAllConnections()
    silent.close()
  })
  const at = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  for (const kind of KINDS) {
    const urls = Array.from({ length: 30 }, (_, n) => `https://${HOST}/ap/posts/${n}`)
    const startedMs = performance.now()
    const { left, problem } = await purgerFor(kind, at).purge(urls, [])
    const ms = performance.now() - startedMs
    // One after the other they would take two minutes and a half.
    assert.ok(ms > 4_000 && ms < 60_000, `${ms}`)
    assert.deepEqual(left, { urls, tags: [] })
    assert.notEqual(problem, null)
  }
})
