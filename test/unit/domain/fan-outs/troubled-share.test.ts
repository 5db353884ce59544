import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TroubledShare } from '../../../../server/domain/fan-outs/troubled-share.ts'
import { HandClock } from '../../../support/hand-clock.ts'

function openShare() {
  const clock = new HandClock()
  const share = new TroubledShare(clock)
  const goes = (mostCalls = 16): (() => void) => {
    const admission = share.enter(mostCalls)
    assert.ok(admission.kind === 'go')
    return admission.leave
  }
  const waitsFor = (mostCalls = 16): number => {
    const admission = share.enter(mostCalls)
    assert.ok(admission.kind === 'wait')
    return admission.afterSeconds
  }
  return { clock, goes, waitsFor }
}

test('a quarter of all deliveries at once goes to servers that failed lately, and at least one', () => {
  const { goes, waitsFor } = openShare()
  const leaves = [goes(), goes(), goes(), goes()]
  waitsFor()
  leaves[0]?.()
  leaves[0]?.()
  goes()
  waitsFor()
  const least = openShare()
  least.goes(2)
  least.waitsFor(2)
})

test('a worker that is told to do less gives them less', () => {
  const { goes, waitsFor } = openShare()
  const leaves = [goes(), goes()]
  waitsFor(8)
  for (const leave of leaves) leave()
  goes(8)
})

test('what finds no room stands in a line: each comes back when its turn is, and nothing waits for long', async () => {
  const { clock, goes, waitsFor } = openShare()
  for (let count = 0; count < 4; count += 1) goes()
  const waits = Array.from({ length: 5 }, () => waitsFor())
  assert.deepEqual(waits, [1, 2.25, 3.5, 4.75, 6])
  for (let count = 0; count < 1_000; count += 1) assert.ok(waitsFor() <= 300)
  assert.equal(waitsFor(), 300)
  // The line is worked off meanwhile.
  await clock.advance(300_000)
  assert.equal(waitsFor(), 1.25)
})

test('the line moves as fast as these servers are: who refuses at once holds up nobody', async () => {
  const { clock, goes, waitsFor } = openShare()
  for (let count = 0; count < 50; count += 1) {
    const leave = goes()
    await clock.advance(4)
    leave()
  }
  for (let count = 0; count < 4; count += 1) goes()
  const first = waitsFor()
  assert.ok(Array.from({ length: 100 }, () => waitsFor()).every((seconds) => seconds < first + 1))
})
