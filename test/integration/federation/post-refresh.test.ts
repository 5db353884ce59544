import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../../../server/db/transaction.ts'
import { likePost } from '../../../server/domain/interactions/like-post.ts'
import { shownCounts } from '../../../server/domain/posts/origin-facts.ts'
import { refreshStalePost } from '../../../server/domain/posts/refreshed-post.ts'
import type { Row } from '../../../server/db/tables.ts'
import { type FakeActor, openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer()
const home = await openFederationHome({ peers: [peer] })
const { db, clock } = home.context
const ana = peer.actor('ana')
await home.follows(ana)

type Note = ReturnType<FakeActor['note']>

const HOUR_MS = 3_600_000

/** A post that came by its Create, and was read this long ago. */
async function received(note: Note, hours = 3): Promise<Row<'posts'>> {
  await home.takes(ana, ana.create(note))
  return aged(note.id, { fetched_at: new Date(Date.now() - hours * HOUR_MS) })
}

type Moments = Partial<Pick<Row<'posts'>, 'fetched_at' | 'missing_since' | 'published_at'>>

async function aged(uri: string, moments: Moments): Promise<Row<'posts'>> {
  return db.updateTable('posts').set(moments).where('uri', '=', uri).returningAll().executeTakeFirstOrThrow()
}

/** The owner looks at the post, and the worker does what that causes. @returns how often the peer was asked */
async function looksAt(post: Row<'posts'>): Promise<number> {
  const before = peer.requests.length
  await refreshStalePost(db, post, clock.now())
  await home.work()
  return peer.requests.length - before
}

test('an old copy is read again: the edit with its history, the numbers, and nothing twice', async () => {
  const note = ana.note({ content: '<p>first</p>' })
  const post = await received(note)
  const published = String(note['published'])
  const updated = new Date(Date.parse(published) + 60_000).toISOString()
  const likes = { id: `${note.id}/likes`, type: 'Collection', totalItems: 12 }
  const shares = `${note.id}/shares`
  peer.publish({ id: shares, type: 'OrderedCollection', totalItems: 7 })
  const replies = {
    id: `${note.id}/replies`,
    type: 'Collection',
    first: { type: 'CollectionPage', items: [] },
  }
  ana.note({ ...note, content: '<p>second</p>', updated, likes, shares, replies })
  await aged(note.id, { published_at: new Date(Date.now() - 2 * HOUR_MS) })
  assert.equal(await looksAt(post), 2, 'the post, and the collection that it only names')
  const now = await home.post(note.id)
  assert.ok(now)
  assert.equal(now.content_html, '<p>second</p>')
  assert.deepEqual([now.origin_likes, now.origin_boosts, now.origin_replies], [12, 7, null])
  assert.equal(now.replies_link, '/replies')
  const edits = await db
    .selectFrom('post_edits')
    .select('content_html')
    .where('post_id', '=', now.id)
    .execute()
  assert.deepEqual(edits, [{ content_html: '<p>first</p>' }])
  assert.equal(await looksAt(now), 0, 'it was read a moment ago')
  assert.equal(await looksAt(await aged(note.id, { fetched_at: post.fetched_at })), 2)
  const again = await db.selectFrom('post_edits').select('id').where('post_id', '=', now.id).execute()
  assert.equal(again.length, 1)
  assert.deepEqual(await home.notifications(), [])
})

test('what is shown is what the origin counts, moved by what is done here, and never less than is known', async () => {
  const note = ana.note({ likes: { type: 'Collection', id: `${ana.uri}/l`, totalItems: 5 } })
  const post = await received(note)
  assert.equal(shownCounts(post).likes, 5)
  await inTransaction(db, async (tx) => likePost(tx, home.context.home, home.me, post, clock.now()))
  const liked = await home.post(note.id)
  assert.ok(liked)
  assert.deepEqual([liked.likes_count, liked.origin_likes, shownCounts(liked).likes], [1, 6, 6])
  ana.note({ ...note, likes: { type: 'Collection', id: `${ana.uri}/l`, totalItems: 0 } })
  await looksAt(await aged(note.id, { fetched_at: post.fetched_at }))
  const counted = await home.post(note.id)
  assert.ok(counted)
  assert.deepEqual([counted.origin_likes, shownCounts(counted).likes], [0, 1])
})

test('an Update takes the numbers along, also where nothing else has changed', async () => {
  const note = ana.note()
  await received(note)
  const likes = { type: 'Collection', id: `${note.id}/likes`, totalItems: 40 }
  const update = ana.update({ ...note, likes })
  await home.takes(ana, update)
  assert.equal((await home.post(note.id))?.origin_likes, 40)
  assert.equal((await home.message(update)).state, 'processed')
  const older = ana.update({ ...note, likes: { ...likes, totalItems: 3 }, updated: '2020-01-01T00:00:00Z' })
  const published = {
    ...older,
    object: { ...(older['object'] as object), published: '2019-01-01T00:00:00Z' },
  }
  await home.takes(ana, published)
  assert.equal((await home.post(note.id))?.origin_likes, 40, 'an old Update knows old numbers')
})

test('a post that its origin says is gone goes, and does not come back', async () => {
  const gone = ana.note()
  const buried = ana.note()
  const posts = [await received(gone), await received(buried)]
  peer.unpublish(gone.id)
  peer.publish({ id: buried.id, type: 'Tombstone' })
  for (const post of posts) await looksAt(post)
  assert.deepEqual([await home.post(gone.id), await home.post(buried.id)], [undefined, undefined])
  assert.ok(!(await home.timeline()).includes(gone.id))
  await home.takes(ana, ana.create(gone))
  assert.equal(await home.post(gone.id), undefined)
})

test('a post that is not found is marked, and goes only when it is not found a day later either', async () => {
  const note = ana.note()
  const post = await received(note)
  const { pathname } = new URL(note.id)
  peer.answers(pathname, () => ({ status: 404 }))
  await looksAt(post)
  const marked = await home.post(note.id)
  assert.ok(marked?.missing_since)
  await looksAt(await aged(note.id, { fetched_at: post.fetched_at }))
  assert.equal((await home.post(note.id))?.missing_since?.getTime(), marked.missing_since.getTime())
  peer.forgets(pathname)
  const before = new Date(Date.now() - 25 * HOUR_MS)
  await looksAt(await aged(note.id, { fetched_at: before, missing_since: before }))
  assert.equal((await home.post(note.id))?.missing_since, null, 'it is there again')
  peer.answers(pathname, () => ({ status: 404 }))
  await looksAt(await aged(note.id, { fetched_at: before, missing_since: before }))
  assert.equal(await home.post(note.id), undefined)
})

test('a document that has become somebody else’s changes nothing', async () => {
  const note = ana.note({ content: '<p>mine</p>' })
  const post = await received(note)
  peer.answers(new URL(note.id).pathname, () => ({
    body: { ...note, attributedTo: peer.actor('eve').uri, content: '<p>hers</p>' },
  }))
  await looksAt(post)
  assert.equal((await home.post(note.id))?.content_html, '<p>mine</p>')
})

test('what is not for everybody is not asked for, nor what is ours or boosted', async () => {
  const quiet = await received(ana.note({ to: [ana.followers], cc: [] }))
  assert.equal(quiet.visibility, 'followers')
  assert.equal(await looksAt(quiet), 0)
  assert.equal(await looksAt(await home.writes('own')), 0)
})

test('an origin that is away is asked again later', async () => {
  const note = ana.note()
  const post = await received(note)
  peer.answers(new URL(note.id).pathname, () => ({ status: 503 }))
  await looksAt(post)
  const refresh = await db
    .selectFrom('post_refreshes')
    .selectAll()
    .where('post_id', '=', post.id)
    .executeTakeFirstOrThrow()
  assert.equal(refresh.state, 'wanted')
  assert.ok(await home.post(note.id))
})
