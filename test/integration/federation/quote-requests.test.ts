/** Requests to quote what was written here: answered by the policy of the post, with a stamp that is served until it is taken back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { blockActor } from '../../../server/domain/blocks/block-actor.ts'
import { deletePost } from '../../../server/domain/posts/delete-post.ts'
import { revokeQuote } from '../../../server/domain/quotes/authorizations.ts'
import { type FakeActor, type FakeObject, PUBLIC } from '../../support/fake-peer-actor.ts'
import { sendRaw } from '../../support/fake-peer-http.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer(undefined, { host: 'asking.example' })
const home = await openFederationHome({ peers: [peer] })
const ana = peer.actor('ana')

type Post = Row<'posts'>

/** As Mastodon asks: the quoting post goes with the request. */
function requestOf(actor: FakeActor, quoted: { readonly uri: string }, note: FakeObject): FakeObject {
  return actor.activity('QuoteRequest', { object: quoted.uri, instrument: note })
}

const quoting = (actor: FakeActor, post: Post, facts: Record<string, unknown> = {}): FakeObject =>
  actor.note({ quote: post.uri, ...facts })

/** What the actor was answered to a request. */
function answerTo(actor: FakeActor, request: FakeObject): Record<string, unknown> | undefined {
  const found = actor.inbox.received.find(({ activity }) => {
    const object = activity['object'] as { readonly id?: string } | undefined
    return object?.id === request.id
  })
  return found?.activity
}

async function asks(actor: FakeActor, post: Post, note: FakeObject): Promise<Record<string, unknown>> {
  const request = requestOf(actor, post, note)
  await home.takes(actor, request)
  const answer = answerTo(actor, request)
  assert.ok(answer, `no answer; ${JSON.stringify(await home.message(request))}`)
  return answer
}

async function served(uri: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = [['Accept', 'application/activity+json']] as const
  const answer = await sendRaw(home.target, { method: 'GET', path: new URL(String(uri)).pathname, headers })
  return { status: answer.status, body: answer.status === 200 ? answer.json() : {} }
}

async function approvalOf(note: FakeObject): Promise<string | undefined> {
  const row = await home.db
    .selectFrom('quotes')
    .innerJoin('posts', 'posts.id', 'quotes.post_id')
    .select('quotes.approval')
    .where('posts.uri', '=', note.id)
    .executeTakeFirst()
  return row?.approval
}

test('a quote of a post for everybody is agreed to: the stamp says what it is for', async () => {
  const post = await home.writes('quote me')
  const note = quoting(ana, post)
  const answer = await asks(ana, post, note)
  assert.deepEqual([answer['type'], answer['actor']], ['Accept', home.me.uri])
  const stamp = await served(answer['result'])
  assert.equal(stamp.status, 200)
  const { '@context': _, ...facts } = stamp.body
  assert.deepEqual(facts, {
    id: answer['result'],
    type: 'QuoteAuthorization',
    attributedTo: home.me.uri,
    interactingObject: note.id,
    interactionTarget: post.uri,
  })
  assert.equal(await approvalOf(note), 'accepted')
  assert.equal((await home.notifications()).at(-1), 'quote ana')
})

test('the Create that follows, or came before, changes nothing and tells nobody twice', async () => {
  const post = await home.writes('twice')
  const told = async () => (await home.notifications()).filter((one) => one === 'quote ana').length
  const before = await told()
  const note = quoting(ana, post)
  await asks(ana, post, note)
  await home.takes(ana, ana.create(note))
  assert.equal(await told(), before + 1)
  const early = quoting(ana, post)
  await home.takes(ana, ana.create(early))
  assert.equal(await approvalOf(early), 'pending')
  await asks(ana, post, early)
  assert.equal(await approvalOf(early), 'accepted')
  assert.equal(await told(), before + 2)
})

test('a request that only names the quoting post has it read at its origin', async () => {
  const post = await home.writes('by its id')
  const note = quoting(ana, post)
  const request = ana.activity('QuoteRequest', { object: post.uri, instrument: note.id })
  await home.takes(ana, request)
  assert.equal(answerTo(ana, request)?.['type'], 'Accept')
  assert.ok(peer.paths().includes(new URL(note.id).pathname))
  assert.equal(await approvalOf(note), 'accepted')
})

test('the same request again gets the same stamp', async () => {
  const post = await home.writes('again')
  const note = quoting(ana, post)
  const first = await asks(ana, post, note)
  const second = await asks(ana, post, note)
  assert.equal(first['result'], second['result'])
})

test('the policy of a post decides who may quote it', async () => {
  const follower = peer.actor('flo')
  await home.isFollowedBy(follower)
  const forFollowers = await home.writes('for followers to quote', 'public', { quotePolicy: 'followers' })
  const forNobody = await home.writes('for nobody to quote', 'public', { quotePolicy: 'nobody' })
  const amongFollowers = await home.writes('for followers to read', 'followers', { quotePolicy: 'public' })
  const types = async (actor: FakeActor, post: Post): Promise<unknown> =>
    (await asks(actor, post, quoting(actor, post)))['type']
  assert.equal(await types(ana, forFollowers), 'Reject')
  assert.equal(await types(follower, forFollowers), 'Accept')
  assert.equal(await types(follower, forNobody), 'Reject')
  assert.equal(await types(follower, amongFollowers), 'Reject')
})

test('blocked people are refused, and their quotes are not kept', async () => {
  const mallory = peer.actor('mallory')
  const post = await home.writes('not for mallory')
  const blocked = await home.context.dereferencer.actorByUri(mallory.uri)
  assert.ok(blocked)
  await inTransaction(home.db, async (tx) =>
    blockActor(tx, home.context.home, await home.identity(), blocked, new Date()),
  )
  const note = quoting(mallory, post)
  assert.equal((await asks(mallory, post, note))['type'], 'Reject')
  await home.takes(mallory, mallory.create(note))
  assert.equal(await home.post(note.id), undefined)
})

test('what is no request to quote a post of ours has no answer', async () => {
  const post = await home.writes('mine')
  const hidden = await home.writes('not for ana', 'followers')
  const theirs = peer.actor('bob').note({ quote: post.uri })
  const vote = ana.note({ quote: post.uri, inReplyTo: post.uri, name: 'yes' })
  delete (vote as { content?: unknown }).content
  const elsewhere = ana.note({})
  const cases: Record<string, FakeObject> = {
    'the quoting post is by somebody else': requestOf(ana, post, theirs),
    'the quoting post quotes something else': requestOf(ana, post, ana.note({ quote: elsewhere.id })),
    'what is quoted is not ours': requestOf(ana, { uri: elsewhere.id }, ana.note({ quote: elsewhere.id })),
    'the quoting post is on a third origin': requestOf(ana, post, {
      ...ana.note({}),
      id: 'https://third.example/posts/1',
      quote: post.uri,
    }),
    'there is no quoting post': ana.activity('QuoteRequest', { object: post.uri }),
    'what is quoted is not for her to see': requestOf(ana, hidden, ana.note({ quote: hidden.uri })),
    'nor does anybody read for her what quotes it': ana.activity('QuoteRequest', {
      object: hidden.uri,
      instrument: ana.note({ quote: hidden.uri }).id,
    }),
    'the quoting post is a vote': requestOf(ana, post, vote),
    'the quoting post that is read quotes nothing': ana.activity('QuoteRequest', {
      object: post.uri,
      instrument: ana.note({ inReplyTo: elsewhere.id }).id,
    }),
  }
  for (const [name, request] of Object.entries(cases)) {
    await home.takes(ana, request)
    assert.equal(answerTo(ana, request), undefined, name)
    assert.ok((await home.message(request)).dropped_because, name)
    assert.equal(await home.post(elsewhere.id), undefined, name)
  }
})

async function revoke(post: Post, note: FakeObject): Promise<void> {
  const quote = await home.post(note.id)
  assert.ok(quote)
  const author = await home.identity()
  await inTransaction(home.db, async (tx) => revokeQuote(tx, { id: post.id, author }, quote.id))
  await home.work()
}

test('an agreement that is taken back is gone at once, told to quoter and followers, and not given again', async () => {
  const follower = peer.actor('fay')
  await home.isFollowedBy(follower)
  const post = await home.writes('no more')
  const note = quoting(ana, post)
  const { result } = await asks(ana, post, note)
  await revoke(post, note)
  assert.equal((await served(result)).status, 404)
  assert.equal(await approvalOf(note), 'revoked')
  const told = peer.sharedInbox.received.findLast(({ type }) => type === 'Delete')?.activity
  assert.deepEqual(told?.['object'], {
    id: result,
    type: 'QuoteAuthorization',
    attributedTo: home.me.uri,
    interactingObject: note.id,
    interactionTarget: post.uri,
  })
  assert.deepEqual(told?.['to'], [PUBLIC])
  assert.equal((await asks(ana, post, note))['type'], 'Reject')
  await revoke(post, note)
  assert.equal(peer.sharedInbox.types().filter((type) => type === 'Delete').length, 1)
})

test('with the quoted post its stamps go, and the quoter is told of the deletion', async () => {
  const quoter = peer.actor('quentin')
  const post = await home.writes('soon gone')
  const note = quoting(quoter, post)
  const { result } = await asks(quoter, post, note)
  await inTransaction(home.db, async (tx) => deletePost(tx, post, new Date()))
  await home.work()
  assert.equal((await served(result)).status, 404)
  assert.equal(await approvalOf(note), 'deleted')
  const deleted = peer.sharedInbox.received.findLast(({ type }) => type === 'Delete')?.activity
  assert.equal((deleted?.['object'] as { id?: string } | undefined)?.id, post.uri)
})

test('a stamp answers at its own address and at no spelling beside it', async () => {
  const post = await home.writes('only this')
  const { result } = await asks(ana, post, quoting(ana, post))
  assert.equal((await served(`${String(result)}0`)).status, 404)
  assert.equal((await served(`${String(result)}/`)).status, 404)
})
