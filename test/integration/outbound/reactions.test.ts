/** Reactions on their way out: the dialect of each server, taking back, and what still stands afterwards. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { blockActor } from '../../../server/domain/blocks/block-actor.ts'
import { likePost, unlikePost } from '../../../server/domain/interactions/like-post.ts'
import {
  chooseReaction,
  reactToPost,
  unreactToPost,
} from '../../../server/domain/interactions/react-to-post.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { type Post, openOutboundHome } from '../../support/outbound-home.ts'

type Document = Record<string, unknown>

async function setScene(t: TestContext, software: string | null) {
  const peer = await openFakePeer(t)
  const home = await openOutboundHome(t, [peer])
  const { db, tx, ana } = home
  if (software !== null) {
    await db
      .insertInto('peers')
      .values({ host: peer.host, software, state: 'updated', state_next_attempt_at: null })
      .execute()
  }
  const ben = await home.knows(peer.actor('ben'))
  const post = await db
    .insertInto('posts')
    .values({
      uri: `${ben.uri}/posts/1`,
      author_id: ben.id,
      visibility: 'public',
      conversation_id: '1',
      published_at: new Date(),
      state: 'fanned_out',
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  /** Deliveries about one post wait for each other; here they are due as soon as their turn may have come. */
  const settles = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn += 1) {
      await home.runner.runUntilIdle()
      await db
        .updateTable('fan_outs')
        .set({ state_next_attempt_at: new Date() })
        .where('state', '=', 'new')
        .execute()
    }
  }
  return {
    ...home,
    settles,
    peer,
    ben,
    post,
    reacts: async (emoji: string, to: Post = post): Promise<void> => {
      await tx(async (one) =>
        reactToPost(one, home.home, ana, to, await chooseReaction(one, emoji, to), new Date()),
      )
      await settles()
    },
    unreacts: async (emoji: string): Promise<void> => {
      await tx(async (one) => unreactToPost(one, ana, post, emoji))
      await settles()
    },
  }
}

const received = (peer: FakePeer): Document[] => peer.sharedInbox.received.map(({ activity }) => activity)

test('servers that read EmojiReact get one, and an Undo of it', async (t) => {
  const { peer, post, ana, ben, reacts, unreacts, hasGoodSignature } = await setScene(t, 'akkoma')
  await reacts('🎉')
  await reacts('🎉')
  const [react] = received(peer)
  assert.deepEqual(
    [react?.['type'], react?.['content'], react?.['object'], react?.['actor'], react?.['to']],
    ['EmojiReact', '🎉', post.uri, ana.uri, [ben.uri]],
  )
  assert.equal(react?.['_misskey_reaction'], undefined)
  assert.match(String(react?.['id']), /^https:\/\/home\.example\/ap\/reactions\/\d+$/)
  assert.match(JSON.stringify(react?.['@context']), /litepub:EmojiReact/)
  assert.ok(peer.sharedInbox.received[0] && (await hasGoodSignature(peer.sharedInbox.received[0])))
  await unreacts('🎉')
  await unreacts('🎉')
  assert.deepEqual(peer.sharedInbox.types(), ['EmojiReact', 'Undo'])
  const undo = received(peer)[1]
  const undone = undo?.['object'] as Document
  assert.deepEqual([undone['id'], undone['type'], undone['content']], [react?.['id'], 'EmojiReact', '🎉'])
  assert.equal(undone['@context'], undefined)
  assert.match(JSON.stringify(undo?.['@context']), /litepub:EmojiReact/)
})

test('all others get a Like with the emoji in it', async (t) => {
  for (const software of ['misskey', 'mastodon', 'fedibird', null]) {
    const { peer, reacts } = await setScene(t, software)
    await reacts('☕')
    const [like] = received(peer)
    assert.deepEqual([like?.['type'], like?.['content'], like?.['_misskey_reaction']], ['Like', '☕', '☕'])
  }
})

test('a custom emoji goes with its picture and its id', async (t) => {
  const { peer, db, reacts } = await setScene(t, 'misskey')
  const url = 'https://cdn.example/neko.png'
  const uri = 'https://peer.example/emojis/neko'
  const row = { url, uri, image_host: 'cdn.example', state: 'updated', state_next_attempt_at: null }
  await db
    .insertInto('emojis')
    .values({ ...row, host: 'peer.example', shortcode: 'neko' })
    .execute()
  await reacts(':neko:')
  const [like] = received(peer)
  assert.equal(like?.['content'], ':neko:')
  assert.deepEqual(like?.['tag'], [{ id: uri, type: 'Emoji', name: ':neko:', icon: { type: 'Image', url } }])
})

test('how a reaction was sent is how it is taken back, whatever the server runs by then', async (t) => {
  const { peer, db, reacts, unreacts } = await setScene(t, 'mastodon')
  await reacts('🎉')
  await db.updateTable('peers').set({ software: 'pleroma' }).execute()
  await unreacts('🎉')
  const undone = received(peer)[1]?.['object'] as Document
  assert.equal(undone['type'], 'Like')
})

test('where one Like stands for all, what still stands is said again after an Undo', async (t) => {
  const { peer, db, tx, ana, home, post, settles, reacts, unreacts } = await setScene(t, 'mastodon')
  await tx(async (one) => likePost(one, home, ana, post, new Date()))
  await settles()
  await reacts('🎉')
  await unreacts('🎉')
  assert.deepEqual(peer.sharedInbox.types(), ['Like', 'Like', 'Undo', 'Like'])
  const [like, , , again] = received(peer)
  assert.deepEqual([again?.['object'], again?.['content']], [post.uri, undefined])
  assert.notEqual(again?.['id'], like?.['id'])
  await tx(async (one) => unlikePost(one, ana, post))
  await settles()
  assert.deepEqual(peer.sharedInbox.types().slice(4), ['Undo'])
  const { likes_count: count } = await db
    .selectFrom('posts')
    .select('likes_count')
    .where('id', '=', post.id)
    .executeTakeFirstOrThrow()
  assert.equal(count, 0)
})

test('a reaction between identities is told here and sent nowhere', async (t) => {
  const { peer, db, tx, ana, home, runner, writes, unreacts } = await setScene(t, null)
  const bo = await addIdentity(db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  const own = await writes({ text: 'from bo' }, bo)
  const choose = async (emoji: string): Promise<void> =>
    tx(async (one) => reactToPost(one, home, ana, own, { emoji, emojiId: null }, new Date()))
  await choose('🎉')
  await choose('🔥')
  const told = async () =>
    (await db.selectFrom('notifications').select(['actor_id', 'kind']).execute()).map(({ kind }) => kind)
  assert.deepEqual(await told(), ['emoji_reaction', 'emoji_reaction'])
  await tx(async (one) => unreactToPost(one, ana, own, '🎉'))
  assert.deepEqual(await told(), ['emoji_reaction'])
  await runner.runUntilIdle()
  await unreacts('none')
  assert.equal(peer.requests.length, 0)
})

test('whoever is blocked gets no reaction; what they got is still taken back', async (t) => {
  const { peer, tx, ana, ben, home, post, reacts, unreacts, runner } = await setScene(t, 'pleroma')
  await reacts('🎉')
  await tx(async (one) => blockActor(one, home, ana, ben, new Date()))
  await runner.runUntilIdle()
  await reacts('🔥', post)
  await unreacts('🎉')
  assert.deepEqual(
    received(peer).map(({ type, content }) => [type, content]),
    [
      ['EmojiReact', '🎉'],
      ['Block', undefined],
      ['Undo', undefined],
    ],
  )
  await assert.rejects(reacts('not an emoji'), (error) => isHomebirdError(error, 'UNPROCESSABLE'))
})
