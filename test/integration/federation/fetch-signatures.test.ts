/** How this home signs what it asks of others: the usual way, the other way where that is refused, and remembered. */
import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { type FederationHome, openFederationHome } from '../../support/federation-home.ts'
import { createDereferencer } from '../../../server/activitypub/dereference.ts'

let home: FederationHome
let peer: FakePeer
let count = 0
const peers = await Promise.all(
  Array.from({ length: 7 }, async (_, n) => openFakePeer(undefined, { host: `p${n}.example` })),
)
before(async () => {
  home = await openFederationHome({ peers })
})
beforeEach(() => {
  peer = peers[count] ?? assert.fail('there are not enough peers')
  count += 1
})

type Headers = Readonly<Record<string, string>>
const kindOf = (headers: Headers): string => (headers['signature-input'] === undefined ? 'cavage' : 'rfc9421')

/** How the requests for a path were signed. */
const kinds = (path: string): string[] =>
  peer.requests.filter((request) => request.path === path).map(({ headers }) => kindOf(headers))

/** A document that is given to those who sign in one way only; everybody else gets the status. */
function guarded(name: string, kind: string, status = 401): { readonly uri: string; readonly path: string } {
  const note = peer.actor('ana').note({ id: `${peer.actor('ana').uri}/${name}` })
  const path = `/users/ana/${name}`
  peer.answers(path, async (request) => {
    const verdict = await peer.verify(request)
    return verdict.valid && verdict.scheme === kind ? { body: note } : { status }
  })
  return { uri: note.id, path }
}

test('a host that takes the usual signature is asked once', async () => {
  const { uri, path } = guarded('a', 'cavage')
  assert.notEqual(await home.context.dereferencer.postByUri(uri), null)
  assert.deepEqual(kinds(path), ['cavage'])
})

test('a host that wants RFC 9421 is asked again, and from then on right away, by other processes too', async () => {
  const first = guarded('a', 'rfc9421')
  const second = guarded('b', 'rfc9421')
  const third = guarded('c', 'rfc9421')
  assert.notEqual(await home.context.dereferencer.postByUri(first.uri), null)
  assert.deepEqual(kinds(first.path), ['cavage', 'rfc9421'])
  assert.notEqual(await home.context.dereferencer.postByUri(second.uri), null)
  assert.deepEqual(kinds(second.path), ['rfc9421'])
  const elsewhere = createDereferencer(home.context)
  assert.notEqual(await elsewhere.postByUri(third.uri), null)
  assert.deepEqual(kinds(third.path), ['rfc9421'])
})

test('what deliveries have learned of a host counts for fetches', async () => {
  await home.db
    .insertInto('peers')
    .values({ host: peer.host, prefers_rfc9421: true, preference_at: new Date() })
    .execute()
  const { uri, path } = guarded('a', 'rfc9421', 403)
  assert.notEqual(await createDereferencer(home.context).postByUri(uri), null)
  assert.deepEqual(kinds(path), ['rfc9421'])
})

test('what was learned is tried the other way once it fails', async () => {
  await home.db.insertInto('peers').values({ host: peer.host, prefers_rfc9421: true }).execute()
  const [first, second] = [guarded('a', 'cavage'), guarded('b', 'cavage')]
  const dereferencer = createDereferencer(home.context)
  assert.notEqual(await dereferencer.postByUri(first.uri), null)
  assert.notEqual(await dereferencer.postByUri(second.uri), null)
  assert.deepEqual([...kinds(first.path), ...kinds(second.path)], ['rfc9421', 'cavage', 'cavage'])
})

test('a host that refuses both ways is not asked twice for each document', async () => {
  const [first, second] = [guarded('a', 'none'), guarded('b', 'none', 403)]
  assert.equal(await home.context.dereferencer.postByUri(first.uri), null)
  assert.equal(await home.context.dereferencer.postByUri(second.uri), null)
  assert.deepEqual(kinds(first.path), ['cavage', 'rfc9421'])
  assert.deepEqual(kinds(second.path), ['cavage'])
})

test('other failures are no matter of signatures', async () => {
  for (const status of [404, 410, 500, 429]) {
    const { uri, path } = guarded(`s${status}`, 'none', status)
    assert.equal(await home.context.dereferencer.postByUri(uri), null)
    assert.deepEqual(kinds(path), ['cavage'], String(status))
  }
})

test('a host that asks for RFC 9421 in its answer gets it from then on', async () => {
  const ana = peer.actor('ana')
  const note = ana.note()
  const wish = 'sig1=("@method" "@target-uri");created'
  peer.answers('/users/ana', () => ({ body: ana.document(), headers: { 'accept-signature': wish } }))
  assert.notEqual(await home.context.dereferencer.actorByUri(ana.uri), null)
  assert.notEqual(await home.context.dereferencer.postByUri(note.id), null)
  assert.deepEqual([...kinds('/users/ana'), ...kinds(new URL(note.id).pathname)], ['cavage', 'rfc9421'])
})
