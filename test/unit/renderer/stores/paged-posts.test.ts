import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { PagedPosts } from '../../../../renderer/stores/paged-posts.ts'
import { PostLists } from '../../../../renderer/stores/post-lists.ts'
import { PostStore } from '../../../../renderer/stores/posts.ts'
import { type ScriptedReply, type ScriptedRequest, openScriptedApi } from '../../../support/scripted-api.ts'
import { statusOf } from '../../../support/statuses.ts'

/** Bookmarks `b<n>` of posts whose ids follow no order, paged by places of their own. */
class Shelf {
  posts: string[]
  isDown = false

  constructor(posts: string[]) {
    this.posts = posts
  }

  answer({ query }: ScriptedRequest): ScriptedReply {
    if (this.isDown) return { status: 503, body: { error: 'away' } }
    const limit = Number(query.get('limit'))
    const places = this.posts.map((_, index) => this.posts.length - index)
    const below = Number(query.get('max_id') ?? Number.POSITIVE_INFINITY)
    const above = query.get('min_id')
    const wanted =
      above === null
        ? places.filter((place) => place < below).slice(0, limit)
        : places.filter((place) => place > Number(above)).slice(-limit)
    const links = [
      ...(wanted.at(-1) === undefined ? [] : [`<https://x.example/?max_id=${wanted.at(-1)}>; rel="next"`]),
      ...(wanted[0] === undefined ? [] : [`<https://x.example/?min_id=${wanted[0]}>; rel="prev"`]),
    ]
    return {
      body: wanted.map((place) => statusOf(this.posts[this.posts.length - place] ?? '')),
      headers: links.length === 0 ? {} : { link: links.join(', ') },
    }
  }
}

const SOURCE = { path: '/api/v1/bookmarks' }

async function openShelf(t: TestContext, posts: string[]) {
  const shelf = new Shelf(posts)
  const scripted = await openScriptedApi(t, (request) => shelf.answer(request))
  const store = new PostStore()
  const list = new PagedPosts(scripted.api, store, SOURCE)
  return { shelf, scripted, store, list, ids: () => list.view.get().ids }
}

const shuffled = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(((index * 37) % 101) + 1))

test('a list grows downwards to its end in the order of the home', async (t) => {
  const posts = shuffled(90)
  const { list, ids } = await openShelf(t, posts)
  await list.start()
  assert.deepEqual(ids(), posts.slice(0, 40))
  await list.loadOlder()
  await list.loadOlder()
  assert.deepEqual(ids(), posts)
  await list.loadOlder()
  assert.equal(list.view.get().hasEnd, true)
})

test('newer ones are put above, in a list that was empty too', async (t) => {
  const { shelf, list, ids } = await openShelf(t, [])
  await list.start()
  assert.deepEqual([list.view.get().phase, list.view.get().hasEnd], ['ready', true])
  shelf.posts = ['5', '9']
  await list.loadNewer()
  assert.deepEqual(ids(), ['5', '9'])
  shelf.posts = ['7', '2', '5', '9']
  await list.loadNewer()
  assert.deepEqual(ids(), ['7', '2', '5', '9'])
})

test('a failure keeps what is there, and the next attempt goes on', async (t) => {
  const posts = shuffled(60)
  const { shelf, list, ids } = await openShelf(t, posts)
  await list.start()
  shelf.isDown = true
  await list.loadOlder()
  assert.equal(list.view.get().failure?.kind, 'unavailable')
  assert.equal(ids().length, 40)
  shelf.isDown = false
  await list.loadOlder()
  assert.deepEqual([ids().length, list.view.get().failure], [60, null])
})

test('a beginning that fails says so and can be made again', async (t) => {
  const { shelf, list } = await openShelf(t, ['1'])
  shelf.isDown = true
  await list.start()
  assert.equal(list.view.get().phase, 'failed')
  shelf.isDown = false
  await list.start()
  assert.equal(list.view.get().phase, 'ready')
})

test('what is deleted anywhere leaves every list, with the boosts of it', async (t) => {
  const { store, list, ids } = await openShelf(t, ['3', '2', '1'])
  await list.start()
  store.put([statusOf('3', { reblog: statusOf('8') })])
  store.remove('8')
  assert.deepEqual(ids(), ['2', '1'])
})

test('an answer to an earlier beginning is not taken', async (t) => {
  const { shelf, list, ids } = await openShelf(t, ['1'])
  const early = list.start()
  shelf.posts = ['2', '1']
  await Promise.all([early, list.start()])
  assert.equal(new Set(ids()).size, ids().length)
  assert.equal(list.view.get().phase, 'ready')
})

test('Back finds the list of its visit, a new visit begins anew, and old ones are let go', async (t) => {
  const { scripted, store } = await openShelf(t, ['1'])
  const lists = new PostLists(scripted.api, store)
  const first = lists.open('a', SOURCE)
  assert.equal(lists.open('a', SOURCE), first)
  assert.notEqual(lists.open('b', SOURCE), first)
  assert.notEqual(lists.open('a', { ...SOURCE, query: { local: true } }), first)
  for (let visit = 0; visit < 12; visit += 1) lists.open(String(visit), SOURCE)
  assert.notEqual(lists.open('a', SOURCE), first)
})

test('asked while it looks for newer ones, it looks once more and misses nothing', async (t) => {
  const { shelf, scripted, list, ids } = await openShelf(t, ['5', '9'])
  const starting = list.start()
  void list.loadNewer()
  await starting
  assert.equal(scripted.requests.length, 2, 'what was told of during the first reading is looked for')
  shelf.posts = ['7', '5', '9']
  const looking = list.loadNewer()
  void list.loadNewer()
  void list.loadNewer()
  await looking
  assert.equal(scripted.requests.length, 4)
  assert.deepEqual(ids(), ['7', '5', '9'])
})
