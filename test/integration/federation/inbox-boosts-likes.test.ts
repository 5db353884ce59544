import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer()
const other = await openFakePeer(undefined, { host: 'other.example' })
const home = await openFederationHome({ peers: [peer, other] })
const ana = peer.actor('ana')
const cleo = other.actor('cleo')
await home.follows(ana)

test('a boost brings its post, read at its own id, with author and parent', async () => {
  const parent = cleo.note({ content: '<p>parent</p>' })
  const note = cleo.note({ content: '<p>true</p>', inReplyTo: parent.id })
  const boost = ana.announce(note.id, { object: { ...note, content: '<p>forged</p>' } })
  await home.takes(ana, boost)
  const post = await home.post(note.id)
  assert.equal(post?.content_text, 'true')
  assert.equal(post?.in_reply_to_id, (await home.post(parent.id))?.id)
  assert.equal(post?.boosts_count, 1)
  const row = await home.post(boost.id)
  assert.deepEqual([row?.kind, row?.boost_of_id, row?.visibility], ['Announce', post?.id, 'public'])
  assert.equal((await home.timeline())[0], boost.id)
  assert.ok(!(await home.timeline()).includes(note.id))
})

test('a second boost of what stands in the timeline is stored and not shown', async () => {
  const bea = peer.actor('bea')
  await home.follows(bea)
  const note = cleo.note()
  const first = ana.announce(note.id)
  const second = bea.announce(note.id)
  await home.takes(ana, first)
  await home.takes(bea, second)
  assert.ok(await home.post(second.id))
  assert.equal((await home.post(note.id))?.boosts_count, 2)
  const timeline = await home.timeline()
  assert.ok(timeline.includes(first.id))
  assert.ok(!timeline.includes(second.id))
})

test('two boosts of one post in one claim come into the timeline once', async () => {
  const [dan, eva] = [peer.actor('dan'), peer.actor('eva')]
  await home.follows(dan)
  await home.follows(eva)
  const note = cleo.note()
  const boosts = [dan.announce(note.id), eva.announce(note.id)]
  await dan.sends(home.target, boosts[0] ?? {})
  await eva.sends(home.target, boosts[1] ?? {})
  await home.work()
  const timeline = await home.timeline()
  assert.equal(timeline.filter((uri) => boosts.some(({ id }) => id === uri)).length, 1)
})

test('boosts of somebody whose boosts are unwanted stay out of the timeline', async () => {
  const gus = peer.actor('gus')
  await home.follows(gus, { showsBoosts: false })
  const boost = gus.announce(cleo.note().id)
  await home.takes(gus, boost)
  assert.ok(await home.post(boost.id))
  assert.ok(!(await home.timeline()).includes(boost.id))
})

test('a boost of an own post is told and counted, by whomever; one of a stranger by a stranger is dropped', async () => {
  const own = await home.writes('boost me')
  const boost = cleo.announce(own.uri)
  const stray = cleo.announce(cleo.note().id)
  await home.takes(cleo, boost, stray)
  assert.equal((await home.post(own.uri))?.boosts_count, 1)
  assert.deepEqual((await home.notifications()).slice(-1), ['reblog cleo'])
  assert.equal((await home.message(stray)).dropped_because, 'it concerns nobody here')
})

test('what is not public is not boosted', async () => {
  const own = await home.writes('for followers', 'followers')
  const boost = cleo.announce(own.uri)
  await home.takes(cleo, boost)
  assert.equal(await home.post(boost.id), undefined)
  assert.equal((await home.post(own.uri))?.boosts_count, 0)
})

test('a boost whose post cannot be read now is tried again, one whose post is gone is dropped', async () => {
  const slow = cleo.note()
  const gone = cleo.note()
  const path = new URL(slow.id).pathname
  other.answers(path, () => ({ status: 503 }))
  other.unpublish(gone.id)
  const boosts = [ana.announce(slow.id), ana.announce(gone.id)]
  await home.takes(ana, ...boosts)
  const [waiting, dropped] = await Promise.all(boosts.map(async (boost) => home.message(boost)))
  assert.equal(waiting?.state, 'received')
  assert.match(waiting?.state_error ?? '', /503/)
  assert.equal(dropped?.state, 'dropped')
})

test('a boost is undone by its id, and by its object where the id is not known', async () => {
  const note = cleo.note()
  const own = await home.writes('undo me')
  const boosts = [ana.announce(note.id), ana.announce(own.uri)]
  await home.takes(ana, ...boosts)
  assert.equal((await home.post(own.uri))?.boosts_count, 1)
  await home.takes(ana, ana.undo(boosts[0]?.id ?? ''), ana.undo({ ...boosts[1], id: `${ana.uri}/lost` }))
  for (const { id } of boosts) assert.equal(await home.post(id), undefined)
  assert.equal((await home.post(own.uri))?.boosts_count, 0)
  assert.ok(!(await home.timeline()).includes(boosts[0]?.id ?? ''))
  assert.ok(!(await home.notifications()).includes('reblog ana'))
})

test('likes of own posts are counted and told once; one with a heart is a like', async () => {
  const own = await home.writes('like me')
  const like = ana.like(own.uri)
  const emoji = cleo.activity('Like', { object: own.uri, content: '❤', _misskey_reaction: '❤' })
  await home.takes(ana, like, ana.like(own.uri))
  await home.takes(cleo, emoji)
  assert.equal((await home.post(own.uri))?.likes_count, 2)
  assert.deepEqual((await home.notifications()).slice(-2), ['favourite ana', 'favourite cleo'])
  await home.takes(ana, ana.undo(like))
  assert.equal((await home.post(own.uri))?.likes_count, 1)
  assert.ok(!(await home.notifications()).includes('favourite ana'))
})

test('nobody likes what they cannot see', async () => {
  const own = await home.writes('for followers', 'followers')
  const like = cleo.like(own.uri)
  await home.takes(cleo, like)
  assert.equal((await home.post(own.uri))?.likes_count, 0)
  assert.equal((await home.message(like)).state, 'dropped')
  await home.isFollowedBy(cleo)
  await home.takes(cleo, cleo.like(own.uri))
  assert.equal((await home.post(own.uri))?.likes_count, 1)
})

test('an Undo that comes before what it undoes still undoes it', async () => {
  const own = await home.writes('race')
  const like = ana.like(own.uri)
  const boost = ana.announce(own.uri)
  await home.takes(ana, ana.undo(like), ana.undo(boost))
  await home.takes(ana, like, boost)
  const post = await home.post(own.uri)
  assert.deepEqual([post?.likes_count, post?.boosts_count], [0, 0])
})

test('nobody undoes what somebody else did', async () => {
  const own = await home.writes('keep it')
  const like = ana.like(own.uri)
  await home.takes(ana, like)
  await home.takes(cleo, cleo.undo(like))
  assert.equal((await home.post(own.uri))?.likes_count, 1)
})
