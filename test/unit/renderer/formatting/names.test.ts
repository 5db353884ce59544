import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isNameOf, nameOf } from '../../../../renderer/formatting/names.ts'
import { shortened } from '../../../../renderer/formatting/shorten.ts'

const named = (name: string): string => nameOf({ display_name: name, username: 'eve' })

test('a name stands as it was chosen', () => {
  for (const name of ['Ana Marić', 'أمينة', '山田', '👩‍👩‍👧‍👦 Family', 'Nguyễn', '🦊', '…'])
    assert.equal(named(name), name)
})

test('whose name nobody sees is called by the user name', () => {
  const unseen = [
    '',
    '  ',
    '\u200b\u2060\ufeff',
    '\u00ad\u034f',
    '\u3164\uffa0',
    '\u2800',
    '\u0301\u0302',
    '\u202e\u2066',
    '\u{e0041}',
  ]
  for (const name of unseen) assert.equal(named(name), 'eve', JSON.stringify(name))
})

test('a name turns nothing around, stacks no tower and has an end', () => {
  assert.equal(named('\u202eEve\u2069'), 'Eve')
  assert.equal(named(`a${'\u0300'.repeat(10_000)}b`), `a${'\u0300'.repeat(6)}b`)
  assert.equal(named('w'.repeat(100_000)), `${'w'.repeat(120)}…`)
  assert.equal(named('one\ntwo \t three'), 'one two three')
})

test('a text is cut between letters, and only where it is too long', () => {
  assert.equal(shortened('a word', 6), 'a word')
  assert.equal(shortened('a word', 5), 'a wor…')
  assert.equal(shortened('🦊🦊🦊', 3), '🦊🦊🦊')
  assert.equal(shortened('🦊🦊🦊🦊', 3), '🦊🦊🦊…')
})

test('a name is typed short or whole, in any case, and no part of it is enough', () => {
  for (const typed of ['ana', ' @Ana ', 'ana@home.example', '@ANA@home.example'])
    assert.ok(isNameOf(typed, 'ana', '@ana@home.example'), typed)
  for (const typed of ['', '@', 'an', 'ana@', 'ana@other.example', 'anna'])
    assert.ok(!isNameOf(typed, 'ana', '@ana@home.example'), typed)
})
