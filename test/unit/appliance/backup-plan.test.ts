import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type PlaceHistory,
  type PlanFacts,
  planBackup,
  proofDue,
} from '../../../server/appliance/keeping/backup-plan.ts'
import type { KeeperOutcome } from '../../../server/contracts/keeping.ts'

const at = (day: number, hour: number, minute = 0): number => new Date(2026, 4, day, hour, minute).getTime()
const NEVER: PlaceHistory = { doneAt: null, failedAt: [], cancelledAt: null }
const plan = (now: number, history: Partial<PlaceHistory> = {}, facts: Partial<PlanFacts> = {}) =>
  planBackup(
    { ...NEVER, ...history },
    {
      now,
      startedAt: at(1, 0),
      atMinutes: 180,
      conditions: { isOnBattery: false, isMetered: null, hasRoom: true },
      isFar: false,
      ...facts,
    },
  )

test('a backup is due once a night', () => {
  const done = { doneAt: at(9, 3) }
  assert.deepEqual(plan(at(10, 2, 59), done), { is: 'at', moment: at(10, 3) })
  assert.deepEqual(plan(at(10, 3), done), { is: 'due' })
  assert.deepEqual(plan(at(10, 3, 1), { doneAt: at(10, 3) }), { is: 'at', moment: at(11, 3) })
})

test('one that was slept through is made up for as soon as the home has come to rest', () => {
  const slept = { doneAt: at(6, 3) }
  assert.deepEqual(plan(at(10, 14), slept), { is: 'due' })
  const startedAt = at(10, 14)
  assert.deepEqual(plan(at(10, 14, 1), slept, { startedAt }), { is: 'at', moment: at(10, 14, 10) })
  assert.deepEqual(plan(at(10, 14, 10), slept, { startedAt }), { is: 'due' })
  assert.deepEqual(plan(at(10, 14, 11), {}, { startedAt }), { is: 'due' }, 'the first of a new home')
})

test('one by hand counts for the night that comes after it only when that has passed', () => {
  assert.deepEqual(plan(at(10, 3), { doneAt: at(9, 22) }), { is: 'due' })
})

test('a failed one is tried again three times, further and further apart, and then the next night', () => {
  const done = { doneAt: at(9, 3) }
  assert.deepEqual(plan(at(10, 3, 6), { ...done, failedAt: [at(10, 3, 5)] }), {
    is: 'at',
    moment: at(10, 3, 20),
  })
  assert.deepEqual(plan(at(10, 3, 20), { ...done, failedAt: [at(10, 3, 5)] }), { is: 'due' })
  const twice = { ...done, failedAt: [at(10, 3, 21), at(10, 3, 5)] }
  assert.deepEqual(plan(at(10, 4), twice), { is: 'at', moment: at(10, 4, 21) })
  const four = { ...done, failedAt: [at(10, 9), at(10, 5), at(10, 4), at(10, 3, 5)] }
  assert.deepEqual(plan(at(10, 20), four), { is: 'at', moment: at(11, 3) })
  assert.deepEqual(plan(at(11, 3), four), { is: 'due' })
})

test('one that was broken off by hand is left until the next night', () => {
  assert.deepEqual(plan(at(10, 4), { cancelledAt: at(10, 3, 30) }), { is: 'at', moment: at(11, 3) })
  assert.deepEqual(plan(at(11, 3), { cancelledAt: at(10, 3, 30) }), { is: 'due' })
})

test('a battery is spared for three days, a metered line always, and only for places that need it', () => {
  const onBattery = { conditions: { isOnBattery: true, isMetered: null, hasRoom: true } }
  assert.deepEqual(plan(at(10, 3), { doneAt: at(9, 3) }, onBattery), { is: 'waiting', for: 'power' })
  assert.deepEqual(plan(at(12, 4), { doneAt: at(9, 3) }, onBattery), { is: 'due' })
  const metered = { conditions: { isOnBattery: false, isMetered: true, hasRoom: true } }
  assert.deepEqual(plan(at(10, 3), { doneAt: at(1, 3) }, { ...metered, isFar: true }), {
    is: 'waiting',
    for: 'line',
  })
  assert.deepEqual(plan(at(10, 3), { doneAt: at(1, 3) }, metered), { is: 'due' })
})

test('what a clock noted that was years ahead keeps nothing from being made', () => {
  const ahead = new Date(2031, 0, 1).getTime()
  assert.deepEqual(plan(at(10, 3), { doneAt: ahead }), { is: 'due' })
  assert.deepEqual(plan(at(10, 3), { cancelledAt: ahead }), { is: 'due' })
  assert.deepEqual(plan(at(10, 3), { failedAt: [ahead, ahead, ahead, ahead] }), { is: 'due' })
  assert.deepEqual(plan(at(10, 3), { doneAt: at(9, 3) }, { startedAt: ahead }), { is: 'due' })
  assert.deepEqual(plan(at(10, 2, 30), { doneAt: at(10, 3, 1) }), { is: 'at', moment: at(10, 3) })
  assert.deepEqual(plan(at(10, 3, 2), { doneAt: at(10, 3, 1) }), { is: 'at', moment: at(11, 3) })
})

test('never is never', () => {
  assert.deepEqual(plan(at(10, 3), {}, { atMinutes: null }), { is: 'off' })
})

test('once a month the newest backup of a place is proven thoroughly, however the last such proof ended', () => {
  const day = 86_400_000
  const now = Date.parse('2026-11-30T12:00:00Z')
  const outcome = (daysAgo: number, one: Partial<KeeperOutcome>): KeeperOutcome => {
    const moment = new Date(now - daysAgo * day).toISOString()
    return {
      task: 'backup',
      result: 'done',
      startedAt: moment,
      endedAt: moment,
      subject: null,
      message: null,
      ...one,
    }
  }
  const made = [1, 20, 31].map((daysAgo) => outcome(daysAgo, { subject: `of ${daysAgo}` }))
  assert.equal(proofDue(made, now), 'of 1')
  assert.equal(proofDue(made.slice(0, 2), now), null)
  assert.equal(proofDue([], now), null)
  const proof = { task: 'verify', isThorough: true, result: 'failed' } as const
  assert.equal(proofDue([...made.slice(0, 1), outcome(10, proof), ...made.slice(1)], now), null)
  assert.equal(proofDue([...made, outcome(32, proof)], now), 'of 1')
  assert.equal(proofDue([outcome(1, { task: 'verify' }), ...made], now), 'of 1')
  for (const end of [{ result: 'cancelled' }, { result: 'failed', isRefuted: false }] as const) {
    const broken = (daysAgo: number) => outcome(daysAgo, { ...proof, ...end })
    assert.equal(proofDue([broken(0.9), ...made], now), null, 'it is left for a day')
    assert.equal(proofDue([broken(1.1), ...made], now), 'of 1', 'it proves nothing')
  }
})
