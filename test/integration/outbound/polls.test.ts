import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../../../server/db/transaction.ts'
import { castVotes } from '../../../server/domain/polls/cast-votes.ts'
import { refreshShownPolls } from '../../../server/domain/polls/shown-polls.ts'
import { deletePost } from '../../../server/domain/posts/delete-post.ts'
import { editPost } from '../../../server/domain/posts/edit-post.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { until } from '../../support/until.ts'
import { MINUTE_MS, MovedClock, counts, due, pollDraft, question, vote } from '../../support/polls.ts'

interface Question {
  readonly id: string
  readonly type: string
  readonly oneOf?: ReadonlyArray<{ name: string; replies?: { totalItems: number } }>
  readonly anyOf?: Question['oneOf']
  readonly closed?: string
  readonly endTime?: string
  readonly votersCount?: number
  readonly updated?: string
}

const peer = await openFakePeer(undefined, { host: 'followers.example' })
const far = await openFakePeer(undefined, { host: 'voters.example' })
const clock = new MovedClock()
const home = await openFederationHome({ peers: [peer, far], clock })
const { db } = home
const flo = peer.actor('flo')
const vera = far.actor('vera')
await home.isFollowedBy(flo)

const votes = async (pollId: string, ...positions: number[]): Promise<void> =>
  inTransaction(db, async (tx) => castVotes(tx, home.context.home, home.me, pollId, positions, clock.now()))
/** As a server whose clock shows the same time. */
const takes = async (actor: typeof vera, activity: object): Promise<void> => {
  await actor.sends(home.target, activity, { date: clock.now() })
  await home.work()
}
/** Who was told that a poll has ended. */
const toldOf = async (postId: string): Promise<string[]> => {
  const rows = await db
    .selectFrom('notifications')
    .innerJoin('actors', 'actors.id', 'notifications.from_actor_id')
    .select(['notifications.kind', 'actors.username'])
    .where('notifications.post_id', '=', postId)
    .execute()
  return rows.map(({ kind, username }) => `${kind} ${username}`)
}
const state = async (id: string): Promise<string | undefined> =>
  (await db.selectFrom('polls').select('state').where('id', '=', id).executeTakeFirst())?.state
const passes = async (ms: number): Promise<void> => {
  clock.move(ms)
  await due(db, 'polls')
  await home.work()
}

/** Questions that a server was sent about one post, by type of the activity. */
function sent(server: typeof peer, uri: string): Array<readonly [string, Question]> {
  return server.sharedInbox.received
    .map(({ type, activity }) => [type, activity['object'] as Question] as const)
    .filter(([, object]) => object.id === uri)
}
const tally = (object: Question | undefined): Array<number | undefined> | undefined =>
  (object?.oneOf ?? object?.anyOf)?.map(({ replies }) => replies?.totalItems)

test('an own poll goes out as a Question, its counts together after a while, its result at once', async () => {
  const post = await home.writes('tea?', 'public', {
    poll: pollDraft(['yes', 'no'], { expiresInSeconds: 3_600 }),
  })
  await home.work()
  const [create] = sent(peer, post.uri)
  assert.equal(create?.[0], 'Create')
  assert.equal(create[1].type, 'Question')
  assert.deepEqual(tally(create[1]), [0, 0])
  assert.equal(create[1].votersCount, 0)
  assert.ok(create[1].endTime && create[1].closed === undefined)

  await takes(vera, vote(vera, post.uri, 'yes', home.me.uri))
  assert.equal(await state(post.id), 'voted')
  await takes(flo, vote(flo, post.uri, 'no', home.me.uri))
  assert.deepEqual(sent(far, post.uri), [])
  await passes(0)
  assert.equal(await state(post.id), 'open')
  const updates = sent(peer, post.uri).slice(1)
  assert.deepEqual(
    updates.map(([type, object]) => [type, tally(object), object.votersCount, object.updated]),
    [['Update', [1, 1], 2, undefined]],
  )
  // Who voted is no follower, and is told all the same; and no word of who voted for what.
  assert.deepEqual(
    sent(far, post.uri).map(([type, object]) => [type, tally(object)]),
    [['Update', [1, 1]]],
  )
  const bodies = [...peer.requests, ...far.requests].map(({ body }) => body.toString()).join('\n')
  assert.ok(!bodies.includes(vera.uri))

  await passes(61 * MINUTE_MS)
  assert.equal(await state(post.id), 'closed')
  const [, last] = sent(peer, post.uri).at(-1) ?? []
  assert.ok(last?.closed)
  assert.equal(last.closed, last.endTime)
  assert.deepEqual(
    sent(far, post.uri).map(([type]) => type),
    ['Update', 'Update'],
  )
  assert.deepEqual(await toldOf(post.id), ['poll ben'])
  const before = peer.sharedInbox.received.length
  await passes(MINUTE_MS)
  assert.equal(peer.sharedInbox.received.length, before)
})

test('ids of the Updates differ, so that none is taken for a repetition', () => {
  const ids = peer.sharedInbox.received.map(({ activity }) => activity['id'])
  assert.equal(new Set(ids).size, ids.length)
})

test('counts that the author hides are in no document before the end', async () => {
  const post = await home.writes('which?', 'public', {
    poll: pollDraft(['a', 'b'], { hidesTotals: true, isMultiple: true }),
  })
  await takes(vera, vote(vera, post.uri, 'a', home.me.uri))
  await home.work()
  const [create] = sent(peer, post.uri)
  assert.deepEqual(tally(create?.[1]), [undefined, undefined])
  assert.equal(create?.[1].anyOf?.length, 2)
  await passes(6 * MINUTE_MS)
  // Two deliveries about one post keep their order, so the last may wait a moment.
  await until('the result is told', async () => {
    await home.work()
    return sent(peer, post.uri).at(-1)?.[1].closed
  })
  assert.deepEqual(tally(sent(peer, post.uri).at(-1)?.[1]), [1, 0])
})

test('options that change make a new poll, and its Update is an edit', async () => {
  const post = await home.writes('which?', 'public', { poll: pollDraft(['a', 'b']) })
  await takes(vera, vote(vera, post.uri, 'a', home.me.uri))
  const text = { text: 'which?', summary: '', isSensitive: false, language: 'en', mentions: new Map() }
  await inTransaction(db, async (tx) =>
    editPost(tx, home.context.home, post, { ...text, poll: pollDraft(['a', 'c']) }, clock.now()),
  )
  await home.work()
  const [type, object] = sent(peer, post.uri).at(-1) ?? []
  assert.deepEqual([type, tally(object), object?.votersCount], ['Update', [0, 0], 0])
  assert.ok(object?.updated)
  await takes(vera, vote(vera, post.uri, 'c', home.me.uri))
  assert.deepEqual(await counts(db, post.id), { a: 0, c: 1 })
  // Another end alone keeps the votes.
  await inTransaction(db, async (tx) =>
    editPost(
      tx,
      home.context.home,
      post,
      { ...text, poll: pollDraft(['a', 'c'], { expiresInSeconds: 900 }) },
      clock.now(),
    ),
  )
  await passes(6 * MINUTE_MS)
  assert.equal(await state(post.id), 'open')
  assert.deepEqual(await counts(db, post.id), { a: 0, c: 1 })
  await passes(10 * MINUTE_MS)
  assert.equal(await state(post.id), 'closed')
})

test('of a poll that was deleted nothing more is said', async () => {
  const post = await home.writes('which?', 'public', { poll: pollDraft(['a', 'b']) })
  await takes(vera, vote(vera, post.uri, 'a', home.me.uri))
  await home.work()
  await inTransaction(db, async (tx) => deletePost(tx, post, clock.now()))
  await home.work()
  const before = sent(peer, post.uri).length
  assert.equal(sent(peer, post.uri).at(-1)?.[0], 'Delete')
  await passes(6 * MINUTE_MS)
  assert.equal(await state(post.id), 'closed')
  assert.equal(sent(peer, post.uri).length, before)
})

async function knowsQuestion(facts: Record<string, unknown>) {
  const asked = vera.note(facts)
  const post = await home.context.dereferencer.postByUri(asked.id)
  assert.ok(post)
  return { asked, post }
}

test('a vote elsewhere goes to the author alone, one activity for each option', async () => {
  const ends = new Date(clock.now().getTime() + 10 * MINUTE_MS)
  const { oneOf, ...rest } = question({ a: 1, b: 2, c: 3 }, ends, { votersCount: 4 })
  const { asked, post } = await knowsQuestion({ ...rest, anyOf: oneOf })
  const [others, before] = [peer.sharedInbox.received.length, far.sharedInbox.received.length]
  await votes(post.id, 0, 2)
  assert.deepEqual(await counts(db, post.id), { a: 2, b: 2, c: 4 })
  await home.work()
  assert.equal(peer.sharedInbox.received.length, others)
  const ballots = far.sharedInbox.received.slice(before).map(({ activity }) => activity)
  const objects = ballots.map((activity) => activity['object'] as Record<string, unknown>)
  assert.deepEqual(
    objects
      .map(({ name, inReplyTo, to, type, content }) => ({ name, inReplyTo, to, type, content }))
      .toSorted((one, other) => String(one.name).localeCompare(String(other.name))),
    ['a', 'c'].map((name) => ({
      name,
      inReplyTo: asked.id,
      to: [vera.uri],
      type: 'Note',
      content: undefined,
    })),
  )
  const ids = [...ballots, ...objects].map(({ id }) => String(id))
  assert.equal(new Set(ids).size, 4)
  for (const id of ids) {
    // A vote is for its counter only: its ids answer nobody.
    assert.equal((await vera.gets(home.target, new URL(id).pathname, { date: clock.now() })).status, 404)
  }
  assert.equal(await state(post.id), 'open')
})

test('at its end a poll elsewhere is read once more, and who voted here is told', async () => {
  const ends = new Date(clock.now().getTime() + 10 * MINUTE_MS)
  const { asked, post } = await knowsQuestion(question({ a: 1, b: 2 }, ends))
  await votes(post.id, 1)
  await home.work()
  far.publish({ ...asked, ...question({ a: 9, b: 4 }, ends, { closed: ends.toISOString() }) })
  await passes(5 * MINUTE_MS)
  assert.deepEqual(await toldOf(post.id), [])
  await passes(6 * MINUTE_MS)
  assert.deepEqual(await counts(db, post.id), { a: 9, b: 4 })
  assert.deepEqual(await toldOf(post.id), ['poll vera'])
  assert.equal(await state(post.id), 'closed')
})

test('an origin that is silent at the end is asked again, and after a day its last counts stand', async () => {
  const ends = new Date(clock.now().getTime() + 10 * MINUTE_MS)
  const { asked, post } = await knowsQuestion(question({ a: 1, b: 2 }, ends))
  await votes(post.id, 0)
  await home.work()
  far.answers(new URL(asked.id).pathname, () => ({ status: 503 }))
  await passes(11 * MINUTE_MS)
  assert.equal(await state(post.id), 'closing')
  assert.deepEqual(await toldOf(post.id), [])
  await passes(25 * 60 * MINUTE_MS)
  assert.equal(await state(post.id), 'closed')
  assert.deepEqual(await toldOf(post.id), ['poll vera'])
  far.forgets(new URL(asked.id).pathname)
})

test('a poll that its author closes early ends here too', async () => {
  const ends = new Date(clock.now().getTime() + 600 * MINUTE_MS)
  const { asked, post } = await knowsQuestion(question({ a: 1, b: 2 }, ends))
  await votes(post.id, 0)
  await home.work()
  const closed = { ...asked, ...question({ a: 2, b: 2 }, ends, { closed: clock.now().toISOString() }) }
  far.publish(closed)
  await takes(vera, vera.update(closed))
  assert.equal(await state(post.id), 'closed')
  assert.deepEqual(await toldOf(post.id), ['poll vera'])
  await assert.rejects(votes(post.id, 1), /already ended|has already/)
})

test('a poll that is looked at is read again when its counts are old, and not more often', async () => {
  const ends = new Date(clock.now().getTime() + 600 * MINUTE_MS)
  const { asked, post } = await knowsQuestion(question({ a: 1, b: 2 }, ends))
  const looks = async (): Promise<number> =>
    inTransaction(db, async (tx) => refreshShownPolls(tx, [post.id], clock.now()))
  assert.equal(await looks(), 0)
  clock.move(3 * MINUTE_MS)
  far.publish({ ...asked, ...question({ a: 5, b: 6 }, ends) })
  assert.equal(await looks(), 1)
  await home.work()
  assert.deepEqual(await counts(db, post.id), { a: 5, b: 6 })
  assert.equal(await state(post.id), 'seen')
  assert.equal(await looks(), 0)
  // Somebody else cannot answer for it, and who does not answer changes nothing.
  clock.move(3 * MINUTE_MS)
  far.publish({ ...asked, attributedTo: far.actor('mallory').uri, ...question({ a: 0, b: 0 }, ends) })
  assert.equal(await looks(), 1)
  await home.work()
  assert.deepEqual(await counts(db, post.id), { a: 5, b: 6 })
  assert.equal(await state(post.id), 'seen')
})
