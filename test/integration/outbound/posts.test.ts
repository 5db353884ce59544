import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deletePost } from '../../../server/domain/posts/delete-post.ts'
import { editPost } from '../../../server/domain/posts/edit-post.ts'
import { boostPost, unboostPost } from '../../../server/domain/posts/boost-post.ts'
import type { Actor } from '../../../server/domain/actors/actor.ts'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { mentionMap, openOutboundHome } from '../../support/outbound-home.ts'

const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'

/** Which of the servers got something, by host. */
function reached(...peers: readonly FakePeer[]): string[] {
  return peers.filter((peer) => peer.requests.length > 0).map((peer) => peer.host)
}

test('each visibility reaches exactly those it is for', async (t) => {
  const followers = await openFakePeer(t, { host: 'followers.example' })
  const mentioned = await openFakePeer(t, { host: 'mentioned.example' })
  const answered = await openFakePeer(t, { host: 'answered.example' })
  const stranger = await openFakePeer(t, { host: 'stranger.example' })
  const all = [followers, mentioned, answered, stranger]
  const { db, ana, knows, isFollowedBy, writes, runner } = await openOutboundHome(t, all)
  await isFollowedBy(followers.actor('flo'))
  const mia = await knows(mentioned.actor('mia'))
  const ron = await knows(answered.actor('ron'))
  await knows(stranger.actor('sam'))
  const theirs = await db
    .insertInto('posts')
    .values({
      uri: `${ron.uri}/posts/1`,
      author_id: ron.id,
      visibility: 'public',
      conversation_id: '1',
      published_at: new Date(),
      state: 'fanned_out',
    })
    .returningAll()
    .executeTakeFirstOrThrow()

  const expected = {
    public: ['followers.example', 'mentioned.example', 'answered.example'],
    unlisted: ['followers.example', 'mentioned.example', 'answered.example'],
    followers: ['followers.example', 'mentioned.example'],
    direct: ['mentioned.example'],
  } as const
  for (const visibility of ['public', 'unlisted', 'followers', 'direct'] as const) {
    for (const peer of all) peer.requests.length = 0
    const post = await writes({
      text: 'hello @mia@mentioned.example',
      visibility,
      inReplyToId: theirs.id,
      mentions: [mia],
    })
    await runner.runUntilIdle()
    assert.deepEqual(reached(...all), expected[visibility], visibility)
    const body = JSON.parse(mentioned.requests[0]?.body.toString() ?? '') as Record<string, unknown>
    const { to, cc, object } = body as { to: string[]; cc?: string[]; object: { id: string } }
    const addressees = new Set([...to, ...(cc ?? [])])
    assert.equal(object.id, post.uri)
    assert.equal(addressees.has(PUBLIC), visibility === 'public' || visibility === 'unlisted')
    assert.equal(addressees.has(ana.followers_uri ?? ''), visibility !== 'direct')
    assert.ok(addressees.has(mia.uri))
  }
})

test('two followers behind one shared inbox cost one delivery, signed by the author', async (t) => {
  const peer = await openFakePeer(t)
  const { ana, isFollowedBy, writes, runner, hasGoodSignature } = await openOutboundHome(t, [peer])
  await isFollowedBy(peer.actor('ben'))
  await isFollowedBy(peer.actor('cleo'))
  const post = await writes({ text: 'hello' })
  await runner.runUntilIdle()

  assert.deepEqual(peer.sharedInbox.types(), ['Create'])
  const [create] = peer.sharedInbox.received
  assert.ok(create)
  assert.equal(create.activity['actor'], ana.uri)
  assert.equal(create.activity['id'], `${post.uri}/activity`)
  assert.ok(await hasGoodSignature(create))
  assert.equal(create.request.headers['content-type'], 'application/activity+json')
})

test('own hosts, blocked domains, blocked and departed actors get nothing', async (t) => {
  const blockedHost = await openFakePeer(t, { host: 'deep.bad.example' })
  const blocked = await openFakePeer(t, { host: 'blocked.example' })
  const gone = await openFakePeer(t, { host: 'gone.example' })
  const silent = await openFakePeer(t, { host: 'silent.example' })
  const all = [blockedHost, blocked, gone, silent]
  const { db, ana, home, isFollowedBy, writes, runner } = await openOutboundHome(t, all)
  for (const peer of all) await isFollowedBy(peer.actor('x'))
  await db.insertInto('domain_blocks').values({ domain: 'bad.example' }).execute()
  await home.refresh()
  await db
    .insertInto('blocks')
    .values({
      uri: 'https://home.example/ap/blocks/1',
      source_id: ana.id,
      target_id: (
        await db
          .selectFrom('actors')
          .select('id')
          .where('host', '=', 'blocked.example')
          .executeTakeFirstOrThrow()
      ).id,
      state: 'sent',
      state_next_attempt_at: null,
    })
    .execute()
  await db.updateTable('actors').set({ gone_at: new Date() }).where('host', '=', 'gone.example').execute()
  await db
    .insertInto('peers')
    .values({ host: 'silent.example', failures: 9, unavailable_at: new Date() })
    .execute()

  await writes({ text: 'hello' })
  await runner.runUntilIdle()
  assert.deepEqual(reached(...all), [])
  assert.equal((await db.selectFrom('fan_outs').select('id').execute()).length, 0)
})

test('each edit is told with an id of its own, never with another visibility, also to who boosted', async (t) => {
  const peer = await openFakePeer(t)
  const booster = await openFakePeer(t, { host: 'booster.example' })
  const { db, home, tx, knows, isFollowedBy, writes, runner } = await openOutboundHome(t, [peer, booster])
  await isFollowedBy(peer.actor('ben'))
  const bo = await knows(booster.actor('bo'))
  const post = await writes({ text: 'first', visibility: 'unlisted' })
  await runner.runUntilIdle()
  await db
    .insertInto('posts')
    .values({
      uri: `${bo.uri}/boosts/1`,
      author_id: bo.id,
      kind: 'Announce',
      boost_of_id: post.id,
      visibility: 'public',
      conversation_id: '1',
      published_at: new Date(),
      state: 'fanned_out',
    })
    .execute()

  for (const text of ['second', 'third', 'third']) {
    const edit = { text, summary: '', isSensitive: false, language: 'en', mentions: mentionMap([]) }
    await tx(async (transaction) => editPost(transaction, home, post, edit, new Date()))
    await runner.runUntilIdle()
  }

  assert.deepEqual(peer.sharedInbox.types(), ['Create', 'Update', 'Update'])
  assert.deepEqual(booster.sharedInbox.types(), ['Update', 'Update'])
  const ids = new Set(peer.sharedInbox.received.map(({ activity }) => activity['id']))
  assert.equal(ids.size, 3)
  const last = peer.sharedInbox.received.at(-1)?.activity['object'] as Record<string, unknown>
  assert.equal(last['content'], '<p>third</p>')
  assert.ok(last['updated'])
  assert.ok((last['cc'] as string[]).includes(PUBLIC))
  const stored = await db.selectFrom('posts').selectAll().where('id', '=', post.id).executeTakeFirstOrThrow()
  assert.equal(stored.visibility, 'unlisted')
  const edits = await db.selectFrom('post_edits').select('content_html').orderBy('id').execute()
  assert.deepEqual(
    edits.map((row) => row.content_html),
    ['<p>first</p>', '<p>second</p>'],
  )
})

test('an edit and a deletion reach whoever liked, boosted or answered, once each, and no stranger', async (t) => {
  const peers = new Map<string, FakePeer>()
  for (const name of ['liker', 'booster', 'answerer', 'stranger']) {
    peers.set(name, await openFakePeer(t, { host: `${name}.example` }))
  }
  const { db, home, tx, knows, writes, runner } = await openOutboundHome(t, [...peers.values()])
  const actors = new Map<string, Actor>()
  for (const [name, peer] of peers) actors.set(name, await knows(peer.actor(name)))
  const idOf = (name: string): string => actors.get(name)?.id ?? ''
  const post = await writes({ text: 'first' })
  const theirs = {
    visibility: 'public',
    conversation_id: post.id,
    published_at: new Date(),
    state: 'fanned_out',
  } as const
  await db
    .insertInto('posts')
    .values([
      {
        ...theirs,
        uri: 'https://booster.example/1',
        author_id: idOf('booster'),
        kind: 'Announce',
        boost_of_id: post.id,
      },
      { ...theirs, uri: 'https://answerer.example/1', author_id: idOf('answerer'), in_reply_to_id: post.id },
    ])
    .execute()
  await db
    .insertInto('interactions')
    .values({
      uri: 'https://liker.example/1',
      kind: 'like',
      actor_id: idOf('liker'),
      post_id: post.id,
      state: 'fanned_out',
    })
    .execute()
  await runner.runUntilIdle()

  const edit = { text: 'second', summary: '', isSensitive: false, language: 'en', mentions: mentionMap([]) }
  await tx(async (one) => editPost(one, home, post, edit, new Date()))
  await runner.runUntilIdle()
  await tx(async (one) => deletePost(one, post, new Date()))
  const boosts = await db.selectFrom('posts').select('id').where('boost_of_id', '=', post.id).execute()
  assert.deepEqual(boosts, [], 'boosts go at once')
  await runner.runUntilIdle()
  const told = [...peers].map(([name, peer]) => [name, peer.sharedInbox.types()])
  const both = ['Update', 'Delete']
  assert.deepEqual(Object.fromEntries(told), { liker: both, booster: both, answerer: both, stranger: [] })
})

test('an edit before the first sending goes out as the post itself', async (t) => {
  const peer = await openFakePeer(t)
  const { home, tx, isFollowedBy, writes, runner } = await openOutboundHome(t, [peer])
  await isFollowedBy(peer.actor('ben'))
  const post = await writes({ text: 'first' })
  const edit = { text: 'second', summary: '', isSensitive: false, language: 'en', mentions: mentionMap([]) }
  await tx(async (transaction) => editPost(transaction, home, post, edit, new Date()))
  await runner.runUntilIdle()
  assert.deepEqual(peer.sharedInbox.types(), ['Create'])
  const object = peer.sharedInbox.received[0]?.activity['object'] as Record<string, unknown>
  assert.equal(object['content'], '<p>second</p>')
})

test('a deleted post leaves a tombstone here and a Delete there', async (t) => {
  const peer = await openFakePeer(t)
  const { db, ana, tx, isFollowedBy, writes, runner } = await openOutboundHome(t, [peer])
  await isFollowedBy(peer.actor('ben'))
  const post = await writes({ text: 'regret' })
  await runner.runUntilIdle()
  await tx(async (transaction) => deletePost(transaction, post, new Date()))
  await tx(async (transaction) => deletePost(transaction, post, new Date()))
  assert.equal((await db.selectFrom('timeline_entries').selectAll().execute()).length, 0)
  await runner.runUntilIdle()

  assert.deepEqual(peer.sharedInbox.types(), ['Create', 'Delete'])
  const object = peer.sharedInbox.received[1]?.activity['object'] as Record<string, unknown>
  assert.equal(object['type'], 'Tombstone')
  assert.equal(object['id'], post.uri)
  const tombstone = await db.selectFrom('tombstones').selectAll().executeTakeFirstOrThrow()
  assert.equal(tombstone.uri, post.uri)
  assert.equal(tombstone.expires_at, null)
  const author = await db.selectFrom('actors').selectAll().where('id', '=', ana.id).executeTakeFirstOrThrow()
  assert.equal(author.posts_count, 0)
})

test('a boost keeps its visibility and is taken back with itself inside', async (t) => {
  const peer = await openFakePeer(t)
  const origin = await openFakePeer(t, { host: 'origin.example' })
  const { db, ana, home, tx, knows, isFollowedBy, runner } = await openOutboundHome(t, [peer, origin])
  await isFollowedBy(peer.actor('ben'))
  const ori = await knows(origin.actor('ori'))
  const post = await db
    .insertInto('posts')
    .values({
      uri: `${ori.uri}/posts/1`,
      author_id: ori.id,
      visibility: 'public',
      conversation_id: '1',
      published_at: new Date(),
      state: 'fanned_out',
    })
    .returningAll()
    .executeTakeFirstOrThrow()

  const boost = await tx(async (one) => boostPost(one, home, ana, post, 'unlisted', new Date()))
  const again = await tx(async (one) => boostPost(one, home, ana, post, 'public', new Date()))
  assert.equal(again.id, boost.id)
  await runner.runUntilIdle()
  const announce = peer.sharedInbox.received[0]?.activity
  assert.equal(announce?.['type'], 'Announce')
  assert.equal(announce?.['id'], boost.uri)
  assert.deepEqual(announce?.['to'], [ana.followers_uri])
  assert.deepEqual(origin.sharedInbox.types(), ['Announce'])
  const counted = async (): Promise<number> =>
    (await db.selectFrom('posts').select('boosts_count').where('id', '=', post.id).executeTakeFirstOrThrow())
      .boosts_count
  assert.equal(await counted(), 1)

  await tx(async (one) => unboostPost(one, ana, post, new Date()))
  await runner.runUntilIdle()
  assert.deepEqual(peer.sharedInbox.types(), ['Announce', 'Undo'])
  const undone = peer.sharedInbox.received[1]?.activity['object'] as Record<string, unknown>
  assert.equal(undone['id'], boost.uri)
  assert.equal(undone['type'], 'Announce')
  assert.deepEqual(origin.sharedInbox.types(), ['Announce', 'Undo'])
  assert.equal(await counted(), 0)
})

test('a home without an address writes, and sends nothing', async (t) => {
  const peer = await openFakePeer(t)
  const { db, isFollowedBy, writes, runner } = await openOutboundHome(t, [peer])
  await isFollowedBy(peer.actor('ben'))
  await db
    .updateTable('actors')
    .set({ host: 'homebird.invalid' })
    .where('domain_id', 'is not', null)
    .execute()
  const ana = await db
    .selectFrom('actors')
    .selectAll()
    .where('username', '=', 'ana')
    .executeTakeFirstOrThrow()
  const post = await writes({ text: 'alone' }, ana)
  await runner.runUntilIdle()
  assert.equal(peer.requests.length, 0)
  const stored = await db
    .selectFrom('posts')
    .select('state')
    .where('id', '=', post.id)
    .executeTakeFirstOrThrow()
  assert.equal(stored.state, 'fanned_out')
})

test('work that was done and not written back is done again without doubling anything', async (t) => {
  const peer = await openFakePeer(t)
  const { db, home, tx, isFollowedBy, writes, runner } = await openOutboundHome(t, [peer])
  await isFollowedBy(peer.actor('ben'))
  const post = await writes({ text: 'first' })
  await runner.runUntilIdle()
  const again = async (state: string): Promise<void> => {
    await db.updateTable('posts').set({ state, state_next_attempt_at: new Date() }).execute()
    await runner.runUntilIdle()
  }
  await again('new')
  assert.deepEqual(peer.sharedInbox.types(), ['Create'])

  // Cut off, and edited before the second run.
  const edit = { text: 'second', summary: '', isSensitive: false, language: 'en', mentions: mentionMap([]) }
  await db.updateTable('posts').set({ state: 'new', state_next_attempt_at: new Date() }).execute()
  await tx(async (transaction) => editPost(transaction, home, post, edit, new Date()))
  await runner.runUntilIdle()
  assert.deepEqual(peer.sharedInbox.types(), ['Create', 'Update'])
  await again('edited')
  assert.deepEqual(peer.sharedInbox.types(), ['Create', 'Update'])
})
