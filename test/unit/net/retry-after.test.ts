/** When the other side wants to be asked again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRetryAfter } from '../../../server/net/retry-after.ts'

const NOW = new Date('2026-11-22T12:00:00Z')

test('seconds and dates are read, a day is the most, the past is now, anything else is nothing', () => {
  const cases: readonly (readonly [string | undefined, number | null])[] = [
    ['0', 0],
    ['120', 120],
    [' 120 ', 120],
    ['999999999', 86_400],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['Fri, 22 Nov 2126 12:00:00 GMT', 86_400],
    ['', null],
    [undefined, null],
    ['soon', null],
    ['99999999999999999999', null],
  ]
  for (const [raw, seconds] of cases) assert.equal(parseRetryAfter(raw, NOW), seconds, String(raw))
})
