import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gathered } from '../../../../renderer/stores/gathered.ts'

test('what comes within the time is taken at once, in its order, and what comes later for itself', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const taken: (readonly number[])[] = []
  const add = gathered<number>((all) => taken.push(all), 100)
  add(1)
  t.mock.timers.tick(99)
  add(2)
  assert.deepEqual(taken, [])
  t.mock.timers.tick(1)
  assert.deepEqual(taken, [[1, 2]])
  add(3)
  t.mock.timers.tick(100)
  assert.deepEqual(taken, [[1, 2], [3]])
})
