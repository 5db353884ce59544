/** Rule 28, walked: everything that somebody unwelcome may send, be sent, be asked for or ask for, for each way of being unwelcome. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../../../server/db/transaction.ts'
import { blockActor } from '../../../server/domain/blocks/block-actor.ts'
import { blockDomain, unblockDomain } from '../../../server/domain/blocks/domain-blocks.ts'
import { setAuthorizedFetch } from '../../../server/domain/owner/switches.ts'
import type { FakeActor } from '../../support/fake-peer-actor.ts'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { until } from '../../support/until.ts'

/** Who is unwelcome, and how the home comes to know it. */
interface Case {
  readonly name: string
  readonly peer: FakePeer
  readonly actor: FakeActor
  readonly block: () => Promise<unknown>
  /** Refused before anything is stored, because the host itself is blocked. */
  readonly isRefusedAtTheDoor: boolean
  /** Nothing of theirs is fetched, and nothing that answers or quotes them is taken. */
  readonly isHostBlocked: boolean
}

const friendPeer = await openFakePeer(undefined, { host: 'friend.example' })
const peers = {
  domain: await openFakePeer(undefined, { host: 'bad.example' }),
  subdomain: await openFakePeer(undefined, { host: 'deep.sub.worse.example' }),
  handle: await openFakePeer(undefined, { host: 'social.fine.example', otherHosts: ['people.ugly.example'] }),
  person: await openFakePeer(undefined, { host: 'open.example' }),
  control: await openFakePeer(undefined, { host: 'welcome.example' }),
}
const home = await openFederationHome({ peers: [friendPeer, ...Object.values(peers)] })
const { db, dereferencer } = home.context
const friend = friendPeer.actor('friend')
await home.follows(friend)

const blocks = (domain: string) => async (): Promise<unknown> => {
  const words = { domain, comment: 'test', now: new Date() }
  const ended = await inTransaction(db, async (tx) => blockDomain(tx, words))
  assert.deepEqual(ended, { follows: 1, followers: 1 }, 'the block says what it ended')
  return until('the block is known', () => home.context.home.isBlockedDomain(domain))
}

const blocksPerson = (actor: FakeActor) => async (): Promise<unknown> => {
  const target = await dereferencer.actorByUri(actor.uri)
  assert.ok(target)
  return inTransaction(db, async (tx) => blockActor(tx, home.context.home, home.me, target, new Date()))
}

const byDomain = { isRefusedAtTheDoor: true, isHostBlocked: true }
const CASES: readonly Case[] = [
  {
    name: 'a blocked domain',
    peer: peers.domain,
    actor: peers.domain.actor('eve'),
    block: blocks('bad.example'),
    ...byDomain,
  },
  {
    name: 'a subdomain of a blocked domain',
    peer: peers.subdomain,
    actor: peers.subdomain.actor('mal'),
    block: blocks('worse.example'),
    ...byDomain,
  },
  {
    name: 'a handle on a blocked domain, served by another host',
    peer: peers.handle,
    actor: peers.handle.actor('sly', { handleDomain: 'people.ugly.example' }),
    block: blocks('ugly.example'),
    isRefusedAtTheDoor: false,
    isHostBlocked: false,
  },
  {
    name: 'a blocked person',
    peer: peers.person,
    actor: peers.person.actor('pest'),
    block: blocksPerson(peers.person.actor('pest')),
    isRefusedAtTheDoor: false,
    isHostBlocked: false,
  },
]

async function tie(actor: FakeActor): Promise<void> {
  await home.follows(actor)
  await home.isFollowedBy(actor)
}

const inTimeline = async (uri: string): Promise<boolean> => (await home.timeline()).includes(uri)

async function counts() {
  const of = async (table: 'notifications' | 'interactions' | 'reports'): Promise<number> =>
    (await db.selectFrom(table).select('id').execute()).length
  return {
    notifications: await of('notifications'),
    interactions: await of('interactions'),
    reports: await of('reports'),
  }
}

/** What somebody may send, and what must not come of it. */
async function sendsEverything(actor: FakeActor): Promise<Record<string, boolean>> {
  const mine = await home.writes('mine')
  await home.work()
  const before = await counts()
  const note = actor.note({
    cc: [actor.followers, home.me.uri],
    tag: [{ type: 'Mention', href: home.me.uri, name: '@ben' }],
  })
  const answers = await home.takes(
    actor,
    actor.create(note),
    actor.like(mine.uri),
    actor.announce(mine.uri),
    actor.follow(home.me.uri),
  )
  const after = await counts()
  return {
    isRefused: answers.every(({ status }) => status === 403),
    isStored: (await home.post(note.id)) !== undefined,
    isInTimeline: await inTimeline(note.id),
    isTold: after.notifications > before.notifications,
    isCounted: after.interactions > before.interactions,
  }
}

/** What others may bring of somebody. @param theirs  a post that is known here */
async function comesByOthers(theirs: { readonly id: string }): Promise<Record<string, boolean>> {
  const before = await counts()
  const boost = friend.announce(theirs.id)
  const mention = {
    cc: [friend.followers, home.me.uri],
    tag: [{ type: 'Mention', href: home.me.uri, name: '@ben' }],
  }
  const answer = friend.note({ inReplyTo: theirs.id, ...mention })
  const quote = friend.note({ quoteUrl: theirs.id })
  await home.takes(friend, boost, friend.create(answer), friend.create(quote))
  const after = await counts()
  return {
    isBoostShown: await inTimeline(boost.id),
    isAnswerShown: await inTimeline(answer.id),
    isAnswerTold: after.notifications > before.notifications,
    isQuoteStored: (await home.post(quote.id)) !== undefined,
  }
}

async function getsDelivered(peer: FakePeer): Promise<boolean> {
  const before = peer.sharedInbox.types().length
  await home.writes('for followers of all kinds')
  await home.work()
  return peer.sharedInbox.types().length > before
}

/** What a signed GET brings. */
async function asks(actor: FakeActor): Promise<Record<string, number>> {
  const open = await home.writes('open')
  const closed = await home.writes('closed', 'followers')
  const status = async (uri: string): Promise<number> =>
    (await actor.gets(home.target, new URL(uri).pathname)).status
  const normal = { open: await status(open.uri), closed: await status(closed.uri) }
  await setAuthorizedFetch(db, true)
  await until('it is on', () => home.context.home.switches().authorizedFetch === true)
  const strict = { strictOpen: await status(open.uri), strictActor: await status(home.me.uri) }
  const known = (await actor.gets(home.target, '/ap/instance')).status
  await setAuthorizedFetch(db, null)
  await until('it is off', () => home.context.home.switches().authorizedFetch === null)
  return { ...normal, ...strict, instance: known }
}

test('whoever is welcome comes through everywhere, so the other cases show something', async () => {
  const actor = peers.control.actor('joy')
  await tie(actor)
  const sent = await sendsEverything(actor)
  assert.deepEqual(sent, {
    isRefused: false,
    isStored: true,
    isInTimeline: true,
    isTold: true,
    isCounted: true,
  })
  const known = actor.note()
  await home.takes(actor, actor.create(known))
  // What stands in a timeline already is not repeated by a boost.
  await db.deleteFrom('timeline_entries').execute()
  assert.deepEqual(await comesByOthers(known), {
    isBoostShown: true,
    isAnswerShown: true,
    isAnswerTold: true,
    isQuoteStored: true,
  })
  assert.equal(await getsDelivered(peers.control), true)
  assert.deepEqual(await asks(actor), {
    open: 200,
    closed: 200,
    strictOpen: 200,
    strictActor: 200,
    instance: 200,
  })
})

for (const { name, peer, actor, block, isRefusedAtTheDoor, isHostBlocked } of CASES) {
  test(`${name} comes through nowhere`, async () => {
    await tie(actor)
    const early = actor.note()
    await home.takes(actor, actor.create(early))
    assert.equal(await inTimeline(early.id), true)
    assert.equal(await getsDelivered(peer), true)
    await block()
    await home.work()

    assert.equal(await inTimeline(early.id), false, 'what was in the timeline is gone from it')
    const row = await db
      .selectFrom('actors')
      .select(['id', 'is_domain_blocked'])
      .where('uri', '=', actor.uri)
      .executeTakeFirst()
    const follows = await db
      .selectFrom('follows')
      .select('state')
      .where((where) =>
        where.or([where('source_id', '=', row?.id ?? ''), where('target_id', '=', row?.id ?? '')]),
      )
      .where('state', 'in', ['accepted', 'accepting', 'pending_approval', 'unrequested'])
      .execute()
    assert.deepEqual(follows, [], 'no follow is left in either direction')
    assert.deepEqual(await sendsEverything(actor), {
      isRefused: isRefusedAtTheDoor,
      isStored: false,
      isInTimeline: false,
      isTold: false,
      isCounted: false,
    })
    assert.deepEqual(await comesByOthers(early), {
      isBoostShown: false,
      isAnswerShown: false,
      isAnswerTold: false,
      isQuoteStored: !isHostBlocked,
    })
    assert.equal(await getsDelivered(peer), false)
    assert.deepEqual(await asks(actor), {
      open: 200,
      closed: 404,
      strictOpen: 401,
      strictActor: 401,
      instance: 200,
    })
    if (!isHostBlocked) return
    const asked = peer.requests.length
    assert.equal(await dereferencer.actorByUri(`${peer.origin}/users/another`), null)
    assert.equal(await dereferencer.resolve(actor.note().id), null)
    assert.equal(await dereferencer.actorByHandle(`@${actor.handle}`), null)
    await assert.rejects(home.context.fetch.fetchMedia(`${peer.origin}/picture.png`), {
      code: 'FETCH_REFUSED',
    })
    assert.equal(peer.requests.length, asked, 'nothing was asked of it')
  })
}

test('a redirect does not lead to a blocked host either', async () => {
  friendPeer.answers('/elsewhere', () => ({
    status: 302,
    headers: { location: 'https://bad.example/users/eve' },
  }))
  const asked = peers.domain.requests.length
  await assert.rejects(home.context.fetch.fetchDocument('https://friend.example/elsewhere'), {
    code: 'FETCH_REFUSED',
  })
  assert.equal(peers.domain.requests.length, asked)
})

test('a person on a blocked domain is marked whenever their row is made, and no longer once the block is taken back', async () => {
  const uri = 'https://bad.example/users/late'
  await home.takes(
    friend,
    friend.create(friend.note({ tag: [{ type: 'Mention', href: uri, name: '@late' }] })),
  )
  const marked = async (): Promise<boolean | undefined> =>
    (await db.selectFrom('actors').select('is_domain_blocked').where('uri', '=', uri).executeTakeFirst())
      ?.is_domain_blocked
  assert.equal(await marked(), true)
  const word = { domain: 'bad.example', comment: '', now: new Date() }
  await inTransaction(db, async (tx) => unblockDomain(tx, word))
  await until('the block is forgotten', () => !home.context.home.isBlockedDomain('bad.example'))
  assert.equal(await marked(), false)
  const eve = peers.domain.actor('eve')
  await db.deleteFrom('follows').where('state', '=', 'removed').execute() // as the sweep does a moment later
  await home.follows(eve)
  const note = eve.note()
  await home.takes(eve, eve.create(note))
  assert.equal(await inTimeline(note.id), true)
})
