import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { inTransaction, notify } from '../../../server/db/transaction.ts'
import { boostPost } from '../../../server/domain/posts/boost-post.ts'
import { deletePost } from '../../../server/domain/posts/delete-post.ts'
import { editPost } from '../../../server/domain/posts/edit-post.ts'
import { type PeerAnswer, openFakePeer, sendRaw } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { RemoteSeeds } from '../../support/remote-seeds.ts'
import { until } from '../../support/until.ts'

const peer = await openFakePeer()
const home = await openFederationHome({
  peers: [peer],
  domain: 'example.org',
  serviceDomain: 'home.example.org',
})
const ana = peer.actor('ana')
const PUBLIC_CACHE = 'public, max-age=60, stale-while-revalidate=60, stale-if-error=604800, no-transform'

type Headers = Readonly<Record<string, string>>

async function get(path: string, headers: Headers = {}): Promise<PeerAnswer> {
  return sendRaw(home.target, { method: 'GET', path, headers: Object.entries(headers) })
}

const pathOf = (uri: string): string => new URL(uri).pathname

test('WebFinger knows an identity by both of its domains, by its id and by its page, and nobody else', async () => {
  const resources = ['acct:ben@example.org', 'acct:BEN@home.example.org', home.me.uri, home.me.page_url ?? '']
  for (const resource of resources) {
    const answer = await get(`/.well-known/webfinger?resource=${encodeURIComponent(resource)}`)
    assert.equal(answer.status, 200, resource)
    assert.equal(answer.headers['content-type'], 'application/jrd+json')
    assert.equal(answer.headers['cache-control'], 'private, no-store')
    assert.equal(answer.headers['access-control-allow-origin'], '*')
    const document = answer.json() as { subject: string; links: { rel: string; href: string }[] }
    assert.equal(document.subject, 'acct:ben@example.org')
    assert.equal(document.links.find(({ rel }) => rel === 'self')?.href, home.me.uri)
  }
  const nobody = ['acct:nobody@example.org', 'acct:ben@other.example', 'https://peer.example/users/ana']
  for (const resource of nobody) {
    assert.equal((await get(`/.well-known/webfinger?resource=${encodeURIComponent(resource)}`)).status, 404)
  }
  assert.equal((await get('/.well-known/webfinger')).status, 400)
})

test('host-meta and NodeInfo name the configured host and may be kept', async () => {
  const xml = await get('/.well-known/host-meta')
  assert.match(xml.text(), /https:\/\/home\.example\.org\/\.well-known\/webfinger\?resource=\{uri\}/)
  assert.equal(xml.headers['cache-control'], 'public, max-age=3600, no-transform')
  const json = await get('/.well-known/host-meta.json')
  assert.equal((json.json()['links'] as { rel: string }[])[0]?.rel, 'lrdd')
  const links = (await get('/.well-known/nodeinfo')).json()['links'] as { rel: string; href: string }[]
  const instance = links.find(({ rel }) => rel === 'https://www.w3.org/ns/activitystreams#Application')
  assert.equal(instance?.href, home.context.home.instanceActor().uri)
  await home.writes('counted')
  for (const version of ['2.0', '2.1']) {
    const href = links.find(({ rel }) => rel.endsWith(version))?.href ?? ''
    const answer = await get(pathOf(href))
    assert.equal(answer.status, 200)
    assert.equal((answer.json()['software'] as { name: string }).name, 'homebird')
    assert.equal(answer.json()['openRegistrations'], false)
    assert.deepEqual(answer.json()['protocols'], ['activitypub'])
    assert.deepEqual(answer.json()['usage'], {
      users: { total: 1, activeHalfyear: 1, activeMonth: 1 },
      localPosts: 1,
    })
    assert.deepEqual(answer.json()['metadata'], { nodeName: 'example.org', nodeDescription: '' })
    assert.match(
      answer.headers['content-type'] ?? '',
      new RegExp(`^application/json; profile=".*${version}#"`),
    )
  }
})

test('an actor is one document for every Accept, with a tag that spares sending it again', async () => {
  const path = pathOf(home.me.uri)
  const answers = await Promise.all(
    ['application/activity+json', 'text/html', '*/*', 'image/png'].map(async (accept) =>
      get(path, { accept }),
    ),
  )
  assert.equal(new Set(answers.map((answer) => answer.text())).size, 1)
  const [first] = answers
  assert.ok(first)
  assert.equal(first.headers['content-type'], 'application/activity+json; charset=utf-8')
  assert.equal(first.headers['cache-control'], PUBLIC_CACHE)
  assert.equal(first.json()['id'], home.me.uri)
  const { etag = '' } = first.headers
  assert.match(etag, /^W\/"/)
  for (const tag of [etag, etag.slice(2), `"x", ${etag}`, '*']) {
    const again = await get(path, { 'if-none-match': tag })
    assert.equal(again.status, 304, tag)
    assert.equal(again.headers['etag'], etag)
    assert.equal(again.body.length, 0)
  }
  assert.equal((await get(path, { 'if-none-match': 'W/"other"' })).status, 200)
  const since = first.headers['last-modified'] ?? ''
  assert.equal((await get(path, { 'if-modified-since': since })).status, 304)
})

test('the instance actor is an Application that says nothing of the owner', async () => {
  const answer = await get('/ap/instance')
  assert.equal(answer.headers['cache-control'], 'public, max-age=3600, stale-if-error=604800, no-transform')
  const document = answer.json()
  assert.equal(document['type'], 'Application')
  assert.ok(!answer.text().includes('ben'))
  assert.equal((await get(pathOf(String(document['outbox'])))).json()['totalItems'], 0)
})

test('queries, other spellings and unknown ids are nothing', async () => {
  const path = pathOf(home.me.uri)
  const post = await home.writes('here')
  const spellings = [
    `${path}?x=1`,
    `${path}/`,
    path.toUpperCase(),
    '/ap/actors/1',
    '/ap/actors/x',
    '/ap/actors/0',
    `${pathOf(post.uri)}?page=true`,
    '/ap/posts/1',
    `/ap/posts/0${post.id}`,
    `${path}/outbox/page/x`,
    '/ap/nothing',
    `${path}/outbox/page/99999999999999999999`,
    '/ap/likes/1',
    '/ap/reactions/1',
    '/ap/follows/1',
    '/ap/blocks/1',
  ]
  for (const spelling of spellings) {
    const answer = await get(spelling)
    assert.equal(answer.status, 404, spelling)
    assert.match(answer.headers['cache-control'] ?? '', /no-store/)
  }
  const elsewhere = await get(path, { host: 'evil.example' })
  assert.equal(elsewhere.status, 421)
})

test('a public post is served to everybody, with the Create that brought it', async () => {
  const post = await home.writes('hello #World')
  const answer = await get(pathOf(post.uri))
  assert.equal(answer.headers['cache-control'], PUBLIC_CACHE)
  const document = answer.json()
  assert.deepEqual(
    [document['id'], document['type'], document['attributedTo']],
    [post.uri, 'Note', home.me.uri],
  )
  const activity = (await get(`${pathOf(post.uri)}/activity`)).json()
  assert.deepEqual([activity['type'], activity['actor']], ['Create', home.me.uri])
  assert.equal((activity['object'] as { id: string }).id, post.uri)
})

test('what was brought along is first given to another server when that can be written down', async () => {
  const { db } = home.context
  const post = await home.writes('from another home')
  const from = { imported_from: 'https://former.example/1' }
  await db.updateTable('posts').set(from).where('id', '=', post.id).execute()
  await sql`
    create function has_no_room() returns trigger language plpgsql as
      $$ begin raise exception 'no room' using errcode = 'disk_full'; end $$`.execute(db)
  await sql`
    create trigger has_no_room before insert on imported_reads for each row execute function has_no_room()`.execute(
    db,
  )
  const waits = await get(pathOf(post.uri))
  assert.deepEqual([waits.status, waits.headers['retry-after']], [503, '300'])
  await sql`drop trigger has_no_room on imported_reads`.execute(db)
  assert.equal((await get(pathOf(post.uri))).status, 200)
  const reads = await db.selectFrom('imported_reads').select('post_id').execute()
  assert.deepEqual(reads, [{ post_id: post.id }])
})

test('posts for followers are shown to a signed follower and to nobody else, as if they were not there', async () => {
  const bea = peer.actor('bea')
  await home.isFollowedBy(ana)
  const followers = await home.writes('for followers', 'followers')
  const direct = await home.writes('for nobody', 'direct')
  const absent = await get('/ap/posts/117000000000000000')
  for (const post of [followers, direct]) {
    const stranger = await get(pathOf(post.uri))
    assert.deepEqual([stranger.status, stranger.text()], [absent.status, absent.text()])
    assert.deepEqual(withoutDate(stranger.headers), withoutDate(absent.headers))
    assert.equal((await bea.gets(home.target, pathOf(post.uri))).status, 404)
  }
  const seen = await ana.gets(home.target, pathOf(followers.uri))
  assert.equal(seen.status, 200)
  assert.equal(seen.headers['cache-control'], 'private, no-store')
  assert.equal((await ana.gets(home.target, pathOf(direct.uri))).status, 404)
  const badly = await ana.gets(home.target, pathOf(followers.uri), { key: { privateKey: bea.privateKey } })
  assert.equal(badly.status, 404)
})

function withoutDate(headers: Headers): Headers {
  const { date: _, ...rest } = headers
  return rest
}

test('an edit and a deletion are seen at once, and what is gone says so', async () => {
  const { db, home: facts, clock } = home.context
  const post = await home.writes('before')
  assert.match((await get(pathOf(post.uri))).text(), /before/)
  const edit = { text: 'after', summary: '', isSensitive: false, language: 'en', mentions: new Map() }
  await inTransaction(db, async (tx) => editPost(tx, facts, post, edit, clock.now()))
  // The NOTIFY of the commit comes on a connection of its own.
  await until('the edit is served', async () => /after/.test((await get(pathOf(post.uri))).text()))
  await inTransaction(db, async (tx) => deletePost(tx, post, clock.now()))
  const gone = await until('the deletion is served', async () => {
    const answer = await get(pathOf(post.uri))
    return answer.status === 410 ? answer : null
  })
  assert.equal(gone.headers['cache-control'], 'public, max-age=60, no-transform')
  assert.deepEqual([gone.json()['type'], gone.json()['formerType']], ['Tombstone', 'Note'])
  const secret = await home.writes('secret', 'followers')
  await inTransaction(db, async (tx) => deletePost(tx, secret, clock.now()))
  assert.equal((await get(pathOf(secret.uri))).status, 404)
})

test('the outbox is paged and holds what is public, boosts too', async () => {
  const { db, home: facts, clock } = home.context
  await home.follows(ana)
  const note = ana.note()
  await home.takes(ana, ana.create(note))
  const [theirs] = [await home.post(note.id)]
  assert.ok(theirs)
  const boost = await inTransaction(db, async (tx) =>
    boostPost(tx, facts, home.me, theirs, 'public', clock.now()),
  )
  for (let n = 0; n < 25; n += 1) await home.writes(`post ${n}`)
  await home.writes('not public', 'followers')
  const outbox = (await get(`${pathOf(home.me.uri)}/outbox`)).json()
  const total = Number(outbox['totalItems'])
  const items: { type: string; object: { id: string } | string; id: string }[] = []
  for (let next: unknown = outbox['first']; typeof next === 'string';) {
    const page = (await get(pathOf(next))).json()
    assert.equal(page['id'], next)
    assert.equal(page['partOf'], outbox['id'])
    items.push(...(page['orderedItems'] as typeof items))
    next = page['next']
  }
  assert.equal(items.length, total)
  assert.equal(new Set(items.map(({ id }) => id)).size, total)
  assert.ok(
    items.some(({ type, id, object }) => type === 'Announce' && id === boost.uri && object === note.id),
  )
  assert.ok(!JSON.stringify(items).includes('not public'))
  assert.equal((await get(pathOf(boost.uri))).json()['type'], 'Announce')
})

test('followers are listed, or only counted where the owner hides them', async () => {
  const path = `${pathOf(home.me.uri)}/followers`
  const collection = (await get(path)).json()
  assert.equal(collection['totalItems'], 1)
  const page = (await get(pathOf(String(collection['first'])))).json()
  assert.deepEqual(page['orderedItems'], [ana.uri])
  await home.db.updateTable('actors').set({ hides_collections: true }).where('id', '=', home.me.id).execute()
  await notify(home.db, 'changed', 'settings')
  await until('it is hidden', async () => (await get(path)).json()['first'] === undefined)
  assert.equal((await get(path)).json()['totalItems'], 1)
  assert.equal((await get(pathOf(String(collection['first'])))).status, 404)
})

test('replies, likes and shares of a post are told, the last two by number only', async () => {
  const own = await home.writes('talk to me')
  const reply = ana.note({ inReplyTo: own.uri, cc: [home.me.uri] })
  const whisper = ana.note({ inReplyTo: own.uri, to: [home.me.uri], cc: [] })
  await home.takes(ana, ana.create(reply), ana.create(whisper), ana.like(own.uri), ana.announce(own.uri))
  const replies = (await get(`${pathOf(own.uri)}/replies`)).json()
  assert.equal(replies['totalItems'], 1)
  const page = (await get(pathOf(String(replies['first'])))).json()
  assert.deepEqual(page['items'], [reply.id])
  for (const name of ['likes', 'shares']) {
    const collection = (await get(`${pathOf(own.uri)}/${name}`)).json()
    assert.deepEqual([collection['totalItems'], collection['first']], [1, undefined])
  }
  const thread = (await get(`${pathOf(own.uri)}/context`)).json()
  assert.deepEqual(thread['orderedItems'], [own.uri, reply.id])
})

test('a post carries the first page of its public replies, by whomever, and says where the next one is', async () => {
  const own = await home.writes('talk much')
  const seeds = new RemoteSeeds(home.db)
  const author = await seeds.actor('many', { host: 'many.example' })
  const uris: string[] = []
  for (let n = 0; n < 52; n += 1) uris.push((await seeds.post(author, { inReplyTo: own })).uri)
  await seeds.post(author, { inReplyTo: own, visibility: 'followers' })
  await home.db.updateTable('posts').set({ replies_count: 52 }).where('id', '=', own.id).execute()
  const { replies } = (await get(pathOf(own.uri))).json() as { replies?: EmbeddedReplies }
  assert.ok(replies)
  assert.deepEqual([replies.id, replies.totalItems], [`${own.uri}/replies`, 52])
  assert.equal(replies.first.id, `${own.uri}/replies/page/first`)
  assert.equal('@context' in replies.first, false)
  assert.deepEqual(replies.first.items, uris.slice(0, 50))
  const next = (await get(pathOf(String(replies.first.next)))).json()
  assert.deepEqual([next['items'], next['next']], [uris.slice(50), undefined])
})

interface EmbeddedReplies {
  readonly id: string
  readonly totalItems: number
  readonly first: { readonly id: string; readonly items: readonly string[]; readonly next?: string }
}

test('in authorised-fetch mode only the signed are served, the instance actor excepted', async () => {
  const strict = await openFederationHome({
    peers: [peer],
    domain: 'strict.example',
    config: { authorizedFetch: true },
  })
  const post = await strict.writes('members only')
  const paths = [pathOf(strict.me.uri), pathOf(post.uri), `${pathOf(strict.me.uri)}/outbox`]
  for (const path of paths) {
    const unsigned = await sendRaw(strict.target, { method: 'GET', path, headers: [] })
    assert.equal(unsigned.status, 401, path)
    const signed = await ana.gets(strict.target, path)
    assert.equal(signed.status, 200, path)
    assert.equal(signed.headers['cache-control'], 'private, no-store')
  }
  const instance = await sendRaw(strict.target, { method: 'GET', path: '/ap/instance', headers: [] })
  assert.equal(instance.status, 200)
})
