/** Quotes as others send them: every spelling, the rules by which they are shown, and stamps that are good or not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Row } from '../../../server/db/tables.ts'
import { type FakeActor, type FakeObject, PUBLIC } from '../../support/fake-peer-actor.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer()
const quotedPeer = await openFakePeer(undefined, { host: 'quoted.example' })
const thirdPeer = await openFakePeer(undefined, { host: 'third.example' })
const home = await openFederationHome({ peers: [peer, quotedPeer, thirdPeer] })
const ana = peer.actor('ana')
const quinn = quotedPeer.actor('quinn')
await home.follows(ana)

const POLICY = { canQuote: { automaticApproval: [PUBLIC] } }

async function quoteOf(note: { readonly id: string }): Promise<Row<'quotes'>> {
  return home.db
    .selectFrom('quotes')
    .innerJoin('posts', 'posts.id', 'quotes.post_id')
    .selectAll('quotes')
    .where('posts.uri', '=', note.id)
    .executeTakeFirstOrThrow()
}

/** Sends a quote by ana, and tells what became of it. */
async function arrives(note: FakeObject, by: FakeActor = ana): Promise<Row<'quotes'>> {
  await home.takes(by, by.create(note))
  return quoteOf(note)
}

let stamps = 0

/** A stamp of quinn's for this quote, or one that is wrong in what `flaws` say. */
function stamp(quotingUri: string, quotedUri: string, flaws: Record<string, unknown> = {}): FakeObject {
  stamps += 1
  return quotedPeer.publish({
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${quinn.uri}/quote_authorizations/${stamps}`,
    type: 'QuoteAuthorization',
    attributedTo: quinn.uri,
    interactingObject: quotingUri,
    interactionTarget: quotedUri,
    ...flaws,
  })
}

const LINK = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
const SPELLINGS: Readonly<Record<string, (uri: string) => Record<string, unknown>>> = {
  'Mastodon 4.5': (uri) => ({ quote: uri, quoteUri: uri, _misskey_quote: uri }),
  Misskey: (uri) => ({
    quoteUrl: uri,
    _misskey_quote: uri,
    tag: [{ type: 'Link', mediaType: LINK, rel: 'https://misskey-hub.net/ns#_misskey_quote', href: uri }],
  }),
  Akkoma: (uri) => ({ quoteUri: uri }),
  Fedibird: (uri) => ({ quoteUri: uri, quote: undefined }),
  'Bridgy Fed': (uri) => ({
    quoteUrl: uri,
    _misskey_quote: uri,
    tag: [{ type: 'Link', mediaType: 'application/activity+json', href: uri, name: `RE: ${uri}` }],
  }),
  'FEP-e232 alone': (uri) => ({ tag: [{ type: 'Link', mediaType: LINK, href: uri }] }),
}

for (const [software, spell] of Object.entries(SPELLINGS)) {
  test(`a quote as ${software} writes it is found, fetched and shown`, async () => {
    const quoted = quinn.note({ content: '<p>so it is</p>' })
    const quote = await arrives(ana.note({ content: '<p>look</p>', ...spell(quoted.id) }))
    assert.equal((await home.post(quoted.id))?.content_text, 'so it is')
    assert.equal(quote.quoted_id, (await home.post(quoted.id))?.id)
    assert.deepEqual([quote.approval, quote.is_legacy, quote.state], ['accepted', true, 'settled'])
  })
}

test('who quotes oneself needs nobody', async () => {
  const first = ana.note({ interactionPolicy: { canQuote: { automaticApproval: [ana.uri] } } })
  const quote = await arrives(ana.note({ quote: first.id }))
  assert.deepEqual([quote.approval, quote.is_legacy], ['accepted', false])
})

test('a quote that comes before the quoted post is linked when that one comes', async () => {
  const note = ana.note({})
  quotedPeer.answers('/users/quinn/posts/later', () => ({ status: 404 }))
  const uri = `${quinn.uri}/posts/later`
  const waiting = await arrives(ana.note({ quote: uri }))
  assert.deepEqual([waiting.quoted_id, waiting.approval], [null, 'unauthorized'])
  quotedPeer.forgets('/users/quinn/posts/later')
  await home.follows(quinn)
  await home.takes(quinn, quinn.create(quinn.note({ id: uri })))
  const linked = await home.db
    .selectFrom('quotes')
    .selectAll()
    .where('quoted_uri', '=', uri)
    .executeTakeFirstOrThrow()
  assert.equal(linked.approval, 'accepted')
  assert.ok(linked.quoted_id)
  assert.ok(note.id)
})

test('a good stamp makes a quote, in the Create and in an Update that brings it later', async () => {
  const quoted = quinn.note({ interactionPolicy: POLICY })
  const uri = `${ana.uri}/posts/stamped`
  const good = stamp(uri, quoted.id)
  const quote = await arrives(ana.note({ id: uri, quote: quoted.id, quoteAuthorization: good.id }))
  assert.deepEqual([quote.approval, quote.authorization_uri], ['accepted', good.id])

  const late = ana.note({ quote: quoted.id })
  assert.equal((await arrives(late)).approval, 'pending')
  const lateStamp = stamp(late.id, quoted.id)
  await home.takes(ana, ana.update({ ...late, quoteAuthorization: lateStamp.id }))
  assert.equal((await quoteOf(late)).approval, 'accepted')
  assert.equal((await home.post(late.id))?.edited_at, null, 'a stamp is no edit')
})

test('an older Update takes no stamp away, a newer one does', async () => {
  const quoted = quinn.note({ interactionPolicy: POLICY })
  const uri = `${ana.uri}/posts/unstamped`
  const good = stamp(uri, quoted.id)
  const written = new Date(Date.now() - 60_000)
  const note = ana.note({
    id: uri,
    quote: quoted.id,
    quoteAuthorization: good.id,
    published: written.toISOString(),
  })
  assert.equal((await arrives(note)).approval, 'accepted')
  const { quoteAuthorization: _, ...bare } = note as FakeObject & { quoteAuthorization: string }
  const before = new Date(written.getTime() - 3_600_000).toISOString()
  await home.takes(
    ana,
    ana.update({ ...bare, published: new Date(0).toISOString(), updated: before, content: '<p>old</p>' }),
  )
  assert.equal((await quoteOf(note)).approval, 'accepted')
  await home.takes(ana, ana.update(bare))
  assert.equal((await quoteOf(note)).approval, 'pending')
})

test('no stamp counts that is forged, for another post, by another author, or silent about one of them', async () => {
  const quoted = quinn.note({ interactionPolicy: POLICY })
  const other = quinn.note({})
  const mallory = quotedPeer.actor('mallory')
  const flaws: Record<string, Record<string, unknown>> = {
    'another quoting post': { interactingObject: `${ana.uri}/posts/elsewhere` },
    'another quoted post': { interactionTarget: other.id },
    'another author on the same host': { attributedTo: mallory.uri },
    'no author': { attributedTo: undefined },
    'no quoting post': { interactingObject: undefined },
    'another type': { type: 'LikeAuthorization' },
  }
  for (const [name, flaw] of Object.entries(flaws)) {
    const uri = `${ana.uri}/posts/flaw-${stamps}`
    const bad = stamp(uri, quoted.id, flaw)
    const quote = await arrives(ana.note({ id: uri, quote: quoted.id, quoteAuthorization: bad.id }))
    assert.equal(quote.approval, 'unauthorized', name)
  }
})

test('a stamp on a third host is not even asked for', async () => {
  const quoted = quinn.note({ interactionPolicy: POLICY })
  const uri = `${ana.uri}/posts/forged`
  const forged = thirdPeer.publish({
    id: 'https://third.example/stamps/1',
    type: 'QuoteAuthorization',
    attributedTo: quinn.uri,
    interactingObject: uri,
    interactionTarget: quoted.id,
  })
  const quote = await arrives(ana.note({ id: uri, quote: quoted.id, quoteAuthorization: forged.id }))
  assert.equal(quote.approval, 'unauthorized')
  assert.deepEqual(thirdPeer.requests, [])
})

test('a stamp that cannot be read now is asked for again, and the quote waits', async () => {
  const quoted = quinn.note({ interactionPolicy: POLICY })
  const uri = `${ana.uri}/posts/patient`
  const good = stamp(uri, quoted.id)
  const path = new URL(good.id).pathname
  quotedPeer.answers(path, () => ({ status: 503 }))
  const waiting = await arrives(ana.note({ id: uri, quote: quoted.id, quoteAuthorization: good.id }))
  assert.deepEqual([waiting.approval, waiting.state], ['pending', 'outdated'])
  assert.ok(waiting.state_next_attempt_at)
  quotedPeer.forgets(path)
  await home.db
    .updateTable('quotes')
    .set({ state_next_attempt_at: new Date(0) })
    .where('id', '=', waiting.id)
    .execute()
  await home.work()
  assert.equal((await quoteOf({ id: uri })).approval, 'accepted')
})

test('the quoted author alone takes a stamp back', async () => {
  const quoted = quinn.note({ interactionPolicy: POLICY })
  const uri = `${ana.uri}/posts/revoked`
  const good = stamp(uri, quoted.id)
  assert.equal(
    (await arrives(ana.note({ id: uri, quote: quoted.id, quoteAuthorization: good.id }))).approval,
    'accepted',
  )
  const taken = { id: good.id, type: 'QuoteAuthorization' }
  const mallory = quotedPeer.actor('mallory')
  const thief = thirdPeer.actor('thief')
  for (const liar of [mallory, thief, ana]) {
    await home.context.dereferencer.actorByUri(liar.uri)
    await home.takes(liar, liar.activity('Delete', { to: [PUBLIC], object: taken }))
    assert.equal((await quoteOf({ id: uri })).approval, 'accepted', liar.uri)
  }
  await home.takes(quinn, quinn.activity('Delete', { to: [PUBLIC], object: taken }))
  assert.equal((await quoteOf({ id: uri })).approval, 'revoked')
})

test('a quote ends with the post that it quotes', async () => {
  const quoted = quinn.note({})
  const note = ana.note({ quote: quoted.id })
  assert.equal((await arrives(note)).approval, 'accepted')
  await home.takes(quinn, quinn.delete(quoted.id))
  assert.deepEqual([(await quoteOf(note)).approval, (await quoteOf(note)).quoted_id], ['deleted', null])
})

test('boosts and what is not for everybody are not quoted', async () => {
  const boosted = quinn.note({})
  const boost = quinn.announce(boosted.id)
  await home.takes(quinn, boost)
  assert.equal((await arrives(ana.note({ quote: boost.id }))).approval, 'unauthorized')
  const whispered = quinn.note({ to: [ana.uri], cc: [] })
  assert.equal((await arrives(ana.note({ quote: whispered.id }))).approval, 'unauthorized')
})

test('a chain of quotes is not followed to its end', async () => {
  const links: FakeObject[] = []
  for (let link = 0; link < 6; link += 1) {
    const { id } = links.at(-1) ?? {}
    links.push(quinn.note(id === undefined ? {} : { quote: id }))
  }
  const last = links.at(-1)
  assert.ok(last)
  const asked = quotedPeer.requests.length
  await arrives(ana.note({ quote: last.id }))
  const stored = await Promise.all(links.map(async ({ id }) => (await home.post(id)) !== undefined))
  assert.deepEqual(stored, [false, false, false, true, true, true])
  assert.ok(quotedPeer.requests.length - asked < 8)
})

test('what two posts quote of each other ends by itself', async () => {
  const first = `${quinn.uri}/posts/round`
  const second = quinn.note({ quote: first })
  quinn.note({ id: first, quote: second.id })
  const quote = await arrives(ana.note({ quote: first }))
  assert.equal(quote.approval, 'accepted')
  assert.equal((await quoteOf(second)).approval, 'accepted')
})

test('a quote of a post of ours that asked nobody waits, and its author is told', async () => {
  const mine = await home.writes('quote me')
  const stranger = thirdPeer.actor('sam')
  await home.context.dereferencer.actorByUri(stranger.uri)
  const note = stranger.note({ quoteUrl: mine.uri, _misskey_quote: mine.uri })
  const quote = await arrives(note, stranger)
  assert.equal(quote.approval, 'pending')
  assert.equal((await home.notifications()).at(-1), 'quote sam')
  const told = await home.db
    .selectFrom('notifications')
    .selectAll()
    .where('kind', '=', 'quote')
    .executeTakeFirstOrThrow()
  assert.equal(told.post_id, (await home.post(note.id))?.id)
})

test('a policy is kept as the post states it, and changes with an Update that is no edit', async () => {
  const note = ana.note({
    interactionPolicy: {
      canQuote: {
        automaticApproval: [ana.followers, `${ana.uri}/following`, 'https://third.example/users/sam'],
        manualApproval: 'as:Public',
      },
    },
  })
  await home.takes(ana, ana.create(note))
  const stored = await home.post(note.id)
  assert.deepEqual(stored?.quote_automatic, ['followers', 'following', 'https://third.example/users/sam'])
  assert.deepEqual(stored?.quote_manual, ['public'])
  await home.takes(
    ana,
    ana.update({ ...note, interactionPolicy: { canQuote: { automaticApproval: [ana.uri] } } }),
  )
  const changed = await home.post(note.id)
  assert.deepEqual([changed?.quote_automatic, changed?.quote_manual, changed?.edited_at], [[], [], null])
})
