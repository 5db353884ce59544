import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { HomeTimeline } from '../../../../renderer/stores/home-timeline.ts'
import { type HomeKeeper, type KeptFacts, keepPosts } from '../../../../renderer/stores/kept-home.ts'
import { memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'
import { PostStore } from '../../../../renderer/stores/posts.ts'
import { ReadingPlace } from '../../../../renderer/stores/reading-place.ts'
import { Session } from '../../../../renderer/stores/session.ts'
import { type ScriptedReply, type ScriptedRequest, openScriptedApi } from '../../../support/scripted-api.ts'
import { statusOf } from '../../../support/statuses.ts'
import { until } from '../../../support/until.ts'

function memoryKeeper(): HomeKeeper & { readonly kept: Partial<KeptFacts> } {
  const kept: Record<string, unknown> = {}
  return {
    kept,
    read: async (name) => (kept[name] ?? null) as never,
    write: async (name, value) => {
      kept[name] = value
    },
    clear: async () => {
      for (const name of Object.keys(kept)) delete kept[name]
    },
  }
}

/** A home timeline of these ids, newest first. */
function timelineOf(ids: readonly string[]) {
  return ({ query }: ScriptedRequest): ScriptedReply => {
    const below = Number(query.get('max_id') ?? Number.POSITIVE_INFINITY)
    const above = query.get('min_id')
    const found = ids.filter((id) => Number(id) < below && (above === null || Number(id) > Number(above)))
    const page = above === null ? found.slice(0, 40) : found.slice(-40)
    return {
      body: page.map((id) => statusOf(id)),
      headers: { link: `<https://x/?max_id=${page.at(-1)}>; rel="next"` },
    }
  }
}

const range = (from: number, to: number): string[] =>
  Array.from({ length: from - to + 1 }, (_, index) => String(from - index))

async function openHome(t: TestContext, ids: readonly string[]) {
  const scripted = await openScriptedApi(t, timelineOf(ids))
  const posts = new PostStore()
  const timeline = new HomeTimeline(scripted.api, posts)
  return { scripted, posts, timeline, ids: () => timeline.view.get().ids }
}

test('the posts around the reading place are kept, boosts with what they carry', async (t) => {
  const { scripted, posts, timeline } = await openHome(t, range(39, 1))
  const keeper = memoryKeeper()
  const readingPlace = new ReadingPlace(scripted.api, memoryStorage())
  t.after(() => readingPlace.close())
  t.after(keepPosts({ homeKeeper: keeper, posts, timeline, readingPlace }))
  await timeline.start(null)
  readingPlace.save('10')
  timeline.arrive(statusOf('40', { reblog: statusOf('7') }))
  const kept = await until('posts are kept', async () => keeper.kept.posts)
  assert.deepEqual(
    kept.map(({ id }) => id),
    range(30, 1),
  )
  readingPlace.save('40')
  timeline.arrive(statusOf('41'))
  const later = await until('the new place is kept', async () =>
    keeper.kept.posts?.[0]?.id === '41' ? keeper.kept.posts : null,
  )
  assert.equal(later[1]?.reblog?.id, '7')
})

test('what was kept is shown, and put right once the home answers', async (t) => {
  const { timeline, posts, ids } = await openHome(t, ['60', '59', ...range(58, 41), ...range(39, 1)])
  timeline.showKept(range(58, 30).map((id) => statusOf(id, { content: 'as it was' })))
  assert.deepEqual([timeline.view.get().phase, ids().length], ['ready', 29])
  await timeline.catchUp()
  assert.deepEqual(ids().slice(0, 22), ['60', '59', ...range(58, 41), '39', '38'])
  assert.ok(!ids().includes('40'), 'a post that was deleted meanwhile is there still')
  assert.notEqual(posts.get('45')?.content, 'as it was')
})

test('without its home the window opens for whoever was signed in, and for nobody else', async (t) => {
  const state = {
    phase: 'signed_in',
    version: '1',
    keyWaiting: false,
    asksForCode: false,
    takesPasskey: false,
  }
  const scripted = await openScriptedApi(t, () => ({ body: state }))
  const keeper = memoryKeeper()
  const session = new Session(scripted.api, keeper)
  await session.refresh()
  scripted.answer = () => ({ status: 503, body: {} })
  const later = new Session(scripted.api, keeper)
  await later.refresh()
  assert.equal(later.view.get().phase, 'signed_in')
  scripted.answer = () => ({ body: { ...state, phase: 'signed_out' } })
  await later.refresh()
  scripted.answer = () => ({ status: 503, body: {} })
  const last = new Session(scripted.api, keeper)
  await last.refresh()
  assert.equal(last.view.get().phase, 'unreachable')
})
