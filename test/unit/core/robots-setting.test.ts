import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../../server/core/config.ts'

const read = (env: Record<string, string>): readonly string[] => loadConfig({ env }).config.robotsDisallow

test('crawlers that are to stay away are named as a list, under the old name too', () => {
  assert.deepEqual(read({}), [])
  assert.deepEqual(read({ HOMEBIRD_ROBOTS_DISALLOW: 'NosyBot, Sidetrade indexer bot' }), [
    'NosyBot',
    'Sidetrade indexer bot',
  ])
  const old = { TAKAHE_ROBOTS_TXT_DISALLOWED_USER_AGENTS: '["NosyBot", "iaskspider/2.0"]' }
  assert.deepEqual(read(old), ['NosyBot', 'iaskspider/2.0'])
  assert.deepEqual(read({ ...old, HOMEBIRD_ROBOTS_DISALLOW: 'Other' }), ['Other'])
})

test('what could begin a rule of its own, or stand for everybody, is refused', () => {
  for (const name of ['*', 'a\nDisallow', '#x', '["a\\r\\nAllow: /"]', '[{}]']) {
    assert.throws(() => read({ HOMEBIRD_ROBOTS_DISALLOW: name }), /HOMEBIRD_ROBOTS_DISALLOW/, name)
  }
})
