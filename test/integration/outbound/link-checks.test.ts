import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredField } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { refreshActors } from '../../../server/domain/actors/actor-freshness.ts'
import { linkCheckGraph } from '../../../server/domain/links/link-check-graph.ts'
import { requestLinkChecks } from '../../../server/domain/links/link-checks.ts'
import { editIdentity } from '../../../server/domain/owner/edit-identity.ts'
import { moveRows } from '../../../server/stator/move.ts'
import { type ScriptedAnswer, openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

/** Every page stands on a server of its own: the pace of one does not hold up another. */
const sites = await Promise.all(
  Array.from({ length: 18 }, async (_, n) => openFakePeer(undefined, { host: `site${n}.example` })),
)
const peer = await openFakePeer()
const home = await openFederationHome({
  peers: [peer, ...sites],
  config: { remoteTimeout: { connect: 2, read: 1, write: 1, pool: 5 } },
})
const page = `https://home.example/@ben`
const PROOF = `<p><a rel="me" href="${page}">me</a></p>`
const html = (body: string): ScriptedAnswer => ({ headers: { 'content-type': 'text/html' }, body })

let used = 0
/** A page that answers like this. @returns its address and the server */
function site(answer: () => ScriptedAnswer) {
  const one = sites[used]
  assert.ok(one, 'more sites are needed')
  used += 1
  one.answers('/', answer)
  return { url: `${one.origin}/`, server: one }
}

async function shows(...urls: readonly string[]): Promise<readonly StoredField[]> {
  const fields = urls.map((value, n) => ({ name: `f${n}`, value }))
  const identity = await home.identity()
  await inTransaction(home.db, async (tx) => editIdentity(tx, identity, { fields }))
  return works()
}

async function works(): Promise<readonly StoredField[]> {
  await home.work()
  return (await home.identity()).fields
}

/** The week is over. */
async function weekLater(): Promise<readonly StoredField[]> {
  await inTransaction(home.db, async (tx) => {
    const rows = await tx.selectFrom('link_checks').select('id').execute()
    await moveRows(
      tx,
      linkCheckGraph,
      rows.map(({ id }) => id),
      'due',
    )
  })
  return works()
}

const marks = (fields: readonly StoredField[]): boolean[] =>
  fields.map(({ verifiedAt }) => Boolean(verifiedAt))

test('a page that links back is a proof, which lasts as long as the page says so', async () => {
  let body = PROOF
  const { url, server } = site(() => html(body))
  const none = site(() => html(`<a href="${page}">no proof</a>`))
  const first = await shows(url, none.url, 'just words')
  assert.deepEqual(marks(first), [true, false, false])
  const [request] = server.requests
  assert.equal(request?.headers['signature'], undefined, 'nobody is told who asks')
  const again = await shows(none.url, url)
  assert.deepEqual(marks(again), [false, true])
  assert.equal(again[1]?.verifiedAt, first[0]?.verifiedAt)
  assert.equal(server.requests.length, 1, 'what is proved is not asked for each time')
  assert.deepEqual(marks(await weekLater()), [false, true])
  body = '<p>nothing any more</p>'
  assert.deepEqual(marks(await weekLater()), [false, false])
  body = PROOF
  assert.deepEqual(marks(await shows(url)), [true], 'saving the profile asks again')
})

test('a page that cannot be reached keeps the proof it had, one that is gone does not', async () => {
  let answer: ScriptedAnswer = html(PROOF)
  const { url } = site(() => answer)
  assert.deepEqual(marks(await shows(url)), [true])
  for (const trouble of ['hang', 'reset', { status: 503 }, { status: 429 }] as const) {
    answer = trouble
    assert.deepEqual(marks(await weekLater()), [true], JSON.stringify(trouble))
    await home.db.updateTable('link_checks').set({ state: 'checked' }).execute()
  }
  await home.db
    .updateTable('link_checks')
    .set({ proved_at: new Date(Date.now() - 22 * 86_400_000) })
    .execute()
  assert.deepEqual(marks(await weekLater()), [false], 'silence for three weeks proves nothing')
  answer = html(PROOF)
  const another = site(() => answer)
  assert.deepEqual(marks(await shows(another.url)), [true])
  answer = { status: 404 }
  assert.deepEqual(marks(await weekLater()), [false])
})

test('no page is so long, deep or slow that it does harm, and only pages count', async () => {
  const endless = (start: string): ScriptedAnswer => ({
    headers: { 'content-type': 'text/html' },
    write: (response) => {
      response.write(start)
      const more = (): void => {
        while (!response.destroyed && response.write('<p>more</p>'.repeat(2_000)));
      }
      response.on('drain', more)
      more()
    },
  })
  const early = site(() => endless(PROOF))
  const late = site(() => endless('<p>x</p>'.repeat(20_000) + PROOF))
  const gigabyte = site(() => ({
    headers: { 'content-type': 'text/html', 'content-length': String(1_073_741_824) },
    write: (response) => void response.write(PROOF),
  }))
  const plain = site(() => ({ headers: { 'content-type': 'text/plain' }, body: PROOF }))
  const activity = site(() => ({ body: { id: page, rel: 'me', href: page } }))
  const deep = site(() => html(`${'<div>'.repeat(10_000)}${PROOF}`))
  const down = site(() => ({ status: 302, headers: { location: 'http://site0.example/' } }))
  const inside = site(() => ({ status: 302, headers: { location: 'https://127.0.0.1/' } }))
  const fields = await shows(
    ...[early, late, gigabyte, plain, activity, deep, down, inside].map(({ url }) => url),
  )
  assert.deepEqual(marks(fields), [true, false, false, false, false, true, false, false])
})

test('own pages, blocked domains and links that are no sole https link are never asked', async () => {
  const blocked = site(() => html(PROOF))
  await home.db.insertInto('domain_blocks').values({ domain: blocked.server.host }).execute()
  await home.context.home.refresh()
  const fields = await shows(page, blocked.url, `see ${sites[0]?.origin}/ there`, `http://${sites[0]?.host}/`)
  assert.deepEqual(marks(fields), [false, false, false, false])
  assert.equal(blocked.server.requests.length, 0)
})

test('links of whom the owner follows are checked at their reading, and marks outlast the next one', async () => {
  const ana = peer.actor('ana')
  const { url } = site(() => html(`<link rel="me" href="${ana.uri}">`))
  const value = `<a href="${url}" rel="me">https://bank.example</a>`
  ana.overrides = { attachment: [{ type: 'PropertyValue', name: 'Site', value }] }
  const { id } = await home.follows(ana)
  const read = async () => {
    await inTransaction(home.db, async (tx) => refreshActors(tx, [id]))
    await home.work()
    return home.db.selectFrom('actors').select('fields').where('id', '=', id).executeTakeFirstOrThrow()
  }
  assert.deepEqual(marks((await read()).fields), [true])
  assert.deepEqual(marks((await read()).fields), [true])
  ana.overrides = { attachment: [{ type: 'PropertyValue', name: 'Site', value: 'gone' }] }
  assert.deepEqual(marks((await read()).fields), [false])
})

test('nobody wears the proof of somebody else by naming their page as one’s own', async () => {
  const famous = 'https://famous.example/@star'
  const mallory = peer.actor('mallory')
  const { url } = site(() => html(`<a rel="me" href="${famous}">`))
  mallory.overrides = {
    url: famous,
    attachment: [{ type: 'PropertyValue', name: 'Site', value: `<a href="${url}" rel="me">${url}</a>` }],
  }
  const { id } = await home.follows(mallory)
  await inTransaction(home.db, async (tx) => refreshActors(tx, [id]))
  await home.work()
  const row = await home.db
    .selectFrom('actors')
    .select(['fields', 'page_url'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  assert.deepEqual([row.page_url, marks(row.fields)], [famous, [false]])
})

test('whose links nobody here cares for any more are vouched for no more', async () => {
  const stranger = peer.actor('stranger')
  const { url } = site(() => html(`<a rel="me" href="${stranger.uri}">`))
  stranger.overrides = {
    attachment: [{ type: 'PropertyValue', name: 'Site', value: `<a href="${url}">site</a>` }],
  }
  const seen = await home.context.dereferencer.actorByUri(stranger.uri)
  assert.ok(seen)
  const fieldsOf = async () =>
    home.db.selectFrom('actors').select('fields').where('id', '=', seen.id).executeTakeFirstOrThrow()
  await inTransaction(home.db, async (tx) => requestLinkChecks(tx, seen))
  await home.work()
  assert.deepEqual(marks((await fieldsOf()).fields), [true])
  await home.db
    .updateTable('link_checks')
    .set({ state_next_attempt_at: new Date() })
    .where('actor_id', '=', seen.id)
    .execute()
  await home.work()
  assert.deepEqual(marks((await fieldsOf()).fields), [false])
  const left = await home.db
    .selectFrom('link_checks')
    .select('state')
    .where('actor_id', '=', seen.id)
    .execute()
  assert.ok(left.every(({ state }) => state === 'dropped'))
})

test('one server is asked at most six times a minute, whoever links to it', async () => {
  const { url, server } = site(() => html('<p>somebody</p>'))
  server.requests.length = 0
  const paths = Array.from({ length: 8 }, (_, n) => `${url}${n}`)
  await shows(...paths)
  assert.equal(server.requests.length, 6)
  const waiting = await home.db
    .selectFrom('link_checks')
    .select(['state', 'state_attempts'])
    .where('host', '=', server.host)
    .where('state', '=', 'due')
    .execute()
  assert.deepEqual(waiting, [
    { state: 'due', state_attempts: 0 },
    { state: 'due', state_attempts: 0 },
  ])
})
