/** What the owner has counted, filled, read or deleted anew on the command line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { inTransaction } from '../../../server/db/transaction.ts'
import { refreshKnownPeople } from '../../../server/domain/actors/actor-freshness.ts'
import { recountActorSlice } from '../../../server/domain/actors/recount-actors.ts'
import { blockDomain } from '../../../server/domain/blocks/domain-blocks.ts'
import { markAllHashtags } from '../../../server/domain/hashtags/mark-hashtags.ts'
import { countPurge } from '../../../server/domain/peers/purge-peer.ts'
import { recountPostSlice } from '../../../server/domain/posts/recount-posts.ts'
import { rebuildStretch, stretchFrom } from '../../../server/domain/timelines/rebuild-timelines.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer(undefined, { host: 'peer.example' })
const home = await openFederationHome({ peers: [peer] })
const { db } = home.context
const [ana, eve] = [peer.actor('ana'), peer.actor('eve')]

const countsOf = async (id: string) =>
  db
    .selectFrom('posts')
    .select(['replies_count', 'boosts_count', 'likes_count'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()

test('numbers that are wrong are counted as the home itself would have counted them', async () => {
  await home.isFollowedBy(ana)
  await home.follows(eve)
  const post = await home.writes('one with #Tags')
  await home.takes(ana, ana.like(post.uri), ana.announce(post.uri))
  await home.takes(ana, ana.create(ana.note({ inReplyTo: post.uri, cc: [home.me.uri] })))
  await home.work({ dueWithinSeconds: 120 })
  const right = await countsOf(post.id)
  assert.deepEqual(right, { replies_count: 1, boosts_count: 1, likes_count: 1 })
  const me = await home.identity()
  // Counted by hand above: one follower, one followed.
  await db.updateTable('actors').set({ following_count: 1 }).where('id', '=', me.id).execute()
  const rightly = await home.identity()
  const numbers = ({ posts_count, followers_count, following_count }: typeof rightly) => [
    posts_count,
    followers_count,
    following_count,
  ]
  assert.deepEqual(numbers(rightly), [1, 1, 1])
  assert.deepEqual(
    [(await recountPostSlice(db, '0')).mended, (await recountActorSlice(db, '0')).mended],
    [0, 0],
  )
  await db.updateTable('posts').set({ replies_count: 7, boosts_count: 0, likes_count: 9 }).execute()
  await db.updateTable('actors').set({ posts_count: 40, following_count: 41, followers_count: 42 }).execute()
  await db.updateTable('hashtags').set({ uses_count: 99 }).execute()
  const posts = await recountPostSlice(db, '0')
  assert.deepEqual([posts.last, posts.mended], [null, posts.looked])
  await recountActorSlice(db, '0')
  assert.deepEqual(await countsOf(post.id), right)
  assert.deepEqual(numbers(await home.identity()), [1, 1, 1])
  const others = await db
    .selectFrom('actors')
    .select(['username', 'followers_count'])
    .where('host', '=', peer.host)
    .execute()
  assert.ok(
    others.every(({ followers_count }) => followers_count === 42),
    'their own servers tell theirs',
  )
  assert.equal(await inTransaction(db, async (tx) => markAllHashtags(tx, '0')), null)
  await home.work({ dueWithinSeconds: 120 })
  const tag = await db.selectFrom('hashtags').select('uses_count').executeTakeFirstOrThrow()
  assert.equal(tag.uses_count, 1)
})

test('home timelines are filled anew: what is missing comes, what does not belong goes, the rest stays', async () => {
  const wanted = eve.note({ content: '<p>of somebody who is followed</p>' })
  await home.takes(eve, eve.create(wanted))
  const before = await home.timeline()
  assert.ok(before.includes(wanted.id))
  const stranger = await home.post((await foreignNote()).id)
  const wantedBefore = await wantedPictures()
  const broughtAlong = await home.writes('written in another home, years ago')
  await db
    .updateTable('posts')
    .set({ imported_from: 'https://former.example/1' })
    .where('id', '=', broughtAlong.id)
    .execute()
  await db.deleteFrom('timeline_entries').execute()
  await db
    .insertInto('timeline_entries')
    .values({ actor_id: home.me.id, post_id: stranger?.id ?? '' })
    .execute()
  const done = await rebuildStretch(db, stretchFrom(new Date(Date.now() - 86_400_000)))
  assert.deepEqual([done.last, done.added, done.removed], [null, before.length, 1])
  assert.deepEqual(await home.timeline(), before)
  const again = await rebuildStretch(db, '0')
  assert.deepEqual([again.added, again.removed], [0, 0])
  assert.equal(await wantedPictures(), wantedBefore, 'nothing is fetched for what is old')
})

async function wantedPictures(): Promise<number | undefined> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from timeline_pictures`.execute(db)
  return rows[0]?.count
}

/** A reply to the owner by somebody whom nobody here follows: it is here, and in no timeline. */
async function foreignNote() {
  const post = await home.writes('asked')
  const note = ana.note({ inReplyTo: post.uri, cc: [home.me.uri] })
  await home.takes(ana, ana.create(note))
  assert.ok(!(await home.timeline()).includes(note.id))
  // As before: what the owner wrote for it is read by nobody here.
  await db.deleteFrom('timeline_entries').where('post_id', '=', post.id).execute()
  await db.deleteFrom('posts').where('id', '=', post.id).execute()
  return note
}

test('profiles are read again however fresh they are', async () => {
  const asked = peer.requests.length
  const followed = await inTransaction(db, async (tx) => refreshKnownPeople(tx, 'followed', '0'))
  assert.deepEqual(followed, { last: null, count: 2 })
  await home.work()
  const seen = peer.requests.slice(asked).map(({ path }) => path)
  assert.ok(
    seen.includes(new URL(ana.uri).pathname) && seen.includes(new URL(eve.uri).pathname),
    seen.join(' '),
  )
  const nobody = await inTransaction(db, async (tx) => refreshKnownPeople(tx, { host: 'none.example' }, '0'))
  assert.equal(nobody.count, 0)
})

test('what a purge would take is counted, blocked or not', async () => {
  const { people, posts, isBlocked } = await countPurge(db, 'peer.example')
  assert.deepEqual([people, isBlocked], [2, false])
  assert.ok(posts > 0)
  assert.deepEqual(await countPurge(db, 'er.example'), { people: 0, posts: 0, isBlocked: false })
  await inTransaction(db, async (tx) =>
    blockDomain(tx, { domain: 'peer.example', comment: '', now: new Date() }),
  )
  assert.equal((await countPurge(db, 'peer.example')).isBlocked, true)
})
