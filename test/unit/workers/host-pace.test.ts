/** Servers that are asked by many lines of an import: each line gets a turn of its own, and silence is believed for a while. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HostPace } from '../../../server/workers/host-pace.ts'
import { SilentHosts } from '../../../server/workers/silent-hosts.ts'
import { HandClock } from '../../support/hand-clock.ts'

test('whoever has no turn is told its own, and finds it free when it comes', async () => {
  const clock = new HandClock()
  const pace = new HostPace(clock, { most: 3, windowMs: 60_000 })
  assert.deepEqual([pace.take('a'), pace.take('a'), pace.take('a')], [0, 0, 0])
  const waits = [pace.take('a'), pace.take('a'), pace.take('a'), pace.take('a')]
  assert.deepEqual(waits, [60_000, 80_000, 100_000, 120_000])
  assert.equal(pace.take('b'), 0, 'another server is not meant')
  let passedMs = 0
  for (const wait of waits) {
    await clock.advance(wait - passedMs)
    passedMs = wait
    assert.equal(pace.take('a'), 0, `after ${wait} ms`)
  }
})

test('a server that failed is silent for two minutes, but not one that has answered within the hour', async () => {
  const clock = new HandClock()
  const silent = new SilentHosts<string>(clock)
  silent.failed('a', 'refused')
  assert.equal(silent.failureOf('a'), 'refused')
  assert.equal(silent.failureOf('b'), null)
  await clock.advance(120_000)
  assert.equal(silent.failureOf('a'), null)
  silent.answered('a')
  silent.failed('a', 'one address of it is broken')
  assert.equal(silent.failureOf('a'), null)
  await clock.advance(3_600_000)
  silent.failed('a', 'gone')
  assert.equal(silent.failureOf('a'), 'gone')
})
