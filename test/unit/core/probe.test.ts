import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { PROBE_LASTS_MS, isProbeNonce, makeProbeNonce } from '../../../server/core/probe.ts'

test('a nonce is good for its two minutes, and half a minute to either side for clocks that differ', () => {
  const key = randomBytes(32)
  const madeMs = Date.now()
  const nonce = makeProbeNonce(key, new Date(madeMs))
  const isGoodAfter = (ms: number): boolean => isProbeNonce(key, nonce, new Date(madeMs + ms))
  assert.deepEqual([0, PROBE_LASTS_MS, PROBE_LASTS_MS + 29_999, -30_000].map(isGoodAfter), [
    true,
    true,
    true,
    true,
  ])
  assert.deepEqual([PROBE_LASTS_MS + 30_000, -30_001].map(isGoodAfter), [false, false])
  assert.equal(isProbeNonce(randomBytes(32), nonce, new Date(madeMs)), false, 'of another home')
})
