import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prefersActivity } from '../../../../server/http/pages/prefers-activity.ts'

test('servers that name ActivityPub get the object', () => {
  for (const accept of [
    'application/activity+json',
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams", text/html;q=0.1',
    'Application/Activity+JSON;q=0.9, */*;q=0.1',
    'application/activity+json, text/html',
  ]) {
    assert.equal(prefersActivity(accept), true, accept)
  }
})

test('people, and whoever takes anything, get the page', () => {
  for (const accept of [
    undefined,
    '',
    '*/*',
    'application/json',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'text/html, application/activity+json;q=0.9',
    'application/activity+json;q=0',
    'application/activity+json;q=nonsense',
    `${'text/plain,'.repeat(10_000)}application/activity+json`,
  ]) {
    assert.equal(prefersActivity(accept), false, accept?.slice(0, 80))
  }
})
