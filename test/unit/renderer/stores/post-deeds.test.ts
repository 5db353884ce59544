import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withEmoji } from '../../../../renderer/stores/emoji-reactions.ts'
import { memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'
import { PostDeeds } from '../../../../renderer/stores/post-deeds.ts'
import { PostStore } from '../../../../renderer/stores/posts.ts'
import type { UndoOffer } from '../../../../renderer/stores/undo.ts'
import { type Answering, openScriptedApi } from '../../../support/scripted-api.ts'
import { statusOf } from '../../../support/statuses.ts'
import { until } from '../../../support/until.ts'

async function openDeeds(t: Parameters<typeof openScriptedApi>[0], answer: Answering) {
  const scripted = await openScriptedApi(t, answer)
  const posts = new PostStore()
  posts.put([statusOf('1')])
  const storage = memoryStorage()
  const offers: UndoOffer[] = []
  const clock = { nowMs: 1_000 }
  const parts = {
    api: scripted.api,
    posts,
    storage,
    undo: { offer: (offer: UndoOffer) => void offers.push(offer) },
    nowMs: () => clock.nowMs,
  }
  return { scripted, posts, storage, offers, clock, parts, deeds: new PostDeeds(parts) }
}

test('a deleted post is gone at once, and back after Undo; the home was never asked', async (t) => {
  const { deeds, posts, offers, scripted } = await openDeeds(t, () => ({}))
  deeds.delete('1', 'Post deleted.')
  assert.equal(posts.get('1'), undefined)
  posts.put([statusOf('1', { content: '<p>changed meanwhile</p>' })])
  assert.equal(posts.get('1'), undefined, 'what arrives of it does not bring it back')
  offers[0]?.undo()
  assert.equal(posts.get('1')?.content, '<p>changed meanwhile</p>')
  assert.deepEqual(scripted.requests, [])
})

test('without Undo the home is asked to delete it', async (t) => {
  const { deeds, offers, scripted, storage } = await openDeeds(t, () => ({ body: statusOf('1') }))
  deeds.delete('1', 'Post deleted.')
  offers[0]?.commit?.()
  await until('it is kept no longer', () => storage.getItem('homebird.deletions') === null)
  assert.deepEqual(
    scripted.requests.map(({ method, path }) => `${method} ${path}`),
    ['DELETE /api/v1/statuses/1'],
  )
})

test('a refused deletion brings the post back and says so at the post', async (t) => {
  const { deeds, posts, offers } = await openDeeds(t, () => ({ status: 422, body: { error: 'no' } }))
  deeds.delete('1', 'Post deleted.')
  offers[0]?.commit?.()
  await until('it is told', () => deeds.failed.get().get('1')?.deed === 'delete')
  assert.ok(posts.get('1'))
})

test('what a crash cut short is deleted by a later window, but not under the hand of another', async (t) => {
  const { deeds, parts, scripted, clock, storage } = await openDeeds(t, () => ({ body: statusOf('1') }))
  deeds.delete('1', 'Post deleted.')
  const later = new PostDeeds(parts)
  await later.finishDeletions()
  assert.deepEqual(scripted.requests, [], 'Undo may still be offered there')
  clock.nowMs += 61_000
  await later.finishDeletions()
  assert.equal(scripted.requests.length, 1)
  assert.equal(storage.getItem('homebird.deletions'), null)
})

test('what leaving the window cut short is done by the next one at once', async (t) => {
  const { deeds, offers, parts, scripted, storage } = await openDeeds(t, () => ({ status: 503 }))
  deeds.delete('1', 'Post deleted.')
  offers[0]?.commit?.()
  await until('it was tried', () => scripted.requests.length === 1)
  scripted.answer = () => ({ body: statusOf('1') })
  await new PostDeeds(parts).finishDeletions()
  assert.equal(scripted.requests.length, 2)
  assert.equal(storage.getItem('homebird.deletions'), null)
})

test('a deletion without an answer is kept for the next time', async (t) => {
  const { deeds, offers, scripted, storage, posts } = await openDeeds(t, () => ({ status: 503 }))
  deeds.delete('1', 'Post deleted.')
  offers[0]?.commit?.()
  await until('it was tried', () => scripted.requests.length === 1)
  scripted.answer = () => ({ body: statusOf('1') })
  await deeds.finishDeletions()
  assert.equal(storage.getItem('homebird.deletions'), null)
  assert.equal(posts.get('1'), undefined)
})

test('a reaction shows at once, and a refused one is taken back and can be tried again', async (t) => {
  const { deeds, posts } = await openDeeds(t, () => ({ status: 422, body: { error: 'too many' } }))
  const sent = deeds.react('1', { name: '🎉' })
  assert.deepEqual(
    posts.get('1')?.emoji_reactions.map(({ name, me, count }) => [name, me, count]),
    [['🎉', true, 1]],
  )
  await sent
  assert.deepEqual(posts.get('1')?.emoji_reactions, [])
  assert.equal(deeds.failed.get().get('1')?.failure.detail, 'too many')
})

test('a reaction that others made too keeps them when the own one goes', () => {
  const posts = new PostStore()
  posts.put([statusOf('1', { emoji_reactions: [{ name: '🎉', count: 3, me: true, account_ids: [] }] })])
  const post = posts.get('1')
  assert.ok(post)
  assert.equal(withEmoji(post, { name: '🎉' }, false).emoji_reactions[0]?.count, 2)
})

test('a vote replaces the poll, and a refused one throws and leaves it', async (t) => {
  const poll = { id: '1', expires_at: null, expired: false, multiple: false, votes_count: 1, voters_count: 1 }
  const body = { ...poll, options: [{ title: 'a', votes_count: 1 }], emojis: [], voted: true, own_votes: [0] }
  const { deeds, posts, scripted } = await openDeeds(t, () => ({ body }))
  await deeds.polls.vote('1', '1', [0])
  assert.deepEqual(posts.get('1')?.poll, body)
  assert.deepEqual(scripted.requests[0]?.body, { choices: [0] })
  scripted.answer = () => ({ status: 422, body: { error: 'ended' } })
  await assert.rejects(async () => deeds.polls.vote('1', '1', [0]), /ended/)
})

test('a translation is asked for once and shown or not', async (t) => {
  const { deeds, scripted } = await openDeeds(t, () => ({ body: { id: '1', content: '<p>hallo</p>' } }))
  await deeds.translations.toggle('1', 'de')
  await deeds.translations.toggle('1', 'de')
  const state = deeds.translations.view.get().get('1')
  assert.ok(state?.phase === 'ready' && !state.isShown)
  assert.equal(scripted.requests.length, 1)
})
