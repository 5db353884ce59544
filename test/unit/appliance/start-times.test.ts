/** A start tells where its time went. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StartTimes } from '../../../server/appliance/start-times.ts'

test('steps are told with the time until the next, parts with theirs since the step that starts them', () => {
  let now = 1_000
  const times = new StartTimes(() => now)
  const after = (ms: number, then: () => void): void => {
    now += ms
    then()
  }
  after(5, () => times.comesTo('check'))
  after(20, () => times.comesTo('database'))
  after(310, () => times.comesTo('schema'))
  after(200, () => times.comesTo('parts'))
  after(550, () => times.isReady('server-0'))
  after(150, () => times.isReady('worker-0'))
  now += 5
  assert.equal(
    times.told(),
    '1.24 s: check 0.02, database 0.31, schema 0.20, parts 0.70 (server-0 0.55, worker-0 0.70)',
  )
})
