/** Both sides of the comparison of followers: what this home tells and lists, and what it makes of what others tell. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, beforeEach, test } from 'node:test'
import { type FakeActor, type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { type FederationHome, openFederationHome } from '../../support/federation-home.ts'

const [peer, other] = await Promise.all([openFakePeer(), openFakePeer(undefined, { host: 'other.example' })])
let home: FederationHome
let friend: FakeActor
let count = 0

before(async () => {
  home = await openFederationHome({ peers: [peer, other] })
})
beforeEach(async () => {
  count += 1
  friend = peer.actor(`friend${count}`)
})

const syncPath = () => `${new URL(String(home.me.followers_uri)).pathname}/sync`
const listUri = (actor: FakeActor) => `${actor.uri}/followers_synchronization`

function digestOf(uris: readonly string[]): string {
  const sum = Buffer.alloc(32)
  for (const uri of uris) {
    const digest = createHash('sha256').update(uri).digest()
    for (let at = 0; at < 32; at += 1) sum[at] = (sum[at] ?? 0) ^ (digest[at] ?? 0)
  }
  return sum.toString('hex')
}

interface Told {
  readonly uris?: readonly string[]
  readonly collectionId?: string
  readonly url?: string
  readonly digest?: string
  readonly signed?: boolean
  readonly scheme?: 'cavage' | 'rfc9421'
}

/** A post that tells what its author takes for the followers here. */
async function tells(actor: FakeActor, told: Told = {}): Promise<void> {
  const { collectionId = actor.followers, url = listUri(actor), digest = digestOf(told.uris ?? []) } = told
  const name = 'collection-synchronization'
  const value = `collectionId="${collectionId}", url="${url}", digest="${digest}"`
  const covers =
    told.scheme === 'rfc9421'
      ? ['@method', '@target-uri', 'content-digest', name]
      : ['(request-target)', 'host', 'date', 'digest', name]
  const answer = await actor.sends(home.target, actor.create(actor.note()), {
    scheme: told.scheme ?? 'cavage',
    ...(told.signed === false ? { lateHeaders: { [name]: value } } : { headers: { [name]: value }, covers }),
  })
  assert.equal(answer.status, 202, answer.text())
  await home.work()
}

/** What the actor's server answers when it is asked for its list. */
function lists(actor: FakeActor, items: readonly string[], changes: object = {}): void {
  const collection = { id: actor.followers, type: 'OrderedCollection', orderedItems: items, ...changes }
  peer.answers(new URL(listUri(actor)).pathname, () => ({ body: collection }))
}

const asked = (server: FakePeer, actor: FakeActor): number =>
  server.requests.filter(({ path }) => path === new URL(listUri(actor)).pathname).length

async function followOf(actor: FakeActor): Promise<string | undefined> {
  const row = await home.db
    .selectFrom('follows')
    .innerJoin('actors', 'actors.id', 'follows.target_id')
    .select('follows.state')
    .where('actors.uri', '=', actor.uri)
    .where('follows.source_id', '=', home.me.id)
    .executeTakeFirst()
  return row?.state
}

async function checkOf(actor: FakeActor) {
  return home.db
    .selectFrom('follow_checks')
    .innerJoin('actors', 'actors.id', 'follow_checks.actor_id')
    .select(['follow_checks.id', 'follow_checks.state', 'follow_checks.state_error'])
    .where('actors.uri', '=', actor.uri)
    .executeTakeFirst()
}

test('a server that signs sees its own followers of an identity, and no others', async () => {
  const [nia, ned, flo] = [peer.actor('nia'), peer.actor('ned'), other.actor('flo')]
  for (const follower of [nia, ned, flo]) await home.isFollowedBy(follower)
  for (const [reader, followers] of [
    [nia, [nia.uri, ned.uri]],
    [peer.actor('nobody'), [nia.uri, ned.uri]],
    [flo, [flo.uri]],
  ] as const) {
    const answer = await reader.gets(home.target, syncPath())
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.json()['orderedItems'], followers)
    assert.equal(answer.headers['cache-control'], 'private, no-store')
  }
})

test('whoever does not sign, or not well, sees nothing; nor is there anything at other addresses', async () => {
  const nia = peer.actor('nia')
  for (const options of [
    { scheme: 'none' },
    { key: { privateKey: other.actor('flo').privateKey } },
    { signedPath: '/ap/inbox' },
    { date: new Date(Date.now() - 4_000_000) },
  ] as const) {
    const answer = await nia.gets(home.target, syncPath(), options)
    assert.equal(answer.status, 401)
    assert.match(String(answer.headers['cache-control']), /no-store/)
  }
  for (const path of ['/ap/actors/7/followers/sync', '/ap/instance/followers/sync', `${syncPath()}?page=1`]) {
    assert.equal((await nia.gets(home.target, path)).status, 404, path)
  }
})

test('hidden followers are still compared with their own server, and with nobody else', async () => {
  await home.db.updateTable('actors').set({ hides_collections: true }).where('id', '=', home.me.id).execute()
  const answer = await peer.actor('nia').gets(home.target, syncPath())
  assert.equal((answer.json()['orderedItems'] as string[]).length, 2)
  await home.db.updateTable('actors').set({ hides_collections: false }).where('id', '=', home.me.id).execute()
})

test('where both sides agree nobody is asked', async () => {
  await home.follows(friend)
  await tells(friend, { uris: [home.me.uri] })
  await tells(friend, { uris: [home.me.uri], scheme: 'rfc9421' })
  assert.equal(await checkOf(friend), undefined)
  assert.equal(await followOf(friend), 'accepted')
})

test('a follow that the other side does not know ends here', async () => {
  await home.follows(friend)
  await home.db.updateTable('actors').set({ following_count: 5 }).where('id', '=', home.me.id).execute()
  lists(friend, ['https://home.example/ap/actors/1'])
  await tells(friend)
  assert.equal(await followOf(friend), undefined)
  assert.equal((await home.identity()).following_count, 4)
  const request = peer.requests.findLast(({ path }) => path === new URL(listUri(friend)).pathname)
  assert.ok(request)
  const verdict = await peer.verify(request)
  assert.ok(verdict.valid && verdict.keyUri.startsWith('https://home.example/ap/instance'))
})

test('the newer signature covers the header as well', async () => {
  await home.follows(friend)
  lists(friend, [])
  await tells(friend, { scheme: 'rfc9421' })
  assert.equal(await followOf(friend), undefined)
})

test('a follow that only the other side knows is taken back there', async () => {
  await home.follows(friend)
  await home.db.deleteFrom('follows').where('source_id', '=', home.me.id).execute()
  lists(friend, [home.me.uri, 'https://home.example/ap/actors/1'])
  await tells(friend, { uris: [home.me.uri] })
  // Somebody who sends posts and is not followed is heard all the same.
  const undone = peer.sharedInbox.received.filter(
    ({ type, activity }) => type === 'Undo' && JSON.stringify(activity).includes(friend.uri),
  )
  assert.equal(undone.length, 1)
  const [undo] = undone
  assert.ok(undo?.signature.valid)
  const { type, actor, object } = undo.activity['object'] as Record<string, unknown>
  assert.deepEqual([type, actor, object], ['Follow', home.me.uri, friend.uri])
})

test('a follow whose Accept was lost stands', async () => {
  await home.follows(friend)
  await home.db.updateTable('follows').set({ state: 'pending_approval' }).execute()
  lists(friend, [home.me.uri])
  await tells(friend, { uris: [home.me.uri] })
  assert.equal(await followOf(friend), 'accepted')
})

test('a follow that was accepted while the list was read is kept', async () => {
  await home.follows(friend)
  await home.db.updateTable('follows').set({ state: 'pending_approval' }).execute()
  const path = new URL(listUri(friend)).pathname
  peer.answers(path, async () => {
    await home.db.updateTable('follows').set({ state: 'accepted' }).execute()
    return { body: { id: friend.followers, type: 'OrderedCollection', orderedItems: [] } }
  })
  await tells(friend, { uris: ['https://home.example/ap/actors/1'] })
  assert.equal(asked(peer, friend), 1)
  assert.equal(await followOf(friend), 'accepted')
})

const IGNORED: Readonly<Record<string, (actor: FakeActor) => Told>> = {
  'a header that is not signed': () => ({ signed: false }),
  'a list on another server': () => ({ url: 'https://other.example/list' }),
  'a list over plain http': () => ({ url: 'http://peer.example/list' }),
  'the list of this home': () => ({ url: 'https://home.example/ap/actors/1/followers/sync' }),
  'somebody else’s followers': (actor) => ({ collectionId: `${actor.uri}x/followers` }),
  'a collection elsewhere': () => ({ collectionId: 'https://other.example/users/flo/followers' }),
  'a digest that is none': () => ({ digest: 'abc' }),
}
for (const [name, told] of Object.entries(IGNORED)) {
  test(`not heard: ${name}`, async () => {
    await home.follows(friend)
    await tells(friend, told(friend))
    assert.equal(await checkOf(friend), undefined)
    assert.equal(await followOf(friend), 'accepted')
    assert.equal(asked(peer, friend), 0)
    assert.deepEqual(
      other.paths().filter((path) => path === '/list'),
      [],
    )
  })
}

const USELESS: Readonly<Record<string, object>> = {
  'only a page': { first: 'https://peer.example/list?page=1' },
  'a page that goes on': { next: 'https://peer.example/list?page=2' },
  'no list at all': { orderedItems: undefined },
  'something else': { type: 'Note' },
  'the list of somebody else': { id: 'https://peer.example/users/somebody/followers' },
}
for (const [name, changes] of Object.entries(USELESS)) {
  test(`nothing follows from ${name}`, async () => {
    await home.follows(friend)
    lists(friend, [], changes)
    await tells(friend)
    assert.equal(asked(peer, friend), 1)
    assert.equal((await checkOf(friend))?.state, 'done')
    assert.equal(await followOf(friend), 'accepted')
  })
}

test('nothing follows from a list that is on another server in the end', async () => {
  await home.follows(friend)
  const there = 'https://other.example/moved-list'
  peer.answers(new URL(listUri(friend)).pathname, () => ({ status: 302, headers: { location: there } }))
  other.answers('/moved-list', () => ({ body: { id: there, type: 'OrderedCollection', orderedItems: [] } }))
  await tells(friend)
  assert.equal(await followOf(friend), 'accepted')
  assert.match(String((await checkOf(friend))?.state_error), /is no list of/)
})

test('whoever differs again and again is asked once an hour, and a list that cannot be read later', async () => {
  await home.follows(friend)
  peer.answers(new URL(listUri(friend)).pathname, () => ({ status: 503 }))
  await tells(friend)
  assert.equal((await checkOf(friend))?.state, 'due')
  await tells(friend)
  assert.equal(asked(peer, friend), 1)
  lists(friend, [home.me.uri])
  const { id = '' } = (await checkOf(friend)) ?? {}
  const due = { state_next_attempt_at: new Date() }
  await home.db.updateTable('follow_checks').set(due).where('id', '=', id).execute()
  await home.work()
  assert.equal(asked(peer, friend), 2)
  await tells(friend)
  assert.equal(asked(peer, friend), 2)
  const longAgo = { state_changed_at: new Date(Date.now() - 3_700_000) }
  await home.db.updateTable('follow_checks').set(longAgo).where('id', '=', id).execute()
  await tells(friend)
  assert.equal(asked(peer, friend), 3)
  assert.equal(await followOf(friend), 'accepted')
})
