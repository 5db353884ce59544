import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../../../server/db/transaction.ts'
import { castVotes } from '../../../server/domain/polls/cast-votes.ts'
import { PUBLIC } from '../../support/fake-peer-actor.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { MINUTE_MS, MovedClock, counts, due, pollDraft, question, vote } from '../../support/polls.ts'

const peer = await openFakePeer()
const clock = new MovedClock()
const home = await openFederationHome({ peers: [peer], clock })
const ana = peer.actor('ana')
const cleo = peer.actor('cleo')
const dora = peer.actor('dora')
await home.follows(ana)
await home.follows(cleo)

const inMinutes = (minutes: number): Date => new Date(clock.now().getTime() + minutes * MINUTE_MS)
const poll = async (id: string) =>
  home.db.selectFrom('polls').selectAll().where('id', '=', id).executeTakeFirst()
const reasonFor = async (activity: object): Promise<string | null> =>
  (await home.message(activity as { id: string })).dropped_because

async function asks(options: readonly string[], more: Parameters<typeof pollDraft>[1] = {}) {
  return home.writes('which?', 'public', { poll: pollDraft(options, more) })
}

test('a question is stored with its poll, however it is written', async () => {
  const endsAt = inMinutes(60)
  const one = ana.note(question({ tea: 3, coffee: 2_000_000_000_000 }, endsAt, { votersCount: 5 }))
  const several = cleo.note({
    type: 'Question',
    anyOf: [
      { type: 'Note', name: 'a', _misskey_votes: 4 },
      { type: 'Note', name: 'b' },
    ],
    endTime: null,
    closed: '2026-01-01T00:00:00Z',
  })
  const plain = ana.note()
  const before = home.statementCount()
  await home.takes(ana, ana.create(one), ana.create(plain))
  await home.takes(cleo, cleo.create(several))
  assert.ok(home.statementCount() > before)
  const [first, second] = [await home.post(one.id), await home.post(several.id)]
  assert.ok(first && second)
  assert.equal(first.kind, 'Question')
  const stored = await poll(first.id)
  assert.deepEqual(
    [stored?.is_multiple, stored?.voters_count, stored?.ends_at?.getTime(), stored?.state, stored?.host],
    [false, 5, endsAt.getTime(), 'seen', 'peer.example'],
  )
  assert.deepEqual(await counts(home.db, first.id), { tea: 3, coffee: 0 })
  const other = await poll(second.id)
  assert.deepEqual([other?.is_multiple, other?.voters_count, other?.ends_at], [true, null, null])
  assert.ok(other?.closed_at)
  assert.deepEqual(await counts(home.db, second.id), { a: 4, b: 0 })
})

test('a question that is fetched brings its poll too', async () => {
  const eve = peer.actor('eve')
  const asked = eve.note(question({ yes: 1, no: 2 }, inMinutes(60)))
  const found = await home.context.dereferencer.postByUri(asked.id)
  assert.ok(found)
  assert.deepEqual(await counts(home.db, found.id), { yes: 1, no: 2 })
})

test('new counts are no edit, other options are one and make the votes void', async () => {
  const facts = { content: '<p>lunch?</p>', published: new Date().toISOString() }
  const asked = ana.note({ ...facts, ...question({ soup: 1, rice: 1 }, inMinutes(60)) })
  await home.takes(ana, ana.create(asked))
  const post = await home.post(asked.id)
  assert.ok(post)
  await inTransaction(home.db, async (tx) =>
    castVotes(tx, home.context.home, home.me, post.id, [1], clock.now()),
  )
  assert.deepEqual(await counts(home.db, post.id), { soup: 1, rice: 2 })
  // The origin has not counted our vote yet, and never more than there are.
  await home.takes(
    ana,
    ana.update({ ...asked, ...question({ soup: 4, rice: 0 }, inMinutes(60), { votersCount: 4 }) }),
  )
  assert.deepEqual(await counts(home.db, post.id), { soup: 4, rice: 1 })
  assert.equal((await home.post(asked.id))?.edited_at, null)
  const edits = async () =>
    home.db.selectFrom('post_edits').select('poll_options').where('post_id', '=', post.id).execute()
  assert.deepEqual(await edits(), [])
  const updated = new Date().toISOString()
  await home.takes(
    ana,
    ana.update({ ...asked, updated, ...question({ soup: 0, bread: 0, rice: 0 }, inMinutes(60)) }),
  )
  assert.deepEqual(await counts(home.db, post.id), { soup: 0, bread: 0, rice: 0 })
  assert.deepEqual(await edits(), [{ poll_options: ['soup', 'rice'] }])
  assert.ok((await home.post(asked.id))?.edited_at)
  const votes = await home.db.selectFrom('poll_votes').select('id').where('poll_id', '=', post.id).execute()
  assert.deepEqual(votes, [])
})

test('a question may become a note, and a note a question', async () => {
  const asked = ana.note(question({ x: 0, y: 0 }, inMinutes(60)))
  const plain = ana.note()
  await home.takes(ana, ana.create(asked), ana.create(plain))
  const updated = new Date().toISOString()
  const { oneOf: _, endTime: _e, votersCount: _v, ...noMore } = asked as Record<string, unknown>
  await home.takes(
    ana,
    ana.update({ ...noMore, type: 'Note', updated }),
    ana.update({ ...plain, ...question({ x: 0, y: 0 }, inMinutes(60)), updated }),
  )
  assert.equal(await poll((await home.post(asked.id))?.id ?? ''), undefined)
  assert.ok(await poll((await home.post(plain.id))?.id ?? ''))
})

test('a vote counts, and is neither a post nor news', async () => {
  const asked = await asks(['tea', 'R&D'])
  const told = await home.notifications()
  const first = vote(ana, asked.uri, 'tea', home.me.uri)
  const second = vote(cleo, asked.uri, 'R&amp;D', home.me.uri)
  await home.takes(ana, first)
  await home.takes(cleo, second)
  assert.deepEqual(await counts(home.db, asked.id), { tea: 1, 'R&D': 1 })
  assert.equal((await poll(asked.id))?.voters_count, 2)
  assert.equal((await home.post(asked.uri))?.replies_count, 0)
  assert.deepEqual(await home.notifications(), told)
  const object = (first as unknown as { object: { id: string } }).object
  assert.equal(await home.post(object.id), undefined)
})

test('whoever asks for a poll again gets its counts, whatever was read before', async () => {
  const asked = await asks(['a', 'b'])
  const { pathname } = new URL(asked.uri)
  assert.equal((await ana.gets(home.target, pathname)).status, 200)
  await home.takes(ana, vote(ana, asked.uri, 'b', home.me.uri))
  // Its moment says nothing about its counts.
  const since = new Date(clock.now().getTime() + MINUTE_MS).toUTCString()
  const answer = await ana.gets(home.target, pathname, { headers: { 'if-modified-since': since } })
  assert.equal(answer.status, 200)
  assert.equal(answer.json()['type'], 'Question')
})

test('a vote counts once, in one option where one may be chosen, and only while the poll runs', async () => {
  const single = await asks(['a', 'b'])
  const multiple = await asks(['a', 'b'], { isMultiple: true })
  const late = await asks(['a', 'b'])
  await home.takes(ana, vote(ana, single.uri, 'a', home.me.uri))
  const changed = vote(ana, single.uri, 'b', home.me.uri)
  const unknown = vote(cleo, single.uri, 'c', home.me.uri)
  await home.takes(ana, changed)
  await home.takes(cleo, unknown)
  assert.match((await reasonFor(changed)) ?? '', /voted already/)
  assert.match((await reasonFor(unknown)) ?? '', /no such option/)
  assert.deepEqual(await counts(home.db, single.id), { a: 1, b: 0 })

  const twice = vote(ana, multiple.uri, 'a', home.me.uri)
  await home.takes(
    ana,
    vote(ana, multiple.uri, 'a', home.me.uri),
    vote(ana, multiple.uri, 'b', home.me.uri),
    twice,
  )
  assert.match((await reasonFor(twice)) ?? '', /voted already/)
  assert.deepEqual(await counts(home.db, multiple.id), { a: 1, b: 1 })
  assert.equal((await poll(multiple.id))?.voters_count, 1)

  clock.move(5 * MINUTE_MS + 1_000)
  const tooLate = vote(ana, late.uri, 'a', home.me.uri)
  await home.takes(ana, tooLate)
  assert.match((await reasonFor(tooLate)) ?? '', /ended/)
  assert.deepEqual(await counts(home.db, late.id), { a: 0, b: 0 })
})

test('several votes in one activity count as one ballot', async () => {
  const asked = await asks(['a', 'b', 'c'], { isMultiple: true })
  const votes = ['a', 'c'].map(
    (name) => (vote(ana, asked.uri, name, home.me.uri) as { object?: object }).object,
  )
  const ballot = ana.activity('Create', { to: home.me.uri, object: votes })
  const [answer] = await home.takes(ana, ballot)
  assert.equal(answer?.status, 202)
  assert.deepEqual(await counts(home.db, asked.id), { a: 1, b: 0, c: 1 })
  assert.equal((await poll(asked.id))?.voters_count, 1)
  const twoPosts = ana.activity('Create', { to: [PUBLIC], object: [ana.note(), ana.note()] })
  assert.equal((await home.takes(ana, twoPosts))[0]?.status, 422)
})

test('whoever cannot see the poll, or is blocked, has no vote in it', async () => {
  const hidden = await home.writes('for my followers', 'followers', { poll: pollDraft(['a', 'b']) })
  const fromStranger = vote(dora, hidden.uri, 'a', home.me.uri)
  await home.takes(dora, fromStranger)
  assert.ok(await reasonFor(fromStranger))
  await home.isFollowedBy(dora)
  await home.takes(dora, vote(dora, hidden.uri, 'a', home.me.uri))
  assert.deepEqual(await counts(home.db, hidden.id), { a: 1, b: 0 })

  const asked = await asks(['a', 'b'])
  const blocked = await home.context.dereferencer.actorByUri(dora.uri)
  assert.ok(blocked)
  await home.db
    .insertInto('blocks')
    .values({
      uri: 'https://home.example/ap/blocks/1',
      source_id: home.me.id,
      target_id: blocked.id,
      state: 'sent',
    })
    .execute()
  const refused = vote(dora, asked.uri, 'a', home.me.uri)
  await home.takes(dora, refused)
  assert.match((await reasonFor(refused)) ?? '', /blocked/)
  const elsewhere = vote(ana, ana.note().id, 'a', ana.uri)
  await home.takes(ana, elsewhere)
  assert.match((await reasonFor(elsewhere)) ?? '', /no poll of this home/)
})

test('whoever is gone leaves the vote and no name', async () => {
  const asked = await asks(['a', 'b'])
  const finn = peer.actor('finn')
  await home.takes(finn, vote(finn, asked.uri, 'a', home.me.uri))
  finn.isGone = true
  await home.takes(finn, finn.delete(finn.uri))
  assert.deepEqual(await counts(home.db, asked.id), { a: 1, b: 0 })
  const votes = await home.db.selectFrom('poll_votes').select('id').where('poll_id', '=', asked.id).execute()
  assert.deepEqual(votes, [])
})

test('the database itself takes one vote only where one may be chosen', async () => {
  const asked = await asks(['a', 'b'])
  await home.takes(ana, vote(ana, asked.uri, 'a', home.me.uri))
  const actor = await home.context.dereferencer.actorByUri(ana.uri)
  const values = {
    uri: 'https://peer.example/votes/x',
    poll_id: asked.id,
    actor_id: actor?.id ?? '',
    position: 1,
  }
  const insert = async (isMultiple: boolean) =>
    home.db
      .insertInto('poll_votes')
      .values({ ...values, is_multiple: isMultiple })
      .execute()
  await assert.rejects(insert(false), /poll_votes_single/)
  await assert.rejects(insert(true), /foreign key/)
})

test('a deleted poll takes its votes with it, and what is still said about them has no effect', async () => {
  const asked = ana.note(question({ a: 0, b: 0 }, inMinutes(60)))
  await home.takes(ana, ana.create(asked))
  const post = await home.post(asked.id)
  assert.ok(post)
  await inTransaction(home.db, async (tx) =>
    castVotes(tx, home.context.home, home.me, post.id, [0], clock.now()),
  )
  await home.takes(ana, ana.delete(asked.id))
  assert.equal(await poll(post.id), undefined)
  await due(home.db, 'polls')
  await home.work()
  const own = await asks(['a', 'b'])
  const mine = vote(ana, own.uri, 'a', home.me.uri)
  await home.takes(
    ana,
    mine,
    ana.undo(mine),
    ana.delete((mine as unknown as { object: { id: string } }).object.id),
  )
  assert.deepEqual(await counts(home.db, own.id), { a: 1, b: 0 })
})
