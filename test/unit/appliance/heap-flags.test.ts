import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heapFlags } from '../../../server/appliance/heap-flags.ts'

test('a heap is bounded where the owner says so, and worker and keeper tidy their young objects early', () => {
  assert.deepEqual(heapFlags({ role: 'server', name: 'server-0' }), [])
  assert.deepEqual(heapFlags({ role: 'worker', name: 'worker', heapMegabytes: 64 }), [
    '--max-old-space-size=64',
    '--max-semi-space-size=4',
  ])
  assert.deepEqual(heapFlags({ role: 'keeper', name: 'keeper', heapMegabytes: null }), [
    '--max-semi-space-size=1',
  ])
})
