/** Links, mentions and hashtags in plain text, and how long a text is. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  countCharacters,
  findHashtags,
  findMentions,
  hashtagKey,
  scanText,
} from '../../../server/domain/text/scan-text.ts'

const linksOf = (text: string): string[] =>
  scanText(text).flatMap((token) => (token.kind === 'link' ? [token.url] : []))

const mentionsOf = (text: string): string[] =>
  findMentions(text).map(({ username, domain }) => (domain === null ? username : `${username}@${domain}`))

describe('mentions', () => {
  const CASES: readonly (readonly [text: string, mentions: readonly string[]])[] = [
    ['@ana', ['ana']],
    ['hello @ana, @ben@Other.Example!', ['ana', 'ben@other.example']],
    ['(@ana@a.example).', ['ana@a.example']],
    ['@ana@a.example @ANA@A.example', ['ana@a.example']],
    ['@ana.b-c_d@a.example.', ['ana.b-c_d@a.example']],
    ['@ana.', ['ana']],
    ['@ana@localhost:4443 x', ['ana@localhost:4443']],
    ['@ana@bücher.example', ['ana@bücher.example']],
    ['＠ana', ['ana']],
    ['@ana@', ['ana']],
    ['@ana@.example', ['ana']],
    ['日本語@ana', []],
    ['mail ana@a.example', []],
    ['https://a.example/@ana', []],
    ['?x=@ana', []],
    ['@@ana', []],
    ['@', []],
    ['@-ana', []],
    ['x@y', []],
  ]
  for (const [text, mentions] of CASES) {
    test(text, () => assert.deepEqual(mentionsOf(text), mentions))
  }
})

describe('hashtags', () => {
  const CASES: readonly (readonly [text: string, hashtags: readonly string[]])[] = [
    ['#one and #two.', ['one', 'two']],
    ['#One #one', ['One']],
    ['#ねこ＃いぬ #ねこ', ['ねこ']],
    ['#ねこ ＃いぬ', ['ねこ', 'いぬ']],
    ['#sant·jordi #می‌خواهم', ['sant·jordi', 'می‌خواهم']],
    ['#end·', ['end']],
    ['#2026 #1st #a1', ['1st', 'a1']],
    ['#_ #__', []],
    ['#under_score', ['under_score']],
    ['a#b &#39; /#c =#d ##e', []],
    ['(#paren)', ['paren']],
    ['#हिन्दी', ['हिन्दी']],
    ['https://a.example/#anchor', []],
    ['#', []],
  ]
  for (const [text, hashtags] of CASES) {
    test(text, () => assert.deepEqual(findHashtags(text), hashtags))
  }

  test('are the same in every case and width', () => {
    assert.equal(hashtagKey('Ｔｏｍａｔｅｎ'), 'tomaten')
    assert.equal(hashtagKey('Straße'), 'straße')
  })
})

describe('links', () => {
  const CASES: readonly (readonly [text: string, links: readonly string[]])[] = [
    ['see https://a.example.', ['https://a.example']],
    ['(https://a.example/x)', ['https://a.example/x']],
    ['https://a.example/Foo_(bar), next', ['https://a.example/Foo_(bar)']],
    ['https://a.example/?q=[1]&r={2}', ['https://a.example/?q=[1]&r={2}']],
    ['<https://a.example/>', ['https://a.example/']],
    ['HTTPS://A.example', ['HTTPS://A.example']],
    ['http://bücher.example/ä', ['http://bücher.example/ä']],
    ['https://a.example/x?y#z!', ['https://a.example/x?y#z']],
    ['"https://a.example/x"', ['https://a.example/x']],
    ['https://a.example/\u3000次', ['https://a.example/']],
    ['xhttps://a.example', []],
    ['https://', []],
    ['https://user@a.example/', []],
    ['ftp://a.example javascript:alert(1)', []],
    [`https://a.example/${'x'.repeat(5_000)} https://b.example`, ['https://b.example']],
  ]
  for (const [text, links] of CASES) {
    test(text.slice(0, 60), () => assert.deepEqual(linksOf(text), links))
  }
})

test('tokens stand where they were found and do not overlap', () => {
  const text = 'a @b #c https://d.example/@e#f 😀 @g'
  assert.deepEqual(
    scanText(text).map(({ kind, start, end }) => [kind, text.slice(start, end)]),
    [
      ['mention', '@b'],
      ['hashtag', '#c'],
      ['link', 'https://d.example/@e#f'],
      ['mention', '@g'],
    ],
  )
})

describe('length', () => {
  const CASES: readonly (readonly [text: string, characters: number])[] = [
    ['', 0],
    ['hello', 5],
    ['é', 1],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 1],
    ['a\r\nb', 3],
    ['https://a.example/', 23],
    [`https://a.example/${'x'.repeat(1_000)}`, 23],
    ['see http://a.b and', 31],
    ['@ana@a.very.long.domain.example hi', 7],
    ['@ana hi', 7],
    ['#tag 👍', 6],
  ]
  for (const [text, characters] of CASES) {
    test(JSON.stringify(text.slice(0, 40)), () => assert.equal(countCharacters(text), characters))
  }
})
