import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { changeAliases, moveAway } from '../../../server/activitypub/migration.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { followActor } from '../../../server/domain/follows/follow-actor.ts'
import { exportMovedFollowers } from '../../../server/domain/moves/moved-followers.ts'
import { moveIdentity, readMoveProgress, takeMoveBack } from '../../../server/domain/moves/move-identity.ts'
import { editIdentity } from '../../../server/domain/owner/edit-identity.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { type FakePeer, openFakePeer, sendRaw } from '../../support/fake-peer.ts'
import { type FederationHome, openFederationHome } from '../../support/federation-home.ts'

const PLAIN = { showsBoosts: true, notifies: false, languages: null } as const

/** A home with a follower elsewhere, and another server that takes the owner in. */
async function openMovingHome(): Promise<{ home: FederationHome; fans: FakePeer; target: FakePeer }> {
  const fans = await openFakePeer(undefined, { host: 'fans.example' })
  const target = await openFakePeer(undefined, { host: 'new.example' })
  const home = await openFederationHome({ peers: [fans, target] })
  await home.isFollowedBy(fans.actor('fan'))
  fans.sharedInbox.received.length = 0
  return { home, fans, target }
}

async function refuses(work: Promise<unknown>, code: string, reason: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(isHomebirdError(error), String(error))
    assert.equal(error.code, code)
    assert.match(error.message, reason)
    return true
  })
}

async function documentOf({ target, me }: FederationHome): Promise<Record<string, unknown>> {
  const headers = [['Accept', 'application/activity+json']] as const
  const answer = await sendRaw(target, { method: 'GET', path: new URL(me.uri).pathname, headers })
  return answer.json()
}

/** Everything is told: what goes after something else to the same inbox is not waited for. */
async function tells(home: FederationHome): Promise<void> {
  for (let left = 1; left > 0;) {
    await home.work()
    const { numUpdatedRows } = await home.db
      .updateTable('fan_outs')
      .set({ state_next_attempt_at: new Date() })
      .where('state', '=', 'new')
      .executeTakeFirst()
    left = Number(numUpdatedRows)
  }
}

async function moves(home: FederationHome, to: string) {
  const moved = await moveAway(home.context, await home.identity(), to)
  await tells(home)
  return moved
}

test('followers hear of a move after they can confirm it, and those who come along are gone from here', async () => {
  const { home, fans, target } = await openMovingHome()
  const there = target.actor('ben')
  there.overrides = { alsoKnownAs: [home.me.uri] }
  await moves(home, '@ben@new.example')
  assert.deepEqual(fans.sharedInbox.types(), ['Update', 'Move'])
  const [update, move] = fans.sharedInbox.received
  assert.ok(update && move?.signature.valid)
  assert.equal((update.activity['object'] as Record<string, unknown>)['movedTo'], there.uri)
  assert.deepEqual(
    [move.activity['actor'], move.activity['object'], move.activity['target']],
    [home.me.uri, home.me.uri, there.uri],
  )
  assert.equal((await documentOf(home))['movedTo'], there.uri)
  const identity = await home.identity()
  assert.equal(identity.state, 'moved_fanned_out')
  const before = await readMoveProgress(home.db, identity, new Date())
  assert.deepEqual([before.followersAtStart, before.followersLeft], [1, 1])
  assert.deepEqual(before.left, [{ username: 'fan', handle_domain: 'fans.example' }])
  const fan = fans.actor('fan')
  await home.takes(fan, fan.undo(fan.follow(home.me.uri)))
  const after = await readMoveProgress(home.db, await home.identity(), new Date())
  assert.deepEqual([after.followersAtStart, after.followersLeft, after.left], [1, 0, []])
})

test('who has come along is told by server and by name, also once they are cleaned up here', async () => {
  const { home, fans, target } = await openMovingHome()
  const slow = target.actor('slow')
  await home.isFollowedBy(fans.actor('other'))
  await home.isFollowedBy(slow)
  const since = new Date('2026-11-01T10:00:00Z')
  await home.db
    .insertInto('peers')
    .values({ host: 'new.example', failures: 3, failing_since: since })
    .onConflict((same) => same.column('host').doUpdateSet({ failures: 3, failing_since: since }))
    .execute()
  const there = target.actor('ben')
  there.overrides = { alsoKnownAs: [home.me.uri] }
  await moveAway(home.context, await home.identity(), there.uri)
  const progress = async () => readMoveProgress(home.db, await home.identity(), new Date())
  const besides = { host: 'new.example', followers: 1, left: 1 }
  const [first, second] = (await progress()).servers
  assert.deepEqual(first, { host: 'fans.example', followers: 2, left: 2, silentSince: null })
  assert.deepEqual([second?.host, second?.followers, second?.left], Object.values(besides))
  const fan = fans.actor('fan')
  await home.takes(fan, fan.undo(fan.follow(home.me.uri)))
  await sql`delete from follows where source_id = (select id from actors where uri = ${fan.uri})`.execute(
    home.db,
  )
  await home.db.deleteFrom('actors').where('uri', '=', fan.uri).execute()
  const left = (await progress()).servers.map(({ host, followers, left: here }) => [host, followers, here])
  assert.deepEqual(left, [
    ['fans.example', 2, 1],
    ['new.example', 1, 1],
  ])
  const lines: string[] = []
  for await (const line of exportMovedFollowers(home.db, home.me.id)) lines.push(line.trim())
  assert.deepEqual(lines.toSorted(), [
    'Follower,Server,Came along',
    'fan@fans.example,fans.example,yes',
    'other@fans.example,fans.example,no',
    'slow@new.example,new.example,no',
  ])
})

test('only a target that names the identity is moved to, and not twice within seven days', async () => {
  const { home, target } = await openMovingHome()
  const me = await home.identity()
  const there = target.actor('ben')
  const attempt = async (to: string) => moveAway(home.context, me, to)
  await refuses(attempt(there.uri), 'UNPROCESSABLE', /add https:\/\/home\.example\S+ to the other names/)
  there.overrides = { alsoKnownAs: [me.uri], movedTo: target.actor('else').uri }
  await refuses(attempt(there.uri), 'UNPROCESSABLE', /has moved on itself/)
  there.overrides = { alsoKnownAs: [me.uri] }
  await refuses(attempt('@nobody@new.example'), 'UNPROCESSABLE', /cannot be found/)
  await refuses(attempt('not a name'), 'UNPROCESSABLE', /neither a handle nor/)
  await refuses(attempt(me.uri), 'UNPROCESSABLE', /to itself/)
  await refuses(attempt('@ben@home.example'), 'UNPROCESSABLE', /to itself/)
  await refuses(attempt(home.context.home.instanceActor().uri), 'UNPROCESSABLE', /cannot be found/)
  await moves(home, `${target.origin}/@ben`).catch(() => undefined)
  await moves(home, there.uri)
  await moves(home, there.uri)
  const rows = await home.db.selectFrom('actor_moves').selectAll().execute()
  assert.equal(rows.length, 1, 'the same move again is the first')
  const other = target.actor('other')
  other.overrides = { alsoKnownAs: [me.uri] }
  await inTransaction(home.db, async (tx) => takeMoveBack(tx, me))
  await refuses(attempt(other.uri), 'UNPROCESSABLE', /moves once in 7 days/)
  const weekAgo = new Date(Date.now() - 7 * 86_400_000 - 60_000)
  await home.db.updateTable('actor_moves').set({ moved_at: weekAgo }).execute()
  assert.equal((await moves(home, other.uri)).uri, other.uri)
})

test('who has moved writes, boosts and follows no more, and is not followed; taking it back undoes that', async () => {
  const { home, fans, target } = await openMovingHome()
  const there = target.actor('ben')
  there.overrides = { alsoKnownAs: [home.me.uri] }
  await moves(home, there.uri)
  const { db, home: names, clock } = home.context
  await refuses(home.writes('too late'), 'FORBIDDEN', /has moved/)
  const fan = await home.context.dereferencer.actorByUri(fans.actor('fan').uri)
  assert.ok(fan)
  const me = await home.identity()
  const follow = async () =>
    inTransaction(db, async (tx) => followActor(tx, names, me, fan, PLAIN, clock.now()))
  await refuses(follow(), 'FORBIDDEN', /has moved/)
  const late = fans.actor('late')
  const asked = late.follow(me.uri)
  await home.takes(late, asked)
  const reject = await late.inbox.waitForType('Reject')
  assert.equal((reject.activity['object'] as { id: string }).id, asked.id)
  assert.match((await home.message(asked)).dropped_because ?? '', /has moved/)

  fans.sharedInbox.received.length = 0
  await inTransaction(db, async (tx) => takeMoveBack(tx, me))
  await home.work()
  const [update] = fans.sharedInbox.received
  assert.equal(update?.type, 'Update')
  assert.equal((update.activity['object'] as Record<string, unknown>)['movedTo'], undefined)
  assert.equal((await home.identity()).state, 'updated')
  assert.ok(await home.writes('back again'))
})

test('an edit of the profile before the Move is told does not swallow it', async () => {
  const { home, fans, target } = await openMovingHome()
  const there = target.actor('ben')
  there.overrides = { alsoKnownAs: [home.me.uri] }
  await moveAway(home.context, await home.identity(), there.uri)
  const identity = await home.identity()
  await inTransaction(home.db, async (tx) => editIdentity(tx, identity, { displayName: 'Gone' }))
  await tells(home)
  assert.deepEqual(fans.sharedInbox.types(), ['Update', 'Move'])
  await inTransaction(home.db, async (tx) => editIdentity(tx, identity, { displayName: 'Really gone' }))
  await tells(home)
  assert.deepEqual(fans.sharedInbox.types(), ['Update', 'Move', 'Update'])
  assert.equal((await home.identity()).state, 'moved_fanned_out')
})

test('whoever blocks the identity hears of the move too, and identities of the same home come along', async () => {
  const { home, target } = await openMovingHome()
  const { db, home: names } = home.context
  const there = target.actor('ben')
  there.overrides = { alsoKnownAs: [home.me.uri] }
  const foe = target.actor('foe')
  await home.follows(foe)
  await home.takes(foe, foe.block(home.me.uri))
  const bo = await addIdentity(db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  const me = await home.identity()
  await inTransaction(db, async (tx) => followActor(tx, names, bo, me, PLAIN, new Date()))
  await moves(home, there.uri)
  assert.ok(target.sharedInbox.types().includes('Move'))
  const followed = await there.inbox.waitForType('Follow')
  assert.equal(followed.activity['actor'], bo.uri)
  const left = await db.selectFrom('follows').selectAll().where('source_id', '=', bo.id).execute()
  assert.deepEqual(
    left.map(({ target_id: id }) => id === me.id),
    [false],
  )
})

test('other names are read before they are kept, told to followers, and limited', async () => {
  const { home, fans, target } = await openMovingHome()
  const old = target.actor('old')
  const change = async (...names: string[]) => changeAliases(home.context, await home.identity(), names)
  await change('@old@new.example', old.uri)
  await home.work()
  assert.deepEqual((await home.identity()).also_known_as, [old.uri])
  assert.deepEqual((await documentOf(home))['alsoKnownAs'], [old.uri])
  assert.deepEqual(fans.sharedInbox.types(), ['Update'])
  await refuses(change('@nobody@new.example'), 'UNPROCESSABLE', /cannot be found/)
  await refuses(change(home.me.uri), 'UNPROCESSABLE', /no other name of itself/)
  const many = Array.from({ length: 21 }, (_, n) => `https://new.example/users/u${n}`)
  await refuses(change(...many), 'UNPROCESSABLE', /at most 20/)
  old.isGone = true
  const another = target.actor('another')
  await change(old.uri, another.uri)
  assert.deepEqual((await home.identity()).also_known_as, [old.uri, another.uri], 'what is there stays')
  await change()
  assert.deepEqual((await home.identity()).also_known_as, [])
})

test('a home without an address has nobody who could come along', async () => {
  const { home, target } = await openMovingHome()
  await home.db.updateTable('actors').set({ host: 'homebird.invalid' }).where('id', '=', home.me.id).execute()
  const there = target.actor('ben')
  there.overrides = { alsoKnownAs: [home.me.uri] }
  const found = await home.context.dereferencer.actorByUri(there.uri)
  assert.ok(found)
  const work = inTransaction(home.db, async (tx) => moveIdentity(tx, home.me, found, new Date()))
  await refuses(work, 'UNAVAILABLE', /no address yet/)
})
