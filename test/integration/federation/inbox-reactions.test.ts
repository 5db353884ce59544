/** Reactions as other servers send them, in each dialect, to what was written here. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_REACTIONS } from '../../../server/domain/interactions/ingest-reactions.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import type { FakeActor } from '../../support/fake-peer-actor.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer()
const other = await openFakePeer(undefined, { host: 'other.example' })
const home = await openFederationHome({ peers: [peer, other] })
const ana = peer.actor('ana')
const cleo = other.actor('cleo')

const emojiTag = (name: string, url: string, more: object = {}): object => ({
  type: 'Emoji',
  name,
  icon: { type: 'Image', url },
  ...more,
})

const react = (actor: FakeActor, object: string, content: unknown, more: object = {}) =>
  actor.activity('EmojiReact', { object, content, ...more })

const likeWith = (actor: FakeActor, object: string, content: string, more: object = {}) =>
  actor.activity('Like', { object, content, _misskey_reaction: content, ...more })

/** Emoji of the reactions to a post in the order of their arrival; a like counts as `like`. */
async function reactionsTo(uri: string): Promise<string[]> {
  const rows = await home.db
    .selectFrom('interactions')
    .innerJoin('posts', 'posts.id', 'interactions.post_id')
    .select(['interactions.kind', 'interactions.emoji'])
    .where('posts.uri', '=', uri)
    .orderBy('interactions.id')
    .execute()
  return rows.map(({ kind, emoji }) => emoji ?? kind)
}

const emojiCalled = async (shortcode: string, host: string) =>
  home.db
    .selectFrom('emojis')
    .selectAll()
    .where('shortcode', '=', shortcode)
    .where('host', '=', host)
    .executeTakeFirst()

test('Pleroma reacts with EmojiReact, Misskey with a Like that has an emoji; each is told once', async () => {
  const own = await home.writes('react to me')
  await home.takes(ana, react(ana, own.uri, '🔥'), react(ana, own.uri, '🔥'))
  await home.takes(cleo, likeWith(cleo, own.uri, '🎉'))
  assert.deepEqual(await reactionsTo(own.uri), ['🔥', '🎉'])
  assert.equal((await home.post(own.uri))?.likes_count, 0)
  assert.deepEqual((await home.notifications()).slice(-2), ['emoji_reaction ana', 'emoji_reaction cleo'])
})

test('skin tones, families, flags and signs without their selector are one emoji each', async () => {
  const own = await home.writes('many')
  const given = ['👍🏽', '👩‍👩‍👧‍👦', '🏳️‍🌈', '🇳🇱', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '☕', '✌', '1⃣', ' ⭐ ', '❤']
  await home.takes(ana, ...given.map((emoji) => react(ana, own.uri, emoji)))
  const stored = ['👍🏽', '👩‍👩‍👧‍👦', '🏳️‍🌈', '🇳🇱', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '☕', '✌️', '1️⃣', '⭐', '❤️']
  assert.deepEqual(await reactionsTo(own.uri), stored)
})

test('what cannot be read is a plain like', async () => {
  const unreadable = [
    'nice!',
    '',
    '1',
    '🔥🔥',
    '🔥'.repeat(5_000),
    '<img src=x onerror=alert(1)>',
    ':neko:',
    ':"><script>:',
    ':'.repeat(9_000),
    `:${'x'.repeat(129)}:`,
    42,
    null,
  ]
  for (const [index, content] of unreadable.entries()) {
    const own = await home.writes(`number ${index}`)
    const tag = [emojiTag(':other:', 'https://peer.example/other.png')]
    await home.takes(ana, react(ana, own.uri, content, { tag }))
    assert.deepEqual(await reactionsTo(own.uri), ['like'], JSON.stringify(content)?.slice(0, 40))
    assert.equal((await home.post(own.uri))?.likes_count, 1)
  }
})

test('custom emoji come with their picture: with an id and without, from a CDN, of a third server', async () => {
  const own = await home.writes('custom')
  const updated = '2024-05-05T05:05:05Z'
  const neko = emojiTag(':neko:', 'https://peer.example/e/neko.png', {
    id: 'https://peer.example/emojis/neko',
    updated,
  })
  const fox = emojiTag('fox', 'https://cdn.example/fox.png')
  const tea = emojiTag(':tea@other.example:', 'https://other.example/tea.png')
  const both = react(ana, own.uri, ':fox:', { tag: [neko, fox] })
  await home.takes(ana, likeWith(ana, own.uri, ':neko:', { tag: [neko] }), both)
  await home.takes(ana, likeWith(ana, own.uri, ':tea@other.example:', { tag: tea }))
  assert.deepEqual(await reactionsTo(own.uri), [
    ':neko@peer.example:',
    ':fox@peer.example:',
    ':tea@other.example:',
  ])
  const stored = await emojiCalled('neko', 'peer.example')
  assert.equal(stored?.uri, 'https://peer.example/emojis/neko')
  assert.equal(stored?.updated_at?.toISOString(), '2024-05-05T05:05:05.000Z')
  assert.equal((await emojiCalled('fox', 'peer.example'))?.image_host, 'cdn.example')
  assert.equal((await emojiCalled('tea', 'other.example'))?.is_confirmed, false)
})

test('nobody puts a picture of theirs under the name of an emoji of others', async () => {
  const own = await home.writes('poison')
  const mine = emojiTag(':blob:', 'https://peer.example/blob.png', { id: 'https://peer.example/emojis/blob' })
  const forged = emojiTag(':blob:', 'https://other.example/evil.png', {
    id: 'https://peer.example/emojis/blob',
  })
  await home.takes(cleo, react(cleo, own.uri, ':blob:', { tag: forged }))
  assert.equal((await emojiCalled('blob', 'peer.example'))?.is_confirmed, false)
  await home.takes(ana, react(ana, own.uri, ':blob:', { tag: mine }))
  const confirmed = await emojiCalled('blob', 'peer.example')
  assert.deepEqual([confirmed?.url, confirmed?.is_confirmed], ['https://peer.example/blob.png', true])
  const eve = other.actor('eve')
  await home.takes(eve, react(eve, own.uri, ':blob:', { tag: forged }))
  assert.equal((await emojiCalled('blob', 'peer.example'))?.url, 'https://peer.example/blob.png')
  const ours = emojiTag(':bird:', 'https://other.example/bird.png', {
    id: 'https://home.example/emojis/bird',
  })
  await home.takes(eve, react(eve, own.uri, ':bird:', { tag: ours }))
  assert.equal(await emojiCalled('bird', 'home.example'), undefined)
})

test('so many different reactions of one actor to one post are kept, and no more', async () => {
  const own = await home.writes('flood')
  const many = ['😀', '😁', '😂', '😃', '😄', '😅', '😆', '😇', '😈', '😉', '😊', '😋']
  await home.takes(ana, ...many.map((emoji) => react(ana, own.uri, emoji)))
  assert.equal((await reactionsTo(own.uri)).length, MAX_REACTIONS)
  await home.takes(cleo, react(cleo, own.uri, '😀'))
  assert.equal((await reactionsTo(own.uri)).length, MAX_REACTIONS + 1)
})

test('a reaction is undone by its id, by its object, in either dialect; the others stay, and so does the like', async () => {
  const own = await home.writes('undo me')
  const tag = [emojiTag(':cup:', 'https://peer.example/cup.png')]
  const fire = react(ana, own.uri, '🔥')
  const party = likeWith(ana, own.uri, '🎉')
  const cup = react(ana, own.uri, ':cup:', { tag })
  const like = ana.like(own.uri)
  await home.takes(ana, fire, party, cup, like)
  const told = (await home.notifications()).length
  await home.takes(ana, ana.undo(fire.id))
  assert.deepEqual(await reactionsTo(own.uri), ['🎉', ':cup@peer.example:', 'like'])
  assert.equal((await home.notifications()).length, told - 1)
  await home.takes(ana, ana.undo({ ...party, id: undefined }))
  assert.deepEqual(await reactionsTo(own.uri), [':cup@peer.example:', 'like'])
  // Without its picture it is known all the same.
  const { tag: _, ...bare } = { ...cup, id: `${ana.uri}/lost` } as { tag?: unknown }
  await home.takes(ana, ana.undo(bare))
  assert.deepEqual(await reactionsTo(own.uri), ['like'])
  assert.equal((await home.post(own.uri))?.likes_count, 1)
  await home.takes(ana, ana.undo(like))
  assert.deepEqual(await reactionsTo(own.uri), [])
  assert.equal((await home.post(own.uri))?.likes_count, 0)
})

test('an Undo that comes first still undoes, and nobody undoes what somebody else did', async () => {
  const own = await home.writes('race')
  const early = react(ana, own.uri, '🔥')
  await home.takes(ana, ana.undo(early))
  await home.takes(ana, early)
  assert.deepEqual(await reactionsTo(own.uri), [])
  const kept = react(ana, own.uri, '🍵')
  await home.takes(ana, kept)
  await home.takes(cleo, cleo.undo(kept), cleo.undo({ ...kept, actor: cleo.uri, id: `${cleo.uri}/x` }))
  assert.deepEqual(await reactionsTo(own.uri), ['🍵'])
  // All in one claim, in the order of their arrival.
  const again = react(ana, own.uri, '🎈')
  for (const activity of [again, ana.undo(again), react(ana, own.uri, '🎈')])
    await ana.sends(home.target, activity)
  await home.work()
  assert.deepEqual(await reactionsTo(own.uri), ['🍵', '🎈'])
})

test('who is blocked, who cannot see the post, and what was not written here: no reaction', async () => {
  const hidden = await home.writes('for followers', 'followers')
  const stray = cleo.note()
  await home.takes(cleo, react(cleo, hidden.uri, '🔥'), react(cleo, stray.id, '🔥'))
  assert.deepEqual(await reactionsTo(hidden.uri), [])
  assert.equal(await home.post(stray.id), undefined)
  await home.isFollowedBy(cleo)
  await home.takes(cleo, react(cleo, hidden.uri, '🔥'))
  assert.deepEqual(await reactionsTo(hidden.uri), ['🔥'])
  const open = await home.writes('open')
  const bob = other.actor('bob')
  const block = await home.context.dereferencer.actorByUri(bob.uri)
  await home.db
    .insertInto('blocks')
    .values({ uri: `${home.me.uri}#b`, source_id: home.me.id, target_id: block?.id ?? '', state: 'sent' })
    .execute()
  const refused = react(bob, open.uri, '🔥')
  await home.takes(bob, refused)
  assert.deepEqual(await reactionsTo(open.uri), [])
  assert.equal((await home.message(refused)).dropped_because, 'its actor is blocked')
})

test('reactions go with whoever made them', async () => {
  const own = await home.writes('who is gone')
  const gus = peer.actor('gus')
  await home.takes(gus, react(gus, own.uri, '🔥'), react(gus, own.uri, '🎉'), gus.like(own.uri))
  assert.equal((await home.post(own.uri))?.likes_count, 1)
  peer.answers('/users/gus', () => ({ status: 410 }))
  await home.takes(gus, gus.delete(gus.uri))
  assert.deepEqual(await reactionsTo(own.uri), [])
  assert.equal((await home.post(own.uri))?.likes_count, 0)
})
