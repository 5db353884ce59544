import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { test } from 'node:test'
import { TimedOut, inTime } from '../../../server/storage/caches/back-off.ts'

const LIMIT_MS = 20

/** Nothing of this process goes on meanwhile. */
const standsStill = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

test('an answer that came while the process stood still is in time, and none at all is not', async () => {
  const answer = inTime(stat(import.meta.dirname), LIMIT_MS)
  standsStill(10 * LIMIT_MS)
  assert.ok((await answer).isDirectory())
  await assert.rejects(inTime(new Promise<never>(() => undefined), LIMIT_MS), TimedOut)
})
