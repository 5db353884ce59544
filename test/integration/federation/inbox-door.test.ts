import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer()
const other = await openFakePeer(undefined, { host: 'other.example' })
const home = await openFederationHome({ peers: [peer, other] })

async function countRows(): Promise<Record<string, string>> {
  const counts: Record<string, string> = {}
  for (const table of ['actors', 'actor_keys', 'inbox_messages', 'posts', 'follows', 'peers'] as const) {
    const { count } = await home.db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .executeTakeFirstOrThrow()
    counts[table] = count
  }
  return counts
}

test('all kinds of signatures and media types are taken', async () => {
  const ana = peer.actor('ana')
  const ed = peer.actor('ed', { keyAlgorithm: 'ed25519' })
  const keyed = peer.actor('keyed', { ownKeyDocument: true })
  const ways = [
    {},
    { scheme: 'rfc9421' },
    { algorithm: 'hs2019' },
    { contentType: 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"' },
    { contentType: 'application/ld+json' },
    { contentType: 'Application/Activity+JSON; charset=utf-8' },
    { path: new URL(home.me.inbox_uri).pathname },
  ] as const
  for (const way of ways) {
    const answer = await ana.sends(home.target, ana.follow(home.me.uri), way)
    assert.equal(answer.status, 202, `${JSON.stringify(way)}: ${answer.text()}`)
  }
  for (const actor of [ed, keyed]) {
    const answer = await actor.sends(home.target, actor.follow(home.me.uri))
    assert.equal(answer.status, 202, `${actor.name}: ${answer.text()}`)
  }
})

test('a key is fetched once, however many sign with it, and kept', async () => {
  const bea = peer.actor('bea')
  const before = peer.requests.length
  const activities = Array.from({ length: 20 }, () => bea.follow(home.me.uri))
  const answers = await Promise.all(activities.map(async (one) => bea.sends(home.target, one)))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202]))
  const asked = peer.requests.slice(before).filter(({ method }) => method === 'GET')
  assert.deepEqual(
    asked.map(({ path }) => path),
    ['/users/bea'],
  )
  const signature = asked[0] === undefined ? null : await peer.verify(asked[0])
  assert.deepEqual(signature?.valid === true ? new URL(signature.keyUri).pathname : signature, '/ap/instance')
})

test('what is refused leaves no trace', async () => {
  const eve = peer.actor('eve')
  const mallory = other.actor('mallory')
  const follow = eve.follow(home.me.uri)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const before = await countRows()
  const refusals = [
    [401, eve.sends(home.target, follow, { scheme: 'none' })],
    [401, eve.sends(home.target, follow, { digestOf: 'something else' })],
    [401, eve.sends(home.target, follow, { key: { privateKey } })],
    [403, mallory.sends(home.target, follow)],
    [403, mallory.sends(home.target, follow, { key: { keyUri: eve.keyUri } })],
    [403, eve.sends(home.target, follow, { key: { keyUri: `${home.me.uri}#main-key` } })],
    [403, eve.sends(home.target, { ...follow, id: 'https://other.example/1' })],
    [422, eve.sends(home.target, follow, { body: '{"type":"Follow"}' })],
    [422, eve.sends(home.target, follow, { body: '[]' })],
    [422, eve.sends(home.target, { ...follow, '@graph': [] })],
    [415, eve.sends(home.target, follow, { contentType: 'application/json' })],
    [404, eve.sends(home.target, follow, { path: '/ap/actors/1/inbox' })],
  ] as const
  for (const [index, [status, sending]] of refusals.entries()) {
    const answer = await sending
    // Somebody else's key id with one's own key: whichever check comes first says so.
    const expected: readonly number[] = index === 4 ? [401, 403] : [status]
    assert.ok(expected.includes(answer.status), `${index}: ${answer.status} ${answer.text()}`)
    assert.equal(answer.headers['cache-control'], 'no-store')
  }
  assert.deepEqual(await countRows(), before)
})

test('a body over a mebibyte is cut off', async () => {
  const eve = peer.actor('eve')
  const answer = await eve.sends(home.target, {}, { body: `{"a":"${'x'.repeat(1_048_576)}"}` })
  assert.equal(answer.status, 413)
})

test('a server whose key was replaced is believed after its owner was asked, once in five minutes', async () => {
  const dan = peer.actor('dan')
  assert.equal((await dan.sends(home.target, dan.follow(home.me.uri))).status, 202)
  dan.rotateKey()
  const before = peer.requests.length
  assert.equal((await dan.sends(home.target, dan.follow(home.me.uri))).status, 202)
  assert.equal(peer.requests.length - before, 1)
  dan.rotateKey()
  assert.equal((await dan.sends(home.target, dan.follow(home.me.uri))).status, 401)
  assert.equal(peer.requests.length - before, 1)
})

test('a key that another actor lists is not theirs', async () => {
  const fay = peer.actor('fay')
  const thief = peer.actor('thief')
  thief.overrides = {
    publicKey: { ...(thief.document()['publicKey'] as object), id: fay.keyUri, owner: fay.uri },
  }
  const stolen = { key: { keyUri: fay.keyUri } }
  const answer = await thief.sends(home.target, thief.follow(home.me.uri), stolen)
  assert.ok([401, 403].includes(answer.status), String(answer.status))
  assert.equal((await fay.sends(home.target, fay.follow(home.me.uri))).status, 202)
})

test('somebody unknown who is deleted is not looked up', async () => {
  const gone = peer.actor('gone')
  const before = [await countRows(), home.asked()]
  assert.equal((await gone.sends(home.target, gone.delete(gone.uri))).status, 202)
  assert.deepEqual([await countRows(), home.asked()], before)
})

test('a key that cannot be fetched now is asked for later', async () => {
  const gus = other.actor('gus')
  other.answers('/users/gus', () => ({ status: 503, headers: { 'retry-after': '120' } }))
  const answer = await gus.sends(home.target, gus.follow(home.me.uri))
  assert.equal(answer.status, 503)
  assert.equal(answer.headers['retry-after'], '120')
  const before = other.requests.length
  assert.equal((await gus.sends(home.target, gus.follow(home.me.uri))).status, 503)
  assert.equal(other.requests.length, before, 'a failure is remembered')
})

test('a blocked domain and its subdomains are refused without a question', async () => {
  const sub = await openFakePeer(undefined, { host: 'sub.blocked.example' })
  const ivy = sub.actor('ivy')
  await home.db.insertInto('domain_blocks').values({ domain: 'blocked.example' }).execute()
  await home.context.home.refresh()
  assert.equal((await ivy.sends(home.target, ivy.follow(home.me.uri))).status, 403)
  assert.deepEqual(sub.requests, [])
  await sub.close()
})

test('more keys of one host than ten in a minute are asked for later', async () => {
  const crowd = await openFakePeer(undefined, { host: 'crowd.example' })
  const crowdHome = await openFederationHome({ peers: [crowd], domain: 'second.example' })
  const statuses: number[] = []
  for (let n = 0; n < 12; n += 1) {
    const actor = crowd.actor(`member${n}`, { keyAlgorithm: 'ed25519' })
    statuses.push((await actor.sends(crowdHome.target, actor.follow(crowdHome.me.uri))).status)
  }
  assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 202), 503, 503])
})

test('one server sends as much as it may, then it is asked to wait', async () => {
  const loud = await openFakePeer(undefined, { host: 'loud.example' })
  const limited = await openFederationHome({
    peers: [loud],
    domain: 'third.example',
    config: { inboxPerHostPer5Min: 3 },
  })
  const jo = loud.actor('jo')
  const answers = []
  for (let n = 0; n < 4; n += 1) answers.push(await jo.sends(limited.target, jo.follow(limited.me.uri)))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [202, 202, 202, 429],
  )
  assert.ok(Number(answers[3]?.headers['retry-after']) > 0)
})

test('two ids that are longer than an index entry are told apart all the same', async () => {
  const name = 'k'.repeat(200)
  const kay = peer.actor(name)
  kay.overrides = { id: `${kay.uri}?${'a'.repeat(1_500)}` }
  const long = kay.document().id
  peer.answers(new URL(long).pathname, () => ({
    body: { ...kay.document(), publicKey: { ...(kay.document()['publicKey'] as object), owner: long } },
  }))
  const follow = { ...kay.follow(home.me.uri), actor: long, id: `${kay.uri}?${'b'.repeat(1_500)}` }
  const [answer] = await home.takes(kay, follow)
  assert.equal(answer?.status, 202, answer?.text())
  assert.deepEqual((await home.notifications()).slice(-1), [`follow ${name}`])
})
