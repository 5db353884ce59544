import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSlow } from '../../../../server/http/plugins/upload-pace.ts'

test('an upload has half a minute to begin, then 2 kB a second, and an hour in all', () => {
  assert.equal(isSlow(29, 0), false)
  assert.equal(isSlow(31, 0), true)
  assert.equal(isSlow(31, 61_999), true)
  assert.equal(isSlow(31, 62_000), false)
  assert.equal(isSlow(3_600, 7_200_000), false)
  assert.equal(isSlow(3_601, 500_000_000), true)
})
