import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { entriesOf, unseenCount } from '../../../../renderer/features/home/entries.ts'
import { neighbour } from '../../../../renderer/features/posts/entries.ts'
import { HomeTimeline, type Place } from '../../../../renderer/stores/home-timeline.ts'
import { compareIds } from '../../../../renderer/stores/ids.ts'
import { PostStore } from '../../../../renderer/stores/posts.ts'
import { type ScriptedReply, type ScriptedRequest, openScriptedApi } from '../../../support/scripted-api.ts'
import { statusOf } from '../../../support/statuses.ts'

/** A home with so many posts, ids 1 to `count`, that pages as the real one does. */
class PagedHome {
  count: number
  isDown = false

  constructor(count: number) {
    this.count = count
  }

  answer({ query }: ScriptedRequest): ScriptedReply {
    if (this.isDown) return { status: 503, body: { error: 'away' } }
    const limit = Number(query.get('limit'))
    const min = query.get('min_id')
    const below = Math.min(this.count + 1, Number(query.get('max_id') ?? Number.POSITIVE_INFINITY))
    const top = min === null ? below - 1 : Math.min(this.count, Number(min) + limit)
    const bottom = Math.max(1, top - limit + 1, min === null ? 1 : Number(min) + 1)
    const ids = Array.from({ length: Math.max(0, top - bottom + 1) }, (_, index) => String(top - index))
    const link = ids.length === 0 ? '' : `<https://x.example/?max_id=${ids.at(-1)}>; rel="next"`
    return { body: ids.map((id) => statusOf(id)), ...(link === '' ? {} : { headers: { link } }) }
  }
}

async function openTimeline(t: TestContext, count: number) {
  const home = new PagedHome(count)
  const scripted = await openScriptedApi(t, (request) => home.answer(request))
  const posts = new PostStore()
  const timeline = new HomeTimeline(scripted.api, posts)
  return { home, scripted, posts, timeline, ids: () => timeline.view.get().ids }
}

const placeAt = (id: string): Place => ({ id, at: '2026-11-29T09:12:00.000Z' })

const range = (from: number, to: number): string[] =>
  Array.from({ length: from - to + 1 }, (_, index) => String(from - index))

test('a first start shows the newest posts and grows downwards to the end', async (t) => {
  const { timeline, ids } = await openTimeline(t, 90)
  await timeline.start(null)
  assert.deepEqual(ids(), range(90, 51))
  assert.equal(timeline.view.get().isCaughtUp, true)
  await timeline.loadOlder()
  await timeline.loadOlder()
  assert.deepEqual(ids(), range(90, 1))
  await timeline.loadOlder()
  assert.equal(timeline.view.get().hasEnd, true)
})

test('a start at the reading place keeps it and fills up to the present', async (t) => {
  const { timeline, ids } = await openTimeline(t, 200)
  await timeline.start(placeAt('100'))
  assert.deepEqual(ids(), range(200, 61))
  const view = timeline.view.get()
  assert.deepEqual([view.leftAt?.id, view.isCaughtUp], ['100', true])
  assert.equal(entriesOf(view).indexOf('left-here'), 100)
})

test('a post that arrives stands on top, once', async (t) => {
  const { timeline, ids } = await openTimeline(t, 5)
  await timeline.start(null)
  timeline.arrive(statusOf('6'))
  timeline.arrive(statusOf('6'))
  assert.deepEqual(ids(), range(6, 1))
})

test('posts that arrive together are one change, without those that are gone again', async (t) => {
  const { posts, timeline, ids } = await openTimeline(t, 5)
  await timeline.start(null)
  let changes = 0
  timeline.view.subscribe(() => (changes += 1))
  posts.put(['6', '7', '8'].map((id) => statusOf(id)))
  posts.remove('7')
  timeline.enter(['6', '7', '8', '5'])
  assert.deepEqual(ids(), ['8', ...range(6, 1)])
  assert.equal(changes, 1)
})

test('two posts that overtook each other on the way stand in order', async (t) => {
  const { timeline, ids } = await openTimeline(t, 5)
  await timeline.start(null)
  timeline.arrive(statusOf('7'))
  timeline.arrive(statusOf('6'))
  assert.deepEqual(ids(), range(7, 1))
})

test('a post that arrives during a catching up makes no hole', async (t) => {
  const { home, timeline, ids } = await openTimeline(t, 5)
  await timeline.start(null)
  home.count = 60
  const caught = timeline.catchUp()
  home.count = 61
  timeline.arrive(statusOf('61'))
  await caught
  assert.deepEqual(ids(), range(61, 1))
})

test('after a long absence the newest stand above a gap, which is filled from either side', async (t) => {
  const { home, timeline, ids } = await openTimeline(t, 5)
  await timeline.start(null)
  home.count = 600
  await timeline.catchUp()
  const view = timeline.view.get()
  assert.deepEqual(ids(), [...range(600, 561), ...range(401, 1)])
  assert.equal(view.isCaughtUp, true)
  const name = view.gaps[0]?.name ?? ''
  assert.equal(entriesOf(view).indexOf(name), 40)
  await timeline.fillGap(name, 'below')
  assert.deepEqual(ids().slice(40, 81), range(441, 401))
  assert.equal(timeline.view.get().pinnedId, '401')
  await timeline.fillGap(name, 'above')
  assert.deepEqual(ids().slice(0, 80), range(600, 521))
  assert.equal(timeline.view.get().pinnedId, '561')
  assert.equal(entriesOf(timeline.view.get()).indexOf(name), 80)
  await timeline.fillGap(name, 'above')
  await timeline.fillGap(name, 'above')
  assert.deepEqual([ids(), timeline.view.get().gaps], [range(600, 1), []])
})

test('above a gap live posts come in at once, one of the gap comes with the others', async (t) => {
  const { home, timeline, ids } = await openTimeline(t, 5)
  await timeline.start(null)
  home.count = 600
  await timeline.catchUp()
  timeline.arrive(statusOf('601'))
  timeline.arrive(statusOf('500'))
  assert.deepEqual([ids()[0], ids().includes('500')], ['601', false])
  home.count = 602
  await timeline.catchUp()
  assert.deepEqual(ids().slice(0, 3), ['602', '601', '600'])
  assert.equal(timeline.view.get().gaps.length, 1)
})

test('a gap that cannot be filled says so and is there still', async (t) => {
  const { home, timeline, ids } = await openTimeline(t, 5)
  await timeline.start(null)
  home.count = 600
  await timeline.catchUp()
  const name = timeline.view.get().gaps[0]?.name ?? ''
  home.isDown = true
  await timeline.fillGap(name, 'below')
  const [gap] = timeline.view.get().gaps
  assert.deepEqual([gap?.failure?.kind, gap?.isLoading, ids().length], ['unavailable', false, 441])
  home.isDown = false
  await timeline.fillGap(name, 'below')
  assert.equal(timeline.view.get().gaps[0]?.failure, null)
})

test('the same post from several is one entry, where it stood first', async (t) => {
  const { timeline } = await openTimeline(t, 3)
  await timeline.start(null)
  const entries = (): readonly string[] => entriesOf(timeline.view.get())
  timeline.arrive(statusOf('10', { reblog: statusOf('9') }))
  timeline.arrive(statusOf('11', { reblog: statusOf('9') }))
  timeline.arrive(statusOf('12', { reblog: statusOf('2') }))
  assert.deepEqual(entries(), ['10', '3', '2', '1'])
  assert.deepEqual(timeline.view.get().groups.get('10'), ['10', '11'])
  assert.deepEqual(timeline.view.get().groups.get('2'), ['2', '12'])
})

test('an old post that is boosted again a day later is seen again', async (t) => {
  const { timeline } = await openTimeline(t, 1)
  await timeline.start(null)
  timeline.arrive(statusOf('10', { reblog: statusOf('9'), created_at: '2026-11-01T10:00:00.000Z' }))
  timeline.arrive(statusOf('11', { reblog: statusOf('9'), created_at: '2026-11-02T11:00:00.000Z' }))
  assert.deepEqual(entriesOf(timeline.view.get()).slice(0, 2), ['11', '10'])
})

test('when the first boost of an entry is taken back the next one leads it', async (t) => {
  const { timeline, posts } = await openTimeline(t, 1)
  await timeline.start(null)
  timeline.arrive(statusOf('10', { reblog: statusOf('9') }))
  timeline.arrive(statusOf('11', { reblog: statusOf('9') }))
  posts.remove('10')
  assert.deepEqual(entriesOf(timeline.view.get()), ['11', '1'])
  posts.remove('9')
  assert.deepEqual(entriesOf(timeline.view.get()), ['1'])
})

test('what was missed while the reader wrote is found, though it stands below', async (t) => {
  const { home, timeline, ids } = await openTimeline(t, 5)
  await timeline.start(null)
  home.count = 8 // 6 and 7 came while the line was down, 8 is the reader's own
  timeline.arrive(statusOf('8'))
  assert.deepEqual(ids(), ['8', '5', '4', '3', '2', '1'])
  await timeline.catchUp()
  assert.deepEqual(ids(), range(8, 1))
})

test('a failure keeps what is there and the next good answer goes on', async (t) => {
  const { home, timeline, ids } = await openTimeline(t, 90)
  await timeline.start(null)
  home.isDown = true
  await timeline.loadOlder()
  assert.equal(timeline.view.get().failure?.kind, 'unavailable')
  await timeline.catchUp()
  assert.equal(timeline.view.get().isCaughtUp, false)
  assert.equal(ids().length, 40)
  home.isDown = false
  home.count = 91
  await timeline.catchUp()
  assert.deepEqual([ids()[0], timeline.view.get().failure], ['91', null])
})

test('a start that fails says so and can be begun again', async (t) => {
  const { home, timeline } = await openTimeline(t, 3)
  home.isDown = true
  await timeline.start(null)
  assert.equal(timeline.view.get().phase, 'failed')
  home.isDown = false
  await timeline.start(null)
  assert.equal(timeline.view.get().phase, 'ready')
})

test('a deleted post goes, and every boost of it', async (t) => {
  const { timeline, posts, ids } = await openTimeline(t, 3)
  await timeline.start(null)
  timeline.arrive(statusOf('4', { reblog: statusOf('2') }))
  posts.remove('2')
  assert.deepEqual(ids(), ['3', '1'])
  assert.equal(posts.get('2'), undefined)
})

test('ids are compared as the numbers they are', () => {
  assert.ok(compareIds('9', '10') < 0)
  assert.ok(compareIds('117661197723500549', '117661197723500548') > 0)
  assert.equal(compareIds('5', '5'), 0)
})

test('the line stands only where something newer is above it, also when its post is gone', () => {
  const groups = new Map(['3', '2', '1'].map((id) => [id, [id]]))
  const lined = (ids: string[], id: string | null): readonly string[] =>
    entriesOf({ ids, groups, gaps: [], leftAt: id === null ? null : placeAt(id) })
  assert.deepEqual(lined(['3', '2', '1'], '2'), ['3', 'left-here', '2', '1'])
  assert.deepEqual(lined(['3', '1'], '2'), ['3', 'left-here', '1'])
  assert.deepEqual(lined(['3', '2'], '3'), ['3', '2'])
  assert.deepEqual(lined(['3', '2'], null), ['3', '2'])
})

test('news are what is above the newest post that was seen, own deeds left out', () => {
  assert.equal(
    unseenCount(['5', '4', '3'], '3', (id) => id === '4'),
    1,
  )
  assert.equal(
    unseenCount(['5', '4'], '5', () => false),
    0,
  )
  assert.equal(
    unseenCount(['5'], null, () => false),
    0,
  )
  assert.equal(
    unseenCount(['5'], 'deleted', () => false),
    0,
  )
})

test('the keys step from post to post and stay at the ends', () => {
  const entries = ['3', 'left-here', '2', '1']
  assert.equal(neighbour(entries, null, 1), '3')
  assert.equal(neighbour(entries, '3', 1), '2')
  assert.equal(neighbour(entries, '2', -1), '3')
  assert.equal(neighbour(entries, '1', 1), '1')
})
