import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backOffSeconds } from '../../../server/stator/backoff.ts'

const MIDDLE = 0.5

test('the interval doubles with each attempt up to its limit', () => {
  const intervals = [0, 1, 2, 3, 4, 5].map((attempts) => backOffSeconds(60, 600, attempts, MIDDLE))
  assert.deepEqual(intervals, [60, 120, 240, 480, 600, 600])
})

test('without a limit the interval stays as it is', () => {
  assert.equal(backOffSeconds(60, undefined, 50, MIDDLE), 60)
})

test('chance adds or takes away a quarter at most', () => {
  assert.equal(backOffSeconds(100, 800, 1, 0), 150)
  assert.ok(backOffSeconds(100, 800, 1, 0.999_999) < 250)
  assert.ok(backOffSeconds(100, 800, 1, 0.999_999) > 249)
})

test('any number of attempts gives a finite interval', () => {
  assert.equal(backOffSeconds(60, 21_600, 1_000_000, MIDDLE), 21_600)
  assert.equal(backOffSeconds(60, 21_600, -1, MIDDLE), 60)
})

test('a limit below the interval is not a shorter interval', () => {
  assert.equal(backOffSeconds(600, 60, 3, MIDDLE), 600)
})
