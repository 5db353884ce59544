import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { inTransaction } from '../../../server/db/transaction.ts'
import { PUBLIC } from '../../support/fake-peer-actor.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { until } from '../../support/until.ts'

const peer = await openFakePeer()
const home = await openFederationHome({ peers: [peer] })
const ana = peer.actor('ana')
const eve = peer.actor('eve')
await home.follows(ana)
await home.follows(eve)
const toMe = { type: 'Mention', href: home.me.uri, name: '@ben@home.example' }
const PUBLISHED = '2026-11-20T10:00:00Z'

test('an edit changes the post, keeps the earlier version, and tells whoever is named for the first time', async () => {
  const note = ana.note({
    content: '<p>one #a</p>',
    published: PUBLISHED,
    tag: [{ type: 'Hashtag', name: '#a' }],
  })
  await home.takes(ana, ana.create(note))
  const edited = {
    ...note,
    content: '<p>two #b</p>',
    updated: '2026-11-20T11:00:00Z',
    cc: [home.me.uri],
    tag: [{ type: 'Hashtag', name: '#b' }, toMe],
  }
  await home.takes(ana, ana.update(edited))
  const post = await home.post(note.id)
  assert.ok(post)
  assert.equal(post.content_html, '<p>two #b</p>')
  assert.equal(post.edited_at?.toISOString(), '2026-11-20T11:00:00.000Z')
  const versions = await home.db.selectFrom('post_edits').selectAll().where('post_id', '=', post.id).execute()
  assert.deepEqual(
    versions.map((version) => [version.content_html, version.edited_at.toISOString()]),
    [['<p>one #a</p>', '2026-11-20T10:00:00.000Z']],
  )
  const tags = await home.db
    .selectFrom('post_hashtags')
    .innerJoin('hashtags', 'hashtags.id', 'hashtag_id')
    .select('name')
    .where('post_id', '=', post.id)
    .execute()
  assert.deepEqual(tags, [{ name: 'b' }])
  assert.deepEqual((await home.notifications()).slice(-1), ['mention ana'])
})

test('an edit older than what is stored is ignored', async () => {
  const note = ana.note({ content: '<p>first</p>', published: PUBLISHED })
  await home.takes(ana, ana.create(note))
  const late = ana.update({ ...note, content: '<p>third</p>', updated: '2026-11-20T12:00:00Z' })
  const early = ana.update({ ...note, content: '<p>second</p>', updated: '2026-11-20T11:00:00Z' })
  await home.takes(ana, late, early)
  assert.equal((await home.post(note.id))?.content_text, 'third')
  assert.equal((await home.message(early)).state, 'dropped')
})

test('streams of public posts, hashtags and lists hear of what comes, changes and goes, and of no letter', async () => {
  const told: string[] = []
  const stop = home.context.listener.subscribe('stream', {
    onNotification: (payload) => {
      const [, , event, ids] = /^(\d+ \* )\{"event":"([a-z.]+)","ids":\[(.*)\]\}$/.exec(payload) ?? []
      if (event !== undefined) told.push(`${event} ${ids}`)
    },
  })
  const [note, letter] = [
    ana.note({ content: '<p>new</p>', published: PUBLISHED }),
    ana.note({ content: '<p>for you</p>', to: [home.me.uri], cc: [], tag: [toMe] }),
  ]
  const boost = eve.announce(note.id)
  await home.takes(ana, ana.create(note), ana.create(letter))
  await home.takes(eve, boost)
  await home.takes(ana, ana.update({ ...note, content: '<p>newer</p>', updated: '2026-11-20T12:00:00Z' }))
  const posts = await Promise.all([note.id, letter.id, boost.id].map(async (uri) => home.post(uri)))
  const [noteId, letterId, boostId] = posts.map((post) => JSON.stringify(post?.id))
  await home.takes(ana, ana.delete(letter.id), ana.delete(note.id))
  stop()
  const all = told.join('\n')
  assert.match(all, new RegExp(`^update .*${noteId}`, 'm'))
  assert.match(all, new RegExp(`^update ${boostId}$`, 'm'))
  assert.match(all, new RegExp(`^status.update ${noteId}$`, 'm'))
  assert.match(all, new RegExp(`^delete .*${noteId}`, 'm'))
  assert.match(all, new RegExp(`^delete .*${boostId}`, 'm'))
  assert.doesNotMatch(all, new RegExp(String(letterId)))
})

test('nobody edits what somebody else wrote', async () => {
  const note = ana.note({ content: '<p>mine</p>', published: PUBLISHED })
  await home.takes(ana, ana.create(note))
  const forged = { ...note, attributedTo: eve.uri, content: '<p>forged</p>', updated: '2026-11-20T12:00:00Z' }
  await home.takes(eve, eve.update(forged), eve.update({ ...forged, attributedTo: ana.uri }))
  assert.equal((await home.post(note.id))?.content_text, 'mine')
})

test('an edit does not widen who may see a post', async () => {
  const note = ana.note({ to: [ana.followers], cc: [], published: PUBLISHED })
  await home.takes(ana, ana.create(note))
  await home.takes(
    ana,
    ana.update({ ...note, to: [PUBLIC], content: '<p>now</p>', updated: '2026-11-20T12:00:00Z' }),
  )
  const post = await home.post(note.id)
  assert.deepEqual([post?.visibility, post?.content_text], ['followers', 'now'])
})

test('an edit that overtakes its post stands for it', async () => {
  const published = new Date(Date.now() - 60_000).toISOString()
  const note = ana.note({ content: '<p>old</p>', published })
  const edited = { ...note, content: '<p>new</p>', updated: new Date().toISOString() }
  await home.takes(ana, ana.update(edited))
  await home.takes(ana, ana.create(note))
  assert.equal((await home.post(note.id))?.content_text, 'new')
})

test('an edit that meets its post while another claim stores it is not lost', async () => {
  const note = ana.note({ content: '<p>old</p>', published: new Date(Date.now() - 60_000).toISOString() })
  await home.takes(ana, ana.create(note))
  const row = await home.db
    .deleteFrom('posts')
    .where('uri', '=', note.id)
    .returning([
      'uri',
      'author_id',
      'visibility',
      'content_html',
      'content_text',
      'is_local',
      'published_at',
      'conversation_id',
    ])
    .executeTakeFirstOrThrow()
  const stored = Promise.withResolvers<undefined>()
  const commits = Promise.withResolvers<undefined>()
  const otherClaim = inTransaction(home.db, async (tx) => {
    await tx.insertInto('posts').values(row).execute()
    stored.resolve(undefined)
    await commits.promise
  })
  await stored.promise
  const edited = { ...note, content: '<p>new</p>', updated: new Date().toISOString() }
  const taken = home.takes(ana, ana.update(edited))
  await until('the edit waits for the other claim', async () => {
    const { rows } = await sql<{ waiting: string }>`
      select count(*) as waiting from pg_locks where not granted and locktype = 'transactionid'`.execute(
      home.db,
    )
    return rows[0]?.waiting === '1'
  })
  commits.resolve(undefined)
  await Promise.all([otherClaim, taken])
  assert.equal((await home.post(note.id))?.content_text, 'new')
})

test('a profile that changed is read again at its origin, whatever the activity says of it', async () => {
  ana.overrides = { name: 'Ana the Second' }
  await home.takes(ana, ana.update({ ...ana.document(), name: 'Mallory', to: [PUBLIC] }))
  const row = await home.context.dereferencer.actorByUri(ana.uri)
  assert.equal(row?.display_name, 'Ana the Second')
})

test('whoever speaks and was read more than a day ago is read again', async () => {
  const ola = peer.actor('ola')
  await home.follows(ola)
  ola.overrides = { name: 'Ola the Second' }
  const nameAfter = async (hours: number): Promise<string> => {
    const fetched_at = new Date(Date.now() - hours * 3_600_000)
    await home.db.updateTable('actors').set({ fetched_at }).where('uri', '=', ola.uri).execute()
    await home.takes(ola, ola.create(ola.note()))
    const rows = home.db.selectFrom('actors').select('display_name').where('uri', '=', ola.uri)
    return (await rows.executeTakeFirstOrThrow()).display_name
  }
  assert.equal(await nameAfter(23), 'ola')
  assert.equal(await nameAfter(25), 'Ola the Second')
})

test('a deletion takes the post, its boosts and its place in counts away, and it stays gone', async () => {
  const parent = ana.note()
  const note = eve.note({ inReplyTo: parent.id })
  const boost = ana.announce(note.id)
  await home.takes(ana, ana.create(parent))
  await home.takes(eve, eve.create(note))
  await home.takes(ana, boost)
  assert.equal((await home.post(parent.id))?.replies_count, 1)
  const before = await home.context.dereferencer.actorByUri(eve.uri)
  await home.takes(eve, eve.delete(note.id))
  assert.equal(await home.post(note.id), undefined)
  assert.equal(await home.post(boost.id), undefined)
  assert.equal((await home.post(parent.id))?.replies_count, 0)
  const after = await home.context.dereferencer.actorByUri(eve.uri)
  assert.equal(after?.posts_count, (before?.posts_count ?? 0) - 1)
  await home.takes(eve, eve.create(note), eve.update({ ...note, updated: new Date().toISOString() }))
  assert.equal(await home.post(note.id), undefined)
})

test('a deletion that overtakes its post is remembered', async () => {
  const note = ana.note()
  await home.takes(ana, ana.delete(note.id))
  await home.takes(ana, ana.create(note))
  assert.equal(await home.post(note.id), undefined)
})

test('a post and its deletion in one claim leave nothing', async () => {
  const note = ana.note({ cc: [home.me.uri], tag: [toMe] })
  const before = await home.notifications()
  await ana.sends(home.target, ana.create(note))
  await ana.sends(home.target, ana.delete(note.id))
  await home.work()
  assert.equal(await home.post(note.id), undefined)
  assert.deepEqual(await home.notifications(), before)
})

test('a bare id deletes as well as a Tombstone', async () => {
  const note = ana.note()
  await home.takes(ana, ana.create(note), ana.activity('Delete', { object: note.id }))
  assert.equal(await home.post(note.id), undefined)
})

test('a post that its author makes narrower becomes so, and never wider again', async () => {
  const own = await home.writes('what do you think of it?')
  const repliesOf = async (): Promise<number | undefined> => (await home.post(own.uri))?.replies_count
  const note = ana.note({ content: '<p>in public</p>', inReplyTo: own.uri, to: [PUBLIC], cc: [home.me.uri] })
  await home.takes(ana, ana.create(note))
  assert.equal(await repliesOf(), 1)
  const edited = (content: string, seconds: number, addressees: object): object =>
    ana.update({
      ...note,
      content,
      updated: new Date(Date.now() + seconds * 1_000).toISOString(),
      to: undefined,
      cc: undefined,
      ...addressees,
    })
  await home.takes(ana, edited('<p>without addressees</p>', -9, {}))
  assert.equal((await home.post(note.id))?.visibility, 'public')
  await home.takes(ana, edited('<p>among us</p>', -6, { to: [`${ana.uri}/followers`], cc: [home.me.uri] }))
  const narrowed = await home.post(note.id)
  assert.deepEqual([narrowed?.visibility, narrowed?.content_text], ['followers', 'among us'])
  assert.equal(await repliesOf(), 0)
  await home.takes(ana, edited('<p>in public again</p>', -3, { to: [PUBLIC] }))
  const widened = await home.post(note.id)
  assert.deepEqual([widened?.visibility, widened?.content_text], ['followers', 'in public again'])
})

test('nobody deletes what somebody else wrote', async () => {
  const note = ana.note()
  await home.takes(ana, ana.create(note))
  await home.takes(eve, eve.delete(note.id))
  assert.ok(await home.post(note.id))
})

test('an actor is gone only when its origin says so', async () => {
  const dan = peer.actor('dan')
  await home.follows(dan)
  await home.isFollowedBy(dan)
  const note = dan.note()
  await home.takes(dan, dan.create(note))
  const row = await home.context.dereferencer.actorByUri(dan.uri)
  const alive = dan.delete(dan.uri)
  await home.takes(dan, alive)
  assert.ok(await home.post(note.id))
  assert.equal((await home.message(alive)).state, 'dropped')
  peer.answers(`/users/dan`, () => ({ status: 404 }))
  await home.takes(dan, dan.delete(dan.uri))
  assert.ok(await home.post(note.id))
  peer.forgets('/users/dan')
  dan.isGone = true
  const followers = (await home.identity()).followers_count
  await home.takes(dan, dan.delete(dan.uri))
  assert.equal(await home.post(note.id), undefined)
  assert.equal((await home.identity()).followers_count, followers - 1)
  const { gone_at: goneAt } = await home.db
    .selectFrom('actors')
    .select('gone_at')
    .where('id', '=', row?.id ?? '')
    .executeTakeFirstOrThrow()
  assert.ok(goneAt)
  const follows = await home.db
    .selectFrom('follows')
    .select('id')
    .where('target_id', '=', row?.id ?? '')
    .execute()
  assert.deepEqual(follows, [])
})

test('types that mean nothing here are kept for the inspector, with the reason', async () => {
  const travel = ana.activity('Travel', { object: 'https://peer.example/places/1' })
  const listen = ana.activity('Listen', { object: 'https://peer.example/song' })
  const answers = await home.takes(ana, travel, listen)
  assert.deepEqual(
    answers.map(({ status }) => status),
    [202, 202],
  )
  for (const activity of [travel, listen]) {
    const row = await home.message(activity)
    assert.equal(row.state, 'dropped')
    assert.match(row.dropped_because ?? '', new RegExp(activity.type))
  }
})
