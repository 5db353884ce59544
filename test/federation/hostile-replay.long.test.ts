/**
 * Again, too late, too early, after the end: activities that were right once. And those who are blocked, who are right
 * never.
 * @see security rules 14, 17, 28, 33, 36
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type FakeActor, type FakePeer, type PeerAnswer, openFakePeer } from '../support/fake-peer.ts'
import { PeeredHome } from '../support/peered-home.ts'
import { until } from '../support/until.ts'

let world: PeeredHome
let friend: FakeActor
let mallory: FakeActor
let subdomain: FakePeer

before(async () => {
  subdomain = await openFakePeer(undefined, { host: 'deep.down.stranger0.example' })
  world = await PeeredHome.open({ strangers: 12, peers: [subdomain] })
  ;({ friend } = world)
  mallory = world.friendPeer.actor('mallory')
  await world.takes(mallory, world.create(mallory))
})

const sends = async (by: FakeActor, activity: object): Promise<PeerAnswer> => by.sends(world.target, activity)
const LATER = new Date(Date.now() + 60_000).toISOString()

test('the same activity again changes nothing, however often and in whatever form it comes', async () => {
  const activity = friend.create(friend.note({ content: 'said once' }))
  await world.takes(friend, activity)
  await world.shows('said once')
  await world.overlooks(async () => sends(friend, activity))
  await world.overlooks(async () => friend.sends(world.target, activity, { scheme: 'rfc9421' }))
  const { pathname } = new URL(`${world.me.uri}/inbox`)
  await world.overlooks(async () => friend.sends(world.target, activity, { path: pathname }))
})

test('the id of a known activity with another content changes nothing', async () => {
  const activity = friend.create(friend.note({ content: 'the first words' }))
  await world.takes(friend, activity)
  const other = friend.create(friend.note({ content: 'other words' }))
  await world.overlooks(async () => sends(friend, { ...other, id: activity.id }))
})

test('the id of somebody else’s activity on the same host does not keep that one out', async () => {
  const activity = friend.create(friend.note({ content: 'not to be kept out' }))
  const squatting = { ...mallory.activity('Dance', { object: friend.uri }), id: activity.id }
  await world.drops(squatting, async () => sends(mallory, squatting))
  assert.equal((await sends(friend, activity)).status, 202)
  await world.shows('not to be kept out')
})

test('an activity without id counts once, by its bytes', async () => {
  const note = friend.note({ content: 'without an id' })
  const activity = { ...friend.create(note), id: undefined }
  assert.equal((await sends(friend, activity)).status, 202)
  await world.shows('without an id')
  await world.overlooks(async () => sends(friend, activity))
})

test('what was deleted stays away: no late post, no late edit, no boost of it', async () => {
  const note = friend.note({ content: 'gone soon' })
  const create = friend.create(note)
  await world.takes(friend, create)
  await world.takes(friend, friend.delete(note.id))
  const again = friend.create(note)
  await world.drops(again, async () => sends(friend, again))
  const edit = friend.update({ ...note, content: 'back again', updated: LATER })
  await world.drops(edit, async () => sends(friend, edit))
  const boost = friend.announce(note.id)
  await world.drops(boost, async () => sends(friend, boost), { asks: [new URL(note.id).pathname] })
  assert.equal(await world.inTimeline('back again'), undefined)
})

test('a deletion that comes before its post keeps the post away', async () => {
  const note = friend.note({ content: 'never to be seen' })
  const early = friend.delete(note.id)
  await world.drops(early, async () => sends(friend, early), { tables: ['tombstones'] })
  const create = friend.create(note)
  await world.drops(create, async () => sends(friend, create))
})

test('a deletion by somebody else on the same host keeps no post away', async () => {
  const note = friend.note({ content: 'not hers to delete' })
  const early = mallory.delete(note.id)
  await world.drops(early, async () => sends(mallory, early), { tables: ['tombstones'] })
  assert.equal((await sends(friend, friend.create(note))).status, 202)
  await world.shows('not hers to delete')
})

test('taking back by somebody else on the same host keeps no follow away', async () => {
  const follow = friend.follow(world.me.uri)
  const early = mallory.undo(follow)
  await world.drops(early, async () => sends(mallory, early), { tables: ['tombstones'] })
  await world.takes(friend, follow)
  const { sharedInbox } = world.friendPeer
  await sharedInbox.waitFor(
    ({ activity, type }) => type === 'Accept' && idOf(activity['object']) === follow.id,
  )
})

test('an actor who says it is gone and is still there, or cannot be found, stays', async () => {
  for (const status of [200, 404]) {
    const eve = world.stranger()
    await world.takes(eve, world.create(eve))
    await world.quiet()
    if (status === 404) (eve.peer as FakePeer).answers('/users/eve', () => ({ status }))
    const farewell = eve.delete(eve.uri)
    await world.drops(farewell, async () => sends(eve, farewell), {
      tables: status === 200 ? ['actors'] : [],
      asks: ['/users/eve', `/.well-known/webfinger?resource=acct%3Aeve%40${(eve.peer as FakePeer).host}`],
    })
  }
})

test('an actor who is really gone takes its posts along', async () => {
  const eve = world.stranger('departing')
  await world.takes(eve, world.create(eve))
  await world.isToldOf('from departing')
  eve.isGone = true
  await world.takes(eve, eve.delete(eve.uri))
  await until('its posts are gone', async () => {
    const posts = await world.db
      .selectFrom('posts')
      .innerJoin('actors', 'actors.id', 'posts.author_id')
      .select('posts.uri')
      .where('actors.uri', '=', eve.uri)
      .execute()
    return posts.length === 0
  })
  await world.refuses(401, async () => sends(eve, world.create(eve)), { asks: ['/users/departing'] })
})

test('whoever is blocked is neither heard nor heard of', async () => {
  const eve = world.stranger('blocked')
  await world.takes(eve, world.create(eve))
  const account = await world.owner.find(`@${eve.handle}`)
  await world.owner.call('POST', `/api/v1/accounts/${account['id']}/block`)
  await world.quiet()
  const mine = await world.owner.writes('said with a block in place')
  await world.quiet()
  for (const activity of [
    world.create(eve),
    eve.like(String(mine['uri'])),
    eve.announce(String(mine['uri'])),
  ]) {
    await world.drops(activity, async () => sends(eve, activity))
  }
  const note = eve.note({ content: 'through a friend' })
  const boost = friend.announce(note.id)
  assert.equal((await sends(friend, boost)).status, 202)
  await world.processed(boost.id)
  assert.equal(await world.inTimeline('through a friend'), undefined)
  const follow = eve.follow(world.me.uri)
  await sends(eve, follow)
  await world.processed(follow.id)
  await world.quiet()
  const { followed_by: isFollower } = await world.owner.relationship(String(account['id']))
  assert.equal(isFollower, false)
})

test('a blocked domain is refused at the door, with its subdomains and nobody asked', async () => {
  const eve = subdomain.actor('eve')
  const other = world.stranger('other')
  const blocked = ['down.stranger0.example', (other.peer as FakePeer).host]
  await world.db
    .insertInto('domain_blocks')
    .values(blocked.map((domain) => ({ domain })))
    .execute()
  await world.notifies('changed', 'domain_blocks')
  await until('the block holds', async () => (await sends(other, world.create(other))).status === 403)
  for (const actor of [eve, other]) await world.refuses(403, async () => sends(actor, world.create(actor)))
  const boost = friend.announce(eve.note().id)
  await world.drops(boost, async () => sends(friend, boost))
  assert.deepEqual(subdomain.requests, [])
})

function idOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'id' in value ? value.id : value
}
