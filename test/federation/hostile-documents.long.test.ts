/**
 * Bodies that are too much, or not what they seem: every one of them well signed by the friend whom the owner follows.
 * What can be read without harm is read, within its limits.
 * @see security rules 18, 20, 21, 30, 31
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { SendOptions } from '../support/fake-peer-actor.ts'
import { type FakeActor, PUBLIC, type PeerAnswer } from '../support/fake-peer.ts'
import { PeeredHome } from '../support/peered-home.ts'
import type { Json } from '../support/http-client.ts'

const MIB = 1_048_576

let world: PeeredHome
let friend: FakeActor
before(async () => {
  world = await PeeredHome.open({ strangers: 4 })
  ;({ friend } = world)
})

/** A good activity as text, with something put in the place of `"HERE"`. */
function bodyWith(raw: string, facts: object = {}): string {
  const activity = { ...world.create(friend), ...facts, here: 'HERE' }
  return JSON.stringify(activity).replace('"HERE"', () => raw)
}
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
const nestedObjects = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
const sends = async (body: string | Uint8Array, options: SendOptions = {}): Promise<PeerAnswer> =>
  friend.sends(world.target, {}, { body, ...options })

/** Not read at all. */
const UNREADABLE: Readonly<Record<string, () => string | Uint8Array>> = {
  nothing: () => '',
  'no JSON': () => '<p>hello</p>',
  'a half document': () => bodyWith('1').slice(0, -10),
  'two documents': () => `${bodyWith('1')}${bodyWith('2')}`,
  'a text': () => '"https://friend.example/users/friend"',
  'a number': () => '42',
  null: () => 'null',
  'an array': () => `[${bodyWith('1')}]`,
  'an array of arrays, 100,000 deep': () => nested(100_000),
  'UTF-16': () => Buffer.from(bodyWith('1'), 'utf16le'),
  'a NUL between the letters': () => bodyWith('"a\0b"'),
  'nested 33 levels deep': () => bodyWith(nested(32)),
  'objects nested 33 levels deep': () => bodyWith(nestedObjects(32)),
  'nested 30,000 levels deep': () => bodyWith(nested(30_000)),
  'an array of 10,001': () => bodyWith(JSON.stringify(Array.from({ length: 10_001 }, () => 1))),
  '__proto__ as a key': () => bodyWith('{"__proto__":{"isAdmin":true}}'),
  '__proto__ as a key, with an escape': () => bodyWith('{"__pr\\u006fto__":{"isAdmin":true}}'),
  'constructor as a key': () => bodyWith('{"constructor":{"prototype":{}}}'),
  'prototype as a key': () => bodyWith('{"prototype":{}}'),
  '@graph': () => bodyWith('1', { '@graph': [] }),
  '@included': () => bodyWith('1', { '@included': [] }),
  '@reverse': () => bodyWith('{"@reverse":{"actor":"https://elsewhere.example/"}}'),
  '@graph in the object': () => JSON.stringify(world.create(friend, { '@graph': [{ type: 'Note' }] })),
  'no type': () => bodyWith('1', { type: undefined }),
  'two types': () => bodyWith('1', { type: ['Create', 'Delete'] }),
  'a type that is no text': () => bodyWith('1', { type: { id: 'Create' } }),
  'no actor': () => bodyWith('1', { actor: undefined }),
  'two actors': () => bodyWith('1', { actor: [friend.uri, `${friend.uri}2`] }),
  'no object': () => bodyWith('1', { object: undefined }),
  'two objects': () => bodyWith('1', { object: [world.post(friend), world.post(friend)] }),
  'a number as object': () => bodyWith('1', { object: 42 }),
  'a collection': () => JSON.stringify({ id: `${friend.uri}/c`, type: 'Collection', items: [] }),
}
for (const [name, make] of Object.entries(UNREADABLE)) {
  test(`refused: ${name}`, async () => {
    await world.refuses(422, async () => sends(make()))
  })
}

/** What an id of an activity may not be. */
const BAD_IDS: Readonly<Record<string, unknown>> = {
  'an array': ['https://friend.example/1'],
  'a number': 1,
  'an object': { id: 'https://friend.example/1' },
  true: true,
  empty: '',
  relative: '/activities/1',
  'without scheme': '//friend.example/1',
  'on http': 'http://friend.example/1',
  'a script': 'javascript:alert(1)',
  'a handle': 'acct:friend@friend.example',
  'inline data': 'data:application/json,{}',
  'of 2,049 characters': `https://friend.example/${'x'.repeat(2_049 - 'https://friend.example/'.length)}`,
  'with a user': 'https://friend@friend.example/1',
  'with user and password': 'https://friend.example:pw@friend.example/1',
  'with an empty user': 'https://@friend.example/1',
  'with a backslash': 'https://friend.example\\@elsewhere.example/1',
  'with a tab in the host': 'https://friend\t.example/1',
  'with a line break': 'https://friend.example/1\nhttps://elsewhere.example/1',
  'with the port of mail': 'https://friend.example:25/1',
  'with a port that is none': 'https://friend.example:99999/1',
  'without host': 'https:///1',
}
for (const [name, id] of Object.entries(BAD_IDS)) {
  test(`refused: an activity id that is ${name}`, async () => {
    await world.refuses(422, async () => sends(JSON.stringify({ ...world.create(friend), id })))
  })
  test(`without trace: an actor that is ${name}`, async () => {
    await world.refuses([403, 422], async () => sends(JSON.stringify({ ...world.create(friend), actor: id })))
  })
}

test('refused: an id that names this server in another way', async () => {
  for (const id of [
    'https://friend.example.evil.example/1',
    'https://evil.example/https://friend.example/1',
    'https://friend.example@evil.example/1',
    'https://friend.example%2eevil.example/1',
    'https://friend.example:444/1',
    'https://xn--friend.example/1',
  ]) {
    await world.refuses([403, 422], async () => sends(JSON.stringify({ ...world.create(friend), id })))
  }
})

test('refused: more than a megabyte, announced or counted', async () => {
  const large = bodyWith(JSON.stringify('x'.repeat(MIB)))
  await world.refuses(413, async () => sends(large))
  await world.refuses(413, async () => sends(large, { headers: { 'transfer-encoding': 'chunked' } }))
})

test('taken: exactly a megabyte, and 32 levels, and 10,000 items', async () => {
  const text = 'at the limit'
  const activity = friend.create(friend.note({ content: text }))
  const parts = { deep: JSON.parse(nested(31)) as unknown, wide: Array.from({ length: 10_000 }, () => 1) }
  const short = JSON.stringify({ ...activity, ...parts, padding: '' })
  const body = JSON.stringify({ ...activity, ...parts, padding: 'x'.repeat(MIB - short.length) })
  assert.equal(body.length, MIB)
  assert.equal((await sends(body)).status, 202)
  await world.shows(text)
})

const TEXTS: Readonly<Record<string, readonly [raw: string, shown: string]>> = {
  'a NUL': ['"nul \\u0000 gone"', 'nul  gone'],
  'half a surrogate pair': ['"half \\ud83d gone"', 'half \ufffd gone'],
  'the halves in the wrong order': ['"wrong \\udc00\\ud800 gone"', 'wrong \ufffd\ufffd gone'],
}
for (const [name, [raw, shown]] of Object.entries(TEXTS)) {
  test(`made harmless: ${name} in a text`, async () => {
    const body = JSON.stringify(world.create(friend, { content: 'HERE' })).replace('"HERE"', () => raw)
    assert.equal((await sends(body)).status, 202)
    const post = await world.shows(raw.slice(1, raw.indexOf(' ')))
    const found = String(post['content'])
    assert.ok(found.includes(shown) || found.includes(shown.replaceAll('\ufffd', '')), found)
    assert.ok(found.isWellFormed() && !found.includes('\0'))
  })
}

test('made harmless: bytes that are no UTF-8', async () => {
  const body = Buffer.from(JSON.stringify(world.create(friend, { content: 'bytes XXXX gone' })))
  body.set([0xff, 0xfe, 0xc0, 0x80], body.indexOf('XXXX'))
  assert.equal((await sends(body)).status, 202)
  const post = await world.shows('bytes ')
  assert.ok(String(post['content']).isWellFormed())
})

test('a context gives no other meaning to what is known', async () => {
  const context = [
    'https://www.w3.org/ns/activitystreams',
    { actor: 'https://elsewhere.example/ns#x', content: 'as:summary' },
  ]
  const activity = { ...friend.create(friend.note({ content: 'plainly read' })), '@context': context }
  assert.equal((await friend.sends(world.target, activity)).status, 202)
  await world.shows('plainly read')
})

test('a key that comes twice counts once', async () => {
  const body = JSON.stringify(world.create(friend, { content: 'the last counts' })).replace(
    '"actor":',
    '"actor":"https://elsewhere.example/users/eve","actor":',
  )
  assert.equal((await sends(body)).status, 202)
  await world.shows('the last counts')
})

test('script, style and frames are gone, and every link is one of the web', async () => {
  const content =
    '<p onclick="alert(1)">unharmed <script>alert(1)</script><style>*{}</style><iframe src="https://x.example"></iframe>' +
    '<a href="javascript:alert(1)">a</a><a href="https://x.example" style="x" id="y">b</a><img src=x onerror=alert(1)></p>'
  const activity = friend.create(friend.note({ content, summary: '<script>alert(2)</script>careful' }))
  assert.equal((await friend.sends(world.target, activity)).status, 202)
  const post = await world.shows('unharmed')
  const shown = `${String(post['content'])}${String(post['spoiler_text'])}`
  assert.doesNotMatch(shown, /<script|<style|<iframe|<img|javascript:|onclick|onerror|style=|id=/)
  assert.match(shown, /<a href="https:\/\/x\.example\/?"[^>]*rel="[^"]*noopener/)
})

test('addresses that are none of the web are not shown, wherever they stand', async () => {
  const bad = [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'ftp://x.example/1',
    'magnet:?x',
  ]
  const attachment = bad.map((url) => ({ type: 'Document', mediaType: 'image/png', url }))
  const tag = [
    ...bad.map((url, n) => ({ type: 'Emoji', name: `:bad${n}:`, icon: { type: 'Image', url } })),
    { type: 'Emoji', name: ':"><script>:', icon: { type: 'Image', url: 'https://friend.example/e.png' } },
    { type: 'Hashtag', name: '#"><script>', href: 'javascript:alert(1)' },
    { type: 'Mention', name: '@"><script>', href: 'javascript:alert(1)' },
  ]
  const facts = { content: 'badly linked', url: 'javascript:alert(1)', attachment, tag }
  assert.equal((await friend.sends(world.target, friend.create(friend.note(facts)))).status, 202)
  const post = await world.shows('badly linked')
  const { url, media_attachments: media, emojis, mentions } = post
  assert.match(String(url), /^https:/)
  assert.deepEqual([[...(media ?? [])], [...(emojis ?? [])], [...(mentions ?? [])]], [[], [], []])
  assert.doesNotMatch(JSON.stringify(post), /javascript:|<script|file:|magnet:/)
})

test('a profile shows no address that is none of the web, and keeps its inbox when it names one elsewhere', async () => {
  const eve = world.stranger('linked')
  const [url, icon] = ['javascript:alert(1)', { type: 'Image', url: 'data:image/png,x' }]
  const value = '<a href="javascript:alert(1)">site</a>'
  eve.overrides = { url, icon, image: icon, attachment: [{ type: 'PropertyValue', name: 'site', value }] }
  const account = await world.owner.find(`@${eve.handle}`)
  assert.doesNotMatch(JSON.stringify(account), /javascript:|data:image/)
  await world.takes(eve, world.create(eve))
  eve.overrides = { name: 'moved', inbox: 'https://friend.example/users/friend/inbox' }
  await world.takes(eve, eve.update(eve.document()))
  await world.quiet()
  const row = await world.db
    .selectFrom('actors')
    .select(['inbox_uri', 'display_name'])
    .where('uri', '=', eve.uri)
    .executeTakeFirstOrThrow()
  assert.equal(row.inbox_uri, `${eve.uri}/inbox`)
  assert.notEqual(row.display_name, 'moved')
})

test('an edit changes who may see a post in no way, and a post of the future stands where it came', async () => {
  const note = friend.note({ content: 'for followers', to: [friend.followers], cc: [] })
  await world.takes(friend, friend.create(note))
  const updated = new Date(Date.now() + 60_000).toISOString()
  await world.takes(friend, friend.update({ ...note, content: 'for followers still', to: [PUBLIC], updated }))
  assert.equal(String((await world.shows('for followers still'))['visibility']), 'private')
  const future = friend.note({ content: 'from the future', published: '2999-01-01T00:00:00Z' })
  await world.takes(friend, friend.create(future))
  const { id } = await world.shows('from the future')
  await world.control()
  const [newest] = await world.owner.homeTimeline()
  assert.ok(BigInt(String(newest?.['id'])) > BigInt(String(id)))
})

const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n))

test('of too many things the first are kept', async () => {
  const tag = many(80, (n) => ({
    type: 'Hashtag',
    name: `#tag${n}`,
    href: `https://friend.example/tags/${n}`,
  }))
  const attachment = many(30, (n) => ({
    type: 'Document',
    mediaType: 'image/png',
    url: `https://friend.example/pictures/${n}.png`,
  }))
  const activity = friend.create(friend.note({ content: 'too many', tag, attachment }))
  assert.equal((await friend.sends(world.target, activity)).status, 202)
  const post = await world.shows('too many')
  assert.equal([...(post['tags'] as Json)].length, 64)
  assert.equal([...(post['media_attachments'] as Json)].length, 20)
})

test('of too long texts the beginning is kept', async () => {
  const content = `<p>very long ${'x'.repeat(600_000)}</p>`
  const activity = friend.create(friend.note({ content, summary: 's'.repeat(30_000) }))
  assert.equal((await friend.sends(world.target, activity)).status, 202)
  const post = await world.shows('very long')
  assert.ok(String(post['content']).length <= 500_100, `${String(post['content']).length}`)
  assert.ok(String(post['spoiler_text']).length <= 20_000)
})

test('of too much profile the beginning is kept', async () => {
  const eve = world.stranger('verbose')
  eve.overrides = {
    name: 'n'.repeat(5_000),
    summary: `<p>${'b'.repeat(50_000)}</p>`,
    attachment: many(51, (n) => ({ type: 'PropertyValue', name: `field ${n}`, value: 'v'.repeat(5_000) })),
    alsoKnownAs: many(300, (n) => `https://friend.example/users/alias${n}`),
  }
  const account = await world.owner.find(`@${eve.handle}`)
  assert.ok(String(account['display_name']).length <= 2_048)
  assert.ok(String(account['note']).length <= 20_100)
  const fields = [...(account['fields'] as Json)]
  assert.equal(fields.length, 50)
  assert.ok(fields.every((field) => String(field['value']).length <= 2_100))
  const row = await world.db
    .selectFrom('actors')
    .select('also_known_as')
    .where('uri', '=', eve.uri)
    .executeTakeFirstOrThrow()
  assert.equal(row.also_known_as.length, 256)
})

test('who is addressed is who may see: any doubt is narrowed', async () => {
  const cases: readonly (readonly [to: unknown, cc: unknown, visibility: string])[] = [
    [[PUBLIC], [], 'public'],
    ['as:Public', [], 'public'],
    ['Public', [], 'public'],
    [[], [PUBLIC], 'unlisted'],
    [[friend.followers], [], 'private'],
    [[`${friend.uri}/followers2`, world.me.uri], [], 'direct'],
    [[world.friendPeer.actor('other').followers, world.me.uri], [], 'direct'],
    [['https://www.w3.org/ns/activitystreams#public', world.me.uri], [], 'direct'],
    [[{ id: 42 }, world.me.uri], { not: 'a list' }, 'direct'],
  ]
  for (const [n, [to, cc, visibility]] of cases.entries()) {
    const text = `audience ${n}.`
    const note = { ...world.post(friend, { content: text }), to, cc }
    assert.equal((await friend.sends(world.target, { ...friend.create(note), to, cc })).status, 202)
    const post = visibility === 'direct' ? (await world.isToldOf(text))['status'] : await world.shows(text)
    assert.equal(String(post?.['visibility']), visibility, text)
  }
})
