import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { FakeActor } from '../../support/fake-peer-actor.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer()
const other = await openFakePeer(undefined, { host: 'other.example' })
const home = await openFederationHome({ peers: [peer, other] })
const ana = peer.actor('ana', { document: { featuredTags: `${peer.origin}/users/ana/tags` } })
const row = await home.follows(ana)
const featured = `${ana.uri}/featured`

const add = (
  by: FakeActor,
  object: unknown,
  target = `${by.uri}/featured`,
): ReturnType<FakeActor['activity']> => by.activity('Add', { object, target })
const remove = (
  by: FakeActor,
  object: unknown,
  target = `${by.uri}/featured`,
): ReturnType<FakeActor['activity']> => by.activity('Remove', { object, target })

/** URIs of what is pinned, the first shown first. */
async function pinned(actorId = row.id): Promise<string[]> {
  const rows = await home.db
    .selectFrom('pins')
    .innerJoin('posts', 'posts.id', 'pins.post_id')
    .select('posts.uri')
    .where('pins.actor_id', '=', actorId)
    .orderBy('pins.id', 'desc')
    .execute()
  return rows.map(({ uri }) => uri)
}

async function hashtags(): Promise<string[]> {
  const rows = await home.db
    .selectFrom('featured_hashtags')
    .select('name')
    .where('actor_id', '=', row.id)
    .orderBy('id')
    .execute()
  return rows.map(({ name }) => name)
}

const hashtag = (name: string): object => ({
  type: 'Hashtag',
  href: `${peer.origin}/tags/${name}`,
  name: `#${name}`,
})

test('what somebody pins is pinned here, read at its id where it is not here yet; nobody is told', async () => {
  const [known, unknown] = [ana.note(), ana.note({ content: '<p>true</p>' })]
  await home.takes(ana, ana.create(known), add(ana, known.id), add(ana, { ...unknown, content: 'forged' }))
  assert.deepEqual(await pinned(), [unknown.id, known.id])
  assert.equal((await home.post(unknown.id))?.content_text, 'true')
  assert.deepEqual(await home.notifications(), [])
  assert.ok(!(await home.timeline()).includes(unknown.id))
  await home.takes(ana, add(ana, known.id), remove(ana, unknown.id))
  assert.deepEqual(await pinned(), [known.id])
  await home.takes(ana, remove(ana, known.id))
  assert.deepEqual(await pinned(), [])
})

test('only an actor itself says what it features, of its own posts, in its own collection, and not without end', async () => {
  const [eve, cleo] = [peer.actor('eve'), other.actor('cleo')]
  await home.takes(eve, eve.follow(home.me.uri))
  const mine = ana.note()
  const boost = ana.announce(cleo.note().id)
  await home.takes(ana, ana.create(mine), boost)
  const refused = [
    [eve, add(eve, mine.id, featured)],
    [eve, add(eve, eve.note().id)],
    [ana, add(ana, mine.id, `${ana.uri}/followers`)],
    [ana, add(ana, mine.id, `${eve.uri}/featured`)],
    [ana, ana.activity('Add', { object: mine.id })],
    [ana, add(ana, cleo.note().id)],
    [ana, add(ana, eve.note().id)],
    [ana, add(ana, boost.id)],
    [ana, add(ana, `${ana.uri}/no-such-post`)],
    [ana, add(ana, ana.note({ to: [eve.uri], cc: [] }).id)],
    [ana, remove(ana, `${ana.uri}/no-such-post`)],
  ] as const
  for (const [by, activity] of refused) {
    await home.takes(by, activity)
    assert.equal((await home.message(activity)).state, 'dropped', JSON.stringify(activity))
  }
  assert.deepEqual(await pinned(), [])
  const notes = Array.from({ length: 25 }, () => ana.note())
  await home.takes(ana, ...notes.map((note) => ana.create(note)), ...notes.map((note) => add(ana, note.id)))
  const expected = notes.slice(5).toReversed()
  assert.deepEqual(
    await pinned(),
    expected.map((note) => note.id),
  )
  const block = sql`
    insert into blocks (uri, source_id, target_id, state, state_next_attempt_at)
    values ('https://home.example/b/1', ${home.me.id}, ${row.id}, 'sent', null)`
  await block.execute(home.db)
  await home.takes(ana, ana.delete(String(notes[24]?.id)))
  assert.equal((await pinned()).length, 19)
  await sql`delete from blocks`.execute(home.db)
})

test('hashtags come and go in the order in which it was said, by either collection', async () => {
  const tags = `${ana.uri}/tags`
  await home.takes(
    ana,
    add(ana, hashtag('Birds'), tags),
    add(ana, hashtag('nests')),
    remove(ana, hashtag('birds'), tags),
    add(ana, hashtag('BIRDS'), tags),
  )
  assert.deepEqual(await hashtags(), ['nests', 'BIRDS'])
  await home.takes(ana, remove(ana, hashtag('Nests')))
  assert.deepEqual(await hashtags(), ['BIRDS'])
  const bad = add(ana, { type: 'Hashtag', name: 17 }, tags)
  await home.takes(ana, bad, ...Array.from({ length: 30 }, (_, n) => add(ana, hashtag(`tag${n}`), tags)))
  assert.equal((await home.message(bad)).state, 'dropped')
  assert.equal((await hashtags()).length, 20)
})
