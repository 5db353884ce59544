/** What is watched on a terminal fits it. */
import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import { test } from 'node:test'
import { fittedTo } from '../../../server/commands/fitted-screen.ts'

const rows = (text: string): string[] => stripVTControlCharacters(text).trimEnd().split('\n')

test('what fits is shown whole, over what stood there before', () => {
  const text = fittedTo({ columns: 80, rows: 24 }, ['Running', '  worker-0', '', 'at noon'])
  assert.deepEqual(rows(text), ['Running', '  worker-0', '', 'at noon'])
  assert.ok(text.startsWith('\u001B[H') && text.endsWith('\u001B[J'))
  assert.equal(text.split('\u001B[K\n').length, 5, 'the rest of each line is wiped')
})

test('what does not fit is counted, and the beginning and the last line stay on the screen', () => {
  const lines = [...Array.from({ length: 30 }, (_, at) => `line ${at}`), 'at noon']
  const shown = rows(fittedTo({ columns: 80, rows: 10 }, lines))
  assert.equal(shown.length, 9, 'a row is left for the cursor')
  assert.deepEqual([shown[0], shown.at(-2), shown.at(-1)], ['line 0', '… and 23 more', 'at noon'])
})

test('a line that is wider than the screen counts as the rows that it takes', () => {
  const lines = ['a'.repeat(100), 'b'.repeat(100), 'c', 'at noon']
  assert.deepEqual(rows(fittedTo({ columns: 20, rows: 8 }, lines)), [
    'a'.repeat(100),
    '… and 2 more',
    'at noon',
  ])
  assert.deepEqual(rows(fittedTo({ columns: 0, rows: 0 }, ['a', 'b'])), ['… and 1 more', 'b'])
})
