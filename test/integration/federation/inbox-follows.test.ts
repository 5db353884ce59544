import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { inTransaction } from '../../../server/db/transaction.ts'
import { followActor } from '../../../server/domain/follows/follow-actor.ts'
import { receiveFollow } from '../../../server/domain/follows/receive-follow.ts'
import type { FakeActor } from '../../support/fake-peer-actor.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { until } from '../../support/until.ts'

const peer = await openFakePeer()
const home = await openFederationHome({ peers: [peer] })

async function followBy(actor: FakeActor) {
  return home.db
    .selectFrom('follows')
    .innerJoin('actors', 'actors.id', 'source_id')
    .selectAll('follows')
    .where('actors.uri', '=', actor.uri)
    .executeTakeFirst()
}

async function followOf(actor: FakeActor) {
  return home.db
    .selectFrom('follows')
    .innerJoin('actors', 'actors.id', 'target_id')
    .selectAll('follows')
    .where('actors.uri', '=', actor.uri)
    .executeTakeFirst()
}

/** The identity asks to follow somebody, as the owner does. */
async function asks(actor: FakeActor): Promise<Record<string, unknown>> {
  const { db, home: facts, clock, dereferencer } = home.context
  const target = await dereferencer.actorByUri(actor.uri)
  assert.ok(target)
  const options = { showsBoosts: true, notifies: false, languages: null }
  await inTransaction(db, async (tx) => followActor(tx, facts, home.me, target, options, clock.now()))
  await home.work()
  return (await actor.inbox.waitForType('Follow')).activity
}

test('a follow of an open identity is accepted, counted and told', async () => {
  const ana = peer.actor('ana')
  const follow = ana.follow(home.me.uri)
  await home.takes(ana, follow)
  const accept = await ana.inbox.waitForType('Accept')
  assert.ok(accept.signature.valid, JSON.stringify(accept.signature))
  assert.equal((accept.activity['object'] as { id: string }).id, follow.id)
  assert.equal((await followBy(ana))?.state, 'accepted')
  assert.equal((await home.identity()).followers_count, 1)
  assert.deepEqual(await home.notifications(), ['follow ana'])
})

test('whoever follows twice is answered twice and counted once', async () => {
  const ana = peer.actor('ana')
  const again = ana.follow(home.me.uri)
  await home.takes(ana, again)
  assert.deepEqual(ana.inbox.types(), ['Accept', 'Accept'])
  const answered = ana.inbox.received.map(({ activity }) => activity['object'] as { readonly id: string })
  assert.equal(answered.at(-1)?.id, again.id)
  assert.equal((await home.identity()).followers_count, 1)
  assert.deepEqual(await home.notifications(), ['follow ana'])
})

test('a follow is undone by its id, also when the server remembers another id', async () => {
  const ana = peer.actor('ana')
  await home.takes(ana, ana.undo({ ...ana.follow(home.me.uri), id: `${ana.uri}/forgotten` }))
  assert.equal(await followBy(ana), undefined)
  assert.equal((await home.identity()).followers_count, 0)
})

test('an Undo that overtakes its Follow leaves no follower', async () => {
  const ana = peer.actor('ana')
  const follow = ana.follow(home.me.uri)
  await home.takes(ana, ana.undo(follow))
  await home.takes(ana, follow)
  assert.equal(await followBy(ana), undefined)
  assert.equal((await home.identity()).followers_count, 0)
})

test('a locked identity is asked, and nobody is counted before it says yes', async () => {
  await home.db.updateTable('actors').set({ is_locked: true }).where('id', '=', home.me.id).execute()
  const bea = peer.actor('bea')
  await home.takes(bea, bea.follow(home.me.uri))
  assert.equal((await followBy(bea))?.state, 'pending_approval')
  assert.deepEqual(bea.inbox.types(), [])
  assert.equal((await home.identity()).followers_count, 0)
  assert.deepEqual((await home.notifications()).slice(-1), ['follow_request bea'])
  await home.takes(bea, bea.undo((await followBy(bea))?.uri ?? ''))
  assert.ok(!(await home.notifications()).includes('follow_request bea'))
  await home.db.updateTable('actors').set({ is_locked: false }).where('id', '=', home.me.id).execute()
})

test('an own follow stands once whom it follows has accepted it, and nobody else', async () => {
  const cleo = peer.actor('cleo')
  const follow = await asks(cleo)
  const eve = peer.actor('eve')
  await home.takes(eve, eve.accept(follow))
  assert.equal((await followOf(cleo))?.state, 'pending_approval')
  assert.equal((await home.identity()).following_count, 0)
  await home.takes(cleo, cleo.accept(String(follow['id'])))
  assert.equal((await followOf(cleo))?.state, 'accepted')
  assert.equal((await home.identity()).following_count, 1)
  await home.takes(cleo, cleo.accept(follow))
  assert.equal((await home.identity()).following_count, 1)
})

test('an Accept that tells back who follows whom needs no id', async () => {
  const dora = peer.actor('dora')
  const follow = await asks(dora)
  await home.takes(dora, dora.accept({ ...follow, id: `${dora.uri}/not-ours` }))
  assert.equal((await followOf(dora))?.state, 'accepted')
})

test('an Accept and the first post after it take effect together', async () => {
  const fay = peer.actor('fay')
  const follow = await asks(fay)
  const note = fay.note()
  await fay.sends(home.target, fay.accept(follow))
  await fay.sends(home.target, fay.create(note))
  await home.work()
  assert.equal((await home.timeline())[0], note.id)
})

test('a Reject ends a follow, asked for or accepted, and clears the timeline of it', async () => {
  const fay = peer.actor('fay')
  const before = (await home.identity()).following_count
  assert.ok((await home.timeline()).length > 0)
  await home.takes(fay, fay.reject((await followOf(fay))?.uri ?? ''))
  assert.equal(await followOf(fay), undefined)
  assert.equal((await home.identity()).following_count, before - 1)
  assert.deepEqual(await home.timeline(), [])
  const gus = peer.actor('gus', { isLocked: true })
  const follow = await asks(gus)
  await home.takes(gus, gus.reject(follow))
  assert.equal(await followOf(gus), undefined)
  assert.equal((await home.identity()).following_count, before - 1)
})

test('whoever blocks an identity is not followed any more, and sees nothing of it', async () => {
  const hal = peer.actor('hal')
  await home.follows(hal)
  await sql`update actors set following_count = following_count + 1 where id = ${home.me.id}`.execute(home.db)
  await home.isFollowedBy(hal)
  const own = await home.writes('for followers', 'followers')
  const path = new URL(own.uri).pathname
  assert.equal((await hal.gets(home.target, path)).status, 200)
  const counts = await home.identity()
  const block = hal.block(home.me.uri)
  await home.takes(hal, block)
  assert.equal(await followBy(hal), undefined)
  assert.equal(await followOf(hal), undefined)
  const after = await home.identity()
  assert.deepEqual(
    [after.followers_count, after.following_count],
    [counts.followers_count - 1, counts.following_count - 1],
  )
  assert.equal((await hal.gets(home.target, path)).status, 404)
  await home.takes(hal, hal.undo(block))
  const { count } = await home.db
    .selectFrom('blocks')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  assert.equal(count, '0')
})

test('a blocked actor who follows is refused', async () => {
  const ivy = peer.actor('ivy')
  const row = await home.context.dereferencer.actorByUri(ivy.uri)
  await home.db
    .insertInto('blocks')
    .values({
      uri: 'https://home.example/ap/blocks/1',
      source_id: home.me.id,
      target_id: row?.id ?? '',
      state: 'sent',
      state_next_attempt_at: null,
    })
    .execute()
  const before = await home.identity()
  await home.takes(ivy, ivy.follow(home.me.uri))
  await ivy.inbox.waitForType('Reject')
  assert.equal((await home.identity()).followers_count, before.followers_count)
})

test('a follow of somebody who is not here is dropped', async () => {
  const ana = peer.actor('ana')
  const follow = ana.follow('https://home.example/ap/actors/1')
  await home.takes(ana, follow)
  assert.equal((await home.message(follow)).state, 'dropped')
})

test('two follows of the same two at one moment are one, counted once', async () => {
  const una = peer.actor('una')
  const source = await home.context.dereferencer.actorByUri(una.uri)
  assert.ok(source)
  const before = (await home.identity()).followers_count
  const first = Promise.withResolvers<void>()
  const bothAreThere = Promise.withResolvers<void>()
  const receive = async (uri: string, wait: () => Promise<unknown>): Promise<string> =>
    inTransaction(home.db, async (tx) => {
      const parts = { source, target: home.me, isRefused: false }
      const result = await receiveFollow(tx, { uri: `${una.uri}#${uri}`, ...parts })
      await wait()
      return result
    })
  const one = receive('one', async () => {
    first.resolve()
    await bothAreThere.promise
  })
  await first.promise
  const two = receive('two', async () => undefined)
  await until('the second waits for the first', async () => {
    const { rows } = await sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_locks where not granted`.execute(home.db)
    return (rows[0]?.waiting ?? 0) > 0
  })
  bothAreThere.resolve()
  assert.deepEqual(await Promise.all([one, two]), ['accepted', 'repeated'])
  assert.equal((await followBy(una))?.uri, `${una.uri}#two`)
  assert.equal((await home.identity()).followers_count, before + 1)
})
