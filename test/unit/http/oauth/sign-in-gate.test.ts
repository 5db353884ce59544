import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SignInGate } from '../../../../server/http/oauth/sign-in-gate.ts'

function openGate() {
  const clock = { nowMs: 1_000, monotonicMs: () => clock.nowMs }
  return { clock, gate: new SignInGate(clock) }
}

test('strangers share ten tries, and then one in half a minute, however many they are', () => {
  const { clock, gate } = openGate()
  for (let n = 0; n < 10; n += 1) assert.equal(gate.take(null), 0)
  assert.equal(gate.take(null), 30)
  clock.nowMs += 29_000
  assert.equal(gate.take(null), 1)
  clock.nowMs += 1_000
  assert.equal(gate.take(null), 0)
  assert.equal(gate.take(null), 30)
  clock.nowMs += 3_600_000
  for (let n = 0; n < 10; n += 1) assert.equal(gate.take(null), 0)
  assert.ok(gate.take(null) > 0)
})

test('a known browser has tries of its own, which run out too, and the right password costs none', () => {
  const { gate } = openGate()
  for (let n = 0; n < 50; n += 1) gate.take(null)
  for (let n = 0; n < 30; n += 1) {
    assert.equal(gate.take('mine'), 0)
    gate.giveBack('mine')
  }
  for (let n = 0; n < 10; n += 1) assert.equal(gate.take('mine'), 0)
  assert.equal(gate.take('mine'), 30)
  assert.equal(gate.take('another'), 0)
})

test('ten wrong codes are enough for a day, for strangers and for each known browser apart', () => {
  const { clock, gate } = openGate()
  for (let n = 0; n < 30; n += 1) {
    assert.equal(gate.takeCode(null), true)
    gate.giveCodeBack(null)
  }
  for (let n = 0; n < 10; n += 1) assert.equal(gate.takeCode(null), true)
  assert.equal(gate.takeCode(null), false)
  assert.equal(gate.takeCode('mine'), true)
  clock.nowMs += 7_200_000
  assert.equal(gate.takeCode(null), false)
  clock.nowMs += 1_440_000
  assert.equal(gate.takeCode(null), true)
  assert.equal(gate.takeCode(null), false)
})
