/** The envelope of an activity: what is accepted, ignored and refused. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../../server/activitypub/json.ts'
import { addresseesOf, parseActivity } from '../../../server/activitypub/parse-activity.ts'
import { PUBLIC } from '../../../server/activitypub/vocabulary.ts'

const ANA = 'https://a.example/ana'
const LIKE = { id: `${ANA}#like`, type: 'Like', actor: ANA, object: 'https://home.example/ap/posts/1' }

const reasonOf = (document: JsonObject): string => {
  const parsed = parseActivity(document)
  assert.equal(parsed.outcome, 'invalid')
  return parsed.reason
}

describe('refused', () => {
  const CASES: readonly (readonly [why: string, document: JsonObject])[] = [
    ['no type', { ...LIKE, type: undefined }],
    ['two types', { ...LIKE, type: ['Like', 'Follow'] }],
    ['a type that is no text', { ...LIKE, type: { id: 'Like' } }],
    ['no actor', { ...LIKE, actor: undefined }],
    ['two actors', { ...LIKE, actor: [ANA, 'https://b.example/ben'] }],
    ['an actor without https', { ...LIKE, actor: 'http://a.example/ana' }],
    ['an actor object without id', { ...LIKE, actor: { type: 'Person' } }],
    ['an id that is no URI', { ...LIKE, id: 'like-1' }],
    ['an id that is an object', { ...LIKE, id: { id: LIKE.id } }],
    ['an id that is an array', { ...LIKE, id: [LIKE.id] }],
    ['no object', { ...LIKE, object: undefined }],
    ['an empty object list', { ...LIKE, object: [] }],
    ['two objects', { ...LIKE, object: [LIKE.object, 'https://home.example/ap/posts/2'] }],
    ['an object that is a number', { ...LIKE, object: 7 }],
    ['an object without https', { ...LIKE, object: 'http://home.example/ap/posts/1' }],
  ]
  for (const [why, document] of CASES) test(why, () => assert.ok(reasonOf(document).length > 10))
})

describe('accepted', () => {
  test('an activity without an id', () => {
    const parsed = parseActivity({ ...LIKE, id: null })
    assert.equal(parsed.outcome, 'activity')
    assert.equal(parsed.activity.id, null)
  })

  test('arrays of one in place of values, an actor as an object', () => {
    const parsed = parseActivity({
      ...LIKE,
      type: ['Like'],
      actor: [{ id: ANA, type: 'Person' }],
      object: [LIKE.object],
    })
    assert.equal(parsed.outcome, 'activity')
    assert.equal(parsed.activity.actorUri, ANA)
    assert.equal(parsed.activity.objectUri, LIKE.object)
  })

  test('an embedded object, with or without an id', () => {
    const undo = parseActivity({ ...LIKE, type: 'Undo', object: { type: 'Follow', actor: ANA } })
    assert.equal(undo.outcome, 'activity')
    assert.equal(undo.activity.objectUri, null)
    assert.deepEqual(undo.activity.object, { type: 'Follow', actor: ANA })
  })

  test('several objects in a complaint', () => {
    const flag = parseActivity({ ...LIKE, type: 'Flag', object: [ANA, LIKE.object, ANA], content: 'spam' })
    assert.equal(flag.outcome, 'activity')
    assert.deepEqual(flag.activity.objectUris, [ANA, LIKE.object])
    assert.equal(flag.activity.content, 'spam')
  })

  test('addressees in every form; blind copies are not read', () => {
    const parsed = parseActivity({
      ...LIKE,
      to: 'as:Public',
      cc: [ANA, { id: ANA }, 7],
      bto: [ANA],
      bcc: [ANA],
    })
    assert.equal(parsed.outcome, 'activity')
    assert.deepEqual(parsed.activity.to, [PUBLIC])
    assert.deepEqual(parsed.activity.cc, [ANA])
    assert.ok(!('bto' in parsed.activity))
    assert.deepEqual(addresseesOf(['Public', 'as:Public', PUBLIC, { id: PUBLIC }]), [PUBLIC])
    assert.equal(addresseesOf(Array.from({ length: 5_000 }, (_, index) => `${ANA}/${index}`)).length, 1_000)
  })
})

describe('ignored', () => {
  for (const type of ['View', 'Listen', 'Dislike', 'Join', 'Offer', 'Whatever']) {
    test(type, () => {
      assert.deepEqual(parseActivity({ ...LIKE, type }), {
        outcome: 'ignored',
        type,
        actorUri: ANA,
        id: LIKE.id,
      })
    })
  }

  test('a collection, which is no activity', () => {
    assert.ok(reasonOf({ type: 'OrderedCollection', orderedItems: [LIKE] }).includes('actor'))
  })
})
