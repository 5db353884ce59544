import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Status } from '../../../server/contracts/status.ts'
import { systemClock } from '../../../server/core/clock.ts'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { blockActor } from '../../../server/domain/blocks/block-actor.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { type ApiHome, openApiHome } from '../../support/api-home.ts'

type Posts = Readonly<Record<Row<'posts'>['visibility'], Row<'posts'>>>

async function onePostOfEach(
  home: ApiHome,
  author: Row<'actors'>,
  mentions: Row<'actors'>[] = [],
): Promise<Posts> {
  const write = async (visibility: Row<'posts'>['visibility']): Promise<Row<'posts'>> =>
    home.others.post(author, { visibility, mentions: visibility === 'direct' ? mentions : [] })
  return {
    public: await write('public'),
    unlisted: await write('unlisted'),
    followers: await write('followers'),
    direct: await write('direct'),
  }
}

const seen = async (home: ApiHome, posts: Posts, token: 'owner' | 'stranger'): Promise<string[]> => {
  const client = token === 'owner' ? await home.app() : home.stranger()
  const found: string[] = []
  for (const [visibility, post] of Object.entries(posts)) {
    const answer = await client.ask(`/api/v1/statuses/${post.id}`)
    if (answer.status === 200) found.push(visibility)
    else assert.equal(answer.status, 404)
  }
  return found
}

test('strangers see public and unlisted posts, followers more, the mentioned what names them', async () => {
  const home = await openApiHome()
  const ben = await home.others.actor('ben')
  const posts = await onePostOfEach(home, ben)
  assert.deepEqual(await seen(home, posts, 'stranger'), ['public', 'unlisted'])
  assert.deepEqual(await seen(home, posts, 'owner'), ['public', 'unlisted'])
  await home.others.follow(home.ana, ben, 'pending_approval')
  assert.deepEqual(await seen(home, posts, 'owner'), ['public', 'unlisted'])
  await home.db.updateTable('follows').set({ state: 'accepted' }).execute()
  assert.deepEqual(await seen(home, posts, 'owner'), ['public', 'unlisted', 'followers'])
  const cleo = await home.others.actor('cleo')
  const toAna = await onePostOfEach(home, cleo, [home.ana])
  assert.deepEqual(await seen(home, toAna, 'owner'), ['public', 'unlisted', 'direct'])
})

test('what is invisible is answered like what never was, by every route and act', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const ben = await home.others.actor('ben')
  const hidden = await home.others.post(ben, { visibility: 'followers' })
  const never = '113000000000000000'
  const paths = ['', '/context', '/history', '/source', '/favourited_by', '/reblogged_by']
  for (const path of paths) {
    const [a, b] = await Promise.all([
      app.ask(`/api/v1/statuses/${hidden.id}${path}`),
      app.ask(`/api/v1/statuses/${never}${path}`),
    ])
    assert.equal(a.status, 404, path)
    assert.deepEqual([a.status, a.text()], [b.status, b.text()], path)
    assert.deepEqual(Object.keys(a.headers), Object.keys(b.headers), path)
  }
  for (const act of [
    'favourite',
    'unfavourite',
    'reblog',
    'unreblog',
    'bookmark',
    'unbookmark',
    'pin',
    'mute',
  ]) {
    const answer = await app.ask(`/api/v1/statuses/${hidden.id}/${act}`, { method: 'POST' })
    assert.equal(answer.status, 404, act)
  }
  const reply = await app.ask('/api/v1/statuses', {
    method: 'POST',
    body: { status: 'to what I cannot see', in_reply_to_id: hidden.id },
  })
  assert.equal(reply.status, 404)
  const batch = await app.get<Status[]>(`/api/v1/statuses?id[]=${hidden.id}&id[]=${never}`)
  assert.deepEqual(batch, [])
})

test('a block hides both from each other, and what others boosted of them', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { others, ana } = home
  const [ben, cleo] = [await others.actor('ben'), await others.actor('cleo')]
  const post = await others.post(ben, { shownTo: [ana] })
  const boost = await others.post(cleo, { boostOf: post, shownTo: [ana] })
  assert.equal((await app.get<Status[]>('/api/v1/timelines/home')).length, 2)
  await inTransaction(home.db, async (tx) => blockActor(tx, home.home, ana, ben, new Date()))
  for (const id of [post.id, boost.id]) assert.equal((await app.ask(`/api/v1/statuses/${id}`)).status, 404)
  assert.deepEqual(await app.get('/api/v1/timelines/home'), [])
  assert.deepEqual(await app.get(`/api/v1/accounts/${cleo.id}/statuses`), [])
  assert.equal((await home.stranger().ask(`/api/v1/statuses/${post.id}`)).status, 200)
})

test('one identity does not see what another of the same home wrote for its followers', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const other = await addIdentity(
    home.db,
    { username: 'otto', displayName: 'Otto', domain: null },
    systemClock,
  )
  const theirs = await home.app(['read', 'write'], other.id)
  const written = await theirs.post<Status>('/api/v1/statuses', {
    status: 'mine alone',
    visibility: 'direct',
  })
  assert.equal((await app.ask(`/api/v1/statuses/${written.id}`)).status, 404)
  assert.equal((await app.ask(`/api/v1/statuses/${written.id}`, { method: 'DELETE' })).status, 404)
  const open = await theirs.post<Status>('/api/v1/statuses', { status: 'open' })
  assert.equal((await app.ask(`/api/v1/statuses/${open.id}`, { method: 'DELETE' })).status, 404)
  const edit = await app.ask(`/api/v1/statuses/${open.id}`, { method: 'PUT', body: { status: 'taken over' } })
  assert.equal(edit.status, 404)
})
