import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRange } from '../../../../server/http/media-proxy/byte-range.ts'

test('one range is read, from either end', () => {
  assert.deepEqual(parseRange('bytes=0-9', 100), { start: 0, end: 9 })
  assert.deepEqual(parseRange('bytes=90-', 100), { start: 90, end: 99 })
  assert.deepEqual(parseRange('bytes=-5', 100), { start: 95, end: 99 })
  assert.deepEqual(parseRange('bytes=-500', 100), { start: 0, end: 99 })
  assert.deepEqual(parseRange('bytes=50-5000', 100), { start: 50, end: 99 })
})

test('what lies beyond cannot be had, what is no single range means the whole', () => {
  assert.equal(parseRange('bytes=100-', 100), 'unsatisfiable')
  assert.equal(parseRange('bytes=-0', 100), 'unsatisfiable')
  for (const header of [
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=9-1',
    'bytes=0-1,5-6',
    'lines=1-2',
    'bytes=a-b',
  ]) {
    assert.equal(parseRange(header, 100), null, header)
  }
})
