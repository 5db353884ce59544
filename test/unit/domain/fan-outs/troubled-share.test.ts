import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FAILURES_TO_OPEN, isYoungTrouble } from '../../../../server/domain/fan-outs/breaker.ts'
import { type Trouble, TroubledShare } from '../../../../server/domain/fan-outs/troubled-share.ts'
import { HandClock } from '../../../support/hand-clock.ts'

function openShare() {
  const clock = new HandClock()
  const share = new TroubledShare(clock)
  let hosts = 0
  const enter = (mostCalls: number, trouble: Trouble, host = `host${(hosts += 1)}.example`) =>
    share.enter({ host, trouble, mostCalls })
  const tries = (mostCalls = 16, trouble: Trouble = 'lasting', host?: string) => {
    const admission = enter(mostCalls, trouble, host)
    assert.ok(admission.kind === 'go')
    return admission
  }
  const goes = (mostCalls = 16, trouble: Trouble = 'lasting', host?: string): (() => void) =>
    tries(mostCalls, trouble, host).leave
  const waitsFor = (mostCalls = 16, trouble: Trouble = 'lasting', host?: string): number => {
    const admission = enter(mostCalls, trouble, host)
    assert.ok(admission.kind === 'wait' && admission.isTaker)
    return admission.afterSeconds
  }
  return { clock, share, goes, tries, waitsFor }
}

test('a quarter of all deliveries at once goes to servers that failed lately, and at least one', () => {
  const { goes, waitsFor } = openShare()
  const leaves = [goes(), goes(), goes(), goes(16, 'passing')]
  waitsFor()
  waitsFor(16, 'passing')
  leaves[0]?.()
  leaves[0]?.()
  goes()
  waitsFor()
  waitsFor(16, 'passing')
  const least = openShare()
  least.goes(2)
  least.waitsFor(2)
  least.waitsFor(2, 'passing')
})

test('neither those that are dead for long nor those that failed by chance keep the others from their last place', () => {
  for (const [many, one] of [
    ['lasting', 'passing'],
    ['passing', 'lasting'],
  ] as const) {
    const { goes, waitsFor } = openShare()
    for (let count = 0; count < 3; count += 1) goes(16, many)
    for (let count = 0; count < 1_000; count += 1) waitsFor(16, many)
    const leave = goes(16, one)
    assert.ok(waitsFor(16, one) < 2, 'its line is its own')
    leave()
    waitsFor(16, many)
    goes(16, one)
  }
})

test('a worker that is told to do less gives them less', () => {
  const { goes, waitsFor } = openShare()
  const leaves = [goes(16), goes(16)]
  waitsFor(12)
  for (const leave of leaves) leave()
  goes(12)
})

test('what finds no room stands in a line: one comes back after the other, and nothing waits for long', async () => {
  const { clock, goes, waitsFor } = openShare()
  for (let count = 0; count < 4; count += 1) goes(20)
  const waits = Array.from({ length: 5 }, () => waitsFor(20))
  assert.deepEqual(waits, [1, 2.25, 3.5, 4.75, 6])
  for (let count = 0; count < 1_000; count += 1) assert.ok(waitsFor(20) <= 300)
  assert.equal(waitsFor(20), 300)
  // The line is worked off meanwhile.
  await clock.advance(300_000)
  assert.equal(waitsFor(20), 1.25)
})

test('the line moves as fast as these servers are: who refuses at once holds up nobody', () => {
  const { goes, tries, waitsFor } = openShare()
  for (let count = 0; count < 50; count += 1) {
    const { took, leave } = tries()
    took(4)
    leave()
  }
  for (let count = 0; count < 3; count += 1) goes()
  const first = waitsFor()
  assert.ok(Array.from({ length: 100 }, () => waitsFor()).every((seconds) => seconds < first + 1))
})

test('what leaves without a try says nothing of how long one takes', async () => {
  const { clock, goes, waitsFor } = openShare()
  for (let count = 0; count < 50; count += 1) {
    const leave = goes()
    await clock.advance(count % 2 === 0 ? 0 : 60_000)
    leave()
  }
  for (let count = 0; count < 3; count += 1) goes()
  waitsFor()
  assert.equal((waitsFor() - 1).toFixed(2), '1.67', 'as long as a server may be silent, shared by three')
})

test('a server is asked by one delivery at a time, and has one place in the line', async () => {
  const { clock, share, goes, waitsFor } = openShare()
  const host = 'one.example'
  const leave = goes(16, 'lasting', host)
  assert.deepEqual(share.enter({ host, trouble: 'passing', mostCalls: 16 }), {
    kind: 'beside',
    afterSeconds: 5,
  })
  leave()
  const leaves = Array.from({ length: 3 }, () => goes())
  const turn = waitsFor(16, 'lasting', host)
  const another = { kind: 'wait', afterSeconds: turn, isTaker: false }
  for (let count = 0; count < 100; count += 1)
    assert.deepEqual(share.enter({ host, trouble: 'lasting', mostCalls: 16 }), another)
  assert.ok(waitsFor() < turn + 2, 'the next one is behind it, and not behind a hundred of it')
  leaves[0]?.()
  goes(16, 'lasting', host)()
  leaves.push(goes())
  await clock.advance(60_000)
  assert.equal(waitsFor(16, 'lasting', host), 1, 'its turn is over, and it stands in the line anew')
})

test('a trouble is young until its breaker has opened and an hour is over', () => {
  const now = new Date('2026-03-01T09:00:00Z')
  const isYoung = (failures: number, minutes: number): boolean =>
    isYoungTrouble({ failures, failing_since: new Date(now.getTime() - minutes * 60_000) }, now)
  assert.ok(isYoung(FAILURES_TO_OPEN - 1, 10_000), 'as after the owner wants it tried')
  assert.ok(isYoung(40, 59))
  assert.equal(isYoung(FAILURES_TO_OPEN, 60), false)
})
