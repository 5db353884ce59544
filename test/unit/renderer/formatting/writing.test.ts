import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guessLanguage } from '../../../../renderer/formatting/guess-language.ts'
import { insertEmoji } from '../../../../renderer/formatting/insert-emoji.ts'
import { readWriteAddress } from '../../../../renderer/formatting/write-address.ts'

test('a sentence tells its language in two letters, and what is no sentence tells nothing', () => {
  for (const [language, text] of [
    ['en', 'The train is late again, as always on a Monday.'],
    ['de', 'Heute war ein schöner Tag im Garten'],
    ['fr', 'Je pense que le train est en retard'],
    ['ar', 'صباح الخير من الحديقة'],
    ['ja', 'おはようございます、今日はいい天気ですね'],
    ['zh', '大家早上好，今天天气很好，我们去公园散步吧，那里的花开得很漂亮'],
    ['uk', 'Доброго ранку всім, сьогодні гарна погода'],
    ['fa', 'صبح بخیر به همه دوستان، امروز هوا خوب است'],
    ['pt', 'Bom dia a todos, o trem está atrasado'],
  ] as const) {
    assert.equal(guessLanguage(text), language, text)
  }
  for (const text of ['', 'ok', 'hm, hm', '12 345 678 901 234', '🌿🌿🌿🌿🌿🌿🌿🌿🌿🌿🌿🌿🌿']) {
    assert.equal(guessLanguage(text), null, text)
  }
})

test('handles, hashtags and addresses are in no language', () => {
  assert.equal(guessLanguage('@annemarie@heimat.example #schrebergarten https://garten.example/schoen'), null)
  assert.equal(guessLanguage('@annemarie@heimat.example Quelle belle journée au jardin !'), 'fr')
})

test('an emoji comes to where the caret is, in the place of what is selected', () => {
  const fern = { name: '🌿', isCustom: false }
  assert.deepEqual(insertEmoji('ab', [1, 1], fern), { text: 'a🌿b', caret: 3 })
  assert.deepEqual(insertEmoji('a selected b', [2, 10], fern), { text: 'a 🌿 b', caret: 4 })
})

test('the name of a custom emoji stands free, without a second blank', () => {
  const blob = { name: 'blob', isCustom: true }
  assert.deepEqual(insertEmoji('', [0, 0], blob), { text: ':blob: ', caret: 7 })
  assert.deepEqual(insertEmoji('word', [4, 4], blob), { text: 'word :blob: ', caret: 12 })
  assert.deepEqual(insertEmoji('one two', [3, 3], blob), { text: 'one :blob: two', caret: 11 })
})

test('an address asks for a text and at most one post', () => {
  const read = (address: string) => readWriteAddress(new URLSearchParams(address))
  assert.deepEqual(read('text=Hello+there'), { text: 'Hello there', act: null, postId: '' })
  assert.deepEqual(read('reply=112'), { text: '', act: 'reply', postId: '112' })
  assert.deepEqual(read('text=So&quote=7&reply=oops'), { text: 'So', act: 'quote', postId: '7' })
  assert.deepEqual(read('edit=9&reply=8'), { text: '', act: 'edit', postId: '9' })
  for (const nothing of ['', 'text=', 'text=+%0A', 'reply=../../x', 'edit=-1', 'quote=1e3', 'send=now']) {
    assert.equal(read(nothing), null, nothing)
  }
})

test('the text of an address is what a person could have written, and not longer than a post', () => {
  const textOf = (text: string): string | undefined => readWriteAddress(new URLSearchParams({ text }))?.text
  assert.equal(textOf('one\r\ntwo\rthree\ttab'), 'one\ntwo\nthree\ttab')
  assert.equal(textOf('a\u0000b\u202Ec\u2066d\u009Fe'), 'abcde')
  assert.equal(textOf('half \uD83C emoji'), 'half \uFFFD emoji')
  assert.equal(textOf('family 👩‍👩‍👧 stays'), 'family 👩‍👩‍👧 stays')
  assert.equal(textOf(`a${'🌿'.repeat(20_000)}`), `a${'🌿'.repeat(4_999)}`)
})
