/**
 * What the home reads because of somebody whom the owner follows: boosted posts, their authors, their threads, handles.
 * The friend is honest; what it boosts is not.
 * @see security rules 16, 18, 23, 32, 40 to 45
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import {
  type FakeActor,
  type FakePeer,
  PUBLIC,
  type ScriptedAnswer,
  openFakePeer,
} from '../support/fake-peer.ts'
import { HOME_HOST, PeeredHome } from '../support/peered-home.ts'
import type { Json } from '../support/http-client.ts'
import { until } from '../support/until.ts'

let world: PeeredHome
let friend: FakeActor
let splitServer: FakePeer
before(async () => {
  splitServer = await openFakePeer(undefined, { host: 'social.split.example', otherHosts: ['split.example'] })
  world = await PeeredHome.open({ strangers: 40, peers: [splitServer] })
  ;({ friend } = world)
})

const JSON_LD = { 'content-type': 'application/activity+json' }
const serverOf = (actor: FakeActor): FakePeer => actor.peer as FakePeer
type Note = Readonly<Record<string, unknown>> & { readonly id: string }

function deep(levels: number): object {
  return levels === 0 ? {} : { deeper: deep(levels - 1) }
}

/** What a boosted post turns out to be at its address. */
const NOT_SHOWN: Readonly<Record<string, (note: Note, eve: FakeActor) => ScriptedAnswer>> = {
  'not there': () => ({ status: 404 }),
  gone: () => ({ status: 410 }),
  forbidden: () => ({ status: 403 }),
  'a web page': () => ({ headers: { 'content-type': 'text/html' }, body: '<p>forged</p>' }),
  'a web page that names another': (note) => ({
    headers: { 'content-type': 'text/html' },
    body: `<link rel="alternate" type="application/activity+json" href="${friend.uri}"><p>${note.id}</p>`,
  }),
  'plain JSON': (note) => ({ headers: { 'content-type': 'application/json' }, body: note }),
  'no JSON': () => ({ headers: JSON_LD, body: 'forged' }),
  'an upload': (note) => ({ headers: { 'content-type': 'text/plain' }, body: JSON.stringify(note) }),
  'too large': (note) => ({ body: { ...note, padding: 'x'.repeat(1_048_577) } }),
  'too large once unpacked': (note) => ({
    headers: { ...JSON_LD, 'content-encoding': 'gzip' },
    body: gzipSync(JSON.stringify({ ...note, padding: 'x'.repeat(3_000_000) })),
  }),
  'too deep': (note) => ({ body: { ...note, deep: deep(40) } }),
  'one with @graph': (note) => ({ body: { ...note, '@graph': [] } }),
  'by somebody elsewhere': (note) => ({ body: { ...note, attributedTo: friend.uri } }),
  'by nobody': (note) => ({ body: { ...note, attributedTo: undefined } }),
  'by the owner': (note) => ({ body: { ...note, attributedTo: world.me.uri } }),
  'under another id of its server': (note) => ({ body: { ...note, id: `${note.id}x` } }),
  'under an id of another server': (note) => ({ body: { ...note, id: `${friend.uri}/posts/forged` } }),
  'under an id of this home': (note) => ({ body: { ...note, id: `https://${HOME_HOST}/ap/posts/1` } }),
  'without id': (note) => ({ body: { ...note, id: undefined } }),
  'a collection': (note) => ({ body: { ...note, type: 'OrderedCollection', orderedItems: [note] } }),
  'an activity': (note, eve) => ({ body: { ...eve.create(note), id: note.id } }),
  'an actor': (note, eve) => ({ body: { ...eve.document(), id: note.id } }),
  'for followers only': (note, eve) => ({ body: { ...note, to: [eve.followers], cc: [] } }),
  'for somebody only': (note) => ({ body: { ...note, to: [friend.uri], cc: [] } }),
  'for nobody': (note) => ({ body: { ...note, to: [], cc: [] } }),
  'a redirect to another server': () => ({ status: 302, headers: { location: `${friend.uri}/posts/other` } }),
  'a redirect to this home': () => ({
    status: 302,
    headers: { location: `https://${HOME_HOST}/ap/posts/1` },
  }),
  'a redirect to http': (note) => ({ status: 302, headers: { location: note.id.replace('https', 'http') } }),
  'a redirect to itself': (note) => ({ status: 302, headers: { location: note.id } }),
}
for (const [name, answer] of Object.entries(NOT_SHOWN)) {
  test(`a boosted post that is ${name} is not shown`, async () => {
    friend.note({ id: `${friend.uri}/posts/other`, content: 'a real one, but another' })
    const eve = world.stranger()
    const note = eve.note({ content: `forged: ${name}` })
    serverOf(eve).answers(new URL(note.id).pathname, () => answer(note, eve))
    const boost = friend.announce(note.id)
    const { pathname } = new URL(note.id)
    const webFinger = `/.well-known/webfinger?resource=acct%3Aeve%40${serverOf(eve).host}`
    await world.drops(boost, async () => friend.sends(world.target, boost), {
      // Whose post it is has to be known before it can be judged.
      tables: ['actors', 'actor_keys'],
      asks: [pathname, `${pathname}x`, '/users/eve', webFinger, '/posts/other'],
    })
  })
}

const LATER: Readonly<Record<string, ScriptedAnswer>> = {
  'answers 500': { status: 500 },
  'never answers': 'hang',
  'hangs up': 'reset',
  'stops in the middle': { headers: JSON_LD, write: (response) => void response.write('{') },
}
for (const [name, answer] of Object.entries(LATER)) {
  test(`a boost is put off while the server of the post ${name}`, async () => {
    const eve = world.stranger()
    const note = eve.note()
    serverOf(eve).answers(new URL(note.id).pathname, () => answer)
    const boost = friend.announce(note.id)
    assert.equal((await friend.sends(world.target, boost)).status, 202)
    const row = await world.waitsFor(boost.id)
    assert.equal(row.state, 'received')
    assert.ok(row.state_next_attempt_at !== null && row.state_next_attempt_at.getTime() > Date.now())
  })
}

test('what a boost embeds is not believed: the post is read where it lives', async () => {
  const eve = world.stranger()
  const note = eve.note({ content: 'the true words' })
  const boost = friend.activity('Announce', {
    to: [PUBLIC],
    object: { ...note, content: 'put in the mouth' },
  })
  await world.takes(friend, boost)
  await untilShown('the true words')
  assert.equal(await boosted('put in the mouth'), undefined)
})

test('a good boost is shown, read signed, once', async () => {
  const eve = world.stranger('good')
  const note = eve.note({ content: 'worth reading' })
  await world.takes(friend, friend.announce(note.id))
  await untilShown('worth reading')
  const read = serverOf(eve).requests.filter(({ path }) => path === new URL(note.id).pathname)
  assert.equal(read.length, 1)
  serverOf(eve).meets(world.target)
  assert.equal((await serverOf(eve).verify(read[0] ?? assert.fail())).valid, true)
})

test('a thread without end is followed for a while only', async () => {
  const eve = world.stranger()
  const notes = Array.from({ length: 40 }, (_, n) =>
    eve.note({
      id: `${eve.uri}/posts/thread${n}`,
      inReplyTo: `${eve.uri}/posts/thread${n + 1}`,
      content: `word ${n}.`,
    }),
  )
  await world.takes(friend, friend.announce(notes[0]?.id ?? ''))
  await world.quiet()
  assert.ok(posts(eve) <= 21, `${posts(eve)} posts were read`)
})

test('a thread that bites its tail ends', async () => {
  const eve = world.stranger()
  const [one, two] = [`${eve.uri}/posts/one`, `${eve.uri}/posts/two`]
  eve.note({ id: one, inReplyTo: two, content: 'first of the ring' })
  eve.note({ id: two, inReplyTo: one, content: 'second of the ring' })
  await world.takes(friend, friend.announce(one))
  await world.quiet()
  assert.ok(posts(eve) <= 2, `${posts(eve)} posts were read`)
})

/** How many posts of an actor were asked for. */
function posts(actor: FakeActor): number {
  return serverOf(actor).requests.filter(({ path }) => path.includes('/posts/')).length
}

test('a handle is shown only where its domain agrees', async () => {
  const eve = world.stranger('friend')
  const { host, origin } = serverOf(eve)
  const link = (href: string): object => ({ rel: 'self', type: 'application/activity+json', href })
  serverOf(eve).answers('/.well-known/webfinger', () => ({
    headers: { 'content-type': 'application/jrd+json' },
    body: { subject: friend.handle, links: [link(eve.uri)] },
  }))
  eve.overrides = { webfinger: friend.handle, url: `https://friend.example/@friend` }
  assert.equal((await eve.sends(world.target, world.create(eve, { content: 'who am I' }))).status, 202)
  const told = await world.isToldOf('who am I')
  assert.equal(told['account']?.['acct'], `friend@${host}`)
  assert.equal(told['account']?.['uri'], `${origin}/users/friend`)
  assert.equal((await world.owner.find(`@${friend.handle}`))['uri'], friend.uri)
})

test('a domain cannot claim an actor who lives elsewhere and does not name it', async () => {
  const eve = world.stranger('claimed')
  const claimant = world.strangeServer()
  claimant.answers('/.well-known/webfinger', () => ({
    headers: { 'content-type': 'application/jrd+json' },
    body: {
      subject: `acct:boss@${claimant.host}`,
      links: [{ rel: 'self', type: 'application/activity+json', href: eve.uri }],
    },
  }))
  const found = await world.owner.get(
    `/api/v2/search?type=accounts&resolve=true&q=${encodeURIComponent(`@boss@${claimant.host}`)}`,
  )
  const handles = [...(found['accounts'] as Json)].map((account) => String(account['acct']))
  assert.ok(!handles.includes(`boss@${claimant.host}`), handles.join(' '))
})

test('a handle of another domain is shown where both sides agree', async () => {
  const split = splitServer.actor('sam', { handleDomain: 'split.example' })
  const account = await world.owner.find('@sam@split.example')
  assert.equal(account['acct'], 'sam@split.example')
  assert.equal(account['uri'], split.uri)
})

async function boosted(text: string): Promise<Json | undefined> {
  return (await world.owner.homeTimeline()).find((post) => String(post['reblog']?.['content']).includes(text))
}

async function untilShown(text: string): Promise<void> {
  await until(`a boost of "${text}"`, async () => boosted(text))
}
