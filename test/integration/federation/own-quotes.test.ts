/** Quotes that are written here: what is sent, whom we ask, and what becomes of each answer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { editPost } from '../../../server/domain/posts/edit-post.ts'
import { setQuotePolicy } from '../../../server/domain/quotes/edit-own-quotes.ts'
import { type FakeObject, PUBLIC } from '../../support/fake-peer-actor.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const quotedPeer = await openFakePeer(undefined, { host: 'quoted.example' })
const followersPeer = await openFakePeer(undefined, { host: 'followers.example' })
const thirdPeer = await openFakePeer(undefined, { host: 'third.example' })
const home = await openFederationHome({ peers: [quotedPeer, followersPeer, thirdPeer] })
const quinn = quotedPeer.actor('quinn')
await home.follows(quinn)
await home.isFollowedBy(followersPeer.actor('flo'))

type Post = Row<'posts'>
type Activity = Record<string, unknown>
const POLICY = { canQuote: { automaticApproval: [PUBLIC] } }

async function stored(note: FakeObject): Promise<Post> {
  await home.takes(quinn, quinn.create(note))
  const post = await home.post(note.id)
  assert.ok(post)
  return post
}

async function quotes(post: Post, text = 'look at this'): Promise<Post> {
  const written = await home.writes(text, 'public', { quotedId: post.id })
  await home.work()
  return written
}

async function quoteOf(post: Post): Promise<Row<'quotes'>> {
  return home.db.selectFrom('quotes').selectAll().where('post_id', '=', post.id).executeTakeFirstOrThrow()
}

/** What a server got about a post, oldest first. */
function sentTo(peer: typeof quotedPeer, post: Post, type: string): Activity[] {
  return peer.sharedInbox.received
    .map(({ activity }) => activity)
    .filter((activity) => {
      const object = activity['instrument'] ?? activity['object']
      return activity['type'] === type && (object as { id?: string }).id === post.uri
    })
}

const noteIn = (activity: Activity | undefined): Activity => (activity?.['object'] ?? {}) as Activity

function requestFor(post: Post): Activity {
  const request = sentTo(quotedPeer, post, 'QuoteRequest').at(-1)
  assert.ok(request, 'nobody was asked')
  return request
}

let stamps = 0

function stampFor(post: Post, quoted: Post, flaws: Activity = {}): FakeObject {
  stamps += 1
  return quotedPeer.publish({
    id: `${quinn.uri}/stamps/${stamps}`,
    type: 'QuoteAuthorization',
    attributedTo: quinn.uri,
    interactingObject: post.uri,
    interactionTarget: quoted.uri,
    ...flaws,
  })
}

test('a quote is asked for, and goes out in every spelling while it waits', async () => {
  const quoted = await stored(
    quinn.note({ interactionPolicy: POLICY, url: 'https://quoted.example/@quinn/1' }),
  )
  const post = await quotes(quoted)
  const request = requestFor(post)
  assert.deepEqual(
    [request['actor'], request['object'], request['to']],
    [home.me.uri, quoted.uri, [quinn.uri]],
  )
  const create = sentTo(followersPeer, post, 'Create').at(0)
  for (const note of [noteIn(create), request['instrument'] as Activity]) {
    assert.deepEqual(
      [note['quote'], note['quoteUri'], note['_misskey_quote'], note['quoteAuthorization']],
      [quoted.uri, quoted.uri, quoted.uri, undefined],
    )
    const [link] = note['tag'] as Activity[]
    assert.deepEqual([link?.['type'], link?.['href']], ['Link', quoted.uri])
    assert.match(
      String(note['content']),
      /^<p class="quote-inline">RE: <a href="https:\/\/quoted\.example\/@quinn\/1".*<\/p><p>look at this<\/p>$/,
    )
    assert.deepEqual(note['interactionPolicy'], POLICY)
  }
  assert.deepEqual([(await quoteOf(post)).approval, (await quoteOf(post)).state], ['pending', 'settled'])
  assert.equal((await home.post(post.uri))?.content_text, 'look at this', 'the fallback is not searched')
})

test('an agreement is read at its origin and passed on; it is no edit', async () => {
  const quoted = await stored(quinn.note({ interactionPolicy: POLICY }))
  const post = await quotes(quoted)
  const stamp = stampFor(post, quoted)
  const request = requestFor(post)
  await home.takes(quinn, { ...quinn.accept(String(request['id'])), result: stamp.id })
  assert.equal((await quoteOf(post)).approval, 'accepted')
  const update = sentTo(followersPeer, post, 'Update').at(0)
  assert.equal(noteIn(update)['quoteAuthorization'], stamp.id)
  assert.equal(noteIn(update)['updated'], undefined)
})

test('an answer that tells the request instead of its id is understood too', async () => {
  const quoted = await stored(quinn.note({ interactionPolicy: POLICY }))
  const post = await quotes(quoted)
  const stamp = stampFor(post, quoted)
  const told = { type: 'QuoteRequest', actor: home.me.uri, object: quoted.uri, instrument: post.uri }
  await home.takes(quinn, { ...quinn.accept(told), result: stamp })
  assert.equal((await quoteOf(post)).approval, 'accepted')
})

test('no answer of anybody else and no stamp that is wrong counts', async () => {
  const quoted = await stored(quinn.note({ interactionPolicy: POLICY }))
  const post = await quotes(quoted)
  const other = await quotes(quoted, 'another')
  const id = String(requestFor(post)['id'])
  const mallory = quotedPeer.actor('mallory')
  await home.context.dereferencer.actorByUri(mallory.uri)
  await home.takes(mallory, { ...mallory.accept(id), result: stampFor(post, quoted).id })
  await home.takes(mallory, mallory.reject(id))
  assert.equal((await quoteOf(post)).approval, 'pending')
  const forged = thirdPeer.publish({
    ...stampFor(post, quoted),
    id: 'https://third.example/stamps/1',
  })
  await home.takes(quinn, { ...quinn.accept(id), result: forged.id })
  assert.equal((await quoteOf(post)).approval, 'pending')
  assert.deepEqual(thirdPeer.requests, [])
  await home.takes(quinn, quinn.accept(id))
  assert.equal((await quoteOf(post)).approval, 'pending', 'without a stamp')
  await home.takes(quinn, { ...quinn.accept(id), result: stampFor(other, quoted).id })
  assert.equal((await quoteOf(post)).approval, 'unauthorized')
  assert.deepEqual(sentTo(followersPeer, post, 'Update'), [])
})

test('a refusal is shown as one, and later takes an agreement back', async () => {
  const quoted = await stored(quinn.note({ interactionPolicy: POLICY }))
  const refused = await quotes(quoted)
  await home.takes(quinn, quinn.reject(String(requestFor(refused)['id'])))
  assert.equal((await quoteOf(refused)).approval, 'rejected')
  const post = await quotes(quoted)
  const stamp = stampFor(post, quoted)
  const id = String(requestFor(post)['id'])
  await home.takes(quinn, { ...quinn.accept(id), result: stamp.id })
  await home.takes(quinn, quinn.activity('Delete', { object: { id: stamp.id, type: 'QuoteAuthorization' } }))
  assert.equal((await quoteOf(post)).approval, 'revoked')
  assert.equal(noteIn(sentTo(followersPeer, post, 'Update').at(-1))['quoteAuthorization'], undefined)
})

test('a server without policies is not asked; one that is known to answer is', async () => {
  const quoted = await stored(quinn.note({}))
  const post = await quotes(quoted)
  assert.deepEqual(sentTo(quotedPeer, post, 'QuoteRequest'), [])
  assert.equal(sentTo(quotedPeer, post, 'Create').length, 1, 'its author is told by the post itself')
  const quote = await quoteOf(post)
  assert.deepEqual([quote.approval, quote.is_legacy], ['accepted', true])

  await home.db
    .updateTable('peers')
    .set({ software: 'Mastodon', software_version: '4.5.2+glitch' })
    .where('host', '=', quotedPeer.host)
    .execute()
  const asked = await quotes(quoted)
  assert.equal(sentTo(quotedPeer, asked, 'QuoteRequest').length, 1)
  await home.db
    .updateTable('peers')
    .set({ software: 'mastodon', software_version: '4.4.9' })
    .where('host', '=', quotedPeer.host)
    .execute()
  const older = await quotes(quoted)
  assert.deepEqual(sentTo(quotedPeer, older, 'QuoteRequest'), [])
})

test('a quote of a post of our own has its stamp at once', async () => {
  const first = await home.writes('the first')
  const post = await quotes(first)
  const quote = await quoteOf(post)
  assert.equal(quote.approval, 'accepted')
  const create = sentTo(followersPeer, post, 'Create').at(0)
  assert.equal(noteIn(create)['quoteAuthorization'], quote.authorization_uri)
  assert.ok(quote.authorization_uri?.startsWith('https://home.example/ap/quote-authorizations/'))
})

test('an edit keeps the quote, and edits of what is quoted are told each time', async () => {
  const note = quinn.note({})
  const quoted = await stored(note)
  const post = await quotes(quoted)
  const { home: house } = home.context
  const edit = { text: 'look again', summary: '', isSensitive: false, language: 'en', mentions: new Map() }
  await inTransaction(home.db, async (tx) => editPost(tx, house, post, edit, new Date()))
  await home.work()
  const update = noteIn(sentTo(followersPeer, post, 'Update').at(-1))
  assert.equal(update['quote'], quoted.uri)
  assert.match(String(update['content']), /^<p class="quote-inline">.*<p>look again<\/p>$/)
  for (const [version, content] of ['<p>one</p>', '<p>two</p>'].entries()) {
    const updated = new Date(Date.now() + version * 1_000).toISOString()
    await home.takes(quinn, quinn.update({ ...note, content, updated }))
  }
  const told = await home.db
    .selectFrom('notifications')
    .select('post_id')
    .where('kind', '=', 'quoted_update')
    .execute()
  assert.deepEqual(told, [{ post_id: post.id }, { post_id: post.id }])
})

test('another policy for a post is told as an Update, as often as it changes', async () => {
  const post = await home.writes('mind your manners')
  await home.work()
  for (const policy of ['nobody', 'followers', 'nobody'] as const) {
    await inTransaction(home.db, async (tx) => setQuotePolicy(tx, post, policy))
    await home.work()
  }
  const policies = sentTo(followersPeer, post, 'Update').map((update) => noteIn(update)['interactionPolicy'])
  const forNobody = { canQuote: { automaticApproval: [home.me.uri] } }
  const forFollowers = { canQuote: { automaticApproval: [home.me.followers_uri] } }
  assert.deepEqual(policies, [forNobody, forFollowers, forNobody])
})
