/** Statuses as other people's apps use them: written anew, edited, looked up, counted through. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRestAPIClient } from 'masto'
import generator from 'megalodon'
import type { Account } from '../../../server/contracts/account.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { openApiHome } from '../../support/api-home.ts'

const home = await openApiHome({ domain: null })
const app = await home.app()
const url = `http://${home.host}`
const masto = createRestAPIClient({ url, accessToken: app.token ?? '' })
const megalodon = generator('mastodon', url, app.token)
const { others } = home

test('a deleted post brings all that writing it anew takes', async () => {
  const poll = { options: ['tea', 'coffee'], expiresIn: 3_600, multiple: true }
  const parent = await masto.v1.statuses.create({ status: 'what do you drink?' })
  const written = await masto.v1.statuses.create({
    status: 'tea & <coffee> #drinks',
    spoilerText: 'a question',
    inReplyToId: parent.id,
    language: 'en',
    visibility: 'unlisted',
    poll,
  })
  assert.equal('text' in written, false, 'what was typed is told on deletion only')
  const deleted = await app.call<Status>('DELETE', `/api/v1/statuses/${written.id}`)
  assert.deepEqual(
    [deleted.text, deleted.spoiler_text, deleted.visibility, deleted.language, deleted.in_reply_to_id],
    ['tea & <coffee> #drinks', 'a question', 'unlisted', 'en', parent.id],
  )
  assert.deepEqual(
    [deleted.poll?.multiple, deleted.poll?.options.map(({ title }) => title)],
    [true, ['tea', 'coffee']],
  )
  assert.equal((await app.ask(`/api/v1/statuses/${written.id}`)).status, 404)
  assert.equal((await app.ask(`/api/v1/statuses/${written.id}`, { method: 'DELETE' })).status, 404)
  const theirs = await others.post(await others.actor('ben'))
  const refused = await app.ask(`/api/v1/statuses/${theirs.id}`, { method: 'DELETE' })
  assert.equal(refused.status, 404)
})

test('an edit from either library has its history and its source', async () => {
  const { id } = await masto.v1.statuses.create({ status: 'frist', sensitive: true })
  await masto.v1.statuses.$select(id).update({ status: 'first', spoilerText: 'careful' })
  await megalodon.editStatus(id, { status: 'first and last' })
  const history = await masto.v1.statuses.$select(id).history.list()
  assert.deepEqual(
    history.map(({ content, spoilerText }) => [content, spoilerText]),
    [
      ['<p>frist</p>', ''],
      ['<p>first</p>', 'careful'],
      ['<p>first and last</p>', ''],
    ],
  )
  const { data: source } = await megalodon.getStatusSource(id)
  assert.deepEqual([source.text, source.spoiler_text], ['first and last', ''])
  const { data: status } = await megalodon.getStatus(id)
  assert.ok(status.edited_at !== null)
})

test('posts are looked up many at once, in the order asked for, the invisible left out', async () => {
  const cleo = await others.actor('cleo')
  const [open, closed] = [await others.post(cleo), await others.post(cleo, { visibility: 'followers' })]
  const mine = await masto.v1.statuses.create({ status: 'mine', visibility: 'private' })
  const wanted = [mine.id, closed.id, '77', open.id].map((id) => `id[]=${id}`)
  const found = await app.get<Status[]>(`/api/v1/statuses?${wanted.join('&')}`)
  assert.deepEqual(
    found.map(({ id }) => id),
    [mine.id, open.id],
  )
  const seen = await home.stranger().get<Status[]>(`/api/v1/statuses?id[]=${mine.id}&id[]=${open.id}`)
  assert.deepEqual(
    seen.map(({ id }) => id),
    [open.id],
  )
})

test('who likes and who boosts is counted through by pages', async () => {
  const { id } = await masto.v1.statuses.create({ status: 'beloved' })
  const post = await home.db.selectFrom('posts').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  for (const name of ['dan', 'eve', 'fay']) {
    const actor = await others.actor(name)
    await others.post(actor, { boostOf: post })
    await home.db
      .insertInto('interactions')
      .values({
        uri: `${actor.uri}/likes/1`,
        kind: 'like',
        actor_id: actor.id,
        post_id: id,
        state: 'fanned_out',
        state_next_attempt_at: null,
      })
      .execute()
  }
  for (const list of ['reblogged_by', 'favourited_by']) {
    const names: string[] = []
    let path: string | undefined = `/api/v1/statuses/${id}/${list}?limit=2`
    while (path !== undefined) {
      const answer = await app.ask(path)
      names.push(...(answer.json() as unknown as Account[]).map(({ username }) => username))
      path = /<https?:\/\/[^/]+([^>]+)>; rel="next"/.exec(String(answer.headers['link']))?.[1]
    }
    assert.deepEqual(names, ['fay', 'eve', 'dan'], list)
  }
  const { data } = await megalodon.getStatusFavouritedBy(id)
  assert.equal(data.length, 3)
  assert.equal((await home.stranger().get<Account[]>(`/api/v1/statuses/${id}/favourited_by`)).length, 3)
})

test('acts come back as the post they were meant for, and undo themselves twice without harm', async () => {
  const gil = await others.actor('gil')
  const post = await others.post(gil)
  const acts = [
    ['favouriteStatus', 'unfavouriteStatus', 'favourited'],
    ['bookmarkStatus', 'unbookmarkStatus', 'bookmarked'],
    ['muteStatus', 'unmuteStatus', 'muted'],
  ] as const
  for (const [act, undo, mark] of acts) {
    for (const [name, is] of [
      [act, true],
      [act, true],
      [undo, false],
      [undo, false],
    ] as const) {
      const { data } = await megalodon[name](post.id)
      assert.deepEqual([data.id, data[mark]], [post.id, is], name)
    }
  }
  const { data: boost } = await megalodon.reblogStatus(post.id)
  const { data: again } = await megalodon.reblogStatus(post.id)
  assert.deepEqual([again.id, boost.reblog?.id], [boost.id, post.id])
  const { data: undone } = await megalodon.unreblogStatus(boost.id)
  assert.deepEqual([undone.id, undone.reblogged], [post.id, false])
  const own = await masto.v1.statuses.create({ status: 'on top' })
  assert.equal((await masto.v1.statuses.$select(own.id).pin()).pinned, true)
  assert.equal((await app.ask(`/api/v1/statuses/${post.id}/pin`, { method: 'POST' })).status, 422)
  assert.equal((await masto.v1.statuses.$select(own.id).unpin()).pinned, false)
})

test('a key counts for its own app, for scheduled posts as for others', async () => {
  const other = await home.app()
  const scheduledAt = new Date(Date.now() + 3_600_000).toISOString()
  const write = async (client: typeof app, body: object): Promise<string> => {
    const answer = await client.ask('/api/v1/statuses', {
      method: 'POST',
      headers: { 'idempotency-key': 'one' },
      body,
    })
    return (answer.json() as unknown as { id: string }).id
  }
  const later = { status: 'later', scheduled_at: scheduledAt }
  const first = await write(app, later)
  assert.equal(await write(app, later), first)
  assert.notEqual(await write(other, later), first)
  const waiting = await masto.v1.scheduledStatuses.list()
  assert.equal(waiting.length, 2)
  const { data } = await megalodon.getScheduledStatus(first)
  assert.equal(data.params.text, 'later')
  for (const { id } of waiting) await masto.v1.scheduledStatuses.$select(id).remove()
})

test('the app that wrote is told to its owner', async () => {
  const { id } = await masto.v1.statuses.create({ status: 'by an app' })
  const { application } = await masto.v1.statuses.$select(id).fetch()
  assert.equal(application?.name, 'Test app')
  assert.equal((await home.stranger().get<Status>(`/api/v1/statuses/${id}`)).application, null)
})
