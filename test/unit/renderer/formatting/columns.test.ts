import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsFor } from '../../../../renderer/formatting/columns.ts'

test('columns follow the room that the letters leave', () => {
  const columns = [720, 719, 1_180, 1_179].map((width) => columnsFor(width, 16))
  assert.deepEqual(columns, ['two', 'one', 'three', 'two'])
  assert.deepEqual(
    [14, 16, 20, 32].map((rem) => columnsFor(1_280, rem)),
    ['three', 'three', 'two', 'one'],
  )
})
