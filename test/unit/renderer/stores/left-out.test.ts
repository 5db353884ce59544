import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { HomeTimeline } from '../../../../renderer/stores/home-timeline.ts'
import { LeftOut, type Leaving } from '../../../../renderer/stores/left-out.ts'
import { PostLists } from '../../../../renderer/stores/post-lists.ts'
import { PostStore } from '../../../../renderer/stores/posts.ts'
import { Threads } from '../../../../renderer/stores/threads.ts'
import { openScriptedApi } from '../../../support/scripted-api.ts'
import { accountOf, statusOf } from '../../../support/statuses.ts'
import { until } from '../../../support/until.ts'

const ana = accountOf('ana', { id: '1' })
const kai = accountOf('kai', { id: '2', acct: 'kai@sub.other.example' })
const lee = accountOf('lee', { id: '3', acct: 'lee@other.example' })

/** Newest first: of Ana, Kai's boost of Ana, of Kai, Ana's boost of Lee, of Lee. */
const ROWS = [
  statusOf('50', { account: ana }),
  statusOf('40', { account: kai, reblog: statusOf('35', { account: ana }) }),
  statusOf('30', { account: kai }),
  statusOf('20', { account: ana, reblog: statusOf('15', { account: lee }) }),
  statusOf('10', { account: lee }),
]

async function openHome(t: TestContext) {
  const { api } = await openScriptedApi(t, ({ path }) =>
    path.endsWith('/context')
      ? { body: { ancestors: [], descendants: ROWS.filter(({ reblog }) => reblog === null) } }
      : /^\/api\/v1\/statuses\/\d+$/.test(path)
        ? { body: statusOf('9', { account: ana }) }
        : { body: path.endsWith('/relationships') ? [] : ROWS },
  )
  const posts = new PostStore()
  const timeline = new HomeTimeline(api, posts)
  const lists = new PostLists(api, posts)
  const threads = new Threads(api, posts)
  const leftOut = new LeftOut(posts, [timeline, lists, threads])
  await timeline.start(null)
  const open = async (path: string): Promise<() => readonly string[]> => {
    const { posts: list } = lists.open('1', { path })
    await until('the list is there', async () => list.view.get().phase === 'ready' || null)
    return () => list.view.get().ids
  }
  return { timeline, threads, leftOut, posts, open, ids: () => timeline.view.get().ids }
}

const muteOf = (whom: string): Leaving => ({ deed: 'mute', whom })

test('a muted person leaves the home at once, as author and as boosted, and comes back where they stood', async (t) => {
  const { leftOut, ids, timeline } = await openHome(t)
  leftOut.leave(muteOf('1'))
  assert.deepEqual(ids(), ['30', '10'])
  assert.deepEqual([...timeline.view.get().groups.keys()], ['30', '10'])
  leftOut.bringBack(muteOf('1'))
  assert.deepEqual(ids(), ['50', '40', '30', '20', '10'])
  assert.equal(timeline.view.get().groups.size, 5)
})

test('who is not followed any more is read still where others boost them', async (t) => {
  const { leftOut, ids, open } = await openHome(t)
  const [list, tag] = [await open('/api/v1/timelines/list/7'), await open('/api/v1/timelines/tag/ferns')]
  leftOut.leave({ deed: 'unfollow', whom: '1' })
  assert.deepEqual(ids(), ['40', '30', '10'])
  assert.deepEqual(list(), ['40', '30', '10'])
  assert.equal(tag().length, 5)
})

test('a blocked server leaves every list but the pages of its people, its subdomains too', async (t) => {
  const { leftOut, ids, open } = await openHome(t)
  const [bookmarks, person] = [await open('/api/v1/bookmarks'), await open('/api/v1/accounts/3/statuses')]
  const leaving: Leaving = { deed: 'server', whom: 'other.example' }
  leftOut.leave(leaving)
  assert.deepEqual([ids(), bookmarks(), person().length], [['50'], ['50'], 5])
  leftOut.bringBack(leaving)
  assert.deepEqual([ids().length, bookmarks()], [5, ['50', '40', '30', '20', '10']])
})

test('in a thread the muted are set aside and the blocked are gone', async (t) => {
  const { leftOut, threads } = await openHome(t)
  const { thread } = threads.of('9')
  await thread.load()
  leftOut.leave(muteOf('1'))
  assert.deepEqual([...thread.view.get().mutedIds], ['1'])
  leftOut.leave({ deed: 'block', whom: '2' })
  assert.deepEqual(thread.view.get().replyIds, ['50', '10'])
  leftOut.bringBack({ deed: 'block', whom: '2' })
  leftOut.bringBack(muteOf('1'))
  assert.equal(thread.view.get().replyIds.length, 3)
  assert.equal(thread.view.get().mutedIds.size, 0)
})

test('what only left the home timeline is no deletion, once', async (t) => {
  const { leftOut } = await openHome(t)
  assert.equal(leftOut.explains('50'), false)
  leftOut.leave(muteOf('1'))
  assert.deepEqual([leftOut.explains('50'), leftOut.explains('30')], [true, false])
  assert.equal(leftOut.explains('50'), false)
  leftOut.bringBack(muteOf('1'))
  assert.equal(leftOut.explains('40'), false)
})
