import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashtagFact } from '../../../../server/domain/search/facts.ts'
import { vectorOf } from '../../../../server/domain/search/post-vector.ts'
import { MOST_WORDS, cutWords, foldText, quoteLexeme } from '../../../../server/domain/search/words.ts'

const wordsOf = (text: string): string[] => cutWords(text).map(({ word }) => word)

test('case, accents and forms fold into one', () => {
  const cases: ReadonlyArray<readonly [string, string]> = [
    ['ÄÖÜ ß ẞ', 'aou ss ss'],
    ['ＦＵＬＬ ﬁ ①', 'full fi 1'],
    ['İIıi', 'iiii'],
    ['Ἀχιλλεύς ΣΟΦΟΣ', 'αχιλλευσ σοφοσ'],
    ['がぎ ｶﾞ', 'がぎ ガ'],
    ['한국어', '한국어'],
    ['مُحَمَّد أحمد', 'محمد احمد'],
    ['👍🏽❤️', '👍❤'],
    ['हिन्दी', 'हिन्दी'],
  ]
  for (const [text, folded] of cases) assert.equal(foldText(text), folded, text)
  for (const [text] of cases) assert.equal(foldText(foldText(text)), foldText(text), `${text} folds once`)
})

test('words are cut at everything that is none, and by dictionary where there are no spaces', () => {
  assert.deepEqual(wordsOf("don't a-b.example/c_d?e=1"), [
    'don',
    't',
    'a',
    'b',
    'example',
    'c',
    'd',
    'e',
    '1',
  ])
  assert.deepEqual(wordsOf('東京都に住んで café'), ['東京', '都', 'に', '住', 'んで', 'cafe'])
  assert.deepEqual(wordsOf('ประเทศไทยมาก'), ['ประเทศไทย', 'มาก'])
  assert.deepEqual(wordsOf('🎉🏳️‍🌈!?'), ['🎉', '🏳‍🌈'])
  assert.deepEqual(cutWords('烤鸭'), [{ word: '烤鸭', parts: ['烤', '鸭'] }])
  assert.deepEqual(wordsOf(''), [])
})

test('a text of any length is cut in time that grows with it, and never into too much', () => {
  assert.equal(cutWords('a '.repeat(200_000)).length, MOST_WORDS)
  assert.ok(cutWords('字'.repeat(200_000)).length <= MOST_WORDS)
  assert.equal(cutWords('x'.repeat(200_000))[0]?.word.length, 64)
  assert.ok(foldText('\ufdfa'.repeat(50_000)).length <= 50_000)
})

test('a quoted lexeme stays in its quotes', () => {
  assert.equal(quoteLexeme(`it's \\ 'x`), `'it''s \\\\ ''x'`)
})

test('what a post is found by holds its words with their places and its facts without', () => {
  const vector = vectorOf({
    authorId: '7',
    title: null,
    summary: 'a warning',
    contentText: 'b a',
    contentHtml: '<p><a href="https://page.example/">b</a> a</p>',
    isSensitive: true,
    isReply: true,
    visibility: 'unlisted',
    language: 'pt-BR',
    hashtags: ['tag'],
    mentionedIds: ['8'],
    attachments: [{ kind: 'gifv', description: 'cat' }],
    options: ['yes'],
    isQuote: true,
    card: null,
  })
  const lexemes = new Set(vector.split(' '))
  const facts = `'=by:7' '=to:8' '#tag' '=in:pt' '=in:pt-br' '=has:media' '=has:video' '=has:poll' '=has:quote'`
  for (const fact of [...facts.split(' '), `'=has:link'`, `'=is:reply'`, `'=not:public'`, `'=is:sensitive'`])
    assert.ok(lexemes.has(fact), fact)
  for (const word of [`'a':1,14`, `'warning':2`, `'b':13`, `'yes':25`, `'cat':36`])
    assert.ok(lexemes.has(word), word)
})

test('whatever a post is made of, its vector is one that PostgreSQL takes', () => {
  // Three letters of which no two words have the same, and characters that are four letters each.
  const letter = (value: number): string => String.fromCharCode(0x10d0 + (value % 33))
  const word = (at: number): string =>
    `${letter(at)}${letter(at / 33)}${letter(at / 1_089)}${'\ufdf2'.repeat(15)}`
  const text = (from: number): string =>
    Array.from({ length: 500 }, (_, index) => word(from + index)).join(' ')
  const vector = vectorOf({
    authorId: '1',
    title: null,
    summary: '',
    contentText: text(0),
    contentHtml: '',
    isSensitive: false,
    isReply: false,
    visibility: 'public',
    language: null,
    hashtags: ['end'],
    mentionedIds: [],
    options: null,
    attachments: Array.from({ length: 19 }, (_, at) => ({
      kind: 'image',
      description: text((at + 1) * 500),
    })),
    isQuote: false,
    card: null,
  })
  assert.ok(Buffer.byteLength(vector) < 1_048_576, String(Buffer.byteLength(vector)))
  assert.ok(vector.includes(hashtagFact('end')))
})
