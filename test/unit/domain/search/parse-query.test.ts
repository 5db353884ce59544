import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileQuery } from '../../../../server/domain/search/compile-query.ts'
import { type SearchTerm, parseQuery } from '../../../../server/domain/search/parse-query.ts'

/** In short: `-` for a negation, words with blanks, a star for what is only begun. */
function shown(text: string): string[] {
  return parseQuery(text).terms.map((term) => `${term.isNegated ? '-' : ''}${condition(term)}`)
}

function condition(term: SearchTerm): string {
  switch (term.kind) {
    case 'words':
      return `${term.words.join(' ')}${term.isBegun ? '*' : ''}`
    case 'hashtag':
      return `#${term.name}`
    case 'author':
    case 'mention':
      return `${term.kind} ${term.who === 'me' ? 'me' : `${term.who.username}@${term.who.domain ?? ''}`}`
    case 'carries':
      return `carries ${term.what}`
    case 'quality':
      return `is ${term.what}`
    case 'mark':
      return term.mark
    case 'scope':
      return term.scope
    case 'language':
      return `language ${term.tag}`
    case 'period':
      return [term.period.from, term.period.until]
        .map((at) => (at === null ? '' : new Date(at).toISOString().slice(0, 10)))
        .join('..')
  }
}

test('words, phrases, operators and what takes away', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    'two words': ['two', 'words'],
    '"a phrase, here" x': ['a phrase here', 'x'],
    '“smart quotes” „low”': ['smart quotes', 'low'],
    '-minus -"no phrase" +plus - dash': ['-minus', '-no phrase', 'plus', 'dash'],
    'from:me from:@Ben from:ben@Far.example -from:x': [
      'author me',
      'author ben@',
      'author ben@far.example',
      '-author x@',
    ],
    'mentions:me to:@ben': ['mention me', 'mention ben@'],
    'has:media has:image has:video has:audio': [
      'carries media',
      'carries image',
      'carries video',
      'carries audio',
    ],
    'has:link HAS:Poll has:quote has:embed': [
      'carries link',
      'carries poll',
      'carries quote',
      'carries embed',
    ],
    'is:reply is:sensitive is:bookmarked': ['is reply', 'is sensitive', 'bookmarked'],
    'is:favourited is:favorited -is:pinned is:boosted': ['favourited', 'favourited', '-pinned', 'boosted'],
    'in:library in:public in:all': ['library', 'public', '..'],
    'language:de lang:pt-BR': ['language de', 'language pt-BR'],
    'before:2024-02-29': ['..2024-02-29'],
    'after:2024-02-29 after:2023-12': ['2024-03-01..', '2024-01-01..'],
    'during:2024 during:2024-2': ['2024-01-01..2025-01-01', '2024-02-01..2024-03-01'],
    '#Tag ＃タグ #a-b': ['#tag', '#タグ', 'a b'],
    'word* "phrase*"': ['word*', 'phrase'],
    '서울 "서울"': ['서울*', '서울'],
  }
  for (const [text, terms] of Object.entries(cases)) assert.deepEqual(shown(text), terms, text)
})

test('what is no operator is words', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    'has:nothing is:constructor in:__proto__': ['has nothing', 'is constructor', 'in proto'],
    'before:yesterday during:2023-02-29 after:2024-13': [
      'before yesterday',
      'during 2023 02 29',
      'after 2024 13',
    ],
    'from:a@b@c language:1 note:this https://x.example/': [
      'from a b c',
      'language 1',
      'note this',
      'https x example',
    ],
    'from: has: :x': ['from', 'has', 'x'],
    '"unclosed phrase': ['unclosed phrase'],
    '"" - -- -"" !? *': [],
  }
  for (const [text, terms] of Object.entries(cases)) assert.deepEqual(shown(text), terms, text)
})

test('only a bare word at the very end is still being typed', () => {
  assert.equal(parseQuery('one two').typedAt, 1)
  assert.equal(parseQuery('has:image two').typedAt, 1)
  for (const text of [
    'one two ',
    '"one two"',
    '"one',
    'one -two',
    'one two*',
    'two has:image',
    '',
    '#two',
    'one !',
  ])
    assert.equal(parseQuery(text).typedAt, null, text)
})

test('a text costs time that grows with its length, and holds a bounded number of terms', () => {
  const most = (text: string): number => parseQuery(text).terms.length
  const begin = process.cpuUsage().user
  for (const piece of [
    'a ',
    '"',
    '-',
    '" ',
    '-"a" ',
    'from:',
    'from:@',
    ':',
    'a:b ',
    '#',
    '字',
    '- ',
    '\t',
    "'",
  ]) {
    assert.ok(most(piece.repeat(100_000)) <= 32, piece)
  }
  assert.ok(process.cpuUsage().user - begin < 5_000_000, 'well below a second on a quiet machine')
})

test('the index is asked for whole words, and for one begun word at most', () => {
  const compiled = (text: string): readonly [string | null, string | null, boolean] => {
    const { text: all, indexed, hasBegunWord } = compileQuery(parseQuery(text).terms, '7', () => [])
    return [all, indexed, hasBegunWord]
  }
  const both = `('a' <-> 'b') & !('c')`
  assert.deepEqual(compiled('"a b" -c'), [both, both, false])
  assert.deepEqual(compiled('abc*'), [`('abc':*)`, `('abc':*)`, true])
  assert.deepEqual(compiled('a*'), [`('a':*)`, `('a':*)`, true])
  assert.deepEqual(compiled('word ab*'), [`('word') & ('ab':*)`, `('word')`, false])
  assert.deepEqual(compiled('abc* abcd* -x*'), [`('abc':*) & ('abcd':*) & !('x':*)`, `('abcd':*)`, true])
  assert.deepEqual(compiled('from:me has:image'), [
    `('=by:7') & '=has:image'`,
    `('=by:7') & '=has:image'`,
    false,
  ])
  assert.deepEqual(compiled('from:nobody'), [null, null, false])
})
