/** Texts of others inside our sentences: nothing turns the words around them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitted, isolated, withoutTurns } from '../../../../renderer/formatting/isolate.ts'
import { createText } from '../../../../renderer/i18n/i18n.ts'

test('a plain text in the direction of the sentence stays as it is', () => {
  assert.equal(fitted('@ana@peer.example', 'ltr'), '@ana@peer.example')
  assert.equal(fitted('أمينة', 'rtl'), 'أمينة')
  assert.equal(fitted('12', 'rtl'), '12')
})

test('a text of the other direction reads by itself', () => {
  assert.equal(fitted('أمينة', 'ltr'), '\u2068أمينة\u2069')
  assert.equal(fitted('@ana@peer.example', 'rtl'), '\u2068@ana@peer.example\u2069')
})

test('what turns is taken out, also where it would end the isolation that holds it', () => {
  assert.equal(fitted('\u202egnp.exe', 'ltr'), '\u2068gnp.exe\u2069')
  assert.equal(isolated('Eve\u2069\u202e moc.doog'), '\u2068Eve moc.doog\u2069')
  assert.equal(withoutTurns('\u2066a\u2067b\u202ac\u202d'), 'abc')
})

test('a text made of isolated parts keeps them, unless one of them breaks out', () => {
  const two = `${isolated('Ana')}, ${isolated('Ben')}`
  assert.equal(fitted(two, 'ltr'), two)
  assert.equal(fitted('\u2068Eve\u2069\u202e, \u2068Ben\u2069', 'ltr'), '\u2068Eve, Ben\u2069')
  assert.equal(fitted('\u2069\u2068', 'ltr'), '\u2068\u2069')
  assert.equal(fitted('\u2068never ended', 'ltr'), '\u2068never ended\u2069')
})

test('every sentence of the window isolates what it takes in', () => {
  const text = createText('en', { 'x.block': ['Block ', ['handle'], '?'] })
  const say = text as unknown as (id: string, values: object) => string
  assert.equal(say('x.block', { handle: '\u202eeve' }), 'Block \u2068eve\u2069?')
  assert.equal(say('x.block', { handle: '@ana' }), 'Block @ana?')
})
