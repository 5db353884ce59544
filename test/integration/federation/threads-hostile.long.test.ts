import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import {
  documentsAsked,
  listReplies,
  looksAt,
  rootNote,
  threadRow,
  timePasses,
  worksUntilDone,
} from '../../support/thread-world.ts'

const good = await openFakePeer(undefined, { host: 'good.example' })
const evil = await openFakePeer(undefined, { host: 'evil.example' })
const slow = await openFakePeer(undefined, { host: 'slow.example' })
const shut = await openFakePeer(undefined, { host: 'shut.example' })
const peers = [good, evil, slow, shut]
const home = await openFederationHome({
  peers,
  config: { remoteTimeout: { connect: 5, read: 2, write: 5, pool: 5 } },
})
const { dereferencer } = home.context
const ana = good.actor('ana')
const eve = evil.actor('eve')

async function refusals(threadId: string): Promise<Record<string, string | null>> {
  const rows = await home.db
    .selectFrom('thread_finds')
    .select(['uri', 'refusal'])
    .where('thread_id', '=', threadId)
    .where('refusal', 'is not', null)
    .execute()
  return Object.fromEntries(rows.map((row) => [row.uri, row.refusal]))
}

test('pages that lead to themselves, to each other or to another server end', async () => {
  const root = rootNote(eve)
  const reply = ana.note({ inReplyTo: root.id })
  const other = ana.note({ inReplyTo: root.id })
  const id = `${root.id}/replies`
  const page = (number: number, next: string, items: readonly string[]): object => ({
    id: `${id}?page=${number}`,
    type: 'OrderedCollectionPage',
    orderedItems: items,
    next,
  })
  evil.answers(new URL(id).pathname, ({ path }) => {
    if (path.endsWith('page=1')) return { body: page(1, `${id}?page=2#x`, [reply.id]) }
    if (path.endsWith('page=2')) return { body: page(2, `${id}?page=1`, [reply.id]) }
    if (path.endsWith('page=3')) return { body: page(3, `${good.origin}/trap`, [other.id]) }
    return { body: { id, type: 'OrderedCollection', first: page(0, `${id}?page=1`, []) } }
  })
  await dereferencer.postByUri(root.id)
  const begun = await looksAt(home, root.id)
  await worksUntilDone(home, begun?.id ?? '')
  assert.equal(evil.paths().filter((path) => path.includes('?page=')).length, 2)
  assert.ok(await home.post(reply.id))
  evil.answers(new URL(id).pathname, () => ({ body: page(3, `${good.origin}/trap`, [other.id]) }))
  await looksAt(home, root.id, { now: new Date(Date.now() + 3_600_000) })
  await worksUntilDone(home, begun?.id ?? '')
  assert.ok(await home.post(other.id))
  assert.ok(!good.paths().includes('/trap'))
})

test('who lists a post has no say in what it answers or who wrote it', async () => {
  const root = rootNote(eve)
  const elsewhere = ana.note()
  const strays = {
    'answers nothing': ana.note(),
    'answers something else': ana.note({ inReplyTo: elsewhere.id }),
    'is not for everybody': ana.note({ inReplyTo: root.id, to: [ana.followers], cc: [] }),
    'answers itself': ana.note({ id: `${ana.uri}/posts/self`, inReplyTo: `${ana.uri}/posts/self` }),
  }
  const forged = eve.note({ attributedTo: ana.uri, inReplyTo: root.id })
  const impostor = `${evil.origin}/impostor`
  const honest = ana.note({ inReplyTo: root.id })
  evil.answers('/impostor', () => ({ body: honest }))
  const toStray = ana.note({ inReplyTo: strays['answers nothing'].id })
  const all = [...Object.values(strays).map(({ id }) => id), forged.id, impostor, toStray.id, honest.id]
  const odd = [
    `https://good.example/${'é'.repeat(1_500)}`,
    'https://[::1]/x',
    'https://home.example/ap/posts/1',
  ]
  listReplies(evil, root, [[...odd, ...all]])
  await dereferencer.postByUri(root.id)
  const begun = await looksAt(home, root.id)
  await worksUntilDone(home, begun?.id ?? '')
  for (const [what, { id }] of Object.entries(strays)) assert.equal(await home.post(id), undefined, what)
  assert.equal(await home.post(forged.id), undefined)
  assert.equal(await home.post(impostor), undefined)
  assert.equal(await home.post(toStray.id), undefined, 'it answers what is refused')
  assert.ok(await home.post(honest.id))
  const reasons = Object.keys(await refusals(begun?.id ?? '')).filter((uri) => !odd.includes(uri))
  assert.deepEqual(reasons.toSorted(), all.slice(0, -1).toSorted())
  assert.deepEqual(await home.notifications(), [])
})

test('embedded copies of replies are not believed', async () => {
  const root = eve.note()
  const reply = ana.note({ inReplyTo: root.id, content: '<p>what I said</p>' })
  const lie = { ...reply, content: '<p>what I never said</p>' }
  eve.note({ ...root, replies: { type: 'Collection', first: { type: 'CollectionPage', items: [lie] } } })
  const answer = ana.note({ inReplyTo: root.id })
  await dereferencer.postByUri(answer.id, { limits: { ancestors: 0 } })
  const begun = await looksAt(home, answer.id)
  await worksUntilDone(home, begun?.id ?? '')
  assert.equal((await home.post(reply.id))?.content_html, '<p>what I said</p>')
})

test('what is gone is passed over, and what was deleted does not come back', async () => {
  const root = rootNote(ana)
  const gone = ana.note({ inReplyTo: root.id })
  const deleted = eve.note({ inReplyTo: root.id })
  const stays = ana.note({ inReplyTo: root.id })
  good.unpublish(gone.id)
  listReplies(good, root, [[gone.id, `${good.origin}/nothing`, deleted.id, stays.id]])
  await home.follows(eve)
  await home.takes(eve, eve.create(deleted), eve.delete(deleted.id))
  await dereferencer.postByUri(root.id)
  const begun = await looksAt(home, root.id)
  await worksUntilDone(home, begun?.id ?? '')
  const here = await Promise.all(
    [gone, deleted, stays].map(async ({ id }) => (await home.post(id)) !== undefined),
  )
  assert.deepEqual(here, [false, false, true])
  const row = await threadRow(home, begun?.id ?? '')
  assert.deepEqual([row.posts_stored, row.remaining], [1, 0])
  await home.db.deleteFrom('follows').execute()
})

test('a server that hangs holds up nobody, and is given up after a few tries', async () => {
  const root = rootNote(ana)
  const dan = slow.actor('dan')
  const hanging = Array.from({ length: 20 }, () => dan.note({ inReplyTo: root.id }).id)
  for (const uri of hanging) slow.answers(new URL(uri).pathname, () => 'hang')
  const good5 = Array.from({ length: 5 }, () => ana.note({ inReplyTo: root.id }).id)
  listReplies(good, root, [[...hanging, ...good5]])
  await dereferencer.postByUri(root.id)
  const begun = await looksAt(home, root.id)
  const id = begun?.id ?? ''
  await home.work()
  for (const uri of good5) assert.ok(await home.post(uri))
  const asked = documentsAsked(slow).length
  assert.ok(asked <= 2, `${asked} requests to a server that hangs`)
  const row = await threadRow(home, id)
  assert.deepEqual([row.state, row.remaining], ['reading', 20])
  assert.match(row.last_error ?? '', /slow\.example/)
  for (let tries = 0; tries < 2; tries += 1) {
    await timePasses(home, id)
    await home.work()
  }
  assert.equal((await threadRow(home, id)).state, 'done')
  assert.ok(documentsAsked(slow).length <= 6)
  assert.equal(Object.keys(await refusals(id)).length, 20)
})

test('a document that fails does not make its server a silent one', async () => {
  const root = rootNote(ana)
  const broken = ana.note({ inReplyTo: root.id })
  const fine = ana.note({ inReplyTo: root.id })
  good.answers(new URL(broken.id).pathname, () => ({ status: 503 }))
  listReplies(good, root, [[broken.id, fine.id]])
  await dereferencer.postByUri(root.id)
  const begun = await looksAt(home, root.id)
  await home.work()
  assert.ok(await home.post(fine.id))
  assert.equal((await threadRow(home, begun?.id ?? '')).remaining, 1)
})

test('blocked servers and servers that are known to be silent are not asked, and blocked people not stored', async () => {
  const root = rootNote(ana)
  const fay = shut.actor('fay')
  const fromShut = fay.note({ inReplyTo: root.id })
  const fromSlow = slow.actor('gil').note({ inReplyTo: root.id })
  const fromEve = eve.note({ inReplyTo: root.id })
  const quoting = ana.note({ inReplyTo: root.id, quoteUri: fromShut.id })
  listReplies(good, root, [[fromShut.id, fromSlow.id, fromEve.id, quoting.id]])
  await dereferencer.postByUri(root.id)
  const { id: eveId } = (await dereferencer.actorByUri(eve.uri)) ?? { id: '' }
  await home.db
    .insertInto('blocks')
    .values({
      uri: 'https://home.example/ap/blocks/1',
      source_id: home.me.id,
      target_id: eveId,
      state: 'sent',
    })
    .execute()
  await home.db.insertInto('domain_blocks').values({ domain: 'shut.example' }).execute()
  await home.db
    .insertInto('peers')
    .values({ host: 'slow.example', state: 'updated', state_next_attempt_at: null, failures: 5 })
    .onConflict((conflict) => conflict.column('host').doNothing())
    .execute()
  await home.db
    .updateTable('peers')
    .set({ retry_at: new Date(Date.now() + 3_600_000) })
    .where('host', '=', 'slow.example')
    .execute()
  await home.context.home.refresh()
  const before = [documentsAsked(shut).length, documentsAsked(slow).length]
  const begun = await looksAt(home, root.id)
  await home.work()
  assert.deepEqual([documentsAsked(shut).length, documentsAsked(slow).length], before)
  assert.equal(await home.post(fromEve.id), undefined)
  assert.equal(await home.post(quoting.id), undefined)
  const reasons = await refusals(begun?.id ?? '')
  assert.match(reasons[fromEve.id] ?? '', /blocked/)
  assert.match(reasons[quoting.id] ?? '', /quotes .* blocked/)
  assert.equal((await threadRow(home, begun?.id ?? '')).remaining, 1)
})

test('a thread without end is left when a run has listed enough', async () => {
  const tight = await openFakePeer(undefined, { host: 'tight.example' })
  const small = await openFederationHome({
    peers: [tight],
    domain: 'small.example',
    config: { threadMaxItems: 7, threadMaxPages: 3 },
  })
  const hal = tight.actor('hal')
  const root = rootNote(hal)
  const id = `${root.id}/replies`
  const replies: string[] = []
  tight.answers(new URL(id).pathname, ({ path }) => {
    const number = Number(new URL(path, tight.origin).searchParams.get('page') ?? 0)
    const items = [0, 1, 2].map(() => hal.note({ inReplyTo: root.id }).id)
    replies.push(...items)
    return {
      body: { id: `${id}?page=${number}`, type: 'CollectionPage', items, next: `${id}?page=${number + 1}` },
    }
  })
  await small.context.dereferencer.postByUri(root.id)
  const begun = await looksAt(small, root.id)
  await worksUntilDone(small, begun?.id ?? '')
  const row = await threadRow(small, begun?.id ?? '')
  assert.deepEqual([row.pages_read, row.items_listed, row.posts_stored], [3, 7, 7])
})
