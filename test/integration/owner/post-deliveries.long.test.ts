/** Where an own post went: whom it reached, who waits or was given up and why, once more or no more. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { PostDeliveries } from '../../../server/contracts/post-deliveries.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { type FederationHome, openFederationHome } from '../../support/federation-home.ts'
import { type PrivateClient, openPrivateClient } from '../../support/private-client.ts'

const peer = await openFakePeer()
const other = await openFakePeer(undefined, { host: 'other.example' })
const third = await openFakePeer(undefined, { host: 'third.example' })
let home: FederationHome
let owner: PrivateClient
before(async () => {
  home = await openFederationHome({ peers: [peer, other, third] })
  owner = await openPrivateClient(home.context, 'correct horse battery')
  await home.isFollowedBy(peer.actor('ana'))
  await home.isFollowedBy(other.actor('bo'))
})

const pathOf = (id: string): string => `/api/homebird/v1/posts/${id}/deliveries`

async function deliveriesOf(id: string): Promise<PostDeliveries> {
  const answer = await owner.ask(pathOf(id))
  assert.equal(answer.status, 200, answer.text())
  return answer.json() as unknown as PostDeliveries
}

async function changed(id: string, act: 'retry' | 'give-up', body: object = {}): Promise<PostDeliveries> {
  const answer = await owner.ask(`${pathOf(id)}/${act}`, { method: 'POST', body })
  assert.equal(answer.status, 200, answer.text())
  return answer.json() as unknown as PostDeliveries
}

const shown = ({ list }: PostDeliveries): unknown[] =>
  list.map(({ host, state, answer, isChange }) => [host, state, answer, isChange])

/** How many activities with these words the other server has taken. */
const got = (text: string): number =>
  other.sharedInbox.received.filter(({ activity }) => JSON.stringify(activity).includes(text)).length

test('who got it, who waits and who refused it is told with the answer, and a refused one is sent once more', async () => {
  other.inboxAnswer = () => ({ status: 418, body: 'no tea' })
  const post = await home.writes('first of all')
  await home.work()
  other.inboxAnswer = () => ({ status: 202 })
  const first = await deliveriesOf(post.id)
  assert.deepEqual(first.counts, { waiting: 0, sent: 1, skipped: 0, failed: 1 })
  assert.deepEqual(shown(first), [
    ['other.example', 'failed', 'answered 418: no tea', false],
    ['peer.example', 'sent', 'answered 202', false],
  ])
  assert.equal(got('first of all'), 0)
  const again = await changed(post.id, 'retry', { host: 'other.example' })
  assert.deepEqual(again.counts, { waiting: 1, sent: 1, skipped: 0, failed: 0 })
  await home.work()
  assert.deepEqual((await deliveriesOf(post.id)).counts, { waiting: 0, sent: 2, skipped: 0, failed: 0 })
  assert.equal(got('first of all'), 1)
})

test('what waits for a server in trouble is tried at once, or given up and not sent any more', async () => {
  other.inboxAnswer = () => ({ status: 503 })
  const posts = [await home.writes('to be tried'), await home.writes('to be let go of')]
  await home.work()
  for (const { id } of posts) {
    const { counts, list } = await deliveriesOf(id)
    assert.deepEqual(counts, { waiting: 1, sent: 1, skipped: 0, failed: 0 })
    assert.equal(list[0]?.host, 'other.example')
    assert.ok(Date.parse(list[0]?.nextAttemptAt ?? '') > 0)
  }
  const [tried, letGo] = posts.map(({ id }) => id)
  assert.deepEqual(shown(await changed(letGo ?? '', 'give-up', { host: 'other.example' })).at(0), [
    'other.example',
    'failed',
    null,
    false,
  ])
  other.inboxAnswer = () => ({ status: 202 })
  await changed(tried ?? '', 'retry')
  await home.work()
  assert.deepEqual([got('to be tried'), got('to be let go of')], [1, 0])
  assert.deepEqual((await deliveriesOf(letGo ?? '')).counts, { waiting: 0, sent: 1, skipped: 0, failed: 1 })
})

test('another server is left as it is', async () => {
  peer.inboxAnswer = () => ({ status: 418 })
  other.inboxAnswer = () => ({ status: 418 })
  const post = await home.writes('to both')
  await home.work()
  peer.inboxAnswer = () => ({ status: 202 })
  other.inboxAnswer = () => ({ status: 202 })
  const { counts } = await changed(post.id, 'retry', { host: 'peer.example' })
  assert.deepEqual(counts, { waiting: 1, sent: 0, skipped: 0, failed: 1 })
  await home.work()
  const left = await deliveriesOf(post.id)
  assert.deepEqual(
    left.list.map(({ host, state }) => [host, state]),
    [
      ['other.example', 'failed'],
      ['peer.example', 'sent'],
    ],
  )
})

test('of a post that was changed the change is told, and neither boosts of it nor what others wrote', async () => {
  const post = await home.writes('about to change')
  await home.work()
  await home.db
    .updateTable('posts')
    .set({ edited_at: new Date(), state: 'edited', state_next_attempt_at: new Date() })
    .where('id', '=', post.id)
    .execute()
  await home.work()
  assert.deepEqual(shown(await deliveriesOf(post.id)), [
    ['other.example', 'sent', 'answered 202', true],
    ['peer.example', 'sent', 'answered 202', true],
  ])
  const ana = peer.actor('ana')
  await home.follows(ana)
  const note = ana.note({ content: 'hers' })
  await home.takes(ana, ana.create(note))
  const hers = await home.post(note.id)
  for (const id of [hers?.id ?? '', '1', 'x']) assert.equal((await owner.ask(pathOf(id))).status, 404)
})

test('a server with an inbox for each is one server, which has it once the last of them does', async () => {
  for (const name of ['cleo', 'dan', 'eve'])
    await home.isFollowedBy(third.actor(name, { document: { endpoints: {} } }))
  const inboxOf = (name: string) => third.actor(name).inbox.received
  third.inboxAnswer = ({ path }) => ({ status: path.includes('dan') ? 418 : 202, body: 'no tea' })
  const post = await home.writes('to each of them')
  await home.work()
  const first = await deliveriesOf(post.id)
  assert.deepEqual(first.counts, { waiting: 0, sent: 2, skipped: 0, failed: 1 })
  assert.deepEqual(
    first.list.filter(({ host }) => host === 'third.example').map(({ state, answer }) => [state, answer]),
    [['failed', 'answered 418: no tea']],
  )
  third.inboxAnswer = () => ({ status: 202 })
  assert.equal((await changed(post.id, 'retry', { host: 'third.example' })).counts.waiting, 1)
  await home.work()
  assert.deepEqual((await deliveriesOf(post.id)).counts, { waiting: 0, sent: 3, skipped: 0, failed: 0 })
  const came = ['cleo', 'dan', 'eve'].map(
    (name) =>
      inboxOf(name).filter(({ activity }) => JSON.stringify(activity).includes('to each of them')).length,
  )
  assert.deepEqual(came, [1, 1, 1])
})
