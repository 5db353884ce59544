/** What is made to take along: the archive that other servers' tools read, the pages that open from a disk, and how making them ends. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { readArchivePosts } from '../../../server/activitypub/archives/read-archive.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import type { Row } from '../../../server/db/tables.ts'
import type { ArchivedPost } from '../../../server/domain/archives/archived-post.ts'
import { fileFinder } from '../../../server/domain/archives/file-finder.ts'
import {
  cancelExport,
  getExport,
  listExports,
  queueExport,
  removeExport,
  removeLeftExports,
} from '../../../server/domain/exports/export-jobs.ts'
import { likePost } from '../../../server/domain/interactions/like-post.ts'
import { boostPost } from '../../../server/domain/posts/boost-post.ts'
import { keepContent } from '../../../server/domain/uploads/content-files.ts'
import { openArchive } from '../../../server/storage/archives/open-archive.ts'
import { openExportFolder } from '../../../server/storage/export-folder.ts'
import { exportHandlers } from '../../../server/workers/export-handlers.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { newPicture } from '../../support/pictures.ts'
import { readZip } from '../../support/read-zip.ts'

const peer = await openFakePeer()
const home = await openFederationHome({ peers: [peer] })
const { db, me, context } = home
const { media, exports, clock } = context
const ana = peer.actor('ana')

async function pictureOf(post: Row<'posts'> | null, description = ''): Promise<string> {
  const bytes = newPicture()
  const chunks = (async function* () {
    yield bytes
  })()
  const key = await keepContent(db, media, await media.write(chunks), 'image/png')
  if (post !== null) {
    const file = { kind: 'image', media_type: 'image/png', file_key: key, preview_key: key } as const
    await db
      .insertInto('attachments')
      .values({ ...file, post_id: post.id, description })
      .execute()
  }
  return key
}

const queue = async (kind: 'archive' | 'html', isPrivate: boolean): Promise<string> =>
  inTransaction(db, async (tx) => queueExport(tx, { actorId: me.id, kind, isPrivate }))

async function made(kind: 'archive' | 'html', isPrivate = false): Promise<Map<string, Buffer>> {
  const id = await queue(kind, isPrivate)
  assert.equal(await queue(kind, true), id, 'one at a time')
  await home.work()
  const progress = await getExport(db, id)
  assert.equal(progress.state, 'ready', progress.problem ?? '')
  assert.equal(progress.done, progress.total)
  const file = await exports.open(id)
  assert.ok(file)
  assert.equal(file.size, progress.bytes)
  return readZip(await buffer(file.bytes))
}

const jsonOf = (files: Map<string, Buffer>, path: string) => JSON.parse(String(files.get(path)))

// One life, told once and read in every shape below.
await home.follows(ana)
await home.takes(ana, ana.create(ana.note({ content: '<p>a remote post</p>' })))
const [remoteUri = ''] = await home.timeline()
const remote = await home.post(remoteUri)
assert.ok(remote)
const first = await home.writes('first <b>words</b> #spring')
const firstPicture = await pictureOf(first, 'a "red" cup & saucer')
const answer = await home.writes('an answer', 'unlisted', { inReplyToId: first.id, summary: 'careful' })
const secret = await home.writes('only for followers', 'followers')
const secretPicture = await pictureOf(secret)
const avatar = await pictureOf(null)
await db
  .updateTable('actors')
  .set({ icon_url: `https://home.example/media/${avatar}` })
  .where('id', '=', me.id)
  .execute()
await db
  .updateTable('posts')
  .set({ published_at: '2023-05-31T23:59:59.123456Z' })
  .where('id', '=', first.id)
  .execute()
await inTransaction(db, async (tx) => {
  const identity = await home.identity()
  await likePost(tx, context.home, identity, remote, clock.now())
  await boostPost(tx, context.home, identity, remote, 'public', clock.now())
  await tx.insertInto('bookmarks').values({ actor_id: me.id, post_id: remote.id }).execute()
})
await home.work()

test('the archive has the shape that tools of Mastodon read, with every post, file and list', async () => {
  const files = await made('archive')
  const actor = jsonOf(files, 'actor.json')
  assert.equal(actor.id, me.uri)
  assert.equal(actor.outbox, 'outbox.json')
  assert.equal(actor.icon.url, 'avatar.png')
  assert.ok(files.get('avatar.png')?.length)
  assert.doesNotMatch(String(files.get('actor.json')), /PRIVATE KEY/)
  assert.ok(!files.has('keys.json'))
  const outbox = jsonOf(files, 'outbox.json')
  assert.equal(outbox.type, 'OrderedCollection')
  assert.equal(outbox.totalItems, 4)
  const [one, two, three, four] = outbox.orderedItems
  assert.deepEqual(
    [one, two, three, four].map(({ type }) => type),
    ['Create', 'Create', 'Create', 'Announce'],
  )
  assert.equal(one.object.id, first.uri)
  assert.equal(one.published, '2023-05-31T23:59:59Z')
  assert.deepEqual(
    one.object.attachment.map(({ url, name }: { url: string; name: string }) => [url, name]),
    [[`media_attachments/files/${firstPicture}`, 'a "red" cup & saucer']],
  )
  assert.equal(two.object.inReplyTo, first.uri)
  assert.equal(two.object.summary, 'careful')
  assert.deepEqual(three.to, [me.followers_uri])
  assert.equal(four.object, remote.uri)
  assert.ok(!('@context' in one))
  for (const key of [firstPicture, secretPicture]) {
    const kept = await media.open(key)
    assert.ok(kept)
    assert.deepEqual(files.get(`media_attachments/files/${key}`), await buffer(kept))
  }
  assert.deepEqual(jsonOf(files, 'likes.json').orderedItems, [remote.uri])
  assert.deepEqual(jsonOf(files, 'bookmarks.json').orderedItems, [remote.uri])
  assert.equal(
    String(files.get('lists/following.csv')),
    `Account address,Show boosts,Notify on new posts,Languages\n${ana.handle},true,false,\n`,
  )
})

test('a home takes its own archive in: the posts with their dates, for whom they were, and their files', async (t) => {
  const id = await queue('archive', true)
  await home.work()
  const file = await exports.open(id)
  assert.ok(file)
  const folder = await mkdtemp(join(tmpdir(), 'hb-archive-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'archive.zip')
  await writeFile(path, file.bytes)
  const archive = await openArchive(path, { folder, signal: new AbortController().signal })
  t.after(async () => archive[Symbol.asyncDispose]())
  const posts: ArchivedPost[] = []
  for await (const { item } of readArchivePosts(archive)) {
    assert.notEqual(item.kind, 'flawed')
    if (item.kind === 'post') posts.push(item.post)
  }
  assert.deepEqual(
    posts.map(({ links: [uri], visibility, inReplyTo, summary }) => [uri, visibility, inReplyTo, summary]),
    [
      [first.uri, 'public', null, ''],
      [answer.uri, 'unlisted', first.uri, 'careful'],
      [secret.uri, 'followers', null, ''],
    ],
  )
  assert.equal(posts[0]?.publishedAt.toISOString(), '2023-05-31T23:59:59.000Z')
  const [picture] = posts[0]?.files ?? []
  assert.equal(picture?.description, 'a "red" cup & saucer')
  assert.equal(
    fileFinder(archive.files.keys())(picture?.source ?? ''),
    `media_attachments/files/${firstPicture}`,
  )
})

test('the pages have public posts, or all of them when that is asked for; what they link to is in them', async () => {
  const files = await made('html')
  const index = String(files.get('index.html'))
  assert.match(index, /May 2023/)
  assert.match(index, /src="avatar\.png"/)
  const may = String(files.get('2023-05.html'))
  assert.match(may, /first &lt;b&gt;words/)
  assert.match(may, new RegExp(`src="media/${firstPicture}" alt="a &quot;red&quot; cup &amp; saucer"`))
  const rest = [...files].filter(([path]) => /^\d/.test(path) && path !== '2023-05.html')
  assert.equal(rest.length, 1)
  const newest = String(rest[0]?.[1])
  assert.match(newest, new RegExp(`href="2023-05\\.html#p${first.id}"`))
  assert.match(newest, /<details><summary dir="auto">careful/)
  assert.match(newest, new RegExp(`Boosted a post by <a href="${remote.page_url ?? remote.uri}"`))
  const all = [...files.values()].map(String).join('\n')
  assert.doesNotMatch(all, /only for followers|<script/)
  assert.ok(!files.has(`media/${secretPicture}`))
  const whole = await made('html', true)
  assert.match([...whole.values()].map(String).join('\n'), /only for followers/)
  assert.ok(whole.has(`media/${secretPicture}`))
  for (const [path, page] of whole) {
    if (!path.endsWith('.html')) continue
    for (const [, target = ''] of String(page).matchAll(/(?:href|src)="([^"]*)"/g)) {
      if (target.startsWith('https://')) continue
      const [file = '', anchor] = target.split('#')
      assert.ok(whole.has(file), `${path} leads to ${target}`)
      if (anchor !== undefined) assert.match(String(whole.get(file)), new RegExp(`id="${anchor}"`))
    }
  }
})

test('a file that the home has lost is counted, and the rest is made', async () => {
  const lost = await pictureOf(await home.writes('with a lost file'))
  await home.work()
  await media.remove(lost)
  const files = await made('archive')
  const [latest] = await listExports(db)
  assert.equal(latest?.missing, 1)
  assert.ok(!files.has(`media_attachments/files/${lost}`))
  assert.ok(files.has(`media_attachments/files/${firstPicture}`))
})

test('one that the owner ends in the midst leaves no file, and can be taken away', async () => {
  const id = await queue('archive', true)
  await assert.rejects(removeExport(db, exports, id), /is being made/)
  const row = await db.selectFrom('exports').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  // A worker has it in its hands already, and looks whether it is still wanted with each step.
  await cancelExport(db, id, new Date())
  const handlers = exportHandlers({ ...context, clock: { ...clock, monotonicMs: monotonic() } })
  const verdict = await handlers.making.each(row, { signal: new AbortController().signal, mostCalls: 1 })
  assert.equal(verdict, 'cancelled')
  assert.equal((await getExport(db, id)).state, 'cancelled')
  assert.ok(!(await exports.list()).includes(id))
  await removeExport(db, exports, id)
  await assert.rejects(getExport(db, id), /there is no export/)
})

test('one for which there is no room says so, and not where the home keeps its files', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hb-full-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  const id = await queue('html', false)
  const row = await db.selectFrom('exports').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const full = openExportFolder(folder, { leastFreeBytes: Number.MAX_SAFE_INTEGER })
  const handlers = exportHandlers({ ...context, exports: full })
  const verdict = await handlers.making.each(row, { signal: new AbortController().signal, mostCalls: 1 })
  const { problem } = await getExport(db, id)
  assert.match(problem ?? '', /^The disk has \d+ bytes left and \d+ are needed: make room/)
  assert.deepEqual(verdict, { to: 'failed', note: problem })
  await cancelExport(db, id, new Date())
})

/** Two looks at it are always far apart. */
function monotonic(): () => number {
  let now = 0
  return () => (now += 10_000)
}

test('one that the worker is stopped in begins anew and comes to its end', async () => {
  const id = await queue('html', false)
  const row = await db.selectFrom('exports').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const stopping = AbortSignal.abort(new Error('the worker stops'))
  await assert.rejects(
    async () => exportHandlers(context).making.each(row, { signal: stopping, mostCalls: 1 }),
    /the worker stops|abort/,
  )
  assert.ok(!(await exports.list()).includes(id))
  assert.equal((await getExport(db, id)).state, 'making')
  await home.work()
  assert.equal((await getExport(db, id)).state, 'ready')
})

test('files whose exports are gone are swept, the others stay', async () => {
  const [latest] = await listExports(db)
  assert.ok(latest)
  const before = await exports.list()
  assert.equal(await removeLeftExports(db, exports), 0)
  await db.deleteFrom('exports').where('id', '=', latest.id).execute()
  assert.equal(await removeLeftExports(db, exports), 1)
  assert.deepEqual((await exports.list()).toSorted(), before.filter((id) => id !== latest.id).toSorted())
})
