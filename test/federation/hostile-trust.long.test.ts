/**
 * Proofs, forwarded activities and tales of followers, by those who mean it ill, against a home that runs for real. What
 * proves nothing changes nothing.
 * @see security rules 1, 5, 33, 67, 81; FEP-8b32, FEP-8fcf
 */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { before, test } from 'node:test'
import type { SendOptions } from '../support/fake-peer-actor.ts'
import { multikeyOf, withProof } from '../support/fake-peer-proofs.ts'
import { type FakeActor, sendRaw } from '../support/fake-peer.ts'
import { PeeredHome } from '../support/peered-home.ts'

const { privateKey } = generateKeyPairSync('ed25519')
let world: PeeredHome
before(async () => {
  world = await PeeredHome.open({ strangers: 4 })
  const { friend } = world
  friend.overrides = { assertionMethod: [multikeyOf(friend.uri, `${friend.uri}#proof`, privateKey)] }
  await world.takes(friend, friend.update(friend.document()))
  await world.quiet()
})

const SYNC = 'collection-synchronization'
const COVERS = ['(request-target)', 'host', 'date', 'digest', SYNC]

/** A post of the friend that names the owner, with a proof by the friend's own key, which the home has read. */
function proved(content: string) {
  const { friend } = world
  return withProof(friend.create(world.post(friend, { content })), {
    keyUri: `${friend.uri}#proof`,
    privateKey,
  })
}

test('refused: an activity with a good proof and no signature', async () => {
  const activity = proved('in whose name?')
  await world.refuses(401, async () => world.friend.sends(world.target, activity, { scheme: 'none' }))
})

test('refused: an activity with a good proof that somebody else signs for', async () => {
  const activity = proved('in whose name?')
  const { keyUri, privateKey: foreignKey } = world.stranger()
  await world.refuses(403, async () =>
    world.friend.sends(world.target, activity, { key: { keyUri, privateKey: foreignKey } }),
  )
})

test('dropped: an activity whose proof belongs to other words, which shows nothing to anybody', async () => {
  const activity = { ...proved('some words'), object: world.post(world.friend, { content: 'other words' }) }
  await world.drops(activity, async () => world.friend.sends(world.target, activity), {
    asks: ['/users/friend', '/.well-known/webfinger?resource=acct%3Afriend%40friend.example'],
    tables: ['actors', 'actor_keys', 'peers'],
  })
  assert.equal(await world.inTimeline('other words'), undefined)
})

test('taken: the same with a proof of its own words', async () => {
  const activity = proved('own words')
  await world.takes(world.friend, activity)
  await world.shows('own words')
})

/** Tells a tale beside a post that nobody here wants. */
async function tells(actor: FakeActor, header: string, options: SendOptions = {}): Promise<void> {
  const like = actor.like('https://elsewhere.example/notes/1')
  await world.drops(like, async () =>
    actor.sends(world.target, like, { headers: { [SYNC]: header }, covers: COVERS, ...options }),
  )
}

test('nobody is asked because of a tale that is not signed, is about somebody else, or leads elsewhere', async () => {
  const { friend } = world
  const zeros = '0'.repeat(64)
  const tale = (collection: string, url: string): string =>
    `collectionId="${collection}", url="${url}", digest="${zeros}"`
  const list = `${friend.uri}/list`
  await tells(friend, tale(friend.followers, list), { covers: COVERS.slice(0, 4) })
  for (const header of [
    tale('https://victim.example/followers', list),
    tale(friend.followers, 'https://stranger0.example/list'),
    tale(friend.followers, 'https://127.0.0.1/list'),
    tale(friend.followers, `${world.me.uri}/followers/sync`),
    tale(friend.followers, 'file:///etc/passwd'),
    `${tale(friend.followers, list)}, url="https://victim.example/"`,
    `digest="${zeros}"`,
    'x'.repeat(6_000),
  ]) {
    await tells(friend, header)
  }
})

test('a stranger’s tale of followers ends no follow of anybody', async () => {
  const eve = world.stranger()
  const { followers } = world.friend
  const like = eve.like('https://elsewhere.example/notes/2')
  const header = `collectionId="${followers}", url="${eve.uri}/list", digest="${'0'.repeat(64)}"`
  assert.equal(
    (await eve.sends(world.target, like, { headers: { [SYNC]: header }, covers: COVERS })).status,
    202,
  )
  await world.processed(like.id)
  await world.quiet()
  assert.deepEqual(await world.db.selectFrom('follow_checks').select('id').execute(), [])
  await world.control()
})

test('the list of followers is for the signed, each server’s own part', async () => {
  const path = `${new URL(world.me.uri).pathname}/followers/sync`
  await world.refuses(401, async () => sendRaw(world.target, { method: 'GET', path, headers: [] }))
  const eve = world.stranger()
  const answer = await eve.gets(world.target, path)
  assert.deepEqual([answer.status, answer.json()['orderedItems']], [200, []])
  assert.equal(answer.headers['cache-control'], 'private, no-store')
})

test('the inspector is nothing to whoever comes from outside', async () => {
  for (const path of ['', '/1', '/1/replay', '/fetch']) {
    for (const method of ['GET', 'POST']) {
      await world.refuses([404, 405], async () =>
        sendRaw(world.target, { method, path: `/api/homebird/v1/inspector${path}`, headers: [] }),
      )
    }
  }
  const entries = await world.owner.get('/api/homebird/v1/inspector?limit=1')
  assert.equal([...(entries['entries'] ?? [])].length, 1)
})
