import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { deletePost } from '../../../server/domain/posts/delete-post.ts'
import { pinPost, unpinPost } from '../../../server/domain/posts/mark-posts.ts'
import {
  listFeaturedNames,
  featureHashtag,
  unfeatureHashtag,
} from '../../../server/domain/profiles/own-featured-hashtags.ts'
import { sendRaw } from '../../support/fake-peer-http.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer()
const home = await openFederationHome({ peers: [peer] })
await home.isFollowedBy(peer.actor('ana'))
const me = await home.identity()

const pin = async (post: Row<'posts'>): Promise<void> =>
  inTransaction(home.db, async (tx) => pinPost(tx, me.id, post))
const unpin = async (post: Row<'posts'>): Promise<void> =>
  inTransaction(home.db, async (tx) => unpinPost(tx, me.id, post.id))

/** What followers were told about the profile since the last time. */
let seen = 0
async function told(): Promise<Array<Record<string, unknown>>> {
  await home.work()
  // What is about the same post goes one after the other.
  await home.work({ dueWithinSeconds: 10 })
  const all = peer.sharedInbox.received.filter(({ type }) => type === 'Add' || type === 'Remove')
  const news = all.slice(seen)
  seen = all.length
  assert.ok(news.every(({ signature }) => signature.valid))
  return news.map(({ activity }) => activity)
}

async function collection(uri: string): Promise<unknown[]> {
  const { pathname } = new URL(uri)
  const answer = await sendRaw(home.target, {
    method: 'GET',
    path: pathname,
    headers: [['Accept', 'application/activity+json']],
  })
  assert.equal(answer.status, 200)
  const document = answer.json()
  return (document['orderedItems'] ?? document['items']) as unknown[]
}

test('followers hear of each pin and each unpin, each time with an id of its own', async () => {
  const post = await home.writes('look at this')
  await pin(post)
  await pin(post)
  const [added, ...more] = await told()
  assert.deepEqual(more, [])
  assert.deepEqual(
    [added?.['type'], added?.['object'], added?.['target'], added?.['actor']],
    ['Add', post.uri, me.featured_uri, me.uri],
  )
  assert.deepEqual((await collection(String(me.featured_uri))).length, 1)
  await unpin(post)
  const [removed] = await told()
  await pin(post)
  const [again] = await told()
  assert.deepEqual([removed?.['type'], again?.['type']], ['Remove', 'Add'])
  assert.equal(new Set([added, removed, again].map((activity) => activity?.['id'])).size, 3)
  await unpin(post)
  await unpin(post)
  assert.equal((await told()).length, 1)
  assert.deepEqual(await collection(String(me.featured_uri)), [])
})

test('what changes twice before it is told is told as it is', async () => {
  const post = await home.writes('on and off')
  await pin(post)
  await unpin(post)
  assert.equal((await told()).at(-1)?.['type'], 'Remove')
})

test('a pin that only followers may see is addressed to them; a deleted post leaves with its Delete alone', async () => {
  const post = await home.writes('for followers', 'followers')
  await pin(post)
  const [added] = await told()
  assert.deepEqual(added?.['to'], [me.followers_uri])
  assert.deepEqual(await collection(String(me.featured_uri)), [])
  await inTransaction(home.db, async (tx) => deletePost(tx, post, new Date()))
  assert.deepEqual(await told(), [])
})

test('hashtags of the profile are told and served', async () => {
  await inTransaction(home.db, async (tx) => featureHashtag(tx, me.id, '#GoldFinch'))
  await inTransaction(home.db, async (tx) => featureHashtag(tx, me.id, 'goldfinch'))
  const [added, ...more] = await told()
  assert.deepEqual(more, [])
  const object = { type: 'Hashtag', href: 'https://home.example/tags/goldfinch', name: '#GoldFinch' }
  assert.deepEqual([added?.['type'], added?.['object'], added?.['target']], ['Add', object, me.featured_uri])
  const document = await sendRaw(home.target, {
    method: 'GET',
    path: new URL(me.uri).pathname,
    headers: [['Accept', 'application/activity+json']],
  })
  const tagsUri = String(document.json()['featuredTags'])
  assert.deepEqual(await collection(tagsUri), [object])
  const row = await home.db.selectFrom('featured_hashtags').selectAll().executeTakeFirstOrThrow()
  await inTransaction(home.db, async (tx) => unfeatureHashtag(tx, me.id, row.id))
  assert.deepEqual(
    (await told()).map(({ type }) => type),
    ['Remove'],
  )
  assert.deepEqual(await collection(tagsUri), [])
  assert.deepEqual(await listFeaturedNames(home.db, me.id), [])
})
