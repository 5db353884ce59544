import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../../../server/db/transaction.ts'
import { setActorNote } from '../../../server/domain/actors/actor-notes.ts'
import { refreshActors } from '../../../server/domain/actors/actor-freshness.ts'
import { blockActor, muteActor } from '../../../server/domain/blocks/block-actor.ts'
import { listListTimeline } from '../../../server/domain/lists/list-timeline.ts'
import { createList } from '../../../server/domain/lists/lists.ts'
import { addMembers, listMemberIds } from '../../../server/domain/lists/members.ts'
import type { FakeActor, FakeObject } from '../../support/fake-peer-actor.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const DAY_MS = 86_400_000

const here = await openFakePeer(undefined, { host: 'old.example' })
const there = await openFakePeer(undefined, { host: 'new.example' })
const home = await openFederationHome({ peers: [here, there] })
const { clock } = home.context

const moveOf = (from: FakeActor, to: string): FakeObject =>
  from.activity('Move', { object: from.uri, target: to })

/** Both documents say that the one is the other. */
function agree(from: FakeActor, to: FakeActor): void {
  from.overrides = { ...from.overrides, movedTo: to.uri }
  to.overrides = { ...to.overrides, alsoKnownAs: [from.uri] }
}

/** A pair of accounts of one person, the old one followed from here. */
async function pair(name: string): Promise<[FakeActor, FakeActor]> {
  const from = here.actor(name)
  await home.follows(from)
  return [from, there.actor(name)]
}

async function followOf(actor: FakeActor) {
  return home.db
    .selectFrom('follows')
    .innerJoin('actors', 'actors.id', 'target_id')
    .selectAll('follows')
    .where('actors.uri', '=', actor.uri)
    .where('source_id', '=', home.me.id)
    .where('follows.state', '<>', 'removed')
    .executeTakeFirst()
}

/** The owner follows the old actor again, by choice. */
async function goesBackTo(actor: FakeActor): Promise<void> {
  await home.db
    .deleteFrom('follows')
    .where('target_id', '=', await idOf(actor))
    .execute()
  await home.follows(actor)
}

/** The last move of an actor was seven days and a little earlier than it was. */
async function weekAfter(actor: FakeActor): Promise<void> {
  await home.db
    .updateTable('actor_moves')
    .set({ moved_at: new Date(Date.now() - 7 * DAY_MS - 60_000) })
    .where('from_id', '=', await idOf(actor))
    .execute()
}

async function blocksOf(actor: FakeActor) {
  return home.db
    .selectFrom('blocks')
    .innerJoin('actors', 'actors.id', 'target_id')
    .selectAll('blocks')
    .where('actors.uri', '=', actor.uri)
    .execute()
}

async function idOf(actor: FakeActor): Promise<string> {
  const found = await home.context.dereferencer.actorByUri(actor.uri)
  assert.ok(found)
  return found.id
}

async function isDropped(from: FakeActor, move: FakeObject, reason: RegExp): Promise<void> {
  await home.takes(from, move)
  const message = await home.message(move)
  assert.equal(message.state, 'dropped')
  assert.match(message.dropped_because ?? '', reason)
}

test('whoever followed the old actor follows the new one, in the same way, and the old one no longer', async () => {
  const [from, to] = await pair('ana')
  await home.db
    .updateTable('follows')
    .set({ shows_boosts: false, notifies: true, languages: ['de'] })
    .where('target_id', '=', await idOf(from))
    .execute()
  agree(from, to)
  const move = moveOf(from, to.uri)
  await home.takes(from, move)
  assert.equal((await home.message(move)).state, 'processed')
  const asked = await to.inbox.waitForType('Follow')
  assert.equal(asked.activity['actor'], home.me.uri)
  assert.equal((await from.inbox.waitForType('Undo')).activity['actor'], home.me.uri)
  await home.takes(to, to.accept(asked.activity))
  const follow = await followOf(to)
  assert.ok(follow)
  assert.deepEqual(
    [follow.state, follow.shows_boosts, follow.notifies, follow.languages],
    ['accepted', false, true, ['de']],
  )
  assert.equal(await followOf(from), undefined)
  const old = await home.context.dereferencer.actorByUri(from.uri)
  assert.equal(old?.moved_to_uri, to.uri)
  assert.deepEqual(await home.notifications(), [], 'apps know no notification of it')
})

test('who moves stays on the lists, with what they write there', async () => {
  const [from, to] = await pair('li')
  const draft = { title: 'friends', repliesPolicy: 'list', isExclusive: false } as const
  const list = await inTransaction(home.db, async (tx) => {
    const made = await createList(tx, home.me.id, draft)
    await addMembers(tx, made, [await idOf(from)])
    return made
  })
  agree(from, to)
  await home.takes(from, moveOf(from, to.uri))
  const asked = await to.inbox.waitForType('Follow')
  assert.deepEqual(await listMemberIds(home.db, list.id), [await idOf(to)])
  await home.takes(to, to.accept(asked.activity))
  const note = to.note()
  await home.takes(to, to.create(note))
  const page = await listListTimeline(home.db, list, { maxId: null, sinceId: null, minId: null, limit: 9 })
  assert.deepEqual(
    page.items.map(({ uri }) => uri),
    [note.id],
  )
})

test('blocks, mutes and notes come along, a note below the one that is there', async () => {
  const { db, home: names } = home.context
  const from = here.actor('bo')
  const to = there.actor('bo')
  const muted = here.actor('mu')
  const unmuted = there.actor('mu')
  const ids = { from: await idOf(from), to: await idOf(to), muted: await idOf(muted) }
  const until = new Date(clock.now().getTime() + DAY_MS)
  await inTransaction(db, async (tx) => {
    await blockActor(tx, names, home.me, { id: ids.from, domain_id: null }, clock.now())
    const options = { hidesNotifications: false, expiresAt: until }
    await muteActor(tx, names, home.me, { id: ids.muted, domain_id: null }, options, clock.now())
  })
  await setActorNote(db, home.me.id, ids.from, 'sold me a broken bicycle')
  await setActorNote(db, home.me.id, ids.to, 'met at the fair')
  agree(from, to)
  agree(muted, unmuted)
  await home.takes(from, moveOf(from, to.uri))
  await home.takes(muted, moveOf(muted, unmuted.uri))
  const [block] = await blocksOf(to)
  assert.equal(block?.is_mute, false)
  assert.equal((await to.inbox.waitForType('Block')).activity['object'], to.uri)
  const [mute] = await blocksOf(unmuted)
  assert.deepEqual([mute?.is_mute, mute?.hides_notifications], [true, false])
  assert.equal(mute?.expires_at?.getTime(), until.getTime())
  const note = await db
    .selectFrom('actor_notes')
    .select('note')
    .where('about_id', '=', ids.to)
    .executeTakeFirst()
  assert.equal(note?.note, 'met at the fair\nsold me a broken bicycle')
})

test('a target that does not know of it, one that cannot be read, and a document that says nothing move nobody', async () => {
  const [from, to] = await pair('cy')
  await isDropped(from, moveOf(from, to.uri), /does not say that it moved/)
  from.overrides = { movedTo: to.uri }
  await isDropped(from, moveOf(from, to.uri), /does not say that it is https:\/\/old\.example\/users\/cy too/)
  to.overrides = { alsoKnownAs: [here.actor('ana').uri] }
  await isDropped(from, moveOf(from, to.uri), /does not say that it is/)
  to.isGone = true
  await isDropped(from, moveOf(from, to.uri), /cannot be read/)
  assert.equal((await followOf(from))?.state, 'accepted')
  assert.equal(await followOf(to), undefined)
})

test('nobody moves somebody else, nor to where they are', async () => {
  const [from, to] = await pair('di')
  agree(from, to)
  const eve = here.actor('eve')
  await isDropped(eve, eve.activity('Move', { object: from.uri, target: to.uri }), /it moves somebody else/)
  await isDropped(from, moveOf(from, from.uri), /it leads nowhere/)
  await isDropped(from, from.activity('Move', { object: from.uri }), /it leads nowhere/)
  assert.equal((await followOf(from))?.state, 'accepted')
})

test('a stranger who moves is nobody’s concern: nothing is read and nothing is stored', async () => {
  const stranger = here.actor('stranger')
  const to = there.actor('stranger')
  agree(stranger, to)
  await idOf(stranger)
  const asked = there.requests.length
  await isDropped(stranger, moveOf(stranger, to.uri), /nobody here has to do/)
  assert.equal(there.requests.length, asked)
})

test('a second move within seven days has no effect, a later one has', async () => {
  const [from, to] = await pair('fay')
  const third = there.actor('fay-again')
  agree(from, to)
  await home.takes(from, moveOf(from, to.uri))
  await goesBackTo(from)
  agree(from, third)
  await isDropped(from, moveOf(from, third.uri), /less than 7 days ago/)
  await weekAfter(from)
  const later = moveOf(from, third.uri)
  await home.takes(from, later)
  assert.equal((await home.message(later)).state, 'processed')
  assert.equal((await third.inbox.waitForType('Follow')).activity['object'], third.uri)
})

test('whoever moved on since is followed to the end, and a circle leads nowhere', async () => {
  const [from, middle] = await pair('gus')
  const end = here.actor('gus-at-last')
  agree(from, middle)
  agree(middle, end)
  await home.takes(from, moveOf(from, middle.uri))
  assert.equal((await end.inbox.waitForType('Follow')).activity['object'], end.uri)
  assert.equal(await followOf(middle), undefined)

  const [one, two] = await pair('hal')
  agree(one, two)
  agree(two, one)
  await isDropped(one, moveOf(one, two.uri), /in a circle/)
  const [long] = await pair('ivy')
  const steps = [long, ...Array.from({ length: 6 }, (_, n) => there.actor(`ivy${n}`))]
  for (const [n, step] of steps.entries()) {
    const next = steps[n + 1]
    if (next !== undefined) agree(step, next)
  }
  await isDropped(long, moveOf(long, String(steps[1]?.uri)), /more than 4 times/)
})

test('a move to a blocked domain, or to somebody with whom a block stands between, leaves the follow as it is', async () => {
  const { db, home: names } = home.context
  const [from, to] = await pair('jo')
  agree(from, to)
  await db.insertInto('domain_blocks').values({ domain: 'new.example' }).execute()
  await names.refresh()
  await isDropped(from, moveOf(from, to.uri), /cannot be read/)
  await db.deleteFrom('domain_blocks').execute()
  await names.refresh()
  const target = { id: await idOf(to), domain_id: null }
  await inTransaction(db, async (tx) => blockActor(tx, names, home.me, target, clock.now()))
  await home.takes(from, moveOf(from, to.uri))
  assert.equal((await followOf(from))?.state, 'accepted')
  assert.equal(await followOf(to), undefined)
})

test('somebody who moves into this home is the identity: it does not follow itself', async () => {
  const [from] = await pair('me-before')
  from.overrides = { movedTo: home.me.uri }
  await isDropped(from, moveOf(from, home.me.uri), /does not say that it is/)
  await home.db
    .updateTable('actors')
    .set({ also_known_as: [from.uri] })
    .where('id', '=', home.me.id)
    .execute()
  const move = moveOf(from, home.me.uri)
  await home.takes(from, move)
  assert.equal((await home.message(move)).state, 'processed')
  assert.equal(await followOf(from), undefined)
  const own = await home.db.selectFrom('follows').select('id').where('target_id', '=', home.me.id).execute()
  assert.deepEqual(own, [])
})

test('a profile that tells of a move nobody announced is held to the same checks, and followed once', async () => {
  const [from, to] = await pair('kim')
  from.overrides = { movedTo: to.uri }
  const id = await idOf(from)
  const read = async (): Promise<void> => {
    await inTransaction(home.db, async (tx) => refreshActors(tx, [id]))
    await home.work()
  }
  await read()
  assert.equal((await followOf(from))?.state, 'accepted', 'the other side does not confirm it')
  agree(from, to)
  await read()
  assert.equal((await to.inbox.waitForType('Follow')).activity['object'], to.uri)
  await goesBackTo(from)
  await weekAfter(from)
  await read()
  assert.equal((await followOf(from))?.state, 'accepted', 'the owner has decided anew')
})
