import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { foldText } from '../../../../server/domain/filters/fold-text.ts'
import type { FilterFacts } from '../../../../server/domain/filters/load-filters.ts'
import { PhraseFinder } from '../../../../server/domain/filters/phrase-finder.ts'
import { ViewerFilters } from '../../../../server/domain/filters/viewer-filters.ts'

const NOW = new Date('2026-01-01T00:00:00Z')

interface Draft {
  readonly words?: readonly string[]
  readonly parts?: readonly string[]
  readonly posts?: readonly string[]
  readonly expiresAt?: Date
}

function filter(id: string, { words = [], parts = [], posts = [], expiresAt }: Draft): FilterFacts {
  return {
    id,
    title: `filter ${id}`,
    contexts: ['home'],
    action: 'warn',
    expires_at: expiresAt ?? null,
    keywords: [
      ...words.map((keyword) => ({ id: '1', keyword, is_whole_word: true })),
      ...parts.map((keyword) => ({ id: '1', keyword, is_whole_word: false })),
    ],
    posts: posts.map((postId) => ({ id: '1', post_id: postId })),
  }
}

function found(draft: Draft, text: string): string[] {
  const filters = new ViewerFilters([filter('1', draft)])
  const [result] = filters.match({ id: '7', html: '', texts: () => [text] }, NOW)
  return [...(result?.keyword_matches ?? [])]
}

const isWord = (word: string, text: string): boolean => found({ words: [word] }, text).length > 0
const isPart = (part: string, text: string): boolean => found({ parts: [part] }, text).length > 0

describe('whole words', () => {
  const CASES: ReadonlyArray<readonly [word: string, text: string, isFound: boolean]> = [
    ['cat', 'a cat sat', true],
    ['cat', 'Cat!', true],
    ['cat', '#cat', true],
    ['cat', 'concatenate', false],
    ['cat', 'cats', false],
    ['cat', 'cat_food', false],
    ['cat', 'café-cat', true],
    ['bad word', 'a BAD\n\n word here', true],
    ['bad word', 'bad words', false],
    ['#cat', 'my#cat', true],
    ['#cat', '#cats', false],
    [':blob:', 'x:blob:x', true],
    ['кот', 'мой КОТ спит', true],
    ['кот', 'котлета', false],
    ['σοφος', 'ο ΣΟΦΟΣ', true],
    ['strasse', 'Große Straße', true],
    ['猫', '私は猫が好きです', true],
    ['猫', '猫', true],
    ['東京', 'iPhone東京', true],
    ['iphone', '新しいiPhoneを買った', true],
    ['2024', '2024年', true],
    ['แมว', 'ฉันรักแมวมาก', true],
    ['고양이', '내 고양이 사진', true],
    ["don't", 'I don’t', true],
    ['ﾈｺ', 'ネコ', true],
    ['🎉', 'yay🎉yay', true],
    ['𝒸𝒶𝓉', 'a cat', true],
    ['cat', 'c\u00ADa\u200Bt', true],
    ['cafe', 'cafe\u0301', false],
  ]
  for (const [word, text, isFound] of CASES) {
    test(`${JSON.stringify(word)} is ${isFound ? '' : 'not '}in ${JSON.stringify(text)}`, () =>
      assert.equal(isWord(word, text), isFound))
  }
})

test('parts of words are found wherever they stand, and nothing in them is a pattern', () => {
  assert.ok(isPart('cat', 'concatenate'))
  assert.ok(isPart('https://t.co/', 'see https://t.co/abc'))
  assert.ok(!isPart('https://t.co/', 'see https://txco/abc'))
  assert.ok(isPart('(a+)+$', 'x (a+)+$ y'))
  assert.ok(!isPart('.*', 'anything'))
})

test('all keywords of a text are named as the owner wrote them, each once', () => {
  const draft = { words: ['Cat', 'dog'], parts: ['at', 'CAT', 'zebra'] }
  assert.deepEqual(found(draft, 'a cat, another cat and a dog').toSorted(), ['CAT', 'Cat', 'at', 'dog'])
})

test('no phrase goes from one text to the next', () => {
  const filters = new ViewerFilters([filter('1', { parts: ['one two'] })])
  const texts = (...all: string[]) => ({ id: '7', html: '', texts: () => all })
  assert.equal(filters.match(texts('one', 'two'), NOW).length, 0)
  assert.equal(filters.match(texts('one two'), NOW).length, 1)
})

test('posts are named by id, and what has expired matches nothing', () => {
  const filters = new ViewerFilters([
    filter('1', { posts: ['7', '8'] }),
    filter('2', { words: ['tea'], expiresAt: NOW }),
    filter('3', { words: ['tea'], expiresAt: new Date(NOW.getTime() + 1) }),
    filter('4', { words: ['tea'], posts: ['7'] }),
  ])
  const results = filters.match({ id: '7', html: '<p>green <b>tea</b></p>', texts: () => [] }, NOW)
  assert.deepEqual(
    results.map((result) => [result.filter.id, result.keyword_matches, result.status_matches]),
    [
      ['1', null, ['7']],
      ['3', ['tea'], null],
      ['4', ['tea'], ['7']],
    ],
  )
})

test('the finder finds what a search for each phrase finds', () => {
  const phrases = ['a', 'ab', 'bab', 'bc', 'bca', 'c', 'caa', 'aaab']
  const finder = new PhraseFinder(phrases)
  const text = 'abccabaaabbcaacaababca'
  const places: string[] = []
  finder.find(text, (phrase, start, end) => {
    assert.equal(text.slice(start, end), phrases[phrase])
    places.push(`${phrases[phrase]} ${start}`)
    return true
  })
  const expected = phrases.flatMap((phrase) =>
    Array.from({ length: text.length }, (_, start) => start)
      .filter((start) => text.startsWith(phrase, start))
      .map((start) => `${phrase} ${start}`),
  )
  assert.deepEqual(places.toSorted(), expected.toSorted())
})

describe('2,000 keywords cost one pass over a text, whatever stands in it', () => {
  /** Whether each is a word where it stands beside itself. */
  const units = { a: false, 'ab ': true, 猫: true, แมว: true, '\u0301': false, '😀': true, ﷺ: false }
  const keywords = Array.from({ length: 1_000 }, (_, index) => `${'a'.repeat(40)}${index}`)
  const words = [...keywords, ...keywords.map((word) => `${word}!`), ...Object.keys(units)]
  const filters = new ViewerFilters([filter('1', { words })])
  const finder = new PhraseFinder(words.map(foldText))
  for (const [unit, isWordHere] of Object.entries(units)) {
    test(JSON.stringify(unit), () => {
      const text = foldText(unit.repeat(200_000 / unit.length))
      let steps = 0
      finder.find(text, () => {
        steps += 1
        return true
      })
      assert.ok(steps <= 2 * text.length, `${steps} places in ${text.length} characters`)
      const results = filters.match({ id: '7', html: '', texts: () => [text] }, NOW)
      assert.equal(results.length, isWordHere ? 1 : 0)
    })
  }
})

test('phrases within phrases, at each letter hundreds, hold nobody up', () => {
  const nested = Array.from({ length: 512 }, (_, index) => 'a'.repeat(index + 1))
  const filters = new ViewerFilters([filter('1', { words: ['tea', ...nested] })])
  const startedMs = performance.now()
  const match = (text: string) => filters.match({ id: '7', html: '', texts: () => [text] }, NOW)
  assert.deepEqual(match('a'.repeat(200_000)), [])
  assert.ok(performance.now() - startedMs < 2_000)
  assert.deepEqual(match(`tea ${'a'.repeat(200_000)}`)[0]?.keyword_matches, ['tea'])
})
