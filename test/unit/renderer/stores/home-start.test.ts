import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { HomeStart } from '../../../../renderer/stores/home-start.ts'
import { HomeTimeline } from '../../../../renderer/stores/home-timeline.ts'
import { memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'
import { createStore } from '../../../../renderer/stores/observable.ts'
import { PostStore } from '../../../../renderer/stores/posts.ts'
import { ReadingPlace } from '../../../../renderer/stores/reading-place.ts'
import { openScriptedApi } from '../../../support/scripted-api.ts'
import { statusOf } from '../../../support/statuses.ts'

async function openStart(t: TestContext) {
  const asked: string[] = []
  const { api } = await openScriptedApi(t, ({ path, query }) => {
    asked.push(path)
    if (path.includes('markers')) {
      return { body: { home: { last_read_id: '5', version: 1, updated_at: '2026-11-29T09:12:00.000Z' } } }
    }
    return { body: query.get('max_id') === '6' ? ['5', '4'].map((id) => statusOf(id)) : [] }
  })
  const timeline = new HomeTimeline(api, new PostStore())
  const readingPlace = new ReadingPlace(api, memoryStorage())
  const start = new HomeStart({ timeline, readingPlace, newestSeen: createStore<string | null>(null) })
  return { asked, start, timeline }
}

test('the home is opened at the reading place, once however often it is begun', async (t) => {
  const { asked, start, timeline } = await openStart(t)
  const places = await Promise.all([start.begin(), start.begin()])
  assert.deepEqual(
    places.map((place) => place?.id),
    ['5', '5'],
  )
  assert.deepEqual(timeline.view.get().ids, ['5', '4'])
  assert.equal(asked.filter((path) => path.includes('markers')).length, 1)
})

test('a session that ended meanwhile opens nothing, and the next one begins anew', async (t) => {
  const { asked, start, timeline } = await openStart(t)
  const begun = start.begin()
  start.forget()
  await begun
  assert.equal(timeline.view.get().phase, 'starting')
  await start.begin()
  assert.deepEqual(timeline.view.get().ids, ['5', '4'])
  assert.equal(asked.filter((path) => path.includes('markers')).length, 2)
})
