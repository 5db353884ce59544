import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grouped } from '../../../server/core/grouped.ts'

test('what is asked while a call is in flight is the next call, in order and bounded', async () => {
  const calls: number[][] = []
  const first = Promise.withResolvers<void>()
  const double = grouped(3, async (items: readonly number[]) => {
    calls.push([...items])
    if (calls.length === 1) await first.promise
    return items.map((item) => item * 2)
  })
  const early = [double(1), double(2)]
  await new Promise((resolve) => setImmediate(resolve))
  const late = [3, 4, 5, 6].map(async (item) => double(item))
  first.resolve()
  assert.deepEqual(await Promise.all([...early, ...late]), [2, 4, 6, 8, 10, 12])
  assert.deepEqual(calls, [[1, 2], [3, 4, 5], [6]])
})

test('an error reaches everybody of its call and nobody else', async () => {
  const work = grouped(2, async (items: readonly string[]) => {
    await Promise.resolve()
    if (items.includes('bad')) throw new Error('refused')
    return items
  })
  const results = await Promise.allSettled([work('a'), work('bad'), work('b')])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  )
  assert.equal(await work('again'), 'again')
})
