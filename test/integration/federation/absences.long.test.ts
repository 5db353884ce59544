import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FakeActor, FakeObject } from '../../support/fake-peer-actor.ts'
import { beat } from '../../../server/domain/absences/heartbeat.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { createOf, postsOf, servesOutbox } from '../../support/fake-outbox.ts'
import { type FederationHome, openFederationHome } from '../../support/federation-home.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

async function absencesOf(home: FederationHome) {
  return home.db.selectFrom('absences').selectAll().orderBy('id').execute()
}

/** The worker was last at work so long ago, and begins again now. */
async function returnsAfter(home: FederationHome, ms: number): Promise<number> {
  const now = Date.now()
  await home.db.deleteFrom('heartbeats').execute()
  await beat(home.db, new Date(now - ms))
  const awayMs = await beat(home.db, new Date(now))
  // The pauses between its requests are not waited for.
  await home.work({ dueWithinSeconds: 90 })
  await home.work({ dueWithinSeconds: 90 })
  return awayMs
}

function mentioning(home: FederationHome, note: FakeObject): FakeObject {
  note['cc'] = [home.me.uri]
  note['tag'] = [{ type: 'Mention', href: home.me.uri, name: '@ben@home.example' }]
  return note
}

const publish = (actor: FakeActor, notes: readonly FakeObject[]): void =>
  servesOutbox(
    actor,
    notes.map((note) => (note.type === 'Announce' ? note : createOf(actor, note))),
  )

test('beats, short silences and a clock that is put back are no absence', async () => {
  const home = await openFederationHome()
  const start = Date.now()
  for (const minutes of [0, 1, 2, 8, 3, 4, 13]) {
    assert.equal(await beat(home.db, new Date(start + minutes * MINUTE)), 0)
  }
  assert.deepEqual(await absencesOf(home), [])
  assert.equal(await beat(home.db, new Date(start + 24 * MINUTE)), 11 * MINUTE)
  // Two workers that begin together find it once.
  const both = await Promise.all([1, 2].map(async () => beat(home.db, new Date(start + 60 * MINUTE))))
  assert.deepEqual(
    both.toSorted((a, b) => a - b),
    [0, 36 * MINUTE],
  )
  assert.equal((await absencesOf(home)).length, 2)
})

test('after three hours what was missed stands in the home timeline in order, and only who was named is told', async () => {
  const peer = await openFakePeer()
  const other = await openFakePeer(undefined, { host: 'other.example' })
  const home = await openFederationHome({ peers: [peer, other] })
  const [ana, bea, eve] = [peer.actor('ana'), peer.actor('bea'), other.actor('eve')]
  await home.follows(ana, { notifies: true })
  await home.follows(bea)
  const notes = postsOf(ana, 100, { minutesApart: 5 })
  mentioning(home, notes[3] as FakeObject)
  mentioning(home, notes[60] as FakeObject)
  const boosted = eve.note({ content: 'boosted' })
  const boost = bea.announce(boosted.id, { published: new Date(Date.now() - HOUR).toISOString() })
  publish(ana, notes)
  publish(bea, [boost])
  // This one arrived in time, and its notifications were dismissed.
  await home.takes(ana, ana.create(mentioning(home, notes[35] as FakeObject)))
  assert.deepEqual((await home.notifications()).toSorted(), ['mention ana', 'status ana'])
  await home.db.updateTable('notifications').set({ dismissed_at: new Date() }).execute()

  assert.equal(await returnsAfter(home, 3 * HOUR), 3 * HOUR)
  const missed = notes.filter(
    (note) => Date.parse(String(note['published'])) > Date.now() - 3 * HOUR - 10 * MINUTE,
  )
  const timeline = await home.timeline()
  assert.deepEqual(
    timeline.filter((uri) => uri.startsWith(ana.uri)),
    missed.map((note) => note.id),
  )
  assert.ok(timeline.includes(boost.id))
  assert.equal((await home.post(boosted.id))?.content_text, 'boosted')
  const told = await home.db
    .selectFrom('notifications')
    .innerJoin('posts', 'posts.id', 'notifications.post_id')
    .select(['notifications.kind', 'posts.uri'])
    .where('dismissed_at', 'is', null)
    .execute()
  assert.deepEqual(told, [{ kind: 'mention', uri: notes[3]?.id }])

  const [absence] = await absencesOf(home)
  assert.deepEqual(
    [absence?.state, absence?.outboxes, absence?.outboxes_done, absence?.greeted],
    ['caught_up', 2, 2, null],
  )
  assert.deepEqual(peer.sharedInbox.types(), [], 'nobody is greeted after so short a time')
  const asked = home.asked()
  await home.work({ dueWithinSeconds: 90 })
  assert.equal(home.asked(), asked)
})

test('what arrives by itself and by catching up stands there once', async () => {
  const peer = await openFakePeer()
  const home = await openFederationHome({ peers: [peer] })
  const ana = peer.actor('ana')
  await home.follows(ana)
  const notes = postsOf(ana, 30, { minutesApart: 4 })
  publish(ana, notes)
  await returnsAfter(home, 3 * HOUR)
  for (const note of notes.slice(0, 10)) await ana.sends(home.target, ana.create(note))
  await home.work()
  assert.deepEqual(
    await home.timeline(),
    notes.map((note) => note.id),
  )
  assert.deepEqual(await home.notifications(), [])
})

test('after nine days every server that has to do with us is greeted once, and once only', async () => {
  const peers = await Promise.all(
    ['one', 'two', 'three', 'four'].map(async (name) => openFakePeer(undefined, { host: `${name}.example` })),
  )
  const home = await openFederationHome({ peers })
  const [one, two, three, four] = peers
  assert.ok(one && two && three && four)
  await home.follows(one.actor('ana'))
  await home.isFollowedBy(one.actor('bea'))
  await home.isFollowedBy(one.actor('cleo'))
  await home.isFollowedBy(two.actor('dora'))
  // Somebody whom we only know, and somebody whom the owner blocks.
  await home.context.dereferencer.actorByUri(three.actor('eve').uri)
  await home.isFollowedBy(four.actor('fay'))
  await home.db
    .insertInto('blocks')
    .values({
      uri: 'https://home.example/b/1',
      source_id: home.me.id,
      target_id: (await home.context.dereferencer.actorByUri(four.actor('fay').uri))?.id ?? '',
      state: 'sent',
      state_next_attempt_at: null,
    })
    .execute()
  const greetings = (): string[][] =>
    peers.map((peer) => peer.sharedInbox.types().filter((type) => type !== 'Accept'))
  await returnsAfter(home, 9 * DAY)
  assert.deepEqual(greetings(), [['Update'], ['Update'], [], []])
  const received = one.sharedInbox.received.find(({ type }) => type === 'Update')
  assert.equal(received?.signature.valid, true)
  assert.equal((received?.activity['object'] as { id?: string } | undefined)?.id, home.me.uri)
  const [absence] = await absencesOf(home)
  assert.deepEqual([absence?.state, absence?.greeted], ['caught_up', 2])

  // The handler runs again, as when its process died.
  await home.db
    .updateTable('absences')
    .set({ state: 'new', state_next_attempt_at: new Date(0) })
    .execute()
  await home.work({ dueWithinSeconds: 90 })
  assert.deepEqual(greetings(), [['Update'], ['Update'], [], []])
  // A second absence is a second word.
  await returnsAfter(home, 8 * DAY)
  assert.deepEqual(greetings(), [['Update', 'Update'], ['Update', 'Update'], [], []])
})

test('a server that is silent after the return holds up nobody, and is asked again', async () => {
  const [silent, other] = [await openFakePeer(), await openFakePeer(undefined, { host: 'other.example' })]
  const home = await openFederationHome({ peers: [silent, other] })
  const [ana, bea] = [silent.actor('ana'), other.actor('bea')]
  await home.follows(ana)
  await home.follows(bea)
  publish(bea, postsOf(bea, 3))
  silent.answers('/users/ana/outbox', () => ({ status: 503 }))
  await returnsAfter(home, 5 * HOUR)
  assert.equal((await home.timeline()).length, 3)
  const [absence] = await absencesOf(home)
  assert.deepEqual([absence?.state, absence?.outboxes, absence?.outboxes_done], ['catching_up', 2, 1])
  silent.forgets('/users/ana/outbox')
  publish(ana, postsOf(ana, 2))
  // It left again before that server was heard: the older gap is not forgotten.
  await returnsAfter(home, HOUR)
  await home.work({ dueWithinSeconds: 900 })
  assert.equal((await home.timeline()).length, 5)
  assert.deepEqual(
    (await absencesOf(home)).map(({ state }) => state),
    ['caught_up', 'caught_up'],
  )
})
