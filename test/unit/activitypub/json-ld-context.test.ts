import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inContext } from '../../../server/activitypub/json-ld-context.ts'
import { expandWhole, valuesOf } from '../../support/json-ld.ts'

const AS = 'https://www.w3.org/ns/activitystreams'
const id = 'https://home.example/ap/posts/1'

test('what is all ActivityStreams has its context and no other', () => {
  const document = inContext({ id, type: 'Note', content: 'Emoji sensitive "quote":', name: 'Hashtag' })
  assert.equal(document['@context'], AS)
  assert.deepEqual(Object.keys(document), ['@context', 'id', 'type', 'content', 'name'])
})

test('properties and types are found at any depth, with the prefix that they need', () => {
  const object = { type: 'Note', tag: [{ type: 'Hashtag' }, { type: 'Emoji', icon: { blurhash: 'x' } }] }
  assert.deepEqual(inContext({ type: 'Create', object })['@context'], [
    AS,
    {
      toot: 'http://joinmastodon.org/ns#',
      Hashtag: 'as:Hashtag',
      Emoji: 'toot:Emoji',
      blurhash: 'toot:blurhash',
    },
  ])
})

test('a context that was there before is replaced, and contexts with addresses come first', () => {
  const document = inContext({ '@context': ['x'], publicKey: { owner: id }, movedTo: id })
  assert.deepEqual(document['@context'], [
    AS,
    'https://w3id.org/security/v1',
    { movedTo: { '@id': 'as:movedTo', '@type': '@id' } },
  ])
})

test('a poll that has ended says so to readers of JSON-LD', async () => {
  const ended = '2026-11-28T12:00:00Z'
  const question = await expandWhole(inContext({ id, type: 'Question', endTime: ended, closed: ended }))
  const typed = `${ended}^^http://www.w3.org/2001/XMLSchema#dateTime`
  assert.deepEqual(valuesOf(question, `${AS}#closed`), [typed])
})

test('a property that nobody defines is noticed', async () => {
  await assert.rejects(expandWhole(inContext({ id, type: 'Note', unheard: 1 })), /_:unheard is not defined/)
  await assert.rejects(expandWhole(inContext({ id, type: 'Unheard' })), /is no IRI/)
})

test('a context that is not known offline is refused', async () => {
  await assert.rejects(expandWhole({ '@context': [AS, 'https://other.example/context'], id, type: 'Note' }))
})
