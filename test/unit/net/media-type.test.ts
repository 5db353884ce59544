/** Which answers are ActivityPub documents, by their Content-Type alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isActivityType, parseMediaType } from '../../../server/net/media-type.ts'

const isActivity = (raw: string): boolean => isActivityType(parseMediaType(raw))

test('ActivityPub types are taken in the spellings that servers use', () => {
  for (const raw of [
    'application/activity+json',
    'application/activity+json; charset=utf-8',
    'Application/Activity+JSON;charset=UTF-8',
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    'application/ld+json;charset=utf-8;profile="https://www.w3.org/ns/activitystreams"',
    'application/ld+json; profile="https://w3id.org/security https://www.w3.org/ns/activitystreams"',
    'application/ld+json; profile=https://www.w3.org/ns/activitystreams',
  ]) {
    assert.equal(isActivity(raw), true, raw)
  }
})

test('anything else is not one, however near it looks', () => {
  for (const raw of [
    '',
    'application/json',
    'text/html',
    'application/ld+json',
    'application/ld+json; profile="https://example.org/https://www.w3.org/ns/activitystreams"',
    'application/ld+json; profile="https://www.w3.org/ns/activitystreamsx"',
    'application/ld+json; x="; profile=https://www.w3.org/ns/activitystreams"',
    'text/html; application/activity+json',
    'application/activity+json/x',
    'application/activity+jsonp',
    'image/png, application/activity+json',
    `application/activity+json; x=${'a'.repeat(2000)}`,
  ]) {
    assert.equal(isActivity(raw), false, raw)
  }
  assert.equal(isActivityType(undefined), false)
})

test('parameters are read with their quotes and escapes', () => {
  const type = parseMediaType('Text/Plain; A="x;\\"y" ; b = z; b=second; broken')
  assert.equal(type?.essence, 'text/plain')
  assert.deepEqual(
    [...(type?.parameters ?? [])],
    [
      ['a', 'x;"y'],
      ['b', 'z'],
    ],
  )
})
