import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { sweepFurther } from '../../../server/domain/outboxes/outbox-sweeps.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { createOf, postsOf, servesOutbox } from '../../support/fake-outbox.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { Reader, named } from '../../support/reader.ts'

const peer = await openFakePeer()
const other = await openFakePeer(undefined, { host: 'other.example' })
const home = await openFederationHome({ peers: [peer, other] })
const reader = new Reader(home, peer)

test('whoever looks at a profile finds its forty newest posts, and older ones when they come to the end', async () => {
  const ana = reader.somebody()
  servesOutbox(
    ana,
    postsOf(ana, 90).map((note) => createOf(ana, note)),
  )
  const id = await reader.looksAt(ana)
  assert.deepEqual(await reader.textsOf(id), named(40))
  assert.equal((await reader.sweepOf(id)).state, 'rested')
  const before = reader.asked(ana).length
  await reader.looksAt(ana)
  assert.equal(reader.asked(ana).length, before, 'a second look asks nothing')

  await sweepFurther(home.db, id)
  await home.work()
  assert.deepEqual(await reader.textsOf(id), named(80))
  await sweepFurther(home.db, id)
  await home.work()
  assert.deepEqual(await reader.textsOf(id), named(90))
  assert.equal((await reader.sweepOf(id)).state, 'exhausted')
  assert.deepEqual(await home.timeline(), [])
  assert.deepEqual(await home.notifications(), [])
  const { rows } = await sql<{
    posts_count: number
  }>`select posts_count from actors where id = ${id}`.execute(home.db)
  assert.equal(rows[0]?.posts_count, 90)
})

test('a new follow brings the newest posts into the home timeline, at their place in the past, and tells nobody', async () => {
  const ana = reader.somebody()
  const notes = postsOf(ana, 60)
  for (const note of notes) {
    note['cc'] = [home.me.uri]
    note['tag'] = [{ type: 'Mention', href: home.me.uri, name: '@ben@home.example' }]
  }
  servesOutbox(
    ana,
    notes.map((note) => createOf(ana, note)),
  )
  const id = await reader.looksAt(ana)
  const listener = await streamed(async () => {
    await reader.follows(ana)
  })
  const timeline = (await home.timeline()).filter((uri) => uri.startsWith(ana.uri))
  assert.deepEqual(
    timeline,
    notes.slice(0, 40).map((note) => note.id),
  )
  assert.deepEqual(await home.notifications(), [])
  assert.deepEqual(listener, [])
  await sweepFurther(home.db, id)
  await home.work()
  assert.equal((await reader.textsOf(id)).length, 60)
  assert.equal((await home.timeline()).filter((uri) => uri.startsWith(ana.uri)).length, 40)
})

/** What open streams were told meanwhile. */
async function streamed(work: () => Promise<void>): Promise<string[]> {
  const told: string[] = []
  const stop = home.context.listener.subscribe('stream', {
    onNotification: (payload) => told.push(payload),
    onConnected: () => {},
  })
  await work()
  stop()
  return told
}

test('a follow brings what was boosted, read at its own id; a look at a profile asks no third server', async () => {
  const [ana, cleo] = [reader.somebody(), other.actor('cleo')]
  const boosted = cleo.note({ content: '<p>boosted</p>' })
  const boost = ana.announce(boosted.id, {
    object: { ...boosted, content: 'forged' },
    published: '2026-01-02T03:04:05Z',
  })
  servesOutbox(ana, [boost])
  await reader.looksAt(ana)
  assert.equal(await home.post(boosted.id), undefined)
  assert.equal(other.requests.length, 0)
  await reader.follows(ana)
  assert.equal((await home.post(boosted.id))?.content_text, 'boosted')
  assert.equal((await home.post(boost.id))?.published_at.toISOString(), '2026-01-02T03:04:05.000Z')
  assert.ok((await home.timeline()).includes(boost.id))
})
