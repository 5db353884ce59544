import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PageOf } from '../../../server/db/paging.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { muteActor } from '../../../server/domain/blocks/block-actor.ts'
import { followHashtag, unfollowHashtag } from '../../../server/domain/hashtags/follow-hashtag.ts'
import { listListTimeline } from '../../../server/domain/lists/list-timeline.ts'
import { createList } from '../../../server/domain/lists/lists.ts'
import { addMembers } from '../../../server/domain/lists/members.ts'
import { registerApp } from '../../../server/domain/oauth/apps.ts'
import { issueToken } from '../../../server/domain/oauth/tokens.ts'
import type { PostRow } from '../../../server/domain/posts/status-facts.ts'
import { sealToken } from '../../../server/domain/push/sealed-token.ts'
import { replaceSubscription } from '../../../server/domain/push/subscriptions.ts'
import { loadVapidKeys } from '../../../server/domain/push/vapid-keys.ts'
import { listHomeTimeline } from '../../../server/domain/timelines/list-home.ts'
import { PUBLIC } from '../../support/fake-peer-actor.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { PushReceiver } from '../../support/push-receiver.ts'
import { until } from '../../support/until.ts'

const peer = await openFakePeer()
const home = await openFederationHome({ peers: [peer] })
const ana = peer.actor('ana')
const cleo = peer.actor('cleo')
await home.follows(ana, { notifies: false })
const toMe = { type: 'Mention', href: home.me.uri, name: '@ben@home.example' }

test('a post of somebody who is followed comes into the home timeline, clean', async () => {
  const note = ana.note({ content: '<p>hello <script>x</script><b>there</b></p>' })
  const [answer] = await home.takes(ana, ana.create(note))
  assert.equal(answer?.status, 202)
  const post = await home.post(note.id)
  assert.equal(post?.content_text, 'hello there')
  assert.equal(post?.state, 'fanned_out')
  assert.equal((await home.timeline())[0], note.id)
})

test('what hangs on a post is stored with it', async () => {
  const note = ana.note({
    content: '<p>#Tea with @dora</p>',
    summary: 'food',
    contentMap: { de: '<p>#Tea with @dora</p>' },
    tag: [
      { type: 'Hashtag', name: '#Tea', href: 'https://peer.example/tags/tea' },
      { type: 'Mention', href: 'https://far.example/users/dora', name: '@dora@far.example' },
      { type: 'Emoji', name: ':cup:', icon: { type: 'Image', url: 'https://peer.example/cup.png' } },
    ],
    attachment: [
      {
        type: 'Image',
        mediaType: 'image/png',
        url: 'https://peer.example/a.png',
        name: 'a cup',
        focalPoint: [0.5, -0.5],
      },
    ],
  })
  await home.takes(ana, ana.create(note))
  const post = await home.post(note.id)
  assert.ok(post)
  assert.deepEqual([post.summary, post.is_sensitive, post.language], ['food', true, 'de'])
  assert.equal(post.emojis[0]?.shortcode, 'cup')
  const tags = await home.db
    .selectFrom('post_hashtags')
    .innerJoin('hashtags', 'hashtags.id', 'hashtag_id')
    .select(['name', 'display_name'])
    .where('post_id', '=', post.id)
    .execute()
  assert.deepEqual(tags, [{ name: 'tea', display_name: 'Tea' }])
  const [file] = await home.db.selectFrom('attachments').selectAll().where('post_id', '=', post.id).execute()
  assert.deepEqual(
    [file?.remote_url, file?.description, file?.focus_x, file?.focus_y],
    ['https://peer.example/a.png', 'a cup', 0.5, -0.5],
  )
  const [dora] = await home.db
    .selectFrom('mentions')
    .innerJoin('actors', 'actors.id', 'actor_id')
    .select(['username', 'handle_domain', 'fetched_at', 'inbox_uri'])
    .where('post_id', '=', post.id)
    .execute()
  // Whom nobody here has looked at is known by name only: recipients are never fetched.
  assert.deepEqual(dora, { username: 'dora', handle_domain: 'far.example', fetched_at: null, inbox_uri: '' })
})

test('a post that is a picture comes with it', async () => {
  const note = ana.note({
    type: 'Image',
    name: 'A cat',
    content: '<p>asleep</p>',
    url: { type: 'Link', href: 'https://peer.example/cat.png', mediaType: 'image/png' },
  })
  await home.takes(ana, ana.create(note))
  const post = await home.post(note.id)
  assert.deepEqual([post?.kind, post?.content_text], ['Image', 'A cat\n\nasleep'])
  assert.equal((await home.timeline())[0], note.id)
  const files = await home.db
    .selectFrom('attachments')
    .select(['kind', 'remote_url', 'description'])
    .where('post_id', '=', post?.id ?? '')
    .execute()
  assert.deepEqual(files, [
    { kind: 'image', remote_url: 'https://peer.example/cat.png', description: 'A cat' },
  ])
})

test('a stranger is heard only when somebody here is addressed or answered', async () => {
  const stray = cleo.note({ content: '<p>nobody asked</p>' })
  const named = cleo.note({ content: '<p>hi</p>', to: [PUBLIC], cc: [home.me.uri], tag: [toMe] })
  await home.takes(cleo, cleo.create(stray), cleo.create(named))
  assert.equal(await home.post(stray.id), undefined)
  assert.ok(await home.post(named.id))
  assert.ok(!(await home.timeline()).includes(named.id))
  assert.deepEqual((await home.notifications()).slice(-1), ['mention cleo'])
  const own = await home.writes('what do you think?')
  const answer = cleo.note({ content: '<p>fine</p>', inReplyTo: own.uri, cc: [home.me.uri] })
  await home.takes(cleo, cleo.create(answer))
  assert.equal((await home.post(answer.id))?.in_reply_to_id, own.id)
  assert.equal((await home.post(own.uri))?.replies_count, 1)
  assert.deepEqual((await home.notifications()).slice(-2), ['mention cleo', 'mention cleo'])
})

test('whoever is named without being addressed is not told', async () => {
  const before = await home.notifications()
  const note = ana.note({ content: '<p>about ben</p>', tag: [toMe] })
  await home.takes(ana, ana.create(note))
  assert.ok(await home.post(note.id))
  assert.deepEqual(await home.notifications(), before)
})

test('each visibility is what it was addressed to', async () => {
  const followers = ana.note({ to: [ana.followers], cc: [] })
  const unlisted = ana.note({ to: [ana.followers], cc: ['as:Public'] })
  const direct = ana.note({ to: [home.me.uri], cc: [], tag: [toMe] })
  const others = ana.note({ to: ['https://far.example/users/dora'], cc: [] })
  const liar = ana.note({ to: [cleo.followers], cc: [] })
  await home.takes(ana, ...[followers, unlisted, direct, others, liar].map((note) => ana.create(note)))
  assert.equal((await home.post(followers.id))?.visibility, 'followers')
  assert.equal((await home.post(unlisted.id))?.visibility, 'unlisted')
  assert.equal((await home.post(direct.id))?.visibility, 'direct')
  assert.equal(await home.post(others.id), undefined)
  // Somebody else's followers are not the author's: in doubt it is direct, and for nobody here.
  assert.equal(await home.post(liar.id), undefined)
  const timeline = await home.timeline()
  for (const note of [followers, unlisted, direct]) assert.ok(timeline.includes(note.id))
  assert.deepEqual((await home.notifications()).slice(-1), ['mention ana'])
})

test('of replies only those to people who are followed come into the timeline', async () => {
  const own = await home.writes('first')
  const toAna = ana.note({ content: '<p>to myself</p>', inReplyTo: ana.note().id })
  const parent = ana.note()
  await home.takes(ana, ana.create(parent))
  const toSelf = ana.note({ inReplyTo: parent.id })
  const toOwn = ana.note({ inReplyTo: own.uri })
  const toStranger = ana.note({ inReplyTo: cleo.note().id })
  await home.takes(ana, ...[toAna, toSelf, toOwn, toStranger].map((note) => ana.create(note)))
  const timeline = await home.timeline()
  assert.ok(timeline.includes(toSelf.id))
  assert.ok(timeline.includes(toOwn.id))
  assert.ok(!timeline.includes(toStranger.id))
  // The parent is not known here, so nobody knows to whom it replies.
  assert.ok(!timeline.includes(toAna.id))
})

test('a thread that arrives backwards is put together', async () => {
  const root = ana.note({ published: '2026-11-01T10:00:00Z' })
  const middle = ana.note({ inReplyTo: root.id, published: '2026-11-01T10:01:00Z' })
  const leaf = ana.note({ inReplyTo: middle.id, published: '2026-11-01T10:02:00Z' })
  for (const note of [leaf, middle, root]) await home.takes(ana, ana.create(note))
  const posts = await Promise.all([root, middle, leaf].map(async ({ id }) => home.post(id)))
  const [rootRow, middleRow, leafRow] = posts
  assert.equal(middleRow?.in_reply_to_id, rootRow?.id)
  assert.equal(leafRow?.in_reply_to_id, middleRow?.id)
  assert.equal(new Set(posts.map((post) => post?.conversation_id)).size, 1)
  assert.equal(rootRow?.replies_count, 1)
  assert.equal(middleRow?.replies_count, 1)
  const timeline = await home.timeline()
  assert.ok(timeline.indexOf(leaf.id) < timeline.indexOf(middle.id))
  assert.ok(timeline.indexOf(middle.id) < timeline.indexOf(root.id))
})

test('a thread that arrives in one claim is put together and counted once', async () => {
  const root = ana.note()
  const replies = [1, 2, 3].map(() => ana.note({ inReplyTo: root.id }))
  const deep = ana.note({ inReplyTo: replies[0]?.id ?? '' })
  for (const note of [deep, ...replies, root]) await ana.sends(home.target, ana.create(note))
  await home.work()
  assert.equal((await home.post(root.id))?.replies_count, 3)
  assert.equal((await home.post(replies[0]?.id ?? ''))?.replies_count, 1)
  const threads = await Promise.all([root, deep, ...replies].map(async ({ id }) => home.post(id)))
  assert.equal(new Set(threads.map((post) => post?.conversation_id)).size, 1)
})

test('the thread of an answer to the owner is completed, without anybody waiting for it', async () => {
  const root = cleo.note({ content: '<p>root</p>' })
  const parent = cleo.note({ content: '<p>parent</p>', inReplyTo: root.id })
  const answer = ana.note({ inReplyTo: parent.id, cc: [home.me.uri], tag: [toMe] })
  await home.takes(ana, ana.create(answer))
  const found = await until('the parent is here', async () => home.post(parent.id))
  assert.equal((await home.post(answer.id))?.in_reply_to_id, found.id)
  assert.equal(found.in_reply_to_id, (await home.post(root.id))?.id)
})

test('a post from the future was written now', async () => {
  const note = ana.note({ published: '2999-01-01T00:00:00Z' })
  await home.takes(ana, ana.create(note))
  const post = await home.post(note.id)
  assert.ok(post && post.published_at.getTime() <= Date.now())
  const later = ana.note()
  await home.takes(ana, ana.create(later))
  assert.equal((await home.timeline())[0], later.id)
})

test('the same activity twice, and two activities for one post, store it once', async () => {
  const note = ana.note()
  const activity = ana.create(note)
  const answers = await home.takes(ana, activity, activity, ana.create(note))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [202, 202, 202],
  )
  const { count } = await home.db
    .selectFrom('posts')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('uri', '=', note.id)
    .executeTakeFirstOrThrow()
  assert.equal(count, '1')
  assert.equal((await home.message(activity)).state, 'processed')
})

test('a post by another author than the signer has no effect', async () => {
  const note = cleo.note({ to: [PUBLIC], cc: [home.me.uri] })
  const [answer] = await home.takes(ana, ana.create(note))
  assert.equal(answer?.status, 202)
  assert.equal(await home.post(note.id), undefined)
  const kept = await home.db
    .selectFrom('inbox_messages')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  assert.equal(kept?.state, 'dropped')
  assert.match(kept?.dropped_because ?? '', /author/)
})

test('whoever is blocked reaches nobody, also by name', async () => {
  const eve = peer.actor('eve')
  const row = await home.context.dereferencer.actorByUri(eve.uri)
  await home.db
    .insertInto('blocks')
    .values({
      uri: 'https://home.example/ap/blocks/1',
      source_id: home.me.id,
      target_id: row?.id ?? '',
      state: 'sent',
      state_next_attempt_at: null,
    })
    .execute()
  const before = await home.notifications()
  const note = eve.note({ cc: [home.me.uri], tag: [toMe] })
  await home.takes(eve, eve.create(note))
  assert.equal(await home.post(note.id), undefined)
  assert.deepEqual(await home.notifications(), before)
})

test('counts of the author and of the hashtag survive a hundred posts in one claim', async () => {
  const dan = peer.actor('dan')
  const row = await home.follows(dan)
  const notes = Array.from({ length: 100 }, (_, n) =>
    dan.note({ content: `<p>post ${n}</p>`, tag: [{ type: 'Hashtag', name: '#many' }] }),
  )
  const worked = async (): Promise<number> => {
    const before = home.statementCount()
    await home.work()
    return home.statementCount() - before
  }
  // Every graph is asked whether there is something to do, whatever came.
  const asking = await worked()
  await Promise.all(notes.map(async (note) => dan.sends(home.target, dan.create(note))))
  const statements = (await worked()) - asking
  const after = await home.context.dereferencer.actorByUri(dan.uri)
  assert.equal(after?.posts_count, row.posts_count + 100)
  const { count } = await home.db
    .selectFrom('post_hashtags')
    .innerJoin('hashtags', 'hashtags.id', 'hashtag_id')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('hashtags.name', '=', 'many')
    .executeTakeFirstOrThrow()
  assert.equal(count, '100')
  assert.ok(statements <= 100, `${statements} statements for 100 posts`)
})

test('a follow that asks for it is told of each post', async () => {
  const fay = peer.actor('fay')
  await home.follows(fay, { notifies: true })
  const note = fay.note()
  await home.takes(fay, fay.create(note))
  assert.deepEqual((await home.notifications()).slice(-1), ['status fay'])
})

test('what comes from members of an exclusive list, boosts too, is put aside from the home timeline', async () => {
  const emil = peer.actor('emil')
  const { id: emilId } = await home.follows(emil)
  const { db, me } = home
  const draft = { title: 'loud ones', repliesPolicy: 'list', isExclusive: true } as const
  const list = await inTransaction(db, async (tx) => {
    const made = await createList(tx, me.id, draft)
    await addMembers(tx, made, [emilId])
    return made
  })
  const [loud, quiet] = [emil.note(), ana.note()]
  await home.takes(ana, ana.create(quiet))
  await home.takes(emil, emil.create(loud), emil.announce(quiet.id))
  const page = { maxId: null, sinceId: null, minId: null, limit: 9 }
  const uris = (rows: PageOf<PostRow>): string[] => rows.items.map(({ uri }) => uri)
  const read = uris(await listListTimeline(db, list, page))
  assert.equal(read.length, 2)
  assert.ok(read.includes(loud.id))
  const shown = uris(await listHomeTimeline(db, me.id, page))
  assert.equal(shown[0], quiet.id)
  assert.ok(!shown.includes(loud.id))
})

test('a public post with a followed hashtag is read at home by whomever it is, unless they are muted', async () => {
  const { db, me, context } = home
  const tag = { type: 'Hashtag', name: '#Owls', href: 'https://peer.example/tags/owls' }
  const stranger = peer.actor('flora')
  const tagged = (more: object = {}) => stranger.note({ tag: [tag, toMe], ...more })
  const before = tagged()
  await home.takes(stranger, stranger.create(before))
  assert.ok(!(await home.timeline()).includes(before.id))
  const owls = await db
    .selectFrom('hashtags')
    .selectAll()
    .where('name', '=', 'owls')
    .executeTakeFirstOrThrow()
  await inTransaction(db, async (tx) => followHashtag(tx, me.id, owls.id))
  const [open, quiet] = [tagged(), tagged({ to: [`${stranger.uri}/followers`, me.uri], cc: [] })]
  await home.takes(stranger, stranger.create(open), stranger.create(quiet))
  assert.equal((await home.timeline())[0], open.id)
  const read = [tagged(), tagged({ published: new Date(Date.now() - 86_400_000).toISOString() })]
  for (const note of read) {
    peer.publish(note)
    assert.ok(await context.dereferencer.postByUri(note.id))
  }
  assert.equal((await home.timeline())[0], read[0]?.id, 'what is read in passing comes too, if it is new')
  assert.ok(!(await home.timeline()).includes(read[1]?.id ?? ''))
  const author = await db
    .selectFrom('actors')
    .selectAll()
    .where('uri', '=', stranger.uri)
    .executeTakeFirstOrThrow()
  const mute = { hidesNotifications: true, expiresAt: null }
  await inTransaction(db, async (tx) => muteActor(tx, context.home, me, author, mute, new Date()))
  const muted = tagged()
  await home.takes(stranger, stranger.create(muted))
  assert.ok(!(await home.timeline()).includes(muted.id))
  await inTransaction(db, async (tx) => unfollowHashtag(tx, me.id, owls.id))
})

test('a mention by somebody elsewhere reaches the device that asked for it', async () => {
  const { db, config } = home.context
  const device = new PushReceiver()
  const draft = { name: 'app', website: null, redirectUris: ['urn:ietf:wg:oauth:2.0:oob'], scopes: ['push'] }
  const { app } = await registerApp(db, draft, new Date())
  const access = { appId: app.id, actorId: home.me.id, scopes: ['push'] }
  const { id: tokenId, token } = await issueToken(db, access, new Date())
  const { sealingKey } = await loadVapidKeys(db, config)
  const subscription = {
    tokenId,
    actorId: home.me.id,
    endpoint: 'https://peer.example/push',
    host: 'peer.example',
    p256dh: Buffer.from(device.keys.p256dh, 'base64url'),
    auth: Buffer.from(device.keys.auth, 'base64url'),
    isStandard: true,
    alerts: { mention: true },
    policy: 'all',
    holder: { tokenId, sealedToken: sealToken(sealingKey, tokenId, token) },
  } as const
  await inTransaction(db, async (tx) => replaceSubscription(tx, subscription, new Date()))
  peer.answers('/push', () => ({ status: 201 }))
  const note = cleo.note({ content: '<p>hello Ben</p>', to: [PUBLIC], cc: [home.me.uri], tag: [toMe] })
  await home.takes(cleo, cleo.create(note))
  const pushes = peer.requests.filter(({ path }) => path === '/push')
  assert.deepEqual(
    pushes.map((request) => {
      const { message } = device.read(request)
      return [message['access_token'], message['notification_type'], message['body']]
    }),
    [[token, 'mention', 'hello Ben']],
  )
})
