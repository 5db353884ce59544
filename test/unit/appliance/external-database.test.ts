/** A transaction pooler gives itself away by the backends it hands out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPooled } from '../../../server/appliance/external-database.ts'

test('two sessions with a backend each are no pooler', () => {
  assert.equal(isPooled({ first: 10, second: 11, firstAgain: 10 }), false)
})

test('a second session in the backend of the first is a pooler', () => {
  assert.equal(isPooled({ first: 10, second: 10, firstAgain: 11 }), true)
})

test('a session that changes its backend is a pooler', () => {
  assert.equal(isPooled({ first: 10, second: 11, firstAgain: 12 }), true)
})
