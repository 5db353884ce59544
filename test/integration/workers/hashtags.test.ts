/** Hashtags are counted some time after they were used, once for many uses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Tag } from '../../../server/contracts/tag.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { recountHashtags } from '../../../server/domain/hashtags/recount-hashtags.ts'
import { deletePost } from '../../../server/domain/posts/delete-post.ts'
import { openApiHome } from '../../support/api-home.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer()
const home = await openFederationHome({ peers: [peer] })
const ana = peer.actor('ana')
const bea = peer.actor('bea')
await home.follows(ana)
await home.follows(bea)

const hashtag = async (name: string) =>
  home.db.selectFrom('hashtags').selectAll().where('name', '=', name).executeTakeFirstOrThrow()

const tagged = (...names: string[]) => ({
  content: '<p>tagged</p>',
  tag: names.map((name) => ({
    type: 'Hashtag',
    name: `#${name}`,
    href: `https://peer.example/tags/${name}`,
  })),
})

/** A minute later. */
async function counts(): Promise<void> {
  await home.db
    .updateTable('hashtags')
    .set({ state_next_attempt_at: new Date() })
    .where('state', '=', 'outdated')
    .execute()
  await home.work()
}

const uses = async (name: string) => {
  const { uses_count: total, history, state } = await hashtag(name)
  return { total, days: history.map((day) => [day.uses, day.accounts]), state }
}

test('uses are counted a while later, all at once: in all, by day, by how many people', async () => {
  const old = new Date(Date.now() - 20 * 86_400_000).toISOString()
  await home.takes(ana, ana.create(ana.note(tagged('Tea', 'cups'))), ana.create(ana.note(tagged('tea'))))
  await home.takes(bea, bea.create(bea.note(tagged('tea'))))
  await home.takes(bea, bea.create(bea.note({ ...tagged('tea'), published: old })))
  await home.takes(ana, ana.create(ana.note({ ...tagged('tea'), to: [ana.followers], cc: [] })))
  const waiting = await hashtag('tea')
  assert.deepEqual([waiting.state, waiting.uses_count], ['outdated', 0])
  const wait = (waiting.state_next_attempt_at?.getTime() ?? 0) - Date.now()
  assert.ok(wait > 30_000 && wait <= 60_000, String(wait))
  await counts()
  assert.deepEqual(await uses('tea'), { total: 4, days: [[3, 2]], state: 'updated' })
  assert.deepEqual(await uses('cups'), { total: 1, days: [[1, 1]], state: 'updated' })
})

test('a further use makes a hashtag outdated once, and takes it from a worker that is counting', async () => {
  await home.takes(ana, ana.create(ana.note(tagged('race'))))
  await counts()
  await home.takes(ana, ana.create(ana.note(tagged('race'))))
  const first = await hashtag('race')
  assert.equal(first.state, 'outdated')
  await home.takes(ana, ana.create(ana.note(tagged('race'))))
  assert.deepEqual((await hashtag('race')).state_next_attempt_at, first.state_next_attempt_at)
  const claim = { state_lock_token: '00000000-0000-4000-8000-000000000001', state_locked_until: new Date() }
  await home.db.updateTable('hashtags').set(claim).where('name', '=', 'race').execute()
  await home.takes(ana, ana.create(ana.note(tagged('race'))))
  assert.equal((await hashtag('race')).state_lock_token, null)
  await counts()
  assert.deepEqual((await uses('race')).total, 4)
})

test('edits and deletions count too, of others and of our own', async () => {
  const note = ana.note(tagged('gone', 'kept'))
  const other = ana.note(tagged('gone'))
  await home.takes(ana, ana.create(note), ana.create(other))
  const own = await home.writes('mine #gone')
  await counts()
  assert.equal((await uses('gone')).total, 3)
  const updated = new Date(Date.now() + 1_000).toISOString()
  await home.takes(ana, ana.update({ ...note, ...tagged('kept'), content: '<p>else</p>', updated }))
  await home.takes(ana, ana.delete(other.id))
  await counts()
  assert.deepEqual([(await uses('gone')).total, (await uses('kept')).total], [1, 1])
  await inTransaction(home.db, async (tx) => deletePost(tx, own, new Date()))
  await counts()
  assert.deepEqual(await uses('gone'), { total: 0, days: [], state: 'updated' })
})

test('apps see the last seven days of a hashtag, looked up and found', async () => {
  const api = await openApiHome()
  const app = await api.app()
  await app.post('/api/v1/statuses', { status: 'one #Bird' })
  await app.post('/api/v1/statuses', { status: 'two #bird' })
  const ids = (await api.db.selectFrom('hashtags').select('id').execute()).map(({ id }) => id)
  await recountHashtags(api.db, ids)
  const tag = await app.get<Tag>('/api/v1/tags/bird')
  assert.equal(tag.history.length, 7)
  assert.deepEqual([tag.history[0]?.uses, tag.history[0]?.accounts, tag.history[1]?.uses], ['2', '1', '0'])
  const found = await app.get<{ hashtags: Tag[] }>('/api/v2/search?q=bir&type=hashtags')
  assert.deepEqual(found.hashtags[0]?.history, tag.history)
  const never = await app.get<Tag>('/api/v1/tags/never')
  assert.deepEqual(new Set(never.history.map((day) => day.uses)), new Set(['0']))
})
