import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AsyncRefresh } from '../../../server/contracts/async-refresh.ts'
import type { Status, StatusContext, StatusEdit } from '../../../server/contracts/status.ts'
import { openApiHome } from '../../support/api-home.ts'

const api = await openApiHome()
const { db, others } = api
const app = await api.app()
const bob = await others.actor('bob')
const HEADER = 'mastodon-async-refresh'

/** A post whose origin says where its replies are. */
async function growing(): ReturnType<typeof others.post> {
  const post = await others.post(bob)
  await db
    .updateTable('posts')
    .set({ replies_link: '/replies', fetched_at: new Date() })
    .where('id', '=', post.id)
    .execute()
  return { ...post, fetched_at: new Date() }
}

async function refreshes(): Promise<string[]> {
  const rows = await db.selectFrom('post_refreshes').select('post_id').execute()
  return rows.map((row) => row.post_id)
}

async function fetches(conversationId: string): Promise<Array<{ id: string; priority: number }>> {
  return db
    .selectFrom('thread_fetches')
    .select(['id', 'state_priority as priority'])
    .where('conversation_id', '=', conversationId)
    .execute()
}

test('who looks at a thread is told that more is on the way, until it has come', async () => {
  const post = await growing()
  const answer = await app.ask(`/api/v1/statuses/${post.id}/context`)
  assert.deepEqual(answer.json(), { ancestors: [], descendants: [] })
  const [row] = await fetches(post.conversation_id)
  assert.ok(row)
  assert.equal(row.priority, 0, 'the owner’s own work goes first')
  assert.equal(answer.headers[HEADER], `id="${row.id}", retry=5, result_count=0`)
  assert.match(String(answer.headers['access-control-expose-headers']), /Mastodon-Async-Refresh/)
  const path = `/api/v1_alpha/async_refreshes/${row.id}`
  const running = { id: row.id, status: 'running', result_count: 0 } as const
  assert.deepEqual((await app.get<AsyncRefresh>(path)).async_refresh, running)
  await db
    .updateTable('thread_fetches')
    .set({ state: 'done', posts_stored: 3, done_at: new Date(), state_next_attempt_at: null })
    .where('id', '=', row.id)
    .execute()
  assert.deepEqual((await app.get<AsyncRefresh>(path)).async_refresh, {
    id: row.id,
    status: 'finished',
    result_count: 3,
  })
  const later = await app.ask(`/api/v1/statuses/${post.id}/context`)
  assert.equal(later.headers[HEADER], undefined)
  assert.equal((await app.ask('/api/v1_alpha/async_refreshes/17')).status, 404)
  assert.equal((await app.ask('/api/v1_alpha/async_refreshes/x')).status, 404)
  assert.equal((await api.stranger().ask(path)).status, 401)
})

test('strangers make this home ask nobody, and threads of our own are whole', async () => {
  const post = await growing()
  await db
    .updateTable('posts')
    .set({ fetched_at: new Date(0) })
    .where('id', '=', post.id)
    .execute()
  const answer = await api.stranger().ask(`/api/v1/statuses/${post.id}/context`)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers[HEADER], undefined)
  await api.stranger().ask(`/api/v1/statuses/${post.id}`)
  const own = await app.post<Status>('/api/v1/statuses', { status: 'mine' })
  const ownAnswer = await app.ask(`/api/v1/statuses/${own.id}/context`)
  assert.equal(ownAnswer.headers[HEADER], undefined)
  assert.deepEqual(await fetches(post.conversation_id), [])
  assert.ok(!(await refreshes()).includes(post.id))
})

test('an old copy that is looked at is read again, and the thread of what is kept is completed', async () => {
  const post = await growing()
  await app.get(`/api/v1/statuses/${post.id}`)
  assert.ok(!(await refreshes()).includes(post.id), 'it was read a moment ago')
  await db
    .updateTable('posts')
    .set({ fetched_at: new Date(Date.now() - 3 * 3_600_000) })
    .where('id', '=', post.id)
    .execute()
  await app.get(`/api/v1/statuses/${post.id}`)
  await app.get(`/api/v1/statuses/${post.id}`)
  assert.equal((await refreshes()).filter((id) => id === post.id).length, 1)
  assert.deepEqual(await fetches(post.conversation_id), [])
  await app.post(`/api/v1/statuses/${post.id}/bookmark`)
  await app.get(`/api/v1/statuses/${post.id}`)
  assert.equal((await fetches(post.conversation_id)).length, 1)
})

test('a boost leads to the thread of what it carries', async () => {
  const post = await growing()
  await others.post(bob, { inReplyTo: post })
  const boost = await others.post(bob, { boostOf: post })
  await app.get(`/api/v1/statuses/${boost.id}`)
  assert.equal((await fetches(post.conversation_id)).length, 1)
  const { descendants } = await app.get<StatusContext>(`/api/v1/statuses/${boost.id}/context`)
  assert.equal(descendants.length, 1)
})

test('posts that a stranger may not see take nobody’s place in a thread', async () => {
  const root = await others.post(bob)
  for (let n = 0; n < 70; n += 1) await others.post(bob, { inReplyTo: root, visibility: 'followers' })
  const hidden = await others.post(bob, { inReplyTo: root, visibility: 'direct' })
  const open = await others.post(bob, { inReplyTo: hidden })
  for (let n = 0; n < 70; n += 1) await others.post(bob, { inReplyTo: root })
  const path = `/api/v1/statuses/${root.id}/context`
  const { descendants } = await api.stranger().get<StatusContext>(path)
  assert.equal(descendants.length, 60)
  assert.ok(descendants.every(({ visibility }) => visibility === 'public'))
  const above = await api.stranger().get<StatusContext>(`/api/v1/statuses/${open.id}/context`)
  assert.deepEqual(
    above.ancestors.map(({ id }) => id),
    [root.id],
  )
  const all = await app.get<StatusContext>(path)
  assert.equal(all.descendants.length, 71, 'what answers a hidden post stays')
})

test('numbers are those of the origin, and not less than what is known', async () => {
  const post = await growing()
  await others.post(bob, { inReplyTo: post })
  await db
    .updateTable('posts')
    .set({ replies_count: 1, likes_count: 2, origin_replies: 9, origin_likes: 1, origin_boosts: 4 })
    .where('id', '=', post.id)
    .execute()
  const status = await app.get<Status>(`/api/v1/statuses/${post.id}`)
  assert.deepEqual([status.replies_count, status.favourites_count, status.reblogs_count], [9, 2, 4])
  await app.post(`/api/v1/statuses/${post.id}/reblog`)
  assert.equal((await app.get<Status>(`/api/v1/statuses/${post.id}`)).reblogs_count, 5)
})

test('each version of a post in its history has the moment when it was written', async () => {
  const first = await app.post<Status>('/api/v1/statuses', { status: 'one' })
  const second = await app.call<Status>('PUT', `/api/v1/statuses/${first.id}`, { status: 'two' })
  const third = await app.call<Status>('PUT', `/api/v1/statuses/${first.id}`, { status: 'three' })
  const edits = await app.get<StatusEdit[]>(`/api/v1/statuses/${first.id}/history`)
  assert.deepEqual(
    edits.map(({ content, created_at: at }) => [content, at]),
    [
      ['<p>one</p>', first.created_at],
      ['<p>two</p>', second.edited_at],
      ['<p>three</p>', third.edited_at],
    ],
  )
})
