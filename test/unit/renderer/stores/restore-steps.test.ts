/** One bar over all steps of a restoring: it never goes back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RestoreAmount, placeOfRestoring } from '../../../../renderer/stores/restore-steps.ts'

const at = (step: string, done = 0, total: number | null = null): RestoreAmount => ({
  step,
  done,
  total,
  unit: 'bytes',
})
const COURSE = [
  at('start'),
  at('read', 0, 10),
  at('read', 10, 10),
  at('indexes', 7),
  at('compare', 0, 0),
  at('compare', 3, 4),
  at('media', 0, 2),
  at('media', 3, 2),
  at('schema'),
]

for (const isBrought of [false, true])
  test(`the bar never goes back${isBrought ? ', also where the home comes from another computer' : ''}`, () => {
    const course = isBrought ? [at('bring', 0, 5), at('bring', 6, 5), ...COURSE] : COURSE
    const places = course.map((amount) => placeOfRestoring(amount, isBrought))
    const shares = places.map(({ done, total }) => done / total)
    assert.deepEqual(
      shares,
      shares.toSorted((one, other) => one - other),
    )
    assert.equal(shares[0], 0)
    assert.ok((shares.at(-1) ?? 0) < 1)
  })

test('a step has its name, and what is before the first has none', () => {
  assert.deepEqual(placeOfRestoring(at('start'), false), { step: null, done: 0, total: 5 })
  assert.deepEqual(placeOfRestoring(at('read', 1, 2), false), { step: 'read', done: 0.5, total: 5 })
  assert.deepEqual(placeOfRestoring(at('read', 1, 2), true), { step: 'read', done: 1.5, total: 6 })
})
