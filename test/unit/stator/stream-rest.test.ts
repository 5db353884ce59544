import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StreamRest } from '../../../server/stator/stream-rest.ts'

test('what comes alone, or with a few others, never waits', () => {
  const rest = new StreamRest()
  assert.ok(rest.untilMs < 0)
  rest.announced(1_000)
  assert.ok(rest.untilMs < 1_000)
  rest.claimed(1_000, 15, true)
  rest.announced(1_001)
  assert.ok(rest.untilMs < 1_001)
})

test('of a stream claims are a quarter of a second apart, as long as more comes', () => {
  const rest = new StreamRest()
  rest.announced(1_000)
  rest.claimed(1_000, 50, true)
  for (let ms = 1_000; ms < 1_200; ms += 20) {
    rest.announced(ms)
    assert.equal(rest.untilMs, ms + 40, 'it would end if nothing more came')
  }
  rest.announced(1_220)
  assert.equal(rest.untilMs, 1_250)
})

test('whoever falls behind rests for less than a second, and again once all is claimed', () => {
  const rest = new StreamRest()
  let claims = 0
  for (let ms = 5_000; ms < 10_000; ms += 10) {
    rest.announced(ms)
    if (rest.untilMs > ms) continue
    claims += 1
    rest.claimed(ms, 100, false)
  }
  // At 0, 250, 500 and 750; from 800 on always.
  assert.equal(claims, 4 + 420)
  rest.claimed(10_000, 80, true)
  rest.announced(10_240)
  assert.equal(rest.untilMs, 10_250)
})
