import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { refreshActors } from '../../../server/domain/actors/actor-freshness.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import type { FakeActor } from '../../support/fake-peer-actor.ts'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { CONTEXT, createOf, postsOf, servesPages } from '../../support/fake-outbox.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { Reader } from '../../support/reader.ts'

const peer = await openFakePeer()
const other = await openFakePeer(undefined, { host: 'other.example' })
const home = await openFederationHome({ peers: [peer, other] })
const reader = new Reader(home, peer)

function serves(actor: FakeActor, name: string, document: object): void {
  const id = `${actor.uri}/${name}`
  servesPages(actor.peer as FakePeer, { [id]: { '@context': CONTEXT, id, ...document } })
}

async function pinned(actorId: string): Promise<string[]> {
  const rows = await home.db
    .selectFrom('pins')
    .innerJoin('posts', 'posts.id', 'pins.post_id')
    .select('posts.uri')
    .where('pins.actor_id', '=', actorId)
    .orderBy('pins.id', 'desc')
    .execute()
  return rows.map(({ uri }) => uri)
}

async function hashtags(actorId: string): Promise<string[]> {
  const rows = await home.db
    .selectFrom('featured_hashtags')
    .select('name')
    .where('actor_id', '=', actorId)
    .orderBy('id')
    .execute()
  return rows.map(({ name }) => name)
}

async function countsOf(actorId: string) {
  return home.db
    .selectFrom('actors')
    .select(['followers_count', 'following_count', 'origin_posts_count'])
    .where('id', '=', actorId)
    .executeTakeFirstOrThrow()
}

test('pinned posts are read in their order, whether they are embedded, named, or wrapped', async () => {
  const ana = reader.somebody()
  const notes = postsOf(ana, 4)
  const [first, second, third, fourth] = notes
  assert.ok(first && second && third && fourth)
  const foreign = other.actor('cleo').note()
  const forged = { ...ana.note(), attributedTo: 'https://peer.example/users/eve' }
  const secret = ana.note({ to: [ana.followers], cc: [] })
  serves(ana, 'featured', {
    type: 'OrderedCollection',
    totalItems: 4,
    orderedItems: [
      second,
      first.id,
      foreign.id,
      forged,
      secret,
      createOf(ana, fourth),
      third,
      12,
      'https://peer.example/none',
    ],
  })
  const id = await reader.looksAt(ana)
  assert.deepEqual(await pinned(id), [second.id, first.id, fourth.id, third.id])

  // Another reading of the profile shows what is pinned then.
  serves(ana, 'featured', { type: 'OrderedCollection', items: [third.id] })
  await home.db
    .updateTable('profile_readings')
    .set({ read_at: new Date(Date.now() - 3_600_000) })
    .where('id', '=', id)
    .execute()
  await inTransaction(home.db, async (tx) => refreshActors(tx, [id]))
  await home.work()
  assert.deepEqual(await pinned(id), [third.id])
  // A collection that is not shown any more changes nothing.
  peer.answers(`/users/${ana.name}/featured`, () => ({ status: 403 }))
  await home.db.updateTable('profile_readings').set({ read_at: null }).where('id', '=', id).execute()
  await inTransaction(home.db, async (tx) => refreshActors(tx, [id]))
  await home.work()
  assert.deepEqual(await pinned(id), [third.id])
})

test('of a thousand pinned posts twenty are read, and of a thousand hashtags twenty', async () => {
  const ana = reader.somebody()
  ana.overrides['featuredTags'] = `${ana.uri}/tags`
  serves(ana, 'featured', {
    type: 'OrderedCollection',
    orderedItems: postsOf(ana, 300).map((note) => note.id),
  })
  serves(ana, 'tags', {
    type: 'Collection',
    items: [
      { type: 'Note', name: 'no hashtag' },
      ...Array.from({ length: 1_000 }, (_, n) => ({
        type: 'Hashtag',
        name: `#tag${n}`,
        href: 'https://x.example',
      })),
    ],
  })
  const before = peer.requests.length
  const id = await reader.looksAt(ana)
  assert.equal((await pinned(id)).length, 20)
  assert.deepEqual((await hashtags(id)).slice(0, 2), ['tag0', 'tag1'])
  assert.ok((await hashtags(id)).length <= 20)
  assert.ok(peer.requests.length - before <= 60, `${peer.requests.length - before} requests`)
})

test('numbers are those of the origin; what is no number of things is not believed', async () => {
  const cases: ReadonlyArray<[told: unknown, kept: number | null]> = [
    [1_234, 1_234],
    [0, 0],
    ['77', 77],
    [12.7, 12],
    [-5, null],
    [1e300, null],
    [Number.NaN, null],
    [{ count: 3 }, null],
    [undefined, null],
  ]
  for (const [totalItems, kept] of cases) {
    const ana = reader.somebody()
    serves(ana, 'followers', { type: 'OrderedCollection', totalItems })
    serves(ana, 'following', { type: 'Collection', totalItems, items: [] })
    serves(ana, 'outbox', { type: 'OrderedCollection', first: { type: 'OrderedCollectionPage', totalItems } })
    const counts = await countsOf(await reader.looksAt(ana))
    const expected = { followers_count: kept ?? 0, following_count: kept ?? 0, origin_posts_count: kept }
    assert.deepEqual(counts, expected, JSON.stringify(totalItems))
  }
})

test('a collection elsewhere is not read, and a server that is down is asked again later', async () => {
  const [ana, bea] = [reader.somebody(), reader.somebody()]
  ana.overrides['featured'] = 'https://other.example/featured'
  const before = other.requests.length
  await reader.looksAt(ana)
  assert.equal(other.requests.length, before)
  peer.answers(`/users/${bea.name}/featured`, () => ({ status: 503 }))
  const id = await reader.looksAt(bea)
  const row = await home.db
    .selectFrom('profile_readings')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  assert.deepEqual([row.state, row.state_attempts, row.read_at], ['outdated', 1, null])
})

test('of somebody who is gone nothing stays and nothing more is read', async () => {
  const ana = reader.somebody()
  ana.overrides['featuredTags'] = `${ana.uri}/tags`
  const [note] = postsOf(ana, 1)
  serves(ana, 'featured', { type: 'OrderedCollection', orderedItems: [note] })
  serves(ana, 'tags', { type: 'Collection', items: [{ type: 'Hashtag', name: '#birds' }] })
  const id = await reader.looksAt(ana)
  assert.deepEqual([(await pinned(id)).length, await hashtags(id)], [1, ['birds']])
  ana.isGone = true
  await inTransaction(home.db, async (tx) => refreshActors(tx, [id]))
  await home.work()
  assert.deepEqual([await pinned(id), await hashtags(id)], [[], []])
  for (const table of ['profile_readings', 'outbox_sweeps'] as const) {
    const key = table === 'profile_readings' ? 'id' : 'actor_id'
    const rows = await home.db.selectFrom(table).selectAll().where(sql.ref(key), '=', id).execute()
    assert.deepEqual(rows, [], table)
  }
})
