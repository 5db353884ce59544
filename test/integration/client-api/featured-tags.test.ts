import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeaturedTag } from '../../../server/contracts/featured-tag.ts'
import type { Tag } from '../../../server/contracts/tag.ts'
import { openApiHome } from '../../support/api-home.ts'

const home = await openApiHome()

test('the owner chooses hashtags for the profile, at most ten, and takes them off again', async () => {
  const app = await home.app()
  await app.post('/api/v1/statuses', { status: 'a #Finch and a #wren' })
  await app.post('/api/v1/statuses', { status: 'another #finch' })
  await app.post('/api/v1/statuses', { status: 'hidden #finch', visibility: 'private' })
  const suggested = await app.get<Tag[]>('/api/v1/featured_tags/suggestions')
  assert.deepEqual(
    suggested.map(({ name }) => name.toLowerCase()),
    ['finch', 'wren'],
  )
  const made = await app.post<FeaturedTag>('/api/v1/featured_tags', { name: '#Finch' })
  const { id, ...shown } = made
  assert.deepEqual(shown, {
    name: 'Finch',
    url: 'https://home.example/tags/finch',
    statuses_count: '2',
    last_status_at: new Date().toISOString().slice(0, 10),
  })
  const again = await app.post<FeaturedTag>('/api/v1/featured_tags', { name: 'finch' })
  assert.equal(again.id, id)
  const rest = await app.get<Tag[]>('/api/v1/featured_tags/suggestions')
  assert.equal(rest.length, 1)

  const strangers = await home.stranger().get<FeaturedTag[]>(`/api/v1/accounts/${home.ana.id}/featured_tags`)
  assert.deepEqual(strangers, [made])
  for (const name of ['', '#', 'two words', '12 34', 'a/b']) {
    const answer = await app.ask('/api/v1/featured_tags', { method: 'POST', body: { name } })
    assert.equal(answer.status, 422, name)
  }
  for (let n = 1; n < 10; n += 1) await app.post('/api/v1/featured_tags', { name: `tag${n}` })
  const eleventh = await app.ask('/api/v1/featured_tags', { method: 'POST', body: { name: 'tag10' } })
  assert.equal(eleventh.status, 422)
  assert.equal((await app.get<FeaturedTag[]>('/api/v1/featured_tags')).length, 10)

  await app.call('DELETE', `/api/v1/featured_tags/${id}`)
  assert.equal((await app.get<FeaturedTag[]>('/api/v1/featured_tags')).length, 9)
  const gone = await app.ask(`/api/v1/featured_tags/${id}`, { method: 'DELETE' })
  assert.equal(gone.status, 404)
  const reader = await home.app(['read'])
  assert.equal(
    (await reader.ask('/api/v1/featured_tags', { method: 'POST', body: { name: 'x' } })).status,
    403,
  )
})

test('nobody takes a hashtag off the profile of somebody else', async () => {
  const eve = await home.others.actor('eve')
  const hashtag = await home.db
    .insertInto('hashtags')
    .values({ name: 'eves', display_name: 'Eves' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const row = await home.db
    .insertInto('featured_hashtags')
    .values({ actor_id: eve.id, hashtag_id: hashtag.id, name: 'Eves' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const app = await home.app()
  assert.equal((await app.ask(`/api/v1/featured_tags/${row.id}`, { method: 'DELETE' })).status, 404)
  const shown = await app.get<FeaturedTag[]>(`/api/v1/accounts/${eve.id}/featured_tags`)
  assert.deepEqual(
    shown.map(({ name, statuses_count: count }) => [name, count]),
    [['Eves', '0']],
  )
})
