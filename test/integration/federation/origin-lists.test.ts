import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { sql } from 'kysely'
import {
  type OriginSide,
  listOriginSide,
  lookAtOriginList,
} from '../../../server/domain/follows/origin-lists.ts'
import type { FakeActor } from '../../support/fake-peer-actor.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { CONTEXT, servesPages } from '../../support/fake-outbox.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer()
const other = await openFakePeer(undefined, { host: 'other.example' })
const home = await openFederationHome({ peers: [peer, other] })
const WHOLE = { maxId: null, sinceId: null, minId: null, limit: 80 }
let counter = 0

function somebody(): FakeActor {
  counter += 1
  return peer.actor(`person${counter}`)
}

/** One key for all: making one takes longer than reading the actor. */
const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
function fan(name: string): FakeActor {
  const actor = other.actor(name)
  actor.rotateKey(KEY)
  return actor
}

async function idOf(actor: FakeActor): Promise<string> {
  const row = await home.context.dereferencer.actorByUri(actor.uri)
  assert.ok(row)
  return row.id
}

/** The owner looks, and the worker does what follows from it; a minute and more has passed since the last look. */
async function looksAt(actorId: string, side: OriginSide = 'followers'): Promise<string> {
  await lookAtOriginList(home.db, actorId, side, new Date(Date.now() + 120_000))
  await home.work()
  const { state } = await home.db
    .selectFrom('origin_lists')
    .select('state')
    .where('actor_id', '=', actorId)
    .where('side', '=', side)
    .executeTakeFirstOrThrow()
  return state
}

/** URIs of those who are shown, in order. */
async function shown(actorId: string, side: OriginSide = 'followers'): Promise<string[]> {
  const uris: string[] = []
  let maxId: string | null = null
  do {
    const page = await listOriginSide(home.db, home.me.id, actorId, side, { ...WHOLE, limit: 7, maxId })
    const rows = await home.db
      .selectFrom('actors')
      .select(['id', 'uri'])
      .where('id', '=', sql<string>`any(${[...page.items]}::bigint[])`)
      .execute()
    uris.push(...page.items.map((id) => rows.find((row) => row.id === id)?.uri ?? ''))
    maxId = page.isFull ? page.oldest : null
  } while (maxId !== null)
  return uris
}

/** As Mastodon does, page by page. */
function servesList(actor: FakeActor, name: string, uris: readonly unknown[], perPage = 12): void {
  const id = `${actor.uri}/${name}`
  const count = Math.max(1, Math.ceil(uris.length / perPage))
  const pages = Array.from({ length: count }, (_, n): [string, object] => [
    `${id}?page=${n + 1}`,
    {
      '@context': CONTEXT,
      id: `${id}?page=${n + 1}`,
      type: 'OrderedCollectionPage',
      orderedItems: uris.slice(n * perPage, (n + 1) * perPage),
      ...(n + 1 < count ? { next: `${id}?page=${n + 2}` } : {}),
    },
  ])
  servesPages(peer, {
    [id]: {
      '@context': CONTEXT,
      id,
      type: 'OrderedCollection',
      totalItems: uris.length,
      first: `${id}?page=1`,
    },
    ...Object.fromEntries(pages),
  })
}

test('followers elsewhere are those of the origin, in its order, known ones and others', async () => {
  const ana = somebody()
  const many = Array.from({ length: 20 }, (_, n) => fan(`fan${n}`))
  const known = many[5] as FakeActor
  await idOf(known)
  servesList(ana, 'followers', [...many.map(({ uri }) => uri), 17, 'no address', home.me.uri, many[0]?.uri])
  const id = await idOf(ana)
  assert.deepEqual(await shown(id), [])
  assert.equal(await looksAt(id), 'complete')
  assert.deepEqual(
    await shown(id),
    many.map(({ uri }) => uri),
  )
  const asked = home.asked()
  await looksAt(id)
  assert.equal(home.asked(), asked, 'what was read to its end is not read again')
})

test('whom this home knows to follow stands there, whether or not the origin says so', async () => {
  const [ana, bea] = [somebody(), somebody()]
  const row = await home.follows(ana)
  assert.deepEqual(await shown(row.id), [home.me.uri])
  servesList(ana, 'followers', [bea.uri])
  await looksAt(row.id)
  assert.deepEqual(await shown(row.id), [home.me.uri, bea.uri])
})

test('one look costs at most fifty documents, and the next goes on where it ended', async () => {
  const ana = somebody()
  const many = Array.from({ length: 70 }, (_, n) => fan(`follower${n}`))
  servesList(
    ana,
    'following',
    many.map(({ uri }) => uri),
  )
  const id = await idOf(ana)
  const documents = (): number =>
    [...peer.paths(), ...other.paths()].filter((path) => path.startsWith('/users/')).length
  for (const [looks, state] of ['partial', 'complete'].entries()) {
    const before = documents()
    assert.equal(await looksAt(id, 'following'), state, `look ${looks}`)
    assert.ok(documents() - before <= 50, `${documents() - before} documents`)
  }
  assert.deepEqual(
    await shown(id, 'following'),
    many.map(({ uri }) => uri),
  )
})

test('of a list without end two hundred entries on ten pages are read', async () => {
  const [ana, bea] = [somebody(), somebody()]
  const gone = Array.from({ length: 9_000 }, (_, n) => `https://other.example/users/none/${n}`)
  servesList(ana, 'followers', gone, 9_000)
  const id = await idOf(ana)
  await looksAt(id)
  const { rows } = await sql<{ entries: number }>`select count(*)::integer as entries from origin_list_entries
    join origin_lists on origin_lists.id = list_id where origin_lists.actor_id = ${id}`.execute(home.db)
  assert.equal(rows[0]?.entries, 200)
  assert.deepEqual(await shown(id), [])

  const { pathname } = new URL(bea.followers)
  peer.answers(pathname, (request) => {
    const page = Number(new URL(request.path, peer.origin).searchParams.get('page') ?? 0)
    const next = `${bea.followers}?page=${page + 1}`
    return { body: { id: bea.followers, type: 'OrderedCollectionPage', orderedItems: [], next } }
  })
  const beaId = await idOf(bea)
  assert.equal(await looksAt(beaId), 'complete')
  assert.equal(peer.paths().filter((path) => path.startsWith(pathname)).length, 10)
})

test('hidden, refused and misplaced lists are respected', async () => {
  const cases: ReadonlyArray<(actor: FakeActor) => void> = [
    (actor) =>
      servesPages(peer, {
        [actor.followers]: { id: actor.followers, type: 'OrderedCollection', totalItems: 9 },
      }),
    (actor) => peer.answers(new URL(actor.followers).pathname, () => ({ status: 403 })),
    (actor) => peer.answers(new URL(actor.followers).pathname, () => ({ status: 404 })),
    (actor) =>
      servesPages(peer, {
        [actor.followers]: {
          id: actor.followers,
          type: 'Collection',
          first: 'https://other.example/x?page=1',
        },
      }),
    (actor) => servesPages(peer, { [actor.followers]: { id: actor.followers, type: 'Person' } }),
  ]
  for (const serve of cases) {
    const ana = somebody()
    serve(ana)
    const id = await idOf(ana)
    const before = other.requests.length
    assert.equal(await looksAt(id), 'hidden')
    assert.deepEqual(await shown(id), [])
    assert.equal(other.requests.length, before)
  }
})

test('who is blocked, or of a blocked domain, is neither shown nor asked', async () => {
  const [ana, eve, fay] = [somebody(), somebody(), other.actor('fay')]
  const eveId = await idOf(eve)
  await home.db
    .insertInto('blocks')
    .values({
      uri: 'https://home.example/b/1',
      source_id: home.me.id,
      target_id: eveId,
      state: 'sent',
      state_next_attempt_at: null,
    })
    .execute()
  await home.db.insertInto('domain_blocks').values({ domain: 'other.example' }).execute()
  await home.context.home.refresh()
  servesList(ana, 'followers', [eve.uri, fay.uri, somebody().uri])
  const id = await idOf(ana)
  const before = other.requests.length
  await looksAt(id)
  assert.deepEqual(await shown(id), [peer.actor(`person${counter}`).uri])
  assert.equal(other.requests.length, before)
  servesList(eve, 'followers', [ana.uri])
  await lookAtOriginList(home.db, eveId, 'followers', new Date())
  await home.work()
  const lists = await home.db.selectFrom('origin_lists').select('id').where('actor_id', '=', eveId).execute()
  assert.deepEqual(lists, [])
})
