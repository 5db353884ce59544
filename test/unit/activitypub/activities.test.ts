/** The activities and collections this home sends. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  acceptFollowActivity,
  announceActivity,
  blockActivity,
  createActivity,
  deleteActivity,
  followActivity,
  likeActivity,
  rejectFollowActivity,
  undoActivity,
  updateActivity,
  updateActorActivity,
} from '../../../server/activitypub/activities.ts'
import {
  collection,
  collectionPage,
  orderedCollection,
  orderedCollectionPage,
  wholeOrderedCollection,
} from '../../../server/activitypub/collections.ts'
import type { JsonObject } from '../../../server/activitypub/json.ts'
import { parseActivity } from '../../../server/activitypub/parse-activity.ts'
import {
  AP_ROUTES,
  activityUri,
  collectionPageUri,
  postActivityUri,
} from '../../../server/activitypub/uris.ts'
import { PUBLIC } from '../../../server/activitypub/vocabulary.ts'
import {
  blockUri,
  followUri,
  identityUris,
  instanceActorUris,
  likeUri,
  postUri,
} from '../../../server/domain/owner/own-uris.ts'

const HOME = 'https://home.example'
const BEN = `${HOME}/ap/actors/7`
const ANA = 'https://other.example/ana'
const NOTE = 'https://other.example/notes/1'
const POST = {
  id: `${HOME}/ap/posts/42`,
  type: 'Note',
  to: [PUBLIC],
  cc: [`${BEN}/followers`],
  published: '2026-11-22T16:00:00Z',
}
const id = activityUri(HOME, '99')
const at = new Date('2026-11-22T17:00:00Z')

const SENT: Readonly<Record<string, JsonObject>> = {
  Create: createActivity({ id: postActivityUri(POST.id), actorUri: BEN, object: POST }),
  Update: updateActivity({ id, actorUri: BEN, object: POST, updatedAt: at }),
  Delete: deleteActivity({ id, actorUri: BEN, object: { id: POST.id, type: 'Tombstone' }, to: [PUBLIC] }),
  Announce: announceActivity({
    id: postUri(HOME, '43'),
    actorUri: BEN,
    objectUri: NOTE,
    objectActorUri: ANA,
    followersUri: `${BEN}/followers`,
    visibility: 'unlisted',
    publishedAt: at,
  }),
  Like: likeActivity({ id: likeUri(HOME, '1'), actorUri: BEN, objectUri: NOTE, recipientUri: ANA }),
  Follow: followActivity({ id: followUri(HOME, '1'), actorUri: BEN, targetUri: ANA }),
  Block: blockActivity({ id: blockUri(HOME, '1'), actorUri: BEN, targetUri: ANA }),
}
const FOLLOW_IN = { uri: 'https://other.example/follows/1', sourceUri: ANA, targetUri: BEN }

describe('activities', () => {
  for (const [type, activity] of Object.entries(SENT)) {
    test(`a ${type} is understood by the code that reads those of others`, () => {
      const parsed = parseActivity(activity)
      assert.equal(parsed.outcome, 'activity')
      assert.equal(parsed.activity.type, type)
      assert.equal(parsed.activity.actorUri, BEN)
      assert.equal(parsed.activity.id, activity['id'])
      assert.notEqual(parsed.activity.to.length, 0)
    })
  }

  test('a Create has the addressees and the moment of its object', () => {
    const { '@context': _, ...create } = SENT['Create'] ?? {}
    assert.deepEqual(create, {
      id: `${POST.id}/activity`,
      type: 'Create',
      actor: BEN,
      published: POST.published,
      to: POST.to,
      cc: POST.cc,
      object: POST,
    })
  })

  test('a boost keeps its visibility and tells the author', () => {
    assert.deepEqual(SENT['Announce']?.['to'], [`${BEN}/followers`])
    assert.deepEqual(SENT['Announce']?.['cc'], [PUBLIC, ANA])
    assert.equal(SENT['Announce']?.['published'], '2026-11-22T17:00:00Z')
  })

  test('an Undo embeds what it takes back, to the same addressees, without a second context', () => {
    const undo = undoActivity({ id, actorUri: BEN, activity: SENT['Announce'] ?? {} })
    const { '@context': _, ...announce } = SENT['Announce'] ?? {}
    assert.deepEqual(undo['object'], announce)
    assert.deepEqual([undo['to'], undo['cc']], [announce['to'], announce['cc']])
  })

  test('the answer to a Follow tells it back whole', () => {
    const object = { id: FOLLOW_IN.uri, type: 'Follow', actor: ANA, object: BEN }
    const accept = acceptFollowActivity({ id, actorUri: BEN, follow: FOLLOW_IN })
    const reject = rejectFollowActivity({ id, actorUri: BEN, follow: FOLLOW_IN })
    assert.deepEqual([accept['type'], accept['object'], accept['to']], ['Accept', object, [ANA]])
    assert.deepEqual([reject['type'], reject['object'], reject['to']], ['Reject', object, [ANA]])
  })

  test('an Update of a profile is public and has the document inside', () => {
    const update = updateActorActivity({
      id,
      actorUri: BEN,
      document: { '@context': ['x'], id: BEN, type: 'Person' },
      updatedAt: at,
    })
    assert.deepEqual(update['object'], { id: BEN, type: 'Person' })
    assert.deepEqual(update['to'], [PUBLIC])
  })

  test('an actor that leaves is deleted by its own id', () => {
    assert.equal(deleteActivity({ id, actorUri: BEN, object: BEN, to: [PUBLIC] })['object'], BEN)
  })
})

describe('collections', () => {
  const uri = `${BEN}/outbox`

  test('point to their first page by a path', () => {
    assert.deepEqual(orderedCollection({ uri, totalItems: 3, firstCursor: 'first' }), {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: uri,
      type: 'OrderedCollection',
      totalItems: 3,
      first: `${uri}/page/first`,
    })
  })

  test('that are hidden tell their number only', () => {
    const hidden = orderedCollection({ uri: `${BEN}/followers`, totalItems: 0, firstCursor: null })
    assert.equal(hidden['totalItems'], 0)
    assert.ok(!('first' in hidden))
  })

  test('have pages that lead to the next one, and end', () => {
    const page = orderedCollectionPage({
      collectionUri: uri,
      cursor: 'first',
      items: ['a'],
      nextCursor: '41',
      totalItems: 3,
    })
    assert.equal(page['id'], `${uri}/page/first`)
    assert.equal(page['partOf'], uri)
    assert.equal(page['next'], collectionPageUri(uri, '41'))
    assert.deepEqual(page['orderedItems'], ['a'])
    const last = collectionPage({ collectionUri: uri, cursor: '41', items: [], nextCursor: null })
    assert.ok(!('next' in last))
    assert.deepEqual(last['items'], [], 'an empty page says so')
    assert.ok(!JSON.stringify([page, last]).includes('?'))
  })

  test('are ordered or not, and may hold their items', () => {
    assert.equal(collection({ uri, totalItems: 1, firstCursor: null })['type'], 'Collection')
    const featured = wholeOrderedCollection({ uri: `${BEN}/featured`, items: [POST] })
    assert.deepEqual([featured['totalItems'], featured['orderedItems']], [1, [POST]])
  })
})

test('every address this home makes has a route', () => {
  const routes = Object.values(AP_ROUTES).map(
    (pattern) => new RegExp(`^${pattern.replaceAll(/:\w+/g, '[^/]+')}$`),
  )
  const identity = identityUris(HOME, '7', 'ben')
  const instance = instanceActorUris(HOME)
  const made = [
    ...Object.values(identity).filter((uri) => uri.includes('/ap/') && !uri.includes('#')),
    instance.uri,
    instance.inbox,
    instance.outbox,
    collectionPageUri(identity.outbox, 'first'),
    collectionPageUri(identity.followers, '5'),
    postUri(HOME, '1'),
    postActivityUri(postUri(HOME, '1')),
    likeUri(HOME, '1'),
    followUri(HOME, '1'),
    blockUri(HOME, '1'),
    activityUri(HOME, '1'),
  ]
  for (const uri of made) {
    const path = uri.slice(HOME.length)
    assert.equal(routes.filter((route) => route.test(path)).length, 1, path)
  }
})
