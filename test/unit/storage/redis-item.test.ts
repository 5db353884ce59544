import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ItemFacts } from '../../../server/storage/caches/cache.ts'
import { packItem, unpackItem } from '../../../server/storage/caches/redis-item.ts'

const facts: ItemFacts = { type: 'image/webp', etag: '"e"', storedAt: 1_000 }
const item = { facts, size: 3, until: null, chunks: null }

test('what another program wrote under the name of an item is a miss and no error', () => {
  assert.equal(String(unpackItem(packItem(item, Buffer.from('abc')))?.content), 'abc')
  const others: readonly object[] = [
    {},
    [],
    { ...item, facts: null },
    { ...item, facts: { ...facts, type: 1 } },
    { ...item, facts: { ...facts, note: 'x' } },
    { ...item, size: -1 },
    { ...item, size: 0.5 },
  ]
  for (const other of others)
    assert.equal(unpackItem(packItem(other as typeof item, Buffer.from('abc'))), null, JSON.stringify(other))
  assert.equal(unpackItem(Buffer.from([0, 0, 0, 4, ...Buffer.from('null')])), null)
})
