/** Caches in front of the home are told of every change, and whoever is told of the change hears of it after them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../server/core/clock.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { setAuthorizedFetch } from '../../../server/domain/owner/switches.ts'
import { tellProfile } from '../../../server/domain/moves/move-identity.ts'
import { deletePost } from '../../../server/domain/posts/delete-post.ts'
import { editPost } from '../../../server/domain/posts/edit-post.ts'
import { createPurger } from '../../../server/domain/purges/create-purger.ts'
import { PUBLIC_EDGE } from '../../../server/domain/edges/edge.ts'
import { rememberProof } from '../../../server/domain/purges/prove-purge.ts'
import { adoptPurgeTarget, readPurgeTarget } from '../../../server/domain/purges/purge-target.ts'
import { queuePurge } from '../../../server/domain/purges/queue-purge.ts'
import { createEdgeCalls } from '../../../server/net/edge-calls.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { openScriptedEdge } from '../../support/scripted-edge.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

const edge = await openScriptedEdge()
const calls = createEdgeCalls({ userAgent: 'test' })
closeBeforeCluster(async () => calls.close())
const purger = createPurger(
  {
    cdn: 'generic',
    cdnPurgeUrl: `${edge.at}{path}`,
    cdnPurgeToken: '',
    cdnZone: '',
    cdnPurgeMethod: null,
    cdnPurgeHeaders: {},
  },
  { calls, fetch: { tellService: async () => assert.fail('no service is asked') }, clock: systemClock },
)
assert.ok(purger)
const peer = await openFakePeer()
const eve = peer.actor('eve')
const journal: string[] = []
const home = await openFederationHome({
  peers: [peer],
  purger,
  notice: (_level, message) => journal.push(message),
})
await home.isFollowedBy(eve)
await home.work()

/** What the cache is told by this, and by the work that follows. */
async function toldBy(work: () => Promise<unknown>): Promise<string[]> {
  edge.told.length = 0
  await work()
  await home.work()
  return edge.told.map(({ path }) => path)
}

const provenAt = async () =>
  (await home.db.selectFrom('edges').select('purge_proven_at').executeTakeFirst())?.purge_proven_at ?? null
const rows = async () => home.db.selectFrom('purges').selectAll().orderBy('id').execute()
const edit = async (id: string, text: string): Promise<void> => {
  await inTransaction(home.db, async (tx) =>
    editPost(
      tx,
      home.context.home,
      { id },
      { text, summary: '', isSensitive: false, language: 'en', mentions: new Map() },
      new Date(),
    ),
  )
}
const pathOf = (uri: string): string => new URL(uri).pathname

test('an edit and a deletion tell of the object, of what hangs on it and of what lists it', async () => {
  const post = await home.writes('first #words')
  await home.work()
  const path = pathOf(post.uri)
  const told = await toldBy(async () => edit(post.id, 'second #words'))
  for (const one of ['', '/activity', '/replies', '/replies/page/first', '/likes']) {
    assert.ok(told.includes(`${path}${one}`), `${path}${one} is not in ${told.join(' ')}`)
  }
  for (const one of [
    '/@ben',
    '/@ben.rss',
    `/@ben/${post.id}`,
    '/tags/words',
    '/',
    `${pathOf(home.me.uri)}/outbox/page/first`,
  ])
    assert.ok(told.includes(one), `${one} is not in ${told.join(' ')}`)
  assert.ok((await toldBy(async () => remove(post.id))).includes(path))
})

async function remove(id: string): Promise<void> {
  await inTransaction(home.db, async (tx) => deletePost(tx, { id, is_local: true }, new Date()))
}

test('an Update leaves only after the cache has answered', async () => {
  const post = await home.writes('hello')
  await home.work()
  const order: string[] = []
  edge.answer = ({ path }) => {
    order.push(path === pathOf(post.uri) ? 'object' : 'more')
    return 200
  }
  peer.inboxAnswer = ({ body }) => {
    order.push(JSON.parse(body.toString()).type)
    return { status: 202 }
  }
  await edit(post.id, 'hello again')
  // Whatever is claimed first: the delivery waits for the purge, not the other way round.
  await home.work()
  await home.work()
  const update = order.indexOf('Update')
  assert.ok(update > 0, order.join(' '))
  assert.ok(order.indexOf('object') < update && order.lastIndexOf('object') < update, order.join(' '))
})

test('a cache that does not answer holds an Update up for five seconds and nothing else', async () => {
  const post = await home.writes('hello')
  await home.work()
  edge.answer = () => 503
  const before = peer.sharedInbox.types().length
  await edit(post.id, 'hello again')
  await home.writes('something else')
  await home.work()
  assert.deepEqual(peer.sharedInbox.types().slice(before), ['Create'])
  const held = await home.db
    .selectFrom('fan_outs')
    .select(['state_next_attempt_at', 'created_at'])
    .where('state', '=', 'new')
    .executeTakeFirstOrThrow()
  const seconds = (Number(held.state_next_attempt_at) - Number(held.created_at)) / 1000
  assert.ok(seconds > 4.9 && seconds < 5.1, String(seconds))
  await home.work({ dueWithinSeconds: 6 })
  assert.deepEqual(peer.sharedInbox.types().slice(before), ['Create', 'Update'])
})

test('failures are told once, and what was proven counts no longer; so is the recovery', async () => {
  await rememberProof(home.db, PUBLIC_EDGE, { kind: 'proven' }, new Date())
  await rememberProof(home.db, PUBLIC_EDGE, { kind: 'not_kept' }, new Date())
  assert.ok(await provenAt())
  for (let round = 0; round < 6; round += 1) await home.work({ dueWithinSeconds: 300 })
  const failing = await readPurgeTarget(home.db)
  assert.ok(failing?.failingSince)
  assert.deepEqual([failing.lastError, await provenAt()], ['the CDN answered 503', null])
  edge.answer = () => 200
  for (let round = 0; round < 3; round += 1) await home.work({ dueWithinSeconds: 600 })
  const well = await readPurgeTarget(home.db)
  assert.deepEqual([well?.failingSince, well?.lastError], [null, null])
  assert.ok(
    (await rows()).every(({ state }) => state === 'done'),
    'every row is done',
  )
})

test('a second telling follows, for what was on its way to the cache', async () => {
  const post = await home.writes('twice')
  const first = await toldBy(async () => undefined)
  assert.ok(first.includes(pathOf(post.uri)))
  edge.told.length = 0
  await home.work({ dueWithinSeconds: 4 })
  assert.ok(edge.told.some(({ path }) => path === pathOf(post.uri)))
})

test('profile, keys, pins, polls and texts of the home tell too', async () => {
  const actor = pathOf(home.me.uri)
  const told = await toldBy(async () =>
    inTransaction(home.db, async (tx) => {
      await tx.updateTable('actors').set({ display_name: 'Benjamin' }).where('id', '=', home.me.id).execute()
      await tellProfile(tx, home.me.id)
    }),
  )
  assert.ok(told.includes(actor) && told.includes('/@ben'), told.join(' '))
  assert.ok(told.some((path) => path.startsWith('/.well-known/webfinger?resource=acct')))
  const keys = await toldBy(async () =>
    home.db
      .updateTable('actor_keys')
      .set({ fetched_at: new Date() })
      .where('actor_id', '=', home.me.id)
      .execute(),
  )
  assert.deepEqual([...new Set(keys)], [actor])
  const post = await home.writes('pinned')
  await home.work()
  const pinned = await toldBy(async () =>
    home.db.insertInto('pins').values({ actor_id: home.me.id, post_id: post.id }).execute(),
  )
  assert.ok(pinned.includes(`${actor}/featured`))
  const closed = await toldBy(async () => setAuthorizedFetch(home.db, true))
  assert.ok(closed.includes(pathOf(post.uri)) && closed.includes(actor), 'everything is forgotten')
})

test('files tell by their addresses, and one transaction tells of one thing once', async () => {
  const before = (await rows()).length
  const told = await toldBy(async () =>
    inTransaction(home.db, async (tx) =>
      queuePurge(tx, { urls: ['https://home.example/media/ab/cd.png'], reason: 'media' }),
    ),
  )
  // On a slow machine the second telling of something before may come due meanwhile.
  assert.deepEqual(
    told.filter((path) => path.startsWith('/media/')),
    ['/media/ab/cd.png'],
  )
  assert.equal((await rows()).length, before + 1)
})

test('a change of more addresses than one attempt can tell goes on where it stopped', async () => {
  const urls = Array.from({ length: 100 }, (_, index) => `https://home.example/media/ab/${index}.png`)
  await inTransaction(home.db, async (tx) => queuePurge(tx, { urls, reason: 'many' }))
  const told = new Set<string>()
  let left = 0
  edge.answer = ({ path }) => {
    if (!/ab\/\d/.test(path)) return 200
    if (left === 0) return 503
    left -= 1
    told.add(path)
    return 200
  }
  for (let attempt = 0; attempt < 3; attempt += 1) {
    left = 40
    await home.work({ dueWithinSeconds: 600 })
  }
  edge.answer = () => 200
  assert.equal(told.size, urls.length)
  await home.work({ dueWithinSeconds: 600 })
  assert.ok((await rows()).every(({ state }) => state === 'done'))
})

test('where nothing stands in front nothing is queued', async () => {
  await adoptPurgeTarget(home.db, 'none')
  const before = (await rows()).length
  const post = await home.writes('alone')
  await home.work()
  await edit(post.id, 'alone still')
  await home.work()
  assert.equal((await rows()).length, before)
  assert.equal(peer.sharedInbox.types().at(-1), 'Update')
  await adoptPurgeTarget(home.db, 'generic')
})
