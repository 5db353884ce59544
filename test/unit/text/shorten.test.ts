import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shortenText } from '../../../server/domain/text/shorten.ts'

test('a text that fits stays as it is', () => {
  assert.equal(shortenText('twelve chars', 12), 'twelve chars')
  assert.equal(shortenText('', 5), '')
})

test('a longer one is cut between words and says so', () => {
  assert.equal(shortenText('one two three four', 12), 'one two…')
  assert.equal(shortenText('one two three four', 14), 'one two three…')
  assert.equal(shortenText('one two, three', 9), 'one two,…')
})

test('a script without blanks, and a very long word, are cut between characters', () => {
  assert.equal(shortenText('日本語の文章は空白を使わない', 6), '日本語の文…')
  assert.equal(shortenText('an incomprehensibly long one', 12), 'an incompre…')
})

test('what is seen as one character is never cut in two', () => {
  const family = '👩‍👩‍👧‍👦'
  assert.equal(shortenText(`ab${family}${family}`, 2 + family.length + 3), `ab${family}…`)
  assert.equal(shortenText('e\u0301'.repeat(10), 8), `${'e\u0301'.repeat(3)}…`)
  const heap = `a${'\u0301'.repeat(10_000)}`
  assert.ok(shortenText(heap, 50).length <= 50)
})
