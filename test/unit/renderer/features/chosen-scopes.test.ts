import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenScopes } from '../../../../renderer/features/security/chosen-scopes.ts'

test('a whole scope takes the place of the finer ones that it covers, and of no others', () => {
  const fine = chosenScopes(chosenScopes(['push'], 'read:statuses', true), 'write:media', true)
  assert.deepEqual(fine, ['push', 'read:statuses', 'write:media'])
  assert.deepEqual(chosenScopes(fine, 'read', true), ['push', 'write:media', 'read'])
})

test('what is chosen twice stands there once, and what is taken off is gone', () => {
  assert.deepEqual(chosenScopes(['read:lists'], 'read:lists', true), ['read:lists'])
  assert.deepEqual(chosenScopes(['read', 'push'], 'read', false), ['push'])
})
