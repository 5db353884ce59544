import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeInPage } from '../../../../renderer/formatting/place-in-page.ts'

test('the place that an address names is read, and one that is damaged breaks nothing', () => {
  for (const [hash, place] of [
    ['', ''],
    ['#', ''],
    ['#BOT_CHALLENGE', 'BOT_CHALLENGE'],
    ['#s%C3%BC%C3%9F', 'süß'],
    ['#100%', '100%'],
    ['#%E0%A4%A', '%E0%A4%A'],
  ] as const)
    assert.equal(placeInPage(hash), place, hash)
})
