import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundedMap } from '../../../server/core/bounded-map.ts'
import { until } from '../../support/until.ts'

test('what was used longest ago makes room', () => {
  const map = boundedMap<string, number>({ max: 2 })
  map.set('a', 1).set('b', 2)
  assert.equal(map.get('a'), 1)
  map.set('c', 3)
  assert.deepEqual([map.get('a'), map.get('b'), map.get('c'), map.size], [1, undefined, 3, 2])
})

test('an entry goes with its time', async () => {
  const map = boundedMap<string, number>({ max: 2, ttl: 10 })
  map.set('a', 1)
  await until('it is gone', async () => map.get('a') === undefined)
  const lasting = boundedMap<string, number>({ max: 2, ttl: 3_600_000 })
  lasting.set('a', 1)
  assert.equal(lasting.get('a'), 1)
})

test('it takes no more room than it holds', () => {
  // Room for ten million entries would be hundreds of megabytes.
  const before = process.memoryUsage()
  const map = boundedMap<string, number>({ max: 10_000_000 })
  map.set('a', 1)
  const after = process.memoryUsage()
  assert.ok(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers < 5_000_000)
})
