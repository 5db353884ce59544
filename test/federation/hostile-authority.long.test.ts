/**
 * Well signed, by somebody who has no right to it: posts of others, edits, deletions and answers in another's name.
 * Mallory lives on the server of the friend whom the owner follows, and is known to the home.
 * @see security rules 5, 13, 16 to 19, 25, 29
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type FakeActor, PUBLIC, type PeerAnswer } from '../support/fake-peer.ts'
import { HOME_HOST, PeeredHome, type Leave } from '../support/peered-home.ts'
import type { Json } from '../support/http-client.ts'

let world: PeeredHome
let friend: FakeActor
let mallory: FakeActor
/** Asked to be followed, and does not answer. */
let silent: FakeActor
/** A post of the friend that is here. */
let known: Record<string, unknown> & { readonly id: string }
let mine: Json
let mySecret: Json
let followOfSilent: string
/** What the friend did to the owner. */
let did: { readonly follow: object; readonly like: object; readonly boost: object }

type Activity = Readonly<Record<string, unknown>>
const FUTURE = new Date(Date.now() + 60_000).toISOString()
const HOUR_AGO = new Date(Date.now() - 3_600_000).toISOString()
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString()
const LONG_AGO = '2020-01-01T00:00:00Z'

before(async () => {
  world = await PeeredHome.open({ strangers: 4 })
  ;({ friend } = world)
  mallory = world.friendPeer.actor('mallory')
  silent = world.friendPeer.actor('silent')
  await world.takes(mallory, world.create(mallory))
  known = world.post(friend, { content: 'a post', published: YESTERDAY })
  await world.takes(friend, friend.create(known))
  known = { ...known, content: 'a known post', updated: new Date().toISOString() }
  await world.takes(friend, friend.update(known))
  mine = await world.owner.writes('my own words')
  mySecret = await world.owner.writes('for my followers', { visibility: 'private' })
  const account = await world.owner.find(`@${silent.handle}`)
  await world.owner.call('POST', `/api/v1/accounts/${account['id']}/follow`)
  const asked = await world.friendPeer.sharedInbox.waitFor((one) => one.activity['object'] === silent.uri)
  followOfSilent = String(asked.activity['id'])
  did = {
    follow: friend.follow(world.me.uri),
    like: friend.like(String(mine['uri'])),
    boost: friend.announce(String(mine['uri'])),
  }
  for (const activity of Object.values(did)) await world.takes(friend, activity)
  await world.quiet()
})

const sends = async (by: FakeActor, activity: object): Promise<PeerAnswer> => by.sends(world.target, activity)
const edited = (facts: object): Record<string, unknown> => ({
  ...known,
  content: 'changed',
  updated: FUTURE,
  ...facts,
})

/** Taken and kept for the inspector, without effect. */
const DROPPED: Readonly<Record<string, () => readonly [by: FakeActor, activity: Activity, leave?: Leave]>> = {
  'a post in the name of somebody else': () => [mallory, world.create(mallory, { attributedTo: friend.uri })],
  'a post in the name of several others': () => [
    mallory,
    world.create(mallory, { attributedTo: [friend.uri, silent.uri] }),
  ],
  'a post in the name of an embedded other': () => [
    mallory,
    world.create(mallory, { attributedTo: { id: friend.uri, type: 'Person' } }),
  ],
  'a post in nobody’s name': () => [mallory, world.create(mallory, { attributedTo: null })],
  'a post under the id of a known one': () => [
    mallory,
    mallory.create({ ...known, attributedTo: mallory.uri }),
  ],
  'a known post once more, with other words': () => [friend, friend.create({ ...known, content: 'changed' })],
  'a post without id': () => [friend, friend.create({ ...world.post(friend), id: undefined })],
  'a known post of which only the id is sent': () => [
    friend,
    friend.activity('Create', { object: known.id }),
  ],
  'a post of which only the id is sent, by somebody of no interest': () => [
    mallory,
    mallory.activity('Create', { object: `${mallory.uri}/posts/unseen`, to: [PUBLIC] }),
  ],
  'a collection as a post': () => [
    friend,
    world.create(friend, { type: 'OrderedCollection', orderedItems: [] }),
  ],
  'an actor as a post': () => [friend, friend.create({ ...friend.document(), to: [PUBLIC] })],
  'an activity as a post': () => [friend, friend.create({ ...world.create(friend), to: [PUBLIC] })],
  'a post of two types': () => [friend, world.create(friend, { type: ['Note', 'Article'] })],
  'a post by somebody unknown that concerns nobody here': () => [
    mallory,
    mallory.create(mallory.note({ content: 'who reads this' })),
  ],
  'a private word to somebody else': () => [
    friend,
    friend.create(friend.note({ to: [mallory.uri], cc: [], content: 'not for you' })),
  ],
  'a post for the followers of somebody whom nobody follows': () => [
    mallory,
    mallory.create(mallory.note({ to: [mallory.followers], cc: [] })),
  ],
  'a vote in a poll that is none': () => [
    friend,
    friend.create({ ...world.post(friend), content: undefined, name: 'Yes', inReplyTo: mine['uri'] }),
  ],

  'an edit by somebody else': () => [mallory, mallory.update(edited({}))],
  'an edit by somebody else, in their own name': () => [
    mallory,
    mallory.update(edited({ attributedTo: mallory.uri })),
  ],
  'an edit that gives the post to somebody else': () => [
    friend,
    friend.update(edited({ attributedTo: mallory.uri })),
  ],
  'an edit from before the last one': () => [friend, friend.update(edited({ updated: HOUR_AGO }))],
  'an edit of an old post that never came': () => [
    mallory,
    mallory.update(mallory.note({ content: 'old', published: LONG_AGO, cc: [world.me.uri] })),
  ],
  'a new profile for somebody else': () => [
    mallory,
    mallory.update({ ...friend.document(), name: 'fooled' }),
  ],

  'a deletion by somebody else': () => [mallory, mallory.delete(known.id)],
  'a deletion by somebody else, of the bare id': () => [
    mallory,
    mallory.activity('Delete', { object: known.id }),
  ],
  'a deletion of a post of the owner': () => [mallory, mallory.delete(String(mine['uri']))],
  'a deletion of the owner': () => [mallory, mallory.activity('Delete', { object: world.me.uri })],
  'a deletion of somebody else': () => [
    mallory,
    mallory.activity('Delete', { object: friend.uri }),
    { tables: ['tombstones'] },
  ],

  'taking back a follow of somebody else': () => [
    mallory,
    mallory.undo(did.follow),
    { tables: ['tombstones'] },
  ],
  'taking back a like of somebody else': () => [mallory, mallory.undo(did.like), { tables: ['tombstones'] }],
  'taking back a boost of somebody else': () => [
    mallory,
    mallory.undo(did.boost),
    { tables: ['tombstones'] },
  ],
  'taking back a follow of the owner': () => [mallory, mallory.undo(followOfSilent)],
  'taking back an invented follow of somebody else': () => [
    mallory,
    mallory.undo({ type: 'Follow', actor: friend.uri, object: world.me.uri }),
  ],

  'a yes to a follow of somebody else': () => [mallory, mallory.accept(followOfSilent)],
  'a yes to a follow that was never asked': () => [
    mallory,
    mallory.accept({ type: 'Follow', actor: world.me.uri, object: mallory.uri }),
  ],
  'a yes that embeds a follow of somebody else': () => [
    mallory,
    mallory.accept({ id: followOfSilent, type: 'Follow', actor: world.me.uri, object: mallory.uri }),
  ],
  'a yes that embeds whom it does not speak for': () => [
    mallory,
    mallory.accept({ type: 'Follow', actor: world.me.uri, object: silent.uri }),
  ],
  'a no to a follow of somebody else': () => [
    mallory,
    mallory.reject({ type: 'Follow', actor: world.me.uri, object: friend.uri }),
  ],
  'a follow of somebody elsewhere': () => [mallory, mallory.follow(friend.uri)],
  'a follow under the id of another follow': () => [
    mallory,
    { ...mallory.follow(world.me.uri), id: (did.follow as Json)['id'] },
  ],

  'a like of what was not written here': () => [mallory, mallory.like(known.id)],
  'a like of what its sender cannot see': () => [mallory, mallory.like(String(mySecret['uri']))],
  'a like of a post of the owner that is none': () => [
    mallory,
    mallory.like(`https://${HOME_HOST}/ap/posts/1`),
  ],
  'a boost of what its sender cannot see': () => [mallory, mallory.announce(String(mySecret['uri']))],
  'a boost of what is for followers': () => [friend, friend.announce(String(mySecret['uri']))],
  'a boost by somebody whom nobody follows': () => [mallory, mallory.announce(known.id)],
  'a boost of a boost': () => [friend, friend.announce(String((did.boost as Json)['id']))],
  'a block of somebody elsewhere': () => [mallory, mallory.block(friend.uri)],

  'a move to somebody who knows nothing of it': () => [
    friend,
    friend.activity('Move', { object: friend.uri, target: mallory.uri }),
    // Who is said to move is read anew, and says nothing of it.
    {
      tables: ['actors', 'profile_readings'],
      asks: [new URL(friend.uri).pathname, '?resource=acct%3Afriend%40friend.example'],
    },
  ],
  'a move of somebody else': () => [
    mallory,
    mallory.activity('Move', { object: friend.uri, target: mallory.uri }),
  ],
  'something for a collection of the owner': () => [
    mallory,
    mallory.activity('Add', { object: known.id, target: `${world.me.uri}/featured` }),
  ],
  'an activity that nobody knows': () => [friend, friend.activity('Dance', { object: known })],
}

for (const [name, make] of Object.entries(DROPPED)) {
  test(`without effect: ${name}`, async () => {
    const [by, activity, leave] = make()
    await world.drops(activity, async () => sends(by, activity), leave)
  })
}

/** Refused at the door. */
const REFUSED: Readonly<Record<string, () => readonly [by: FakeActor, activity: Activity]>> = {
  'an activity of somebody else on the same host': () => [mallory, world.create(friend)],
  'an activity of somebody elsewhere, passed on': () => [friend, world.create(world.stranger())],
  'an activity of the owner': () => [mallory, { ...world.create(mallory), actor: world.me.uri }],
  'an activity id elsewhere': () => [friend, { ...world.create(friend), id: 'https://elsewhere.example/1' }],
  'an activity id of this home': () => [
    friend,
    { ...world.create(friend), id: `https://${HOME_HOST}/ap/follows/1` },
  ],
  'an activity id on a subdomain': () => [
    friend,
    { ...world.create(friend), id: 'https://www.friend.example/1' },
  ],
  'an activity id on another port': () => [
    friend,
    { ...world.create(friend), id: 'https://friend.example:8443/1' },
  ],
  'a post whose id is elsewhere': () => [friend, world.create(friend, { id: 'https://elsewhere.example/1' })],
  'a post whose id is of this home': () => [friend, friend.create({ ...known, id: mine['uri'] })],
  'an edit of a post elsewhere': () => [
    friend,
    friend.update({ ...known, id: 'https://elsewhere.example/1' }),
  ],
}
for (const [name, make] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, async () => {
    const [by, activity] = make()
    await world.refuses(403, async () => sends(by, activity))
  })
}

test('nobody is asked about the deletion of somebody who was never here', async () => {
  const eve = world.stranger()
  eve.isGone = true
  await world.overlooks(async () => sends(eve, eve.delete(eve.uri)))
})

test('a post in several names is shown in that of its sender', async () => {
  const text = 'in several names'
  const activity = world.create(mallory, { content: text, attributedTo: [friend.uri, mallory.uri] })
  assert.equal((await sends(mallory, activity)).status, 202)
  const told = await world.isToldOf(text)
  assert.equal(told['account']?.['acct'], mallory.handle)
  assert.equal(told['status']?.['account']?.['acct'], mallory.handle)
  assert.equal(await world.inTimeline(text), undefined)
})

test('after all this everything stands as it did', async () => {
  const { owner } = world
  const post = await world.shows('a known post')
  assert.equal(post['account']?.['acct'], friend.handle)
  const now = await owner.get(`/api/v1/statuses/${mine['id']}`)
  assert.deepEqual([Number(now['favourites_count']), Number(now['reblogs_count'])], [1, 1])
  const relation = await owner.relationship(String((await owner.find(`@${silent.handle}`))['id']))
  assert.equal(relation['following'], false)
  assert.equal(relation['requested'], true)
})
