import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { inTransaction } from '../../../server/db/transaction.ts'
import { openProfile } from '../../../server/domain/profiles/profile-readings.ts'
import type { FakeActor } from '../../support/fake-peer-actor.ts'
import { PUBLIC, openFakePeer } from '../../support/fake-peer.ts'
import { CONTEXT, createOf, postsOf, servesOutbox, servesPages } from '../../support/fake-outbox.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { Reader, named } from '../../support/reader.ts'

const peer = await openFakePeer()
const other = await openFakePeer(undefined, { host: 'other.example' })
const home = await openFederationHome({ peers: [peer, other] })
const reader = new Reader(home, peer)

test('posts by others, on other origins, for others, and votes are not taken from an outbox', async () => {
  const [ana, eve] = [reader.somebody(), reader.somebody()]
  const good = ana.note({ content: 'good' })
  const forged = { ...ana.note({ content: 'by eve' }), attributedTo: eve.uri }
  const foreign = { ...ana.note({ content: 'elsewhere' }), id: 'https://other.example/users/ana/1' }
  const direct = ana.note({ content: 'for eve', to: [eve.uri], cc: [] })
  const forFollowers = ana.note({ content: 'for followers', to: [ana.followers], cc: [] })
  const vote = {
    ...ana.note({ to: [PUBLIC], inReplyTo: 'https://x.example/poll' }),
    name: 'yes',
    content: undefined,
  }
  const byEve = { ...createOf(eve, eve.note({ content: 'hers' })) }
  servesOutbox(ana, [
    ...[forged, foreign, direct, forFollowers, vote].map((note) => createOf(ana, note as never)),
    byEve,
    createOf(ana, good),
  ])
  assert.deepEqual(await reader.textsOf(await reader.looksAt(ana)), ['good'])
  assert.equal(await home.post(foreign.id), undefined)
})

/** Each page once; the first may be asked for again, by the reading of the number of posts. */
function assertAskedPages(actor: FakeActor, count: number): void {
  const asked = reader.asked(actor)
  assert.equal(new Set(asked).size, count)
  assert.ok(asked.length <= count + 1, asked.join(' '))
}

test('pages that lead in a circle, or to another server, end the reading', async () => {
  const ana = reader.somebody()
  const outbox = `${ana.uri}/outbox`
  const [first, second] = postsOf(ana, 2)
  servesPages(peer, {
    [outbox]: { '@context': CONTEXT, id: outbox, type: 'OrderedCollection', first: `${outbox}?page=1` },
    [`${outbox}?page=1`]: { type: 'OrderedCollectionPage', orderedItems: [first], next: `${outbox}?page=2` },
    [`${outbox}?page=2`]: { type: 'OrderedCollectionPage', orderedItems: [second], next: `${outbox}?page=1` },
  })
  const id = await reader.looksAt(ana)
  assert.deepEqual(await reader.textsOf(id), named(2))
  assert.equal((await reader.sweepOf(id)).state, 'exhausted')
  assertAskedPages(ana, 3)

  const bea = reader.somebody()
  const stolen = other.actor('cleo').note({ content: 'stolen' })
  const before = other.requests.length
  servesPages(peer, {
    [`${bea.uri}/outbox`]: {
      id: `${bea.uri}/outbox`,
      type: 'OrderedCollection',
      first: `https://other.example/outbox?page=1`,
      orderedItems: [stolen],
    },
  })
  assert.deepEqual(await reader.textsOf(await reader.looksAt(bea)), [])
  assert.equal(other.requests.length, before)
})

test('a page of ten thousand and pages without end cost no more than the budget', async () => {
  const ana = reader.somebody()
  const outbox = `${ana.uri}/outbox`
  const [note] = postsOf(ana, 1)
  servesPages(peer, {
    [outbox]: {
      id: outbox,
      type: 'OrderedCollection',
      orderedItems: Array.from({ length: 9_000 }, (_, n) => (n === 0 ? note?.id : `${ana.uri}/none/${n}`)),
    },
  })
  await reader.looksAt(ana)
  const requests = peer.paths().filter((path) => path.startsWith(`${new URL(ana.uri).pathname}/none/`))
  assert.ok(requests.length <= 50, `${requests.length} documents`)

  const bea = reader.somebody()
  const endless = `${bea.uri}/outbox`
  peer.answers(new URL(endless).pathname, (request) => {
    const page = Number(new URL(request.path, peer.origin).searchParams.get('page') ?? 0)
    return {
      body: {
        id: endless,
        type: 'OrderedCollectionPage',
        orderedItems: [],
        next: `${endless}?page=${page + 1}`,
      },
    }
  })
  const row = await reader.sweepOf(await reader.looksAt(bea))
  assert.equal(row.state, 'exhausted')
  assertAskedPages(bea, 10)
})

test('a server that is down is asked again, from where the reading was', async () => {
  const ana = reader.somebody()
  const notes = postsOf(ana, 30)
  const outbox = `${ana.uri}/outbox`
  let isDown = true
  peer.answers(new URL(outbox).pathname, (request) => {
    const isSecond = request.path.endsWith('page=2')
    if (isSecond && isDown) return { status: 503 }
    const page = isSecond
      ? { orderedItems: notes.slice(20) }
      : { orderedItems: notes.slice(0, 20), next: `${outbox}?page=2` }
    return { body: { id: outbox, type: 'OrderedCollectionPage', ...page } }
  })
  const id = await reader.looksAt(ana)
  const waiting = await reader.sweepOf(id)
  assert.equal(waiting.state, 'reading')
  assert.equal((await reader.textsOf(id)).length, 20)
  assert.ok(waiting.next_page_uri?.endsWith('page=2'))
  isDown = false
  await sql`update outbox_sweeps set state_next_attempt_at = now() where id = ${waiting.id}`.execute(home.db)
  await home.work()
  assert.deepEqual(await reader.textsOf(id), named(30))
})

test('nobody who blocks or is blocked is asked, and no blocked domain', async () => {
  const [ana, bea, cleo] = [reader.somebody(), reader.somebody(), other.actor('dora')]
  for (const actor of [ana, bea, cleo]) servesOutbox(actor, [])
  const rows = await Promise.all(
    [ana, bea, cleo].map(async (actor) => home.context.dereferencer.actorByUri(actor.uri)),
  )
  const [a, b, c] = rows.map((row) => row?.id ?? '')
  assert.ok(a && b && c)
  const before = home.asked()
  const block = { state: 'sent', state_next_attempt_at: null }
  await home.db
    .insertInto('blocks')
    .values([
      { uri: 'https://home.example/b/1', source_id: home.me.id, target_id: a, ...block },
      { uri: 'https://peer.example/b/2', source_id: b, target_id: home.me.id, ...block },
    ])
    .execute()
  await home.db.insertInto('domain_blocks').values({ domain: 'other.example' }).execute()
  await home.context.home.refresh()
  for (const id of [a, b, c]) await inTransaction(home.db, async (tx) => openProfile(tx, id, new Date()))
  await home.work()
  assert.equal(home.asked(), before)
})
