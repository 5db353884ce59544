import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FakeActor } from '../../support/fake-peer-actor.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { CONTEXT, createOf, postsOf, servesPages } from '../../support/fake-outbox.ts'
import { openFederationHome } from '../../support/federation-home.ts'
import { Reader, named } from '../../support/reader.ts'

const peer = await openFakePeer()
const other = await openFakePeer(undefined, { host: 'other.example' })
const home = await openFederationHome({ peers: [peer, other] })
const reader = new Reader(home, peer)

const DIALECTS: Readonly<
  Record<string, (actor: FakeActor, notes: ReturnType<typeof postsOf>) => Record<string, object>>
> = {
  'items in the collection itself (Takahē, Lemmy)': (_actor, notes) => ({
    '': { type: 'OrderedCollection', totalItems: 3, orderedItems: notes },
  }),
  'an embedded first page that leads on (Pleroma)': (actor, notes) => ({
    '': {
      type: 'OrderedCollection',
      totalItems: 3,
      first: {
        id: `${actor.uri}/outbox?page=true`,
        type: 'OrderedCollectionPage',
        orderedItems: notes.slice(0, 2).map((note) => createOf(actor, note)),
        next: `${actor.uri}/outbox?max_id=2`,
      },
    },
    '?max_id=2': {
      type: 'OrderedCollectionPage',
      orderedItems: notes.slice(2).map((note) => createOf(actor, note)),
    },
  }),
  'activities that only name their posts (GoToSocial)': (actor, notes) => ({
    '': { type: 'OrderedCollection', first: `${actor.uri}/outbox?limit=40` },
    '?limit=40': {
      type: 'OrderedCollectionPage',
      orderedItems: notes.map((note) => ({
        id: `${note.id}#create`,
        type: 'Create',
        actor: actor.uri,
        object: note.id,
      })),
    },
  }),
  'bare ids': (_actor, notes) => ({
    '': { type: 'OrderedCollection', orderedItems: notes.map((note) => note.id) },
  }),
  'an unordered collection with a linked first page (Misskey, PeerTube)': (actor, notes) => ({
    '': { type: 'Collection', totalItems: 3, first: `${actor.uri}/outbox?page=1` },
    '?page=1': {
      // As some do: the page has the id of the collection.
      id: `${actor.uri}/outbox`,
      type: 'CollectionPage',
      items: [createOf(actor, notes[0] as never), createOf(actor, notes[1] as never)],
      next: `${actor.uri}/outbox?page=2`,
    },
    '?page=2': { type: 'CollectionPage', items: createOf(actor, notes[2] as never) },
  }),
  'a page that lies elsewhere on the host, with other activities among the posts (WordPress)': (
    actor,
    notes,
  ) => ({
    '': {
      type: 'OrderedCollection',
      totalItems: 3,
      first: `${peer.origin}/wp-json/outbox/${actor.name}?page=1`,
    },
    [`${peer.origin}/wp-json/outbox/${actor.name}?page=1`]: {
      type: 'OrderedCollectionPage',
      orderedItems: [
        actor.follow('https://x.example/y'),
        ...notes.map((note) => createOf(actor, note)),
        actor.like('https://x.example/z'),
        { type: ['Create', 'Like'] },
        17,
        null,
      ],
    },
  }),
}

for (const [name, pagesOf] of Object.entries(DIALECTS)) {
  test(`an outbox is read in the dialect of ${name}`, async () => {
    const ana = reader.somebody()
    const notes = postsOf(ana, 3)
    const outbox = `${ana.uri}/outbox`
    servesPages(
      peer,
      Object.fromEntries(
        Object.entries(pagesOf(ana, notes)).map(([search, page]) => {
          const address = search.startsWith('https:') ? search : `${outbox}${search}`
          return [address, { '@context': CONTEXT, id: address, ...page }]
        }),
      ),
    )
    const id = await reader.looksAt(ana)
    assert.deepEqual(await reader.textsOf(id), named(3))
    assert.equal((await reader.sweepOf(id)).state, 'exhausted')
  })
}

test('a group that passes on whole activities is read by what they created (Lemmy)', async () => {
  const group = peer.actor('group', { type: 'Group' })
  const cleo = other.actor('cleo')
  const page = cleo.note({ type: 'Page', name: 'a title', audience: group.uri })
  const passed = group.announce(page.id, { object: cleo.create(page) })
  const liked = group.announce(page.id, { object: cleo.like(page.id) })
  servesPages(peer, {
    [`${group.uri}/outbox`]: {
      '@context': CONTEXT,
      id: `${group.uri}/outbox`,
      type: 'OrderedCollection',
      orderedItems: [liked, passed],
    },
  })
  await reader.follows(group)
  assert.equal((await home.post(page.id))?.title, 'a title')
  assert.ok(await home.post(passed.id))
  assert.equal(await home.post(liked.id), undefined)
})

test('a hidden, an empty and a missing outbox are no error', async () => {
  const shapes: ReadonlyArray<[object | null, string]> = [
    [{ type: 'OrderedCollection', totalItems: 12 }, 'exhausted'],
    [{ type: 'OrderedCollection', totalItems: 0, orderedItems: [] }, 'exhausted'],
    [{ type: 'Note', content: 'no collection' }, 'exhausted'],
    [null, 'exhausted'],
  ]
  for (const [shape, state] of shapes) {
    const ana = reader.somebody()
    const id = `${ana.uri}/outbox`
    if (shape !== null) servesPages(peer, { [id]: { '@context': CONTEXT, id, ...shape } })
    const row = await reader.sweepOf(await reader.looksAt(ana))
    assert.equal(row.state, state)
    assert.equal(row.state_errors, 0)
  }
})
