import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PostStore } from '../../../../renderer/stores/posts.ts'
import { Reactions, withReaction } from '../../../../renderer/stores/reactions.ts'
import { type Answering, openScriptedApi } from '../../../support/scripted-api.ts'
import { statusOf } from '../../../support/statuses.ts'

test('a boost is kept beside the post it carries, and shows it', () => {
  const posts = new PostStore()
  posts.put([statusOf('9', { content: '', reblog: statusOf('1') })])
  assert.equal(posts.get('9')?.boostOfId, '1')
  assert.equal(posts.shown('9')?.id, '1')
  assert.equal(posts.shown('1')?.id, '1')
})

test('only those who watch a post are told of it', () => {
  const posts = new PostStore()
  posts.put([statusOf('1'), statusOf('2')])
  const told: string[] = []
  const stop = posts.subscribe('1', () => told.push('1'))
  posts.subscribe('2', () => told.push('2'))
  posts.patch('1', (post) => ({ ...post, replies_count: 3 }))
  stop()
  posts.patch('1', (post) => ({ ...post, replies_count: 4 }))
  posts.remove('2')
  assert.deepEqual(told, ['1', '2'])
  assert.equal(posts.get('1')?.replies_count, 4)
  assert.equal(posts.get('2'), undefined)
})

test('an answer that was long on its way does not undo an edit', () => {
  const posts = new PostStore()
  const before = statusOf('1', { content: 'wordng' })
  const after = statusOf('1', { content: 'wording', edited_at: '2026-03-01T10:00:00.000Z' })
  posts.put([after])
  posts.put([before, statusOf('9', { content: '', reblog: before })])
  assert.equal(posts.get('1')?.content, 'wording')
  posts.put([statusOf('1', { content: 'better wording', edited_at: '2026-03-01T10:05:00.000Z' })])
  posts.put([after])
  assert.equal(posts.get('1')?.content, 'better wording')
  posts.put([
    statusOf('1', { content: 'better wording', edited_at: '2026-03-01T10:05:00.000Z', replies_count: 4 }),
  ])
  assert.equal(posts.get('1')?.replies_count, 4, 'the same version counts anew')
})

async function openReactions(t: Parameters<typeof openScriptedApi>[0], answer: Answering) {
  const scripted = await openScriptedApi(t, answer)
  const posts = new PostStore()
  posts.put([statusOf('1', { favourites_count: 4 })])
  return { scripted, posts, reactions: new Reactions(scripted.api, posts) }
}

test('a favourite is shown before the home has answered, and the answer counts', async (t) => {
  const { posts, reactions } = await openReactions(t, () => ({
    body: statusOf('1', { favourited: true, favourites_count: 7 }),
  }))
  const sent = reactions.toggle('1', 'favourite')
  assert.deepEqual([posts.get('1')?.favourited, posts.get('1')?.favourites_count], [true, 5])
  assert.equal(await sent, null)
  assert.equal(posts.get('1')?.favourites_count, 7)
})

test('a favourite that is refused is taken back, with the reason', async (t) => {
  const { posts, reactions } = await openReactions(t, () => ({ status: 404, body: { error: 'gone' } }))
  const failure = await reactions.toggle('1', 'favourite')
  assert.equal(failure?.detail, 'gone')
  assert.deepEqual([posts.get('1')?.favourited, posts.get('1')?.favourites_count], [false, 4])
  posts.put([statusOf('1', { favourited: true })])
  assert.equal(posts.get('1')?.favourited, true)
})

test('changing one’s mind twice during a request sends one more, and the last wish stays', async (t) => {
  const first = Promise.withResolvers<void>()
  const { scripted, posts, reactions } = await openReactions(t, async ({ path }) => {
    const isOn = path.endsWith('/favourite')
    if (isOn) await first.promise
    return { body: statusOf('1', { favourited: isOn, favourites_count: isOn ? 5 : 4 }) }
  })
  const sent = reactions.toggle('1', 'favourite')
  await reactions.toggle('1', 'favourite')
  await reactions.toggle('1', 'favourite')
  await reactions.toggle('1', 'favourite')
  first.resolve()
  assert.equal(await sent, null)
  assert.deepEqual(
    scripted.requests.map(({ path }) => path.split('/').at(-1)),
    ['favourite', 'unfavourite'],
  )
  assert.equal(posts.get('1')?.favourited, false)
})

test('what the home said of a post before a wish was granted does not undo it, and what it says later counts', async (t) => {
  const scripted = await openScriptedApi(t, () => ({
    body: statusOf('1', { favourited: false, favourites_count: 4 }),
  }))
  let now = 0
  const posts = new PostStore(() => now)
  const before = statusOf('1', { favourited: true, favourites_count: 5 })
  posts.put([before])
  const sent = new Reactions(scripted.api, posts).toggle('1', 'favourite')
  posts.put([before])
  assert.deepEqual([posts.get('1')?.favourited, posts.get('1')?.favourites_count], [false, 4])
  assert.equal(await sent, null)
  posts.put([{ ...before, replies_count: 2 }])
  assert.deepEqual([posts.get('1')?.favourited, posts.get('1')?.replies_count], [false, 2])
  now = 10_000
  posts.put([before])
  assert.equal(posts.get('1')?.favourited, true, 'given again, by another device')
})

test('boost and favourite of one post do not wait for each other', async (t) => {
  const { posts, reactions } = await openReactions(t, ({ path }) =>
    path.endsWith('/reblog')
      ? { body: statusOf('9', { reblog: statusOf('1', { reblogged: true, favourited: true }) }) }
      : { body: statusOf('1', { reblogged: true, favourited: true }) },
  )
  await Promise.all([reactions.toggle('1', 'favourite'), reactions.toggle('1', 'boost')])
  assert.deepEqual([posts.get('1')?.favourited, posts.get('1')?.reblogged], [true, true])
})

test('a count never falls below nothing', () => {
  const posts = new PostStore()
  posts.put([statusOf('1', { reblogged: true, reblogs_count: 0 })])
  const post = posts.get('1')
  assert.ok(post)
  assert.equal(withReaction(post, 'boost', false).reblogs_count, 0)
})

test('what is no post is left out, and the others are kept', () => {
  const posts = new PostStore()
  const broken = [
    null,
    5,
    'post',
    {},
    { id: 7 },
    { ...statusOf('2'), account: null },
    { ...statusOf('3'), id: '' },
  ]
  posts.put([statusOf('1'), ...(broken as never[]), { ...statusOf('4'), reblog: {} as never }])
  assert.equal(posts.get('1')?.id, '1')
  assert.equal(posts.get('2'), undefined)
  assert.equal(posts.get('4')?.boostOfId, null)
})

test('posts that claim to boost each other go round no circle', () => {
  const posts = new PostStore()
  posts.put([statusOf('1', { reblog: statusOf('2') })])
  posts.put([statusOf('2', { reblog: statusOf('1') })])
  assert.equal(posts.statusOf('2')?.reblog?.id, '1')
  assert.equal(posts.statusOf('2')?.reblog?.reblog, null)
})
