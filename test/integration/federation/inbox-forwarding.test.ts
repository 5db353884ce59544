/** Replies by others below own posts reach the followers of whoever is answered, as they came. */
import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { Row } from '../../../server/db/tables.ts'
import { PUBLIC, type FakeActor, type ReceivedActivity, openFakePeer } from '../../support/fake-peer.ts'
import { type FederationHome, openFederationHome } from '../../support/federation-home.ts'

/** Where the answers come from, and two servers with followers of the owner. */
const [origin, crowded, near, far] = await Promise.all([
  openFakePeer(undefined, { host: 'origin.example' }),
  openFakePeer(undefined, { host: 'crowded.example' }),
  openFakePeer(undefined, { host: 'near.example' }),
  openFakePeer(undefined, { host: 'far.example' }),
])
let home: FederationHome
let writer: FakeActor
let count = 0

before(async () => {
  home = await openFederationHome({ peers: [origin, crowded, near, far] })
  for (const follower of [near.actor('nia'), near.actor('ned'), far.actor('flo'), crowded.actor('cleo')]) {
    await home.isFollowedBy(follower)
  }
})

beforeEach(() => {
  count += 1
  // New keys of one server are read ten times in a minute.
  writer = (count % 2 === 0 ? origin : crowded).actor(`writer${count}`)
})

/** What the two servers got of an activity. */
function got(activity: { readonly id: string }): ReceivedActivity[] {
  return [near, far].flatMap(({ sharedInbox }) =>
    sharedInbox.received.filter(({ activity: one }) => one['id'] === activity.id),
  )
}

async function ownPost(visibility: Row<'posts'>['visibility'] = 'public'): Promise<Row<'posts'>> {
  const post = await home.writes('what do you think?', visibility)
  await home.work()
  return post
}

const reply = (to: string, facts: object = {}) =>
  writer.note({ inReplyTo: to, cc: [writer.followers, home.me.uri], ...facts })

test('a public reply is passed on unchanged, once to each server, signed by whoever is answered', async () => {
  const post = await ownPost()
  const activity = writer.create(reply(post.uri, { odd: { spacing: 1.5e300, é: '\u2028' } }))
  const body = `${JSON.stringify(activity, null, 3)}\n`
  assert.equal((await writer.sends(home.target, activity, { body })).status, 202)
  await home.work()
  const passedOn = got(activity)
  assert.deepEqual(passedOn.map(({ request }) => request.host).sort(), ['far.example', 'near.example'])
  for (const { request, signature } of passedOn) {
    assert.equal(request.body.toString(), body)
    assert.deepEqual(signature, { valid: true, keyUri: `${home.me.uri}#main-key`, scheme: 'cavage' })
  }
  // Not back to where it came from, although somebody there follows too.
  assert.equal(writer.peer, crowded)
  assert.ok(!crowded.sharedInbox.received.some(({ activity: one }) => one['id'] === activity.id))
})

test('the same activity again, and the same post in another activity, are not passed on again', async () => {
  const post = await ownPost()
  const note = reply(post.uri)
  const activity = writer.create(note)
  const again = writer.create(note)
  await home.takes(writer, activity)
  await home.takes(writer, activity, again)
  const { id } = await home.message(activity)
  await home.db
    .updateTable('inbox_messages')
    .set({ state: 'received', state_next_attempt_at: new Date() })
    .where('id', '=', id)
    .execute()
  await home.work()
  assert.equal(got(activity).length, 2)
  assert.equal(got(again).length, 0)
})

test('a reply to a reply below an own post is passed on too, also when both come together', async () => {
  const post = await ownPost()
  const first = reply(post.uri)
  const second = reply(first.id)
  const [one, two] = [writer.create(first), writer.create(second)]
  await writer.sends(home.target, two)
  await writer.sends(home.target, one)
  await home.work()
  assert.equal(got(one).length, 2)
  assert.equal(got(two).length, 2)
})

test('its edit and its deletion follow, by its author and in order', async () => {
  const post = await ownPost()
  const note = reply(post.uri)
  const activities = [
    writer.create(note),
    writer.update({ ...note, content: '<p>better</p>', updated: new Date(Date.now() + 1_000).toISOString() }),
    writer.delete(note.id),
  ]
  for (const activity of activities) await home.takes(writer, activity)
  for (const activity of activities) assert.equal(got(activity).length, 2, activity.type)
  const types = far.sharedInbox.received
    .filter(({ activity }) => JSON.stringify(activity).includes(note.id))
    .map(({ type }) => type)
  assert.deepEqual(types, ['Create', 'Update', 'Delete'])
})

const KEPT: Readonly<Record<string, () => Promise<{ readonly id: string }>>> = {
  'a reply for followers only': async () =>
    writer.create(reply((await ownPost()).uri, { to: [writer.followers], cc: [home.me.uri] })),
  'a direct reply': async () => writer.create(reply((await ownPost()).uri, { to: [home.me.uri], cc: [] })),
  'a reply to a post for followers only': async () => writer.create(reply((await ownPost('followers')).uri)),
  'a reply with hidden recipients': async () =>
    writer.create({ ...reply((await ownPost()).uri), bto: ['https://near.example/users/nia'] }),
  'an activity with hidden recipients': async () => ({
    ...writer.create(reply((await ownPost()).uri)),
    bcc: ['https://near.example/users/nia'],
  }),
  'a post that answers nobody here': async () =>
    writer.create(
      writer.note({ cc: [home.me.uri], tag: [{ type: 'Mention', href: home.me.uri, name: '@ben' }] }),
    ),
  'an activity without an id': async () => {
    const { id: _, ...activity } = writer.create(reply((await ownPost()).uri))
    return activity as unknown as { id: string }
  },
  'a like': async () => writer.like((await ownPost()).uri),
}
for (const [name, make] of Object.entries(KEPT)) {
  test(`not passed on: ${name}`, async () => {
    const activity = await make()
    await home.takes(writer, activity)
    assert.equal(got(activity).length, 0)
    const rows = await home.db
      .selectFrom('outbound_activities')
      .select('id')
      .where('forwarded_from', 'is not', null)
      .where('activity_uri', 'like', `%/${writer.name}/%`)
      .execute()
    assert.deepEqual(rows, [])
  })
}

test('not passed on: a reply by somebody whom the answered identity blocks, and the deletion of what nobody knows', async () => {
  const post = await ownPost()
  const actor = await home.follows(writer)
  await home.db
    .insertInto('blocks')
    .values({
      uri: `https://home.example/ap/blocks/${actor.id}`,
      source_id: home.me.id,
      target_id: actor.id,
      state: 'sent',
    })
    .execute()
  const activity = writer.create(reply(post.uri))
  const deletion = writer.delete(`${writer.uri}/never-seen`)
  await home.takes(writer, activity, deletion)
  assert.deepEqual([...got(activity), ...got(deletion)], [])
})

test('not passed on: the edit of a reply by somebody else than its author', async () => {
  const post = await ownPost()
  const note = reply(post.uri)
  await home.takes(writer, writer.create(note))
  const mallory = origin.actor('mallory')
  const [edit, deletion] = [mallory.update({ ...note, content: 'mine' }), mallory.delete(note.id)]
  await home.takes(mallory, edit, deletion)
  assert.deepEqual([...got(edit), ...got(deletion)], [])
})

test('not passed on: an edit that is for fewer people than the reply was', async () => {
  const post = await ownPost()
  const note = reply(post.uri)
  await home.takes(writer, writer.create(note))
  const narrower = {
    to: [writer.followers],
    cc: [home.me.uri],
    updated: new Date(Date.now() + 1_000).toISOString(),
  }
  const edit = writer.update({ ...note, ...narrower, content: '<p>between us</p>' })
  await home.takes(writer, edit)
  assert.deepEqual(got(edit), [])
})

test('a flood by one author is passed on up to a limit, and stored beyond it', async () => {
  const post = await ownPost()
  const activities = Array.from({ length: 34 }, () => writer.create(reply(post.uri, { to: [PUBLIC] })))
  await home.takes(writer, ...activities)
  assert.equal(activities.filter((activity) => got(activity).length === 2).length, 30)
  const { id } = (await home.post(post.uri)) ?? { id: '' }
  const stored = await home.db.selectFrom('posts').select('id').where('in_reply_to_id', '=', id).execute()
  assert.equal(stored.length, 34)
})

test('who is not part of a thread of ours costs no statement more', async () => {
  await home.follows(writer)
  const cost = async (activity: object): Promise<number> => {
    await writer.sends(home.target, activity)
    const countBefore = home.statementCount()
    await home.work()
    return home.statementCount() - countBefore
  }
  await cost(writer.create(writer.note()))
  const post = await cost(writer.create(writer.note()))
  const other = await cost(writer.create(writer.note()))
  assert.equal(other, post)
})
