/** The time of one exchange: which limit ran out, and that only one can. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HomebirdError } from '../../../server/core/errors.ts'
import { Deadline } from '../../../server/net/deadline.ts'
import { fetchFailed } from '../../../server/net/fetch-errors.ts'

const URL = 'https://peer.example/'
const PATIENT = { connect: 60, read: 60, write: 60, pool: 60 }

/** The facts of the error that ends the deadline. */
async function ending(deadline: Deadline): Promise<unknown> {
  const error = await new Promise<HomebirdError>((resolve) => deadline.onExpire(resolve))
  deadline.end()
  return error.details
}

test('the phase that runs is the one that runs out', async () => {
  for (const phase of ['pool', 'connect', 'write', 'read'] as const) {
    const deadline = new Deadline({ url: URL, phases: { ...PATIENT, [phase]: 0.01 }, totalMs: 60_000 })
    deadline.enter(phase)
    assert.deepEqual(await ending(deadline), { url: URL, reason: 'timeout', phase, limit: 10 })
  }
})

test('a phase that ended does not run out, the whole does', async () => {
  const deadline = new Deadline({ url: URL, phases: { ...PATIENT, connect: 0.01 }, totalMs: 50 })
  deadline.enter('connect')
  deadline.enter('read')
  assert.deepEqual(await ending(deadline), { url: URL, reason: 'timeout', phase: 'total', limit: 50 })
})

test('the first end counts, for those who ask later too', async () => {
  const deadline = new Deadline({ url: URL, phases: PATIENT, totalMs: 60_000 })
  deadline.fail(fetchFailed(URL, 'closed', 'first'))
  deadline.fail(fetchFailed(URL, 'aborted', 'second'))
  assert.throws(() => deadline.check(), /first/)
  await assert.rejects(deadline.race(Promise.withResolvers().promise), /first/)
  assert.deepEqual(await ending(deadline), { url: URL, reason: 'closed' })
})

test('work that is done in time is not disturbed by what comes later', async () => {
  const deadline = new Deadline({ url: URL, phases: PATIENT, totalMs: 60_000 })
  assert.equal(await deadline.race(Promise.resolve('done')), 'done')
  await assert.rejects(deadline.race(Promise.reject(new Error('its own'))), /its own/)
  deadline.fail(fetchFailed(URL, 'closed', 'late'))
  deadline.end()
})

test('the caller may end it, before or during', async () => {
  const control = new AbortController()
  const during = new Deadline({ url: URL, phases: PATIENT, totalMs: 60_000, signal: control.signal })
  const ended = ending(during)
  control.abort(new Error('no more'))
  assert.deepEqual(await ended, { url: URL, reason: 'aborted' })
  const before = new Deadline({ url: URL, phases: PATIENT, totalMs: 60_000, signal: control.signal })
  assert.throws(() => before.check(), /gave it up/)
  before.end()
})
