import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApiClient } from '../../../../renderer/api/client.ts'
import { listHomeTimeline } from '../../../../renderer/api/posts.ts'
import { createReadyAnswers } from '../../../../renderer/api/ready-answers.ts'
import { openScriptedApi } from '../../../support/scripted-api.ts'
import { statusOf } from '../../../support/statuses.ts'

const HOME = '/api/v1/timelines/home?max_id=8&limit=40'
const answer = (address: string, body: unknown, link: string | null = null) => ({ address, link, body })

test('an answer that is there already is not asked for, serves once, and brings its cursors', async (t) => {
  const scripted = await openScriptedApi(t, () => ({ body: [] }))
  const link = '</api/v1/timelines/home?max_id=7>; rel="next"'
  const asked = Promise.resolve({ answers: [answer(HOME, [statusOf('7')], link)] })
  const readyAnswers = createReadyAnswers(asked, () => 0)
  const api = createApiClient({ fetch: scripted.fetch, readyAnswers })
  const page = await listHomeTimeline(api, { olderThan: '8', limit: 40 })
  assert.deepEqual([page.items.map(({ id }) => id), page.links.olderThan], [['7'], '7'])
  assert.equal(scripted.requests.length, 0)
  assert.deepEqual((await listHomeTimeline(api, { olderThan: '8', limit: 40 })).items, [])
  assert.equal(scripted.requests.length, 1)
})

test('whoever changes something asks the home, also at an address that was answered', async (t) => {
  const scripted = await openScriptedApi(t, () => ({ body: ['asked'] }))
  const readyAnswers = createReadyAnswers(Promise.resolve({ answers: [answer('/x', ['ready'])] }), () => 0)
  const api = createApiClient({ fetch: scripted.fetch, readyAnswers })
  assert.deepEqual(await api.patch('/x', { body: {} }), ['asked'])
  assert.deepEqual(await api.get('/x'), ['ready'])
})

test('an answer of another page is none, and what is old is asked for anew', async () => {
  let nowMs = 0
  const readyAnswers = createReadyAnswers(Promise.resolve({ answers: [answer(HOME, [])] }), () => nowMs)
  assert.equal(await readyAnswers.take('/api/v1/timelines/home?limit=40'), null)
  nowMs = 10_001
  assert.equal(await readyAnswers.take(HOME), null)
})

const broken = [null, 7, { address: 7 }, { address: HOME, link: 7, body: [] }, { address: HOME, link: null }]

for (const [what, start] of [
  ['no list', { answers: answer(HOME, []) }],
  ['nothing', null],
  ['a text', '<html>'],
  ['answers that are none', { answers: broken }],
] as const) {
  test(`${what}: every question is asked`, async () => {
    assert.equal(await createReadyAnswers(Promise.resolve(start), () => 0).take(HOME), null)
  })
}

test('a start that failed leaves every question to be asked, whose failures are told', async () => {
  const failed = createReadyAnswers(Promise.reject(new Error('offline')), () => 0)
  assert.equal(await failed.take(HOME), null)
})
