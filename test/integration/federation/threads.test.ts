import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { RemoteCollections } from '../../../server/activitypub/remote-collections.ts'
import { RemoteDocuments } from '../../../server/activitypub/remote-documents.ts'
import { ThreadCompleter } from '../../../server/activitypub/threads/complete-thread.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import {
  documentsAsked,
  listReplies,
  looksAt,
  rootNote,
  threadRow,
  worksUntilDone,
} from '../../support/thread-world.ts'

const names = ['root.example', 'near.example', 'far.example'] as const
const peers = await Promise.all(names.map(async (host) => openFakePeer(undefined, { host })))
const [rootPeer, nearPeer, farPeer] = peers
if (rootPeer === undefined || nearPeer === undefined || farPeer === undefined) throw new Error('three peers')
// How much a server is asked within a minute is remembered by this time.
let minutes = 0
const clock = { now: () => new Date(), monotonicMs: () => performance.now() + minutes * 60_000 }
const home = await openFederationHome({ peers, clock })
const { dereferencer } = home.context
const ana = rootPeer.actor('ana')
const bob = nearPeer.actor('bob')
const cleo = farPeer.actor('cleo')

async function childrenOf(uri: string): Promise<string[]> {
  const parent = await home.post(uri)
  const rows = await home.db
    .selectFrom('posts')
    .select('uri')
    .where('in_reply_to_id', '=', parent?.id ?? '')
    .orderBy('id')
    .execute()
  return rows.map((row) => row.uri)
}

/** Documents that were asked for since the call, server by server. */
function watch(): () => string[] {
  const before = peers.map((peer) => documentsAsked(peer).length)
  return () => peers.flatMap((peer, n) => documentsAsked(peer).slice(before[n]))
}

afterEach(() => {
  minutes += 1
})

test('a thread of three hundred replies becomes whole in several attempts of one budget each', async () => {
  const root = rootNote(ana)
  const authors = [ana, bob, cleo]
  const replies = Array.from(
    { length: 300 },
    (_, n) => (authors[n % 3] ?? ana).note({ inReplyTo: root.id }).id,
  )
  listReplies(rootPeer, root, [replies.slice(0, 100), replies.slice(100, 200), replies.slice(200)])
  assert.ok(await dereferencer.postByUri(root.id))
  const counts: number[] = []
  const begun = await looksAt(home, root.id)
  assert.ok(begun?.isRunning)
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const asked = watch()
    await home.work(attempt === 0 ? {} : { dueWithinSeconds: 60 })
    counts.push(asked().length)
    if ((await threadRow(home, begun.id)).state === 'done') break
  }
  // Each attempt takes all that its budget allows, and the last one the rest: the collection, three pages, two hundred
  // items at a time, three hundred posts, two authors who were not known.
  assert.deepEqual(counts, [50, 50, 50, 50, 50, 50, 6])
  assert.equal((await childrenOf(root.id)).length, 300)
  const row = await threadRow(home, begun.id)
  assert.deepEqual(
    [row.posts_stored, row.documents_read, row.pages_read, row.items_listed, row.remaining],
    [300, 306, 4, 300, 0],
  )
  assert.ok(row.done_at)
  assert.equal((await home.post(root.id))?.replies_count, 300)
  const all = documentsAsked(...peers).filter((uri) => replies.includes(uri))
  assert.equal(new Set(all).size, all.length, 'no reply is asked for twice')
  assert.deepEqual(await home.notifications(), [])
  assert.deepEqual(await home.timeline(), [])
})

test('answers to answers are found on the servers of those who wrote them', async () => {
  const root = rootNote(ana)
  const first = rootNote(bob, { inReplyTo: root.id })
  const second = rootNote(cleo, { inReplyTo: first.id })
  const third = ana.note({ inReplyTo: second.id })
  listReplies(rootPeer, root, [[first.id]])
  listReplies(nearPeer, first, [[second.id]])
  listReplies(farPeer, second, [[third.id]])
  await dereferencer.postByUri(root.id)
  const begun = await looksAt(home, root.id)
  await worksUntilDone(home, begun?.id ?? '')
  const last = await home.post(third.id)
  assert.equal(last?.conversation_id, (await home.post(root.id))?.id)
  assert.equal(last?.in_reply_to_id, (await home.post(second.id))?.id)
})

test('looking at a reply brings what comes before first, and then the whole thread', async () => {
  const root = rootNote(ana)
  const middle = bob.note({ inReplyTo: root.id })
  const leaf = cleo.note({ inReplyTo: middle.id })
  const aside = cleo.note({ inReplyTo: root.id })
  listReplies(rootPeer, root, [[middle.id, aside.id]])
  await home.follows(cleo)
  await home.takes(cleo, cleo.create(leaf))
  assert.equal(await home.post(middle.id), undefined)
  const asked = watch()
  const begun = await looksAt(home, leaf.id)
  await worksUntilDone(home, begun?.id ?? '')
  assert.deepEqual(
    asked().filter((uri) => !uri.endsWith('/replies') && !uri.includes('?')),
    [middle.id, root.id, aside.id].toSorted(byPeerOrder),
  )
  const [rootRow, asideRow, leafRow] = await Promise.all(
    [root, aside, leaf].map(async ({ id }) => home.post(id)),
  )
  assert.equal(asideRow?.in_reply_to_id, rootRow?.id)
  assert.equal(leafRow?.conversation_id, rootRow?.id)
  // The run goes on under the first post that is known now.
  assert.equal((await threadRow(home, begun?.id ?? '')).conversation_id, rootRow?.id)
  await home.db.deleteFrom('follows').execute()
})

/** Requests are recorded peer by peer. */
function byPeerOrder(a: string, b: string): number {
  const place = (uri: string): number => names.findIndex((name) => uri.includes(name))
  return place(a) - place(b)
}

test('of a long way up twenty posts are read at a time', async () => {
  const chain = [bob.note()]
  for (let n = 1; n <= 45; n += 1) chain.push(bob.note({ inReplyTo: chain[n - 1]?.id ?? '' }))
  const leaf = chain[45]?.id ?? ''
  await dereferencer.postByUri(leaf, { limits: { ancestors: 0 } })
  const begun = await looksAt(home, leaf)
  const counts: number[] = []
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const asked = watch()
    await home.work(attempt === 0 ? {} : { dueWithinSeconds: 60 })
    counts.push(asked().length)
  }
  assert.deepEqual(counts, [20, 20, 5])
  assert.equal((await home.post(leaf))?.conversation_id, (await home.post(chain[0]?.id ?? ''))?.id)
  assert.equal((await threadRow(home, begun?.id ?? '')).state, 'done')
})

test('a post for the owner that answers something unknown brings what comes before it, and nothing else', async () => {
  const root = rootNote(ana)
  const middle = ana.note({ inReplyTo: root.id })
  const other = cleo.note({ inReplyTo: root.id })
  listReplies(rootPeer, root, [[middle.id, other.id]])
  const mention = bob.note({
    inReplyTo: middle.id,
    cc: [home.me.uri],
    tag: [{ type: 'Mention', href: home.me.uri, name: '@ben@home.example' }],
  })
  await home.takes(bob, bob.create(mention))
  assert.deepEqual(await childrenOf(root.id), [middle.id])
  assert.deepEqual(await childrenOf(middle.id), [mention.id])
  const begun = await looksAt(home, mention.id)
  assert.ok(begun?.isRunning, 'who looks wants more than what comes before')
  await worksUntilDone(home, begun.id)
  assert.deepEqual(await childrenOf(root.id), [middle.id, other.id])
})

test('a run that was interrupted goes on in another worker, and asks for nothing twice', async () => {
  const root = rootNote(ana)
  const replies = Array.from({ length: 30 }, () => cleo.note({ inReplyTo: root.id }).id)
  listReplies(rootPeer, root, [replies])
  await dereferencer.postByUri(root.id)
  const begun = await looksAt(home, root.id)
  const asked = watch()
  const collections = new RemoteCollections(new RemoteDocuments(home.context))
  const parts = { ...home.context, collections, limits: { maxItems: 500, maxPages: 100 } }
  const stop = new AbortController()
  const { pathname } = new URL(replies[4] ?? '')
  const note = { ...cleo.note({ id: replies[4] ?? '', inReplyTo: root.id }) }
  farPeer.answers(pathname, () => {
    stop.abort()
    return { body: note }
  })
  const first = await new ThreadCompleter(parts).attempt(begun?.id ?? '', stop.signal)
  assert.equal(first.kind, 'more')
  const half = (await childrenOf(root.id)).length
  assert.ok(half >= 5 && half < 30, `${half} are here`)
  await worksUntilDone(home, begun?.id ?? '')
  assert.equal((await childrenOf(root.id)).length, 30)
  const posts = asked().filter((uri) => replies.includes(uri))
  assert.equal(posts.length, 30)
  const again = await new ThreadCompleter(parts).attempt(begun?.id ?? '', new AbortController().signal)
  assert.deepEqual(again, { kind: 'done' })
  assert.equal(asked().filter((uri) => replies.includes(uri)).length, 30)
})

test('a thread that was completed a moment ago is left alone; later what is new in it is found', async () => {
  const root = rootNote(ana)
  const early = bob.note({ inReplyTo: root.id })
  listReplies(rootPeer, root, [[early.id]])
  await dereferencer.postByUri(root.id)
  const begun = await looksAt(home, root.id)
  await worksUntilDone(home, begun?.id ?? '')
  const late = cleo.note({ inReplyTo: root.id })
  listReplies(rootPeer, root, [[early.id, late.id]])
  const asked = watch()
  assert.equal((await looksAt(home, root.id))?.isRunning, false)
  await home.work()
  assert.deepEqual(asked(), [])
  const later = new Date(Date.now() + 16 * 60_000)
  const anew = await looksAt(home, root.id, { now: later })
  assert.deepEqual([anew?.id, anew?.isRunning, anew?.postsStored], [begun?.id, true, 0])
  await worksUntilDone(home, begun?.id ?? '')
  assert.deepEqual(await childrenOf(root.id), [early.id, late.id])
  assert.ok(!asked().includes(early.id), 'what is here is not read again')
  assert.equal((await threadRow(home, begun?.id ?? '')).posts_stored, 1)
})

test('a thread that has been quiet for long is asked about more rarely', async () => {
  const published = new Date(Date.now() - 10 * 86_400_000).toISOString()
  const root = rootNote(ana, { published })
  listReplies(rootPeer, root, [])
  await dereferencer.postByUri(root.id)
  const begun = await looksAt(home, root.id)
  await worksUntilDone(home, begun?.id ?? '')
  const inHours = (hours: number): Date => new Date(Date.now() + hours * 3_600_000)
  assert.equal((await looksAt(home, root.id, { now: inHours(5) }))?.isRunning, false)
  assert.equal((await looksAt(home, root.id, { now: inHours(7) }))?.isRunning, true)
})

test('a run that failed for good is not said to go on, and is begun anew when somebody looks later', async () => {
  const root = rootNote(ana)
  const reply = bob.note({ inReplyTo: root.id })
  listReplies(rootPeer, root, [[reply.id]])
  await dereferencer.postByUri(root.id)
  const begun = await looksAt(home, root.id)
  const id = begun?.id ?? ''
  await home.db
    .updateTable('thread_fetches')
    .set({ state_next_attempt_at: null, state_errors: 12 })
    .where('id', '=', id)
    .execute()
  assert.deepEqual(await looksAt(home, root.id), { id, isRunning: false, postsStored: 0 })
  const later = new Date(Date.now() + 16 * 60_000)
  assert.equal((await looksAt(home, root.id, { now: later }))?.isRunning, true)
  await worksUntilDone(home, id)
  assert.deepEqual(await childrenOf(root.id), [reply.id])
})
