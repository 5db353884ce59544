import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepOfCode } from '../../../../server/domain/sign-in/totp.ts'

/** @see RFC 6238 appendix B, the last six of eight digits */
const secret = Buffer.from('12345678901234567890')
const VECTORS: ReadonlyArray<readonly [number, string]> = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_234_567_890, '005924'],
  [20_000_000_000, '353130'],
]
const key = { secret, lastStep: 0, createdAt: new Date(0) }

test('codes are those of the standard, a step early or late, and no further', () => {
  for (const [seconds, code] of VECTORS) {
    const step = Math.floor(seconds / 30)
    const at = (steps: number): number | null =>
      stepOfCode(key, code, new Date((seconds + steps * 30) * 1_000))
    assert.deepEqual([at(-2), at(-1), at(0), at(1), at(2)], [null, step, step, step, null])
  }
})

test('a step that was taken, or one before it, is none any more; nor is any other text', () => {
  const now = new Date(1_111_111_109_000)
  const step = Math.floor(1_111_111_109 / 30)
  assert.equal(stepOfCode({ ...key, lastStep: step - 1 }, '081804', now), step)
  assert.equal(stepOfCode({ ...key, lastStep: step }, '081804', now), null)
  assert.equal(stepOfCode(key, '081 804', now), step)
  for (const text of ['', '81804', '0818040', '08180４', 'abcdef', '-81804', '１２３４５６'])
    assert.equal(stepOfCode(key, text, now), null)
})
