/** What is made to take along, read by somebody who knows nothing of this program: the ZIP, JSON, CSV and HTML of Python's library. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { promisify } from 'node:util'
import { inTransaction } from '../../../server/db/transaction.ts'
import type { Row } from '../../../server/db/tables.ts'
import { getExport, queueExport } from '../../../server/domain/exports/export-jobs.ts'
import { likePost } from '../../../server/domain/interactions/like-post.ts'
import { keepContent } from '../../../server/domain/uploads/content-files.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { findProgram } from '../../support/find-program.ts'
import { newPicture } from '../../support/pictures.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

const READER = join(import.meta.dirname, '..', '..', 'support', 'python', 'read_export.py')
const python = findProgram('python3')
const skip = python === null ? 'python3 is not installed' : false
const POSTS = 250

const peer = await openFakePeer()
const home = await openFederationHome({ peers: [peer] })
const { db, me, context } = home
const ana = peer.actor('ana')
const folder = await mkdtemp(join(tmpdir(), 'hb-elsewhere-'))
closeBeforeCluster(async () => rm(folder, { recursive: true, force: true }))
let remote: Row<'posts'>

async function withPicture(post: Row<'posts'>): Promise<void> {
  const chunks = (async function* () {
    yield newPicture()
  })()
  const { media } = context
  const key = await keepContent(db, media, await media.write(chunks), 'image/png')
  const file = { kind: 'image', media_type: 'image/png', file_key: key, preview_key: key } as const
  await db
    .insertInto('attachments')
    .values({ ...file, post_id: post.id, description: 'a "red" cup & <saucer>' })
    .execute()
}

before(async () => {
  await home.follows(ana)
  await home.takes(ana, ana.create(ana.note({ content: '<p>a remote post</p>' })))
  const [uri = ''] = await home.timeline()
  remote = (await home.post(uri)) ?? assert.fail('the post has not come')
  const first = await home.writes('odd <b>words</b> & "signs", naïve 日本 #spring')
  await withPicture(first)
  await home.writes('an answer', 'followers', { inReplyToId: first.id, summary: 'careful' })
  // More than one step of the writer has, in months of their own.
  for (let number = 0; number < POSTS - 2; number += 1) await home.writes(`post ${number}`)
  await db
    .updateTable('posts')
    .set((eb) => ({ published_at: eb.val(new Date('2023-05-31T23:59:59Z')) }))
    .where('id', '=', first.id)
    .execute()
  await inTransaction(db, async (tx) => {
    await likePost(tx, context.home, await home.identity(), remote, context.clock.now())
    await tx.insertInto('bookmarks').values({ actor_id: me.id, post_id: remote.id }).execute()
  })
  await home.work()
})

/** Made by the home, read by the other program. */
async function readElsewhere(kind: 'archive' | 'html'): Promise<Record<string, unknown>> {
  const id = await inTransaction(db, async (tx) => queueExport(tx, { actorId: me.id, kind, isPrivate: true }))
  await home.work()
  const progress = await getExport(db, id)
  assert.equal(progress.state, 'ready', progress.problem ?? '')
  const file = await context.exports.open(id)
  assert.ok(file)
  const path = join(folder, `${kind}.zip`)
  await writeFile(path, file.bytes)
  const { stdout } = await promisify(execFile)(python ?? '', [READER, kind, path], {
    maxBuffer: 64 * 1_048_576,
  })
  return JSON.parse(stdout) as Record<string, unknown>
}

test(
  'the archive is read whole, its lists are tables, and its files are where it says',
  { skip },
  async () => {
    const { damaged, actor, posts, counted, likes, bookmarks, missing, lists } =
      await readElsewhere('archive')
    assert.deepEqual([damaged, actor, counted, missing], [null, me.uri, POSTS, []])
    assert.equal(new Set((posts as [string, string][]).map(([, id]) => id)).size, POSTS)
    assert.deepEqual([likes, bookmarks], [[remote.uri], [remote.uri]])
    const rows = lists as Record<string, number>
    assert.equal(rows['lists/following.csv'], 2, 'a head, and one who is followed')
    assert.ok(Object.keys(rows).length >= 6, Object.keys(rows).join(' '))
  },
)

test('the pages are well formed, and every link within them leads somewhere', { skip }, async () => {
  const { damaged, pages, broken, flaws, words } = await readElsewhere('html')
  assert.deepEqual([damaged, broken, flaws], [null, [], []])
  assert.ok((pages as string[]).includes('2023-05.html'))
  for (const words_ of ['odd <b>words</b> & "signs", naïve 日本', `post ${POSTS - 3}`, 'careful'])
    assert.ok(String(words).includes(words_), words_)
})
