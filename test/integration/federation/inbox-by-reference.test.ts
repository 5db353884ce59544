/** Activities that only name their object, as some servers send them: it is read at its own id, and judged as if it had come. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PUBLIC } from '../../support/fake-peer-actor.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer()
const other = await openFakePeer(undefined, { host: 'other.example' })
const home = await openFederationHome({ peers: [peer, other] })
const ana = peer.actor('ana')
const cleo = peer.actor('cleo')
await home.follows(ana)

const named = (activity: object, uri: string): object => ({ ...activity, object: uri })
const droppedBecause = async (activity: { readonly id?: unknown }): Promise<string | null | undefined> => {
  const row = await home.db
    .selectFrom('inbox_messages')
    .select('dropped_because')
    .where('activity_id', '=', String(activity.id))
    .executeTakeFirst()
  return row?.dropped_because
}

test('a post that is only named is read at its id and comes into the timeline', async () => {
  const note = peer.publish(ana.note({ content: '<p>by its name</p>' }))
  await home.takes(ana, named(ana.create(note), note.id))
  assert.equal((await home.post(note.id))?.content_text, 'by its name')
  assert.equal((await home.timeline())[0], note.id)
})

test('who is mentioned in it is told', async () => {
  const tag = [{ type: 'Mention', href: home.me.uri, name: '@ben@home.example' }]
  const note = peer.publish(cleo.note({ content: '<p>psst</p>', to: [home.me.uri], cc: [], tag }))
  await home.takes(cleo, { ...named(cleo.create(note), note.id), to: [home.me.uri], cc: [] })
  assert.deepEqual((await home.notifications()).slice(-1), ['mention cleo'])
})

test('an edit and a changed profile that are only named take effect', async () => {
  const note = peer.publish(ana.note({ content: '<p>first</p>' }))
  await home.takes(ana, ana.create(note))
  const edited = { ...note, content: '<p>second</p>', updated: new Date().toISOString() }
  peer.publish(edited)
  await home.takes(ana, named(ana.update(edited), note.id))
  assert.equal((await home.post(note.id))?.content_text, 'second')
  const before = peer.paths().filter((path) => path === '/users/ana').length
  await home.takes(ana, named(ana.update(ana.document()), ana.uri))
  assert.equal(peer.paths().filter((path) => path === '/users/ana').length, before + 1)
})

test('nobody is asked for what concerns nobody here, or is on another server', async () => {
  const stray = peer.publish(cleo.note({ content: '<p>nobody asked</p>' }))
  const strayed = cleo.create(stray)
  const foreign = ana.create(ana.note({}))
  await home.takes(cleo, named(strayed, stray.id))
  await home.takes(ana, named(foreign, 'https://other.example/notes/1'))
  assert.ok(!peer.paths().includes(new URL(stray.id).pathname))
  assert.deepEqual(other.paths(), [])
  assert.match((await droppedBecause(strayed)) ?? '', /concerns nobody/)
  assert.match((await droppedBecause(foreign)) ?? '', /not on its origin/)
})

test('what is found there must be by the signer, and a post', async () => {
  const theirs = peer.publish(cleo.note({ content: '<p>not hers</p>', to: [PUBLIC] }))
  const claimed = ana.create(theirs)
  const document = { id: 'https://peer.example/thing', type: 'Collection', attributedTo: ana.uri }
  peer.publish(document)
  const thing = ana.create(ana.note({}))
  const gone = ana.note({})
  peer.unpublish(gone.id)
  const late = ana.create(gone)
  await home.takes(
    ana,
    named(claimed, theirs.id),
    named(thing, 'https://peer.example/thing'),
    named(late, gone.id),
  )
  assert.equal(await home.post(theirs.id), undefined)
  assert.match((await droppedBecause(claimed)) ?? '', /its author is .*cleo|names no author/)
  assert.match((await droppedBecause(thing)) ?? '', /type Collection/)
  assert.match((await droppedBecause(late)) ?? '', /is gone/)
})
