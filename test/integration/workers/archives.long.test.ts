/** Posts of a former account come along with their dates, files, threads and addresses, and nobody elsewhere hears of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  cancelArchive,
  exportArchiveFailures,
  getArchive,
} from '../../../server/domain/archives/archive-progress.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { findByOldLinks } from '../../../server/domain/archives/old-links.ts'
import { deleteOwnPosts } from '../../../server/domain/posts/delete-post.ts'
import { listImports } from '../../../server/domain/imports/import-progress.ts'
import {
  boostActivity,
  formerPage,
  formerPost,
  handsIn,
  noteActivity,
  outboxOf,
  tarGzOf,
  worksOff,
  zipOf,
} from '../../support/archives.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { textOf } from '../../support/importing.ts'
import { pngOf } from '../../support/pictures.ts'
import { openPrivateClient } from '../../support/private-client.ts'
import { openPublicClient } from '../../support/public-client.ts'

const peer = await openFakePeer(undefined, { host: 'one.example' })
const home = await openFederationHome({ peers: [peer] })
const { db, me } = home
await home.isFollowedBy(peer.actor('bo'))

async function imported(id: number) {
  const postId = (await findByOldLinks(db, [formerPost(id)])).get(formerPost(id))
  assert.ok(postId !== undefined, `post ${id} did not come along`)
  return db.selectFrom('posts').selectAll().where('id', '=', postId).executeTakeFirstOrThrow()
}

/** Of a zip file, before the name. @see APPNOTE.TXT 4.3.7 */
const LOCAL_HEADER_BYTES = 30
const picture = pngOf(40, 30, [200, 40, 40], [40, 40, 200])
const ATTACHED = {
  type: 'Document',
  mediaType: 'image/png',
  url: '/media_attachments/files/000/001/original/red.png',
  name: 'Red over blue',
  focalPoint: [0.5, -0.5],
}

test('an archive of Mastodon becomes posts of the home: dates, threads, files, hashtags, links', async () => {
  const heard = peer.requests.length
  const hashtag = { type: 'Hashtag', href: 'https://old.example/tags/Birds', name: '#birds' }
  const outbox = outboxOf([
    noteActivity({
      id: 1,
      day: '2018-03-04',
      content:
        '<p>First <a href="https://old.example/tags/Birds" class="mention hashtag" rel="tag">#<span>Birds</span></a></p>',
      more: { tag: [hashtag], attachment: [ATTACHED] },
    }),
    noteActivity({ id: 2, day: '2018-03-05', to: 'unlisted', more: { inReplyTo: formerPost(1) } }),
    boostActivity(3),
    noteActivity({
      id: 4,
      day: '2020-01-01',
      to: 'followers',
      content: `<p>See <a href="${formerPage(1)}">what I wrote</a><script>alert(1)</script></p>`,
      more: { summary: 'Looking back', sensitive: true },
    }),
    noteActivity({ id: 5, day: '2020-01-02', to: 'direct' }),
  ])
  const bytes = await tarGzOf([
    { name: 'actor.json', bytes: '{}' },
    { name: 'media_attachments/files/000/001/original/red.png', bytes: picture },
    { name: 'outbox.json', bytes: outbox },
  ])
  const progress = await worksOff(home, await handsIn(home, bytes, 'archive.tar.gz'))
  const { state, entries, done, failed, passedOver, filesDone, formerUri } = progress
  assert.deepEqual(
    { state, entries, done, failed, passedOver, filesDone, formerUri },
    {
      state: 'finished',
      entries: 4,
      done: 4,
      failed: 0,
      passedOver: 1,
      filesDone: 1,
      formerUri: 'https://old.example/users/ana',
    },
  )
  const first = await imported(1)
  assert.equal(first.published_at.toISOString(), '2018-03-04T12:00:00.000Z')
  assert.equal(first.imported_from, formerPage(1))
  assert.equal(first.author_id, me.id)
  assert.ok(first.is_local && first.uri.startsWith('https://home.example/ap/posts/'))
  assert.match(first.content_html, /href="https:\/\/home\.example\/tags\/birds"/)
  const reply = await imported(2)
  assert.equal(reply.in_reply_to_id, first.id)
  assert.equal(reply.conversation_id, first.id)
  assert.equal(first.replies_count, 1)
  assert.ok(BigInt(first.id) < BigInt(reply.id))
  const later = await imported(4)
  assert.equal(later.visibility, 'followers')
  assert.equal(later.summary, 'Looking back')
  assert.equal(later.content_html.includes('alert'), false)
  assert.ok(later.content_html.includes(`href="${first.page_url}"`))
  const [file] = await db.selectFrom('attachments').selectAll().where('post_id', '=', first.id).execute()
  assert.equal(file?.description, 'Red over blue')
  assert.deepEqual([file?.width, file?.height, file?.focus_x, file?.focus_y], [40, 30, 0.5, -0.5])
  assert.equal((await imported(5)).visibility, 'direct')
  await home.work()
  assert.equal(peer.requests.length, heard, 'nobody elsewhere is told')
  assert.deepEqual(await home.timeline(), [])
})

test('the same archive again, in another form, doubles nothing; what is new in it comes along', async () => {
  const before = await db.selectFrom('posts').select('id').execute()
  const outbox = outboxOf([
    noteActivity({ id: 1, day: '2018-03-04', more: { attachment: [ATTACHED] } }),
    noteActivity({ id: 6, day: '2017-01-01' }),
  ])
  const bytes = await zipOf([
    { name: 'export/outbox.json', bytes: outbox },
    { name: 'export/media_attachments/files/000/001/original/red.png', bytes: picture },
  ])
  const { state, done, repeated, filesDone } = await worksOff(home, await handsIn(home, bytes, 'again.zip'))
  assert.deepEqual(
    { state, done, repeated, filesDone },
    { state: 'finished', done: 1, repeated: 1, filesDone: 0 },
  )
  assert.equal((await db.selectFrom('posts').select('id').execute()).length, before.length + 1)
})

test('what cannot come along is told with its reason, and a reply that came before its parent finds it later', async () => {
  const outbox = outboxOf([
    noteActivity({ id: 11, day: '2021-01-01', more: { inReplyTo: formerPost(12) } }),
    noteActivity({
      id: 13,
      day: '2021-01-03',
      content: '',
      more: { attachment: [{ ...ATTACHED, url: '/gone.png' }] },
    }),
    noteActivity({ id: 14, day: '2021-01-04', more: { attachment: [{ ...ATTACHED, url: '/text.png' }] } }),
    noteActivity({ id: 15, day: 'never' }),
  ])
  const bytes = await zipOf([
    { name: 'outbox.json', bytes: outbox },
    { name: 'text.png', bytes: 'no picture at all' },
  ])
  const progress = await worksOff(home, await handsIn(home, bytes, 'partly.zip'))
  assert.deepEqual([progress.done, progress.failed, progress.filesFailed], [2, 2, 2])
  const failures = await textOf(exportArchiveFailures(db, progress.id))
  assert.match(failures, /@ana\/13,failed,1 of 1 files did not come along: gone\.png: is not in the archive/)
  assert.match(failures, /@ana\/14,done,"?1 of 1 files did not come along/)
  assert.match(failures, /statuses\/15,failed,says no date/)
  assert.equal((await imported(11)).in_reply_to_id, null)
  const parent = outboxOf([noteActivity({ id: 12, day: '2020-12-31' })])
  await worksOff(home, await handsIn(home, Buffer.from(parent), 'outbox.json'))
  assert.equal((await imported(11)).in_reply_to_id, (await imported(12)).id)
  assert.equal((await imported(12)).replies_count, 1)
})

test('what Pixelfed and tools export as statuses comes along, pictures from where they lie', async () => {
  peer.answers('/p/sunset.png', () => ({ headers: { 'content-type': 'image/png' }, body: picture }))
  const status = (id: string, more: object) => ({
    id,
    uri: `https://pix.example/p/ana/${id}`,
    url: `https://pix.example/p/ana/${id}`,
    created_at: '2022-05-06T07:08:09.000Z',
    visibility: 'public',
    sensitive: false,
    spoiler_text: '',
    language: 'de',
    content: `<p>Nummer ${id}</p>`,
    in_reply_to_id: null,
    reblog: null,
    media_attachments: [],
    mentions: [],
    tags: [],
    ...more,
  })
  const file = {
    type: 'image',
    url: 'https://one.example/p/sunset.png',
    description: 'A sunset',
    meta: { focus: { x: 0, y: 1 } },
  }
  const statuses = [
    status('100', { media_attachments: [file] }),
    status('101', {
      in_reply_to_id: '100',
      tags: [{ name: 'abend', url: 'https://pix.example/discover/tags/abend' }],
    }),
    status('102', { reblog: { id: '1' } }),
  ]
  const progress = await worksOff(
    home,
    await handsIn(home, Buffer.from(JSON.stringify(statuses)), 'pixelfed-statuses.json'),
  )
  assert.deepEqual([progress.done, progress.passedOver, progress.filesDone], [2, 1, 1])
  const links = ['https://pix.example/p/ana/100', 'https://pix.example/p/ana/101']
  const ids = await findByOldLinks(db, links)
  const reply = await db
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', ids.get(links[1] ?? '') ?? '')
    .executeTakeFirstOrThrow()
  assert.equal(reply.in_reply_to_id, ids.get(links[0] ?? ''))
})

test('an archive of X comes along: addresses are put back, reposts are passed over', async () => {
  const tweet = (id: string, more: object) => ({
    tweet: {
      id_str: id,
      full_text: `Number ${id} &amp; more`,
      created_at: 'Wed Oct 10 20:19:24 +0000 2018',
      lang: 'en',
      ...more,
    },
  })
  const media = {
    url: 'https://t.co/p',
    media_url_https: 'https://pbs.twimg.com/media/abc.png',
    type: 'photo',
  }
  const script = `window.YTD.tweets.part0 = ${JSON.stringify([
    tweet('200', {
      full_text: 'Look https://t.co/x https://t.co/p',
      entities: { urls: [{ url: 'https://t.co/x', expanded_url: 'https://birds.example/' }] },
      extended_entities: { media: [media] },
    }),
    tweet('201', { in_reply_to_status_id_str: '200' }),
    tweet('202', { full_text: 'RT @someone: theirs' }),
  ])}`
  const bytes = await zipOf([
    { name: 'data/tweets.js', bytes: script },
    { name: 'data/tweets_media/200-abc.png', bytes: picture },
  ])
  const progress = await worksOff(home, await handsIn(home, bytes, 'twitter.zip'))
  assert.deepEqual([progress.done, progress.passedOver, progress.filesDone], [2, 1, 1])
  const link = 'https://x.com/i/web/status/200'
  const id = (await findByOldLinks(db, [link])).get(link) ?? ''
  const post = await db.selectFrom('posts').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  assert.equal(post.content_text, 'Look https://birds.example/')
  assert.equal(post.published_at.toISOString(), '2018-10-10T20:19:24.000Z')
})

test('hostile archives are refused in words, and leave nothing', async () => {
  const posts = { name: 'outbox.json', bytes: outboxOf([noteActivity({ id: 90, day: '2019-01-01' })]) }
  const cases = [
    [await tarGzOf([{ name: '../../etc/cron.d/evil', bytes: 'x' }, posts]), /leads out of the archive/],
    [await tarGzOf([{ name: 'notes.txt', bytes: 'x' }]), /holds no posts/],
    [(await tarGzOf([posts])).subarray(0, 100), /cannot be read/],
    [(await zipOf([posts])).subarray(0, 200), /cannot be read/],
    [Buffer.from('this is no archive'), /neither a zip nor a tar/],
    [Buffer.from('{"orderedItems":[{"id":'), /ends in the middle/],
    [Buffer.from(`{"orderedItems":${'['.repeat(300)}`), /nested deeper/],
  ] as const
  for (const [bytes, failure] of cases) {
    const progress = await worksOff(home, await handsIn(home, Buffer.from(bytes), 'hostile'))
    assert.equal(progress.state, 'failed')
    assert.match(progress.failure ?? '', failure)
    assert.equal(await home.context.shelf.has(progress.id), false)
  }
  const link = await tarGzOf([{ name: 'media/link.png', bytes: '', type: 'symlink' }, posts])
  const { state, done } = await worksOff(home, await handsIn(home, link, 'link.tar.gz'))
  assert.deepEqual([state, done], ['finished', 1])
})

test('one that is cancelled goes, and the same one twice at once is one', async () => {
  const bytes = Buffer.from(outboxOf([noteActivity({ id: 70, day: '2019-02-01' })]))
  const id = await handsIn(home, bytes, 'outbox.json')
  assert.equal(await handsIn(home, bytes, 'outbox.json'), id)
  await cancelArchive(db, id, new Date())
  assert.equal((await worksOff(home, id)).state, 'cancelled')
  assert.equal(await home.context.shelf.has(id), false)
  assert.equal((await getArchive(db, id)).done, 0)
})

test('the owner hands an archive in, follows it, and finds old links; nobody else may', async () => {
  const owner = await openPrivateClient(home.context, 'correct horse battery')
  const api = '/api/homebird/v1/archives'
  const send = { method: 'POST', headers: { 'content-type': 'application/octet-stream' } }
  const body = outboxOf([
    noteActivity({ id: 80, day: '2016-02-03' }),
    // Whoever packs an archive has no say about addresses of others.
    noteActivity({ id: 81, day: '2016-02-04', more: { url: 'https://else.example/@bo/81' } }),
    noteActivity({
      id: 83,
      day: '2016-02-05',
      more: { id: 'https://old.example.invalid/users/ana/statuses/83' },
    }),
    noteActivity({ id: 82, day: 'never' }),
  ])
  const made = await owner.ask(`${api}?name=outbox.json`, { ...send, body })
  assert.equal(made.status, 202, made.text())
  const id = String(made.json()['id'])
  assert.deepEqual([made.json()['name'], made.json()['state']], ['outbox.json', 'reading'])
  await worksOff(home, id)
  const progress = (await owner.ask(`${api}/${id}`)).json()
  assert.deepEqual([progress['state'], progress['done'], progress['failed']], ['finished', 2, 2])
  const failures = (await owner.ask(`${api}/${id}/failures.csv`)).text()
  assert.match(failures, /statuses\/83,failed,\S+ is not on the origin of its author/)
  assert.match(failures, /statuses\/82,failed,says no date\n$/)
  assert.equal((await findByOldLinks(db, ['https://else.example/@bo/81'])).size, 0)
  assert.equal((await imported(81)).imported_from, formerPost(81))
  assert.equal((await owner.ask(`${api}/${id}/cancel`, { method: 'POST' })).json()['state'], 'finished')
  assert.ok((await owner.ask(api)).json()['archives']?.length)
  for (const link of [formerPage(80), formerPost(80)]) {
    const found = (await owner.ask(`/api/v2/search?q=${encodeURIComponent(link)}`)).json()['statuses']
    assert.deepEqual(
      [...(found ?? [])].map((status) => [status['imported_from'], status['created_at']]),
      [[formerPage(80), '2016-02-03T12:00:00.000Z']],
    )
  }
  const refusals = [
    [api, '', 422],
    [`${api}?identity=999`, 'x', 404],
    [`${api}/999`, null, 404],
    [`${api}/999/cancel`, '', 404],
  ] as const
  for (const [path, text, status] of refusals) {
    const answer = await owner.ask(path, text === null ? {} : { ...send, body: text })
    assert.equal(answer.status, status, `${path}: ${answer.text()}`)
  }
  assert.equal((await owner.askAsStranger(api)).status, 401)
  assert.equal((await owner.askAsStranger(api, { ...send, body })).status, 401)
})

test('a server of the same name stood here before: its addresses lead to what came along', async () => {
  const former = 'https://home.example/users/ben'
  const id = `${former}/statuses/10600000000000091`
  const url = 'https://home.example/@ben/10600000000000091'
  const letter = `${former}/statuses/10600000000000092`
  const outbox = outboxOf([
    noteActivity({ id: 91, day: '2015-02-04', more: { id, url, attributedTo: former } }),
    noteActivity({ id: 92, day: '2015-02-05', to: 'direct', more: { id: letter, attributedTo: former } }),
  ])
  await worksOff(home, await handsIn(home, Buffer.from(outbox), 'outbox.json'))
  const [, postId = ''] = [...(await findByOldLinks(db, [id]))][0] ?? []
  const post = await db.selectFrom('posts').selectAll().where('id', '=', postId).executeTakeFirstOrThrow()
  const ask = await openPublicClient(home)
  for (const address of [id, url]) {
    const { pathname } = new URL(address)
    const old = await ask(pathname)
    assert.deepEqual([old.status, old.headers.location], [301, post.page_url], pathname)
    const read = await ask(pathname, 'application/activity+json')
    assert.deepEqual([read.status, read.headers.location], [301, post.uri], pathname)
  }
  assert.equal((await ask('/@ben/10600000000000099')).status, 404)
  assert.equal((await ask('/users/ben/statuses/10600000000000099')).status, 404)
  assert.equal((await ask(new URL(letter).pathname)).status, 404, 'a letter is nobody else’s')
})

test('bookmarks come along as a list of them does; whatever else stands in their file harms nothing', async () => {
  const note = peer.publish(peer.actor('cleo').note({ content: 'kept' }))
  const posts = { name: 'outbox.json', bytes: outboxOf([noteActivity({ id: 97, day: '2013-01-01' })]) }
  const listed = JSON.stringify({
    type: 'OrderedCollection',
    orderedItems: [note.id, 7, { id: 'x' }, 'no address'],
  })
  const bytes = await zipOf([posts, { name: 'bookmarks.json', bytes: listed }])
  assert.equal((await worksOff(home, await handsIn(home, bytes, 'kept.zip'))).state, 'finished')
  await home.work()
  const [list] = await listImports(db, me.id)
  assert.deepEqual([list?.kind, list?.state, list?.entries, list?.done], ['bookmarks', 'finished', 1, 1])
  const broken = await zipOf([posts, { name: 'bookmarks.json', bytes: '{"orderedItems":["https://one' }])
  assert.equal((await worksOff(home, await handsIn(home, broken, 'broken.zip'))).repeated, 1)
  const damaged = Buffer.from(bytes)
  // The signature that stands before what a zip file says of it.
  damaged.write('XX', damaged.indexOf('bookmarks.json') - LOCAL_HEADER_BYTES)
  const listedAll = await worksOff(home, await handsIn(home, damaged, 'damaged.zip'))
  assert.deepEqual([listedAll.state, listedAll.repeated], ['finished', 1])
  assert.equal((await listImports(db, me.id)).length, 1)
})

test('nobody is told of the end of what nobody ever had; whoever asked for it is', async () => {
  const outbox = outboxOf([
    noteActivity({ id: 95, day: '2014-01-01' }),
    noteActivity({ id: 96, day: '2014-01-02' }),
  ])
  await worksOff(home, await handsIn(home, Buffer.from(outbox), 'outbox.json'))
  const [unread, read] = [await imported(95), await imported(96)]
  const ask = await openPublicClient(home)
  const answer = await ask(new URL(read.uri).pathname, 'application/activity+json')
  assert.equal(answer.status, 200, answer.text())
  await inTransaction(db, async (tx) => deleteOwnPosts(tx, [unread.id, read.id], new Date()))
  await home.work()
  const deleted = peer.sharedInbox.received
    .filter(({ type }) => type === 'Delete')
    .map(({ activity }) => (activity['object'] as { readonly id: string }).id)
  assert.deepEqual(deleted, [read.uri])
})
