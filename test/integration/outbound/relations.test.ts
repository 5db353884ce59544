import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../server/core/clock.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import type { Database } from '../../../server/db/pool.ts'
import { blockActor, muteActor, unblockActor } from '../../../server/domain/blocks/block-actor.ts'
import { acceptFollow, rejectFollow } from '../../../server/domain/follows/answer-follow.ts'
import { findOwnBlock } from '../../../server/domain/follows/find-own-relations.ts'
import { followActor, unfollowActor } from '../../../server/domain/follows/follow-actor.ts'
import { likePost, unlikePost } from '../../../server/domain/interactions/like-post.ts'
import { deleteIdentity } from '../../../server/domain/owner/delete-identity.ts'
import { editIdentity } from '../../../server/domain/owner/edit-identity.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { type Actor, openOutboundHome } from '../../support/outbound-home.ts'

const PLAIN = { showsBoosts: true, notifies: false, languages: null } as const

async function rowOf(db: Database, actor: Actor): Promise<Actor> {
  return db.selectFrom('actors').selectAll().where('id', '=', actor.id).executeTakeFirstOrThrow()
}

test('a follow is asked for once, waits for its answer, and is taken back in order', async (t) => {
  const peer = await openFakePeer(t)
  const { db, ana, home, tx, knows, runner, hasGoodSignature } = await openOutboundHome(t, [peer])
  const ben = await knows(peer.actor('ben'))
  const follow = await tx(async (one) => followActor(one, home, ana, ben, PLAIN, new Date()))
  await tx(async (one) => followActor(one, home, ana, ben, { ...PLAIN, showsBoosts: false }, new Date()))
  await runner.runUntilIdle()

  const [received] = peer.actor('ben').inbox.received.concat(peer.sharedInbox.received)
  assert.ok(received)
  assert.equal(received.type, 'Follow')
  assert.equal(received.activity['id'], follow.uri)
  assert.equal(received.activity['object'], ben.uri)
  assert.ok(await hasGoodSignature(received))
  const stored = await db.selectFrom('follows').selectAll().executeTakeFirstOrThrow()
  assert.equal(stored.state, 'pending_approval')
  assert.equal(stored.shows_boosts, false)
  assert.equal((await rowOf(db, ana)).following_count, 0)

  await tx(async (one) => unfollowActor(one, ana, ben, new Date()))
  await tx(async (one) => followActor(one, home, ana, ben, PLAIN, new Date()))
  await tx(async (one) => unfollowActor(one, ana, ben, new Date()))
  await runner.runUntilIdle()
  const types = peer.sharedInbox.types()
  assert.equal(types[0], 'Follow')
  assert.equal(types.at(-1), 'Undo')
  const last = peer.sharedInbox.received.at(-1)?.activity['object'] as Record<string, unknown>
  assert.equal(last['type'], 'Follow')
})

test('between two identities of the home a follow stands at once, and nothing is sent', async (t) => {
  const { db, ana, home, tx, writes, runner } = await openOutboundHome(t, [])
  const bo = await addIdentity(db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  const follow = await tx(async (one) => followActor(one, home, bo, ana, PLAIN, new Date()))
  assert.equal(follow.state, 'accepted')
  assert.equal((await rowOf(db, ana)).followers_count, 1)
  assert.equal((await rowOf(db, bo)).following_count, 1)
  const told = await db.selectFrom('notifications').selectAll().execute()
  assert.deepEqual(
    told.map(({ actor_id, kind }) => [actor_id, kind]),
    [[ana.id, 'follow']],
  )

  const post = await writes({ text: 'for my other self', visibility: 'followers' })
  const boTimeline = async () =>
    (await db.selectFrom('timeline_entries').selectAll().where('actor_id', '=', bo.id).execute()).map(
      (entry) => entry.post_id,
    )
  assert.deepEqual(await boTimeline(), [post.id])
  await tx(async (one) => unfollowActor(one, bo, ana, new Date()))
  assert.deepEqual(await boTimeline(), [])
  assert.equal((await rowOf(db, ana)).followers_count, 0)
  await runner.runUntilIdle()
  assert.equal((await db.selectFrom('fan_outs').selectAll().execute()).length, 0)
  assert.equal((await db.selectFrom('follows').selectAll().execute()).length, 0)
})

test('a locked identity approves or refuses its own other self', async (t) => {
  const { db, ana, home, tx } = await openOutboundHome(t, [])
  const bo = await addIdentity(db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  await db.updateTable('actors').set({ is_locked: true }).where('id', '=', ana.id).execute()
  const locked = await rowOf(db, ana)
  const asked = await tx(async (one) => followActor(one, home, bo, locked, PLAIN, new Date()))
  assert.equal(asked.state, 'pending_approval')
  await tx(async (one) => acceptFollow(one, asked, new Date()))
  const accepted = await db.selectFrom('follows').selectAll().executeTakeFirstOrThrow()
  assert.equal(accepted.state, 'accepted')
  await tx(async (one) => rejectFollow(one, asked))
  assert.equal((await db.selectFrom('follows').selectAll().execute()).length, 0)
  assert.equal((await rowOf(db, ana)).followers_count, 0)
})

test('a follower elsewhere is accepted, and may be taken away again', async (t) => {
  const peer = await openFakePeer(t)
  const { db, ana, tx, knows, writes, runner } = await openOutboundHome(t, [peer])
  const ben = await knows(peer.actor('ben'))
  const follow = await db
    .insertInto('follows')
    .values({
      uri: `${ben.uri}/follows/1`,
      source_id: ben.id,
      target_id: ana.id,
      state: 'pending_approval',
      state_next_attempt_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await tx(async (one) => acceptFollow(one, follow, new Date()))
  await runner.runUntilIdle()
  assert.deepEqual(peer.sharedInbox.types(), ['Accept'])
  const answered = peer.sharedInbox.received[0]?.activity['object'] as Record<string, unknown>
  assert.deepEqual([answered['id'], answered['actor'], answered['object']], [follow.uri, ben.uri, ana.uri])
  assert.equal((await rowOf(db, ana)).followers_count, 1)

  await tx(async (one) => rejectFollow(one, follow))
  await runner.runUntilIdle()
  assert.deepEqual(peer.sharedInbox.types(), ['Accept', 'Reject'])
  assert.equal((await rowOf(db, ana)).followers_count, 0)
  await writes({ text: 'not for ben' })
  await runner.runUntilIdle()
  assert.deepEqual(peer.sharedInbox.types(), ['Accept', 'Reject'])
})

test('what cannot be followed is refused', async (t) => {
  const peer = await openFakePeer(t, { host: 'deep.bad.example' })
  const { db, ana, home, tx, knows } = await openOutboundHome(t, [peer])
  const ben = await knows(peer.actor('ben'))
  const attempt = async (target: Actor, source = ana): Promise<unknown> =>
    tx(async (one) => followActor(one, home, source, target, PLAIN, new Date()))
  await assert.rejects(attempt(ana), (error) => isHomebirdError(error, 'UNPROCESSABLE'))
  await assert.rejects(attempt({ ...ben, gone_at: new Date() }), (error) =>
    isHomebirdError(error, 'NOT_FOUND'),
  )
  await assert.rejects(attempt(ben, { ...ana, host: 'homebird.invalid' }), (error) =>
    isHomebirdError(error, 'UNAVAILABLE'),
  )
  await tx(async (one) => blockActor(one, home, ana, ben, new Date()))
  await assert.rejects(attempt(ben), (error) => isHomebirdError(error, 'FORBIDDEN'))
  await tx(async (one) => unblockActor(one, ana, ben))
  await db.insertInto('domain_blocks').values({ domain: 'bad.example' }).execute()
  await home.refresh()
  await assert.rejects(attempt(ben), (error) => isHomebirdError(error, 'FORBIDDEN'))
})

test('a block ends follows in both directions and is told; a mute is not', async (t) => {
  const peer = await openFakePeer(t)
  const { db, ana, home, tx, knows, isFollowedBy, writes, runner } = await openOutboundHome(t, [peer])
  const ben = await isFollowedBy(peer.actor('ben'))
  const cleo = await knows(peer.actor('cleo'))
  await tx(async (one) => followActor(one, home, ana, ben, PLAIN, new Date()))
  await runner.runUntilIdle()
  const block = await tx(async (one) => blockActor(one, home, ana, ben, new Date()))
  await tx(async (one) =>
    muteActor(one, home, ana, cleo, { hidesNotifications: true, expiresAt: null }, new Date()),
  )
  await runner.runUntilIdle()

  assert.deepEqual(peer.sharedInbox.types().toSorted(), ['Block', 'Follow', 'Reject', 'Undo'])
  const told = peer.sharedInbox.received.find(({ type }) => type === 'Block')
  assert.equal(told?.activity['id'], block.uri)
  await writes({ text: 'hello @ben@peer.example', mentions: [ben] })
  await runner.runUntilIdle()
  assert.equal(peer.sharedInbox.received.length, 4)

  await tx(async (one) => unblockActor(one, ana, ben))
  await runner.runUntilIdle()
  assert.equal(peer.sharedInbox.types().at(-1), 'Undo')
  const states = await db.selectFrom('blocks').select(['is_mute', 'state']).orderBy('is_mute').execute()
  assert.deepEqual(states, [
    { is_mute: false, state: 'undone_sent' },
    { is_mute: true, state: 'sent' },
  ])
})

test('a mute with an end waits for it and is over', async (t) => {
  const peer = await openFakePeer(t)
  const { db, ana, home, tx, knows, runner } = await openOutboundHome(t, [peer])
  const ben = await knows(peer.actor('ben'))
  const expiresAt = new Date(Date.now() + 3_600_000)
  await tx(async (one) => muteActor(one, home, ana, ben, { hidesNotifications: true, expiresAt }, new Date()))
  await runner.runUntilIdle()
  const waiting = await db.selectFrom('blocks').selectAll().executeTakeFirstOrThrow()
  assert.equal(waiting.state, 'awaiting_expiry')
  assert.equal(waiting.state_attempts, 0)
  assert.ok(Math.abs((waiting.state_next_attempt_at?.getTime() ?? 0) - expiresAt.getTime()) < 5_000)
  await db
    .updateTable('blocks')
    .set({ expires_at: new Date(Date.now() - 1_000), state_next_attempt_at: new Date() })
    .execute()
  await runner.runUntilIdle()
  assert.equal((await db.selectFrom('blocks').select('state').executeTakeFirstOrThrow()).state, 'undone_sent')
  assert.equal(peer.requests.length, 0)
})

test('a like is told to its author once, and taken back', async (t) => {
  const peer = await openFakePeer(t)
  const { db, ana, home, tx, knows, runner } = await openOutboundHome(t, [peer])
  const ben = await knows(peer.actor('ben'))
  const post = await db
    .insertInto('posts')
    .values({
      uri: `${ben.uri}/posts/1`,
      author_id: ben.id,
      visibility: 'public',
      conversation_id: '1',
      published_at: new Date(),
      state: 'fanned_out',
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const likes = async (): Promise<number> =>
    (await db.selectFrom('posts').select('likes_count').where('id', '=', post.id).executeTakeFirstOrThrow())
      .likes_count
  await tx(async (one) => likePost(one, home, ana, post, new Date()))
  await tx(async (one) => likePost(one, home, ana, post, new Date()))
  assert.equal(await likes(), 1)
  await runner.runUntilIdle()
  await tx(async (one) => unlikePost(one, ana, post))
  await tx(async (one) => unlikePost(one, ana, post))
  assert.equal(await likes(), 0)
  await runner.runUntilIdle()
  assert.deepEqual(peer.sharedInbox.types(), ['Like', 'Undo'])
  const [like, undo] = peer.sharedInbox.received
  assert.equal(like?.activity['object'], post.uri)
  assert.equal(
    (undo?.activity['object'] as Record<string, unknown> | undefined)?.['id'],
    like?.activity['id'],
  )
})

test('an edited profile reaches each server once, a removed identity every server', async (t) => {
  const peer = await openFakePeer(t)
  const stranger = await openFakePeer(t, { host: 'stranger.example' })
  const { db, ana, tx, knows, isFollowedBy, writes, runner } = await openOutboundHome(t, [peer, stranger])
  const bo = await addIdentity(db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  await isFollowedBy(peer.actor('ben'), bo)
  await isFollowedBy(peer.actor('cleo'), bo)
  await knows(stranger.actor('sam'))
  const post = await writes({ text: 'mine' }, bo)
  await runner.runUntilIdle()
  await tx(async (one) => editIdentity(one, bo, { displayName: 'Bo the Second' }))
  await runner.runUntilIdle()
  assert.deepEqual(peer.sharedInbox.types(), ['Create', 'Update'])
  const document = peer.sharedInbox.received[1]?.activity['object'] as Record<string, unknown>
  assert.equal(document['name'], 'Bo the Second')
  assert.equal(stranger.requests.length, 0)

  await tx(async (one) => deleteIdentity(one, bo, new Date()))
  await runner.runUntilIdle()
  assert.deepEqual(peer.sharedInbox.types(), ['Create', 'Update', 'Delete'])
  assert.deepEqual(stranger.sharedInbox.types(), ['Delete'])
  assert.equal(stranger.sharedInbox.received[0]?.activity['object'], bo.uri)
  const tombstones = await db.selectFrom('tombstones').select('uri').execute()
  assert.deepEqual(tombstones, [{ uri: post.uri }])
  const last = tx(async (one) => deleteIdentity(one, ana, new Date()))
  await assert.rejects(last, (error) => isHomebirdError(error, 'CONFLICT'))
})

test('an identity that keeps its blocks to itself ends follows, and tells neither the block nor its end', async (t) => {
  const peer = await openFakePeer(t)
  const { db, ana, home, tx, knows, isFollowedBy, runner } = await openOutboundHome(t, [peer])
  const keeps = async (isPrivate: boolean) =>
    db.updateTable('actors').set({ keeps_blocks_private: isPrivate }).where('id', '=', ana.id).execute()
  const ben = await isFollowedBy(peer.actor('ben'))
  const cleo = await knows(peer.actor('cleo'))
  await keeps(true)
  const block = await tx(async (one) => blockActor(one, home, ana, ben, new Date()))
  await runner.runUntilIdle()
  assert.deepEqual(peer.sharedInbox.types(), ['Reject'])
  assert.equal(await findOwnBlock(db, block.uri), undefined, 'nor is it read')
  await keeps(false)
  await tx(async (one) => unblockActor(one, ana, ben))
  await runner.runUntilIdle()
  assert.deepEqual(peer.sharedInbox.types(), ['Reject'])
  await tx(async (one) => blockActor(one, home, ana, cleo, new Date()))
  await runner.runUntilIdle()
  await keeps(true)
  await tx(async (one) => unblockActor(one, ana, cleo))
  await runner.runUntilIdle()
  assert.deepEqual(peer.sharedInbox.types(), ['Reject', 'Block', 'Undo'], 'what was told is taken back')
})
