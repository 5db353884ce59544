import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScheduledStatus } from '../../../server/contracts/scheduled-status.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { createLogger } from '../../../server/core/log.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { createRunner } from '../../../server/stator/runner.ts'
import { allGraphWork } from '../../../server/workers/registry.ts'
import { openApiHome } from '../../support/api-home.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { MINUTE_MS, MovedClock, due } from '../../support/polls.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

const peer = await openFakePeer()
closeBeforeCluster(async () => peer.close())
const clock = new MovedClock()
const home = await openApiHome({ clock, peers: [peer] })
const { db } = home
const app = await home.app()
const runner = createRunner({
  db,
  listener: null,
  clock,
  log: createLogger('test', 'silent'),
  graphs: allGraphWork(home.context),
  concurrency: 8,
  concurrencyPerModel: 4,
  concurrencyPerHost: 4,
})
closeBeforeCluster(async () => runner.stop())

const inMinutes = (minutes: number): string =>
  new Date(clock.now().getTime() + minutes * MINUTE_MS).toISOString()
const schedules = async (body: object = {}): Promise<ScheduledStatus> =>
  app.post<ScheduledStatus>('/api/v1/statuses', { status: 'later', scheduled_at: inMinutes(10), ...body })
const passes = async (minutes: number): Promise<void> => {
  clock.move(minutes * MINUTE_MS)
  await due(db, 'scheduled_posts')
  await runner.runUntilIdle()
}
const written = async (text: string): Promise<Status[]> => {
  const all = await app.get<Status[]>(`/api/v1/accounts/${home.ana.id}/statuses?limit=40`)
  return all.filter(({ content }) => content.includes(text))
}
const waiting = async (): Promise<string[]> =>
  (await app.get<ScheduledStatus[]>('/api/v1/scheduled_statuses?limit=40')).map(({ id }) => id)

async function upload(): Promise<string> {
  const { id } = await db
    .insertInto('attachments')
    .values({
      owner_actor_id: home.ana.id,
      kind: 'image',
      media_type: 'image/png',
      file_key: 'a.png',
      description: 'a cup',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

test('a post for later says what it will be, and is no post before', async () => {
  const [before] = await db.selectFrom('actors').select('posts_count').where('id', '=', home.ana.id).execute()
  const mediaId = await upload()
  const scheduledAt = inMinutes(10)
  const scheduled = await schedules({
    status: 'unseen so far',
    spoiler_text: 'soon',
    visibility: 'unlisted',
    language: 'de',
    media_ids: [mediaId],
    poll: { options: ['a', 'b'], expires_in: 600 },
    scheduled_at: scheduledAt,
  })
  const { media_attachments: media, ...rest } = scheduled
  assert.deepEqual(rest, {
    id: scheduled.id,
    scheduled_at: scheduledAt,
    failure: null,
    params: {
      text: 'unseen so far',
      spoiler_text: 'soon',
      sensitive: false,
      visibility: 'unlisted',
      language: 'de',
      in_reply_to_id: null,
      media_ids: [mediaId],
      poll: { options: ['a', 'b'], expires_in: 600, multiple: false, hide_totals: false },
      quoted_status_id: null,
      quote_approval_policy: null,
      application_id: scheduled.params.application_id,
      scheduled_at: null,
      idempotency: null,
      with_rate_limit: false,
    },
  })
  assert.deepEqual(
    media.map(({ id, description }) => [id, description]),
    [[mediaId, 'a cup']],
  )
  assert.deepEqual(await app.get(`/api/v1/scheduled_statuses/${scheduled.id}`), scheduled)
  assert.deepEqual(await written('unseen'), [])
  const posts = await db.selectFrom('posts').select('id').where('content_text', 'like', '%unseen%').execute()
  assert.deepEqual(posts, [])
  const [after] = await db.selectFrom('actors').select('posts_count').where('id', '=', home.ana.id).execute()
  assert.deepEqual(after, before)
  assert.equal((await app.ask(`/api/v1/statuses/${scheduled.id}`)).status, 404)
})

test('at its time it is published, once, with all that it was to have', async () => {
  const mediaId = await upload()
  const parent = await app.post<Status>('/api/v1/statuses', { status: 'first' })
  const scheduled = await schedules({
    status: 'second, for @vera@peer.example',
    in_reply_to_id: parent.id,
    visibility: 'private',
    media_ids: [mediaId],
    poll: { options: ['x', 'y'], expires_in: 600, multiple: true },
  })
  peer.actor('vera') // nobody knew of her when it was written
  await passes(5)
  assert.deepEqual(await written('second'), [])
  await passes(6)
  const [post, ...others] = await written('second')
  assert.ok(post)
  assert.deepEqual(others, [])
  assert.equal(post.in_reply_to_id, parent.id)
  assert.equal(post.visibility, 'private')
  assert.deepEqual(
    post.mentions.map(({ acct }) => acct),
    ['vera@peer.example'],
  )
  assert.deepEqual(
    post.media_attachments.map(({ id }) => id),
    [mediaId],
  )
  assert.equal(post.poll?.multiple, true)
  // It is of now, and so is the end of its poll.
  assert.ok(Math.abs(Date.parse(post.created_at) - clock.now().getTime()) < MINUTE_MS)
  assert.ok(
    Math.abs(Date.parse(post.poll.expires_at ?? '') - clock.now().getTime() - 10 * MINUTE_MS) < MINUTE_MS,
  )
  assert.equal(post.application?.name, 'Test app')
  assert.ok(!(await waiting()).includes(scheduled.id))
  assert.equal((await app.ask(`/api/v1/scheduled_statuses/${scheduled.id}`)).status, 404)
  await passes(60)
  assert.equal((await written('second')).length, 1)
})

test('a worker that dies after publishing publishes nothing twice', async () => {
  const scheduled = await schedules({ status: 'only one of me' })
  await passes(11)
  // As if the state had never been written.
  await db
    .updateTable('scheduled_posts')
    .set({ state: 'waiting', state_next_attempt_at: new Date() })
    .where('id', '=', scheduled.id)
    .execute()
  await passes(0)
  assert.equal((await written('only one of me')).length, 1)
  const row = await db
    .selectFrom('scheduled_posts')
    .select('state')
    .where('id', '=', scheduled.id)
    .executeTakeFirst()
  assert.equal(row?.state, 'published')
})

test('posts whose time passed while the home slept go out once when it wakes', async () => {
  for (const text of ['slept one', 'slept two']) await schedules({ status: text, scheduled_at: inMinutes(6) })
  await passes(24 * 60)
  assert.deepEqual((await written('slept')).length, 2)
  await passes(1)
  assert.deepEqual((await written('slept')).length, 2)
})

test('a time that has passed is now; one that is too near, or none, is refused', async () => {
  const post = await app.post<Status>('/api/v1/statuses', { status: 'at once', scheduled_at: inMinutes(-1) })
  assert.match(post.content, /at once/)
  for (const scheduledAt of [inMinutes(4), 'soon', '2026-13-45']) {
    const answer = await app.ask('/api/v1/statuses', {
      method: 'POST',
      body: { status: 'x', scheduled_at: scheduledAt },
    })
    assert.equal(answer.status, 422, scheduledAt)
  }
  // What could be no post now is refused now, and nothing waits.
  const before = await waiting()
  const bodies = [
    { status: ' ' },
    { status: 'x'.repeat(5_001) },
    { poll: { options: ['a'], expires_in: 600 } },
    { media_ids: ['99'] },
  ]
  for (const body of bodies) {
    const request = { status: 'x', scheduled_at: inMinutes(10), ...body }
    const answer = await app.ask('/api/v1/statuses', { method: 'POST', body: request })
    assert.equal(answer.status, 422, JSON.stringify(body).slice(0, 60))
  }
  const lost = await app.ask('/api/v1/statuses', {
    method: 'POST',
    body: { status: 'x', scheduled_at: inMinutes(10), in_reply_to_id: '12345' },
  })
  assert.equal(lost.status, 404)
  assert.deepEqual(await waiting(), before)
})

test('the time can be moved, both ways, and the post taken back', async () => {
  const scheduled = await schedules({ status: 'moved about' })
  const path = `/api/v1/scheduled_statuses/${scheduled.id}`
  const later = await app.call<ScheduledStatus>('PUT', path, { scheduled_at: inMinutes(60) })
  await passes(30)
  assert.deepEqual(await written('moved about'), [])
  assert.equal(Date.parse(later.scheduled_at) > Date.parse(scheduled.scheduled_at), true)
  await app.call('PUT', path, { scheduled_at: inMinutes(6) })
  await passes(7)
  assert.equal((await written('moved about')).length, 1)
  assert.equal((await app.ask(path, { method: 'PUT', body: { scheduled_at: inMinutes(60) } })).status, 404)

  const mediaId = await upload()
  const unwanted = await schedules({ status: 'never seen', media_ids: [mediaId] })
  const other = `/api/v1/scheduled_statuses/${unwanted.id}`
  assert.equal((await app.ask(other, { method: 'PUT', body: { scheduled_at: inMinutes(1) } })).status, 422)
  // What it will carry is nobody else's until it is taken back.
  const taken = { status: 'mine', media_ids: [mediaId] }
  assert.equal((await app.ask('/api/v1/statuses', { method: 'POST', body: taken })).status, 422)
  assert.deepEqual(await app.call('DELETE', other), {})
  assert.equal((await app.ask(other, { method: 'DELETE' })).status, 404)
  await passes(60)
  assert.deepEqual(await written('never seen'), [])
  assert.equal((await app.post<Status>('/api/v1/statuses', taken)).media_attachments.length, 1)
})

test('what cannot be published is kept with the reason, is not tried for ever, and may get another time', async () => {
  const mediaId = await upload()
  const parent = await app.post<Status>('/api/v1/statuses', { status: 'going away' })
  const bare = await schedules({ status: 'lost its picture', media_ids: [mediaId] })
  const quoted = await app.post<Status>('/api/v1/statuses', { status: 'worth quoting' })
  const quoting = await schedules({ status: 'with a quote', quoted_status_id: quoted.id })
  assert.equal(quoting.params.quoted_status_id, quoted.id)
  const orphan = await schedules({ status: 'lost its parent', in_reply_to_id: parent.id })
  await db.deleteFrom('attachments').where('id', '=', mediaId).execute()
  await app.call('DELETE', `/api/v1/statuses/${parent.id}`)
  await passes(11)
  const failed = async (id: string): Promise<string | null> =>
    (await app.get<ScheduledStatus>(`/api/v1/scheduled_statuses/${id}`)).failure
  assert.match((await failed(bare.id)) ?? '', /attachments is not there/)
  assert.match((await failed(orphan.id)) ?? '', /replies to or quotes is not there/)
  assert.ok((await waiting()).includes(bare.id))
  assert.equal((await written('with a quote')).length, 1)
  const rows = await db
    .selectFrom('scheduled_posts')
    .select(['state', 'state_next_attempt_at'])
    .where('id', 'in', [bare.id, orphan.id])
    .execute()
  assert.deepEqual(rows, [
    { state: 'failed', state_next_attempt_at: null },
    { state: 'failed', state_next_attempt_at: null },
  ])
  const again = await app.call<ScheduledStatus>('PUT', `/api/v1/scheduled_statuses/${orphan.id}`, {
    scheduled_at: inMinutes(6),
  })
  assert.equal(again.failure, null)
  await passes(7)
  assert.match((await failed(orphan.id)) ?? '', /replies to or quotes is not there/)
})

test('a repeated request schedules once, and gets the post when it is one', async () => {
  const send = async (): Promise<ScheduledStatus | Status> => {
    const answer = await app.ask('/api/v1/statuses', {
      method: 'POST',
      headers: { 'idempotency-key': 'later-once' },
      body: { status: 'asked for twice', scheduled_at: inMinutes(10) },
    })
    assert.equal(answer.status, 200, answer.text())
    return answer.json() as unknown as ScheduledStatus | Status
  }
  const answers = await Promise.all([send(), send(), send()])
  assert.equal(new Set(answers.map(({ id }) => id)).size, 1)
  await passes(11)
  const [post] = await written('asked for twice')
  assert.equal((await send()).id, post?.id)
  assert.equal((await written('asked for twice')).length, 1)
})

test('pages of what waits lead on, and another identity sees none of it', async () => {
  const ids: string[] = []
  for (let n = 0; n < 3; n += 1) ids.unshift((await schedules({ status: `page ${n}` })).id)
  const first = await app.ask('/api/v1/scheduled_statuses?limit=2')
  assert.deepEqual(
    (first.json() as unknown as ScheduledStatus[]).map(({ id }) => id),
    ids.slice(0, 2),
  )
  const next = /<([^>]+)>; rel="next"/.exec(String(first.headers['link']))?.[1] ?? ''
  const second = await app.get<ScheduledStatus[]>(new URL(next).pathname + new URL(next).search)
  assert.equal(second[0]?.id, ids[2])
  const ben = await addIdentity(db, { username: 'ben', displayName: 'Ben', domain: null }, clock)
  const other = await home.app(['read', 'write'], ben.id)
  assert.deepEqual(await other.get<ScheduledStatus[]>('/api/v1/scheduled_statuses'), [])
  const path = `/api/v1/scheduled_statuses/${ids[0]}`
  assert.equal((await other.ask(path)).status, 404)
  assert.equal((await other.ask(path, { method: 'DELETE' })).status, 404)
  assert.equal((await app.ask('/api/v1/scheduled_statuses/abc')).status, 404)
})
