/** Words from elsewhere, before a terminal. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainLine, plainLines } from '../../../server/core/plain-line.ts'

test('what a terminal would obey is shown as an escape, and everything else stays as it is', () => {
  const words = 'Zoë\u200d 👩\u200d🚀 ‏שלום \u001b[2J\u0090\u2028\u2066end'
  assert.equal(plainLine(words), 'Zoë\u200d 👩\u200d🚀 ‏שלום \\u001b[2J\\u0090\\u2028\\u2066end')
  assert.equal(plainLine('a\tb\nc\r'), String.raw`a\u0009b\u000ac\u000d`)
  assert.equal(plainLines('a\tb\nc\r'), 'a\tb\nc\\u000d')
})
