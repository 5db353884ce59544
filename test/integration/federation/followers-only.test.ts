/**
 * Posts for followers, and who gets them: the accepted follower who signs, and nobody else, whatever they try. To all
 * others they are like what never was.
 * @see security rules 65 to 67, 83
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { sql } from 'kysely'
import type { Row } from '../../../server/db/tables.ts'
import type { SendOptions } from '../../support/fake-peer-actor.ts'
import { type FakeActor, type PeerAnswer, openFakePeer, sendRaw } from '../../support/fake-peer.ts'
import { type FederationHome, openFederationHome } from '../../support/federation-home.ts'

const [peer, other] = await Promise.all([openFakePeer(), openFakePeer(undefined, { host: 'other.example' })])
const [follower, neighbour, stranger] = [peer.actor('fay'), peer.actor('nat'), other.actor('sam')]
const ABSENT = '/ap/posts/117000000000000000'
let home: FederationHome
let post: Row<'posts'>
let path: string

before(async () => {
  home = await openFederationHome({ peers: [peer, other] })
  await home.isFollowedBy(follower)
  // The home knows them all: what they lack is the follow.
  for (const actor of [neighbour, stranger]) await home.context.dereferencer.actorByUri(actor.uri)
  post = await home.writes('for those who follow', 'followers')
  await home.work()
  path = new URL(post.uri).pathname
})

async function asks(actor: FakeActor, at: string, options: SendOptions = {}): Promise<PeerAnswer> {
  return actor.gets(home.target, at, options)
}

function plain({ status, headers, body }: PeerAnswer): object {
  const { date: _, ...rest } = headers
  return { status, headers: rest, body: body.toString() }
}

/** Not to be told from the answer for what never was, asked for in the same way. */
async function seesNothing(actor: FakeActor, options: SendOptions = {}): Promise<void> {
  const answer = await asks(actor, path, options)
  assert.equal(answer.status, 404)
  assert.deepEqual(plain(answer), plain(await asks(actor, ABSENT, options)))
}

test('the follower who signs gets it, by either signature, for nobody to keep', async () => {
  for (const scheme of ['cavage', 'rfc9421'] as const) {
    const answer = await asks(follower, path, { scheme })
    assert.equal(answer.status, 200)
    assert.match(answer.text(), /for those who follow/)
    assert.equal(answer.headers['cache-control'], 'private, no-store')
  }
  for (const below of ['/activity', '/replies', '/likes', '/shares']) {
    const answer = await asks(follower, `${path}${below}`)
    assert.deepEqual([answer.status, answer.headers['cache-control']], [200, 'private, no-store'], below)
  }
})

test('nothing for somebody else on the follower’s server, nor for strangers', async () => {
  await seesNothing(neighbour)
  await seesNothing(neighbour, { scheme: 'rfc9421' })
  await seesNothing(stranger)
  for (const below of ['/activity', '/replies', '/replies/page/first', '/likes', '/shares', '/context']) {
    for (const reader of [neighbour, stranger]) {
      assert.equal((await asks(reader, `${path}${below}`)).status, 404, below)
    }
  }
})

test('nothing for the server of the follower itself', async () => {
  const instance = peer.actor('instance', { type: 'Application' })
  await home.context.dereferencer.actorByUri(instance.uri)
  await seesNothing(instance)
})

const FORGED: Readonly<Record<string, () => SendOptions>> = {
  'no signature': () => ({ scheme: 'none' }),
  'the follower’s key id with another key': () => ({ key: { privateKey: neighbour.privateKey } }),
  'a signature for another address': () => ({ signedPath: ABSENT }),
  'a signature for another method': () => ({ signedMethod: 'POST' }),
  'a signature for another host': () => ({ signedHost: 'peer.example' }),
  'a signature of yesterday': () => ({ date: new Date(Date.now() - 86_400_000) }),
  'a signature of tomorrow': () => ({ date: new Date(Date.now() + 86_400_000) }),
  'a signature that has run out': () => ({
    covers: ['(request-target)', 'host', '(created)'],
    created: Math.floor(Date.now() / 1000) - 100,
    expires: Math.floor(Date.now() / 1000) - 10,
  }),
  'a signature that leaves the host out': () => ({ covers: ['(request-target)', 'date'] }),
  'a signature that leaves the address out': () => ({ scheme: 'rfc9421', covers: ['@method'] }),
  'two signatures': () => ({ moreHeaders: [['Signature', 'keyId="x",signature="eA=="']] }),
}
for (const [name, forge] of Object.entries(FORGED)) {
  test(`nothing for ${name}`, async () => {
    const answer = await asks(follower, path, forge())
    assert.equal(answer.status, 404)
    assert.doesNotMatch(answer.text(), /those who follow/)
  })
}

test('nothing for whoever knows the tag or the date of what the follower got', async () => {
  const { etag = '', 'last-modified': modified = '' } = (await asks(follower, path)).headers
  for (const headers of [
    { 'if-none-match': etag },
    { 'if-none-match': '*' },
    { 'if-modified-since': modified },
  ]) {
    await seesNothing(neighbour, { headers })
    const pairs = Object.entries(headers)
    assert.equal((await sendRaw(home.target, { method: 'GET', path, headers: pairs })).status, 404)
  }
  const ranged = await asks(neighbour, path, { headers: { range: 'bytes=0-10' } })
  assert.equal(ranged.status, 404)
})

test('what the follower got is kept for nobody who asks next', async () => {
  for (let n = 0; n < 3; n += 1) {
    assert.equal((await asks(follower, path)).status, 200)
    assert.equal((await sendRaw(home.target, { method: 'GET', path, headers: [] })).status, 404)
    await seesNothing(neighbour)
  }
})

test('it is in no collection that others read, and counted in none', async () => {
  const outbox = `${new URL(home.me.uri).pathname}/outbox`
  for (const reader of [follower, neighbour]) {
    const { totalItems } = (await asks(reader, outbox)).json()
    assert.equal(totalItems, 0)
    assert.doesNotMatch((await asks(reader, `${outbox}/page/first`)).text(), /those who follow/)
  }
})

test('nothing for whoever waits to be accepted, has left, or is blocked', async () => {
  const setState = async (state: string) =>
    sql`
    update follows set state = ${state}
     where source_id = (select id from actors where uri = ${follower.uri})`.execute(home.db)
  try {
    for (const state of ['pending_approval', 'rejecting', 'pending_removal']) {
      await setState(state)
      await seesNothing(follower)
    }
    await setState('accepted')
    assert.equal((await asks(follower, path)).status, 200)
    const { id } = (await home.context.dereferencer.actorByUri(follower.uri)) ?? assert.fail()
    const block = { uri: 'https://home.example/ap/blocks/1', source_id: home.me.id, target_id: id }
    await home.db
      .insertInto('blocks')
      .values({ ...block, state: 'sent' })
      .execute()
    await seesNothing(follower)
    await home.db.deleteFrom('blocks').where('uri', '=', block.uri).execute()
  } finally {
    await setState('accepted')
  }
  assert.equal((await asks(follower, path)).status, 200)
})

test('what is for everybody may be kept, whoever asks and however they show who they are', async () => {
  const open = await home.writes('for everybody')
  const at = new URL(open.uri).pathname
  const cacheOf = async (headers: Readonly<Record<string, string>>): Promise<string | undefined> =>
    (await sendRaw(home.target, { method: 'GET', path: at, headers: Object.entries(headers) })).headers[
      'cache-control'
    ]
  assert.match(String(await cacheOf({})), /^public/)
  assert.match(String((await asks(neighbour, at)).headers['cache-control']), /^public/)
  assert.match(String(await cacheOf({ cookie: 'a=b', authorization: 'Bearer x' })), /^public/)
})
