/** Reading documents as plain JSON: limits, refused keys, and looks at single properties. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  asArray,
  countOf,
  dateOf,
  flagOf,
  idOf,
  idsOf,
  isUri,
  languageMapOf,
  linksOf,
  mediaTypeOf,
  numberOf,
  pageUrlOf,
  parseActivityJson,
  textOf,
  typeOf,
  webUrlOf,
} from '../../../server/activitypub/json.ts'

const parse = (text: string): ReturnType<typeof parseActivityJson> => parseActivityJson(Buffer.from(text))
const refusal = (text: string): string => {
  const parsed = parse(text)
  assert.ok(!parsed.ok, 'it was accepted')
  return parsed.reason
}
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

describe('parsing', () => {
  test('takes an object with everything in it', () => {
    const parsed = parse('{"id":"https://a.example/","n":[1,{"x":null}],"ü":"😀"}')
    assert.deepEqual(parsed, {
      ok: true,
      document: { id: 'https://a.example/', n: [1, { x: null }], ü: '😀' },
    })
  })

  test('takes a byte order mark, and bytes inside a larger buffer', () => {
    assert.ok(parse('\uFEFF{}').ok)
    const buffer = Buffer.from('xx{"a":1}yy')
    assert.ok(parseActivityJson(new Uint8Array(buffer.buffer, buffer.byteOffset + 2, 7)).ok)
  })

  for (const text of [
    '',
    'null',
    '[]',
    '[{"type":"Note"}]',
    '"text"',
    '7',
    '{',
    '{"a":1}}',
    '{a:1}',
    "{'a':1}",
    '{"a":\u0000}',
  ]) {
    test(`refuses ${JSON.stringify(text)}`, () => assert.ok(!parse(text).ok))
  }

  test('refuses more than a mebibyte without parsing it', () => {
    const body = Buffer.alloc(1_048_577, 0x20)
    body.write('{}')
    assert.match(refusal(body.toString()), /1048577 bytes/)
    assert.ok(parseActivityJson(body.subarray(0, 1_048_576)).ok)
  })

  test('refuses more than 32 levels, however deep', () => {
    assert.ok(parse(nested(32)).ok)
    assert.match(refusal(nested(33)), /deeper than 32/)
    assert.match(refusal(nested(100_000)), /deeper than 32/)
    assert.match(refusal(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`), /deeper than 32/)
  })

  test('refuses more than 10,000 items in an array', () => {
    assert.ok(parse(`{"a":[${'1,'.repeat(9_999)}1]}`).ok)
    assert.match(refusal(`{"a":[${'1,'.repeat(10_000)}1]}`), /10001 items/)
  })

  for (const key of ['__proto__', 'constructor', 'prototype', '@graph', '@included', '@reverse']) {
    test(`refuses the key ${key} wherever it is and however it is spelled`, () => {
      assert.match(refusal(`{"${key}":1}`), /has the key/)
      assert.match(refusal(`{"a":[{"b":{"${key}":{}}}]}`), /has the key/)
      const [first = ''] = key
      const escaped = `\\u${first.charCodeAt(0).toString(16).padStart(4, '0')}${key.slice(1)}`
      assert.match(refusal(`{"${escaped}":1}`), /has the key/)
      assert.ok(parse(`{"a":"${key}"}`).ok, 'as a value it is only text')
    })
  }

  test('strips NUL and halves of characters, from keys too', () => {
    const parsed = parse(String.raw`{"a\u0000b":"x\u0000y\ud800z\udc00","c":["\u0000",{"d":"\ud83d\ude00"}]}`)
    assert.deepEqual(parsed, { ok: true, document: { ab: 'xyz', c: ['', { d: '😀' }] } })
  })

  test('takes bytes that are no UTF-8 as replacement characters', () => {
    const parsed = parseActivityJson(Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]))
    assert.deepEqual(parsed, { ok: true, document: { a: '\ufffd' } })
  })
})

describe('ids', () => {
  const GOOD = [
    'https://a.example/',
    'https://a.example/users/ana#main-key',
    'https://a.example:8443/x',
    'https://bücher.example/ä',
    'https://a.example/?p=1&q=2',
    'https://a.example/convert/ap/at://did:plc:x/y',
    'https://a.example',
    `https://a.example/${'x'.repeat(2_030)}`,
  ]
  const BAD = [
    // Letters of several bytes each, behind a `#` that the length of the address does not count.
    `https://a.example/#${'\u4e2d'.repeat(1_000)}`,
    'http://a.example/',
    'https://user@a.example/',
    'https://@a.example/',
    'https://a.example:22/',
    'https:///x',
    'https://a..example/',
    'a.example/x',
    '/x',
    '',
    'javascript:alert(1)',
    'tag:a.example,2020:1',
    'https://a.example\\@b.example/',
    'https://a.example/\u0000',
    `https://a.example/${'x'.repeat(2_040)}`,
    7,
    null,
    { id: 'https://a.example/' },
  ]
  for (const uri of GOOD) test(`${uri.slice(0, 60)} is one`, () => assert.ok(isUri(uri)))
  for (const uri of BAD) test(`${JSON.stringify(uri).slice(0, 60)} is none`, () => assert.ok(!isUri(uri)))

  test('are read from text, from objects and from arrays of one', () => {
    const uri = 'https://a.example/1'
    assert.equal(idOf(uri), uri)
    assert.equal(idOf({ id: uri, type: 'Note' }), uri)
    assert.equal(idOf([uri]), uri)
    assert.equal(idOf([{ id: uri }]), uri)
    assert.equal(idOf([uri, uri]), null)
    assert.equal(idOf({ id: 7 }), null)
    assert.equal(idOf({ id: [uri] }), null)
    assert.equal(idOf([]), null)
    assert.deepEqual(idsOf([uri, { id: uri }, 'x', { id: 'https://a.example/2' }], 10), [
      uri,
      'https://a.example/2',
    ])
    assert.deepEqual(idsOf([uri, 'https://a.example/2'], 1), [uri])
  })
})

describe('single properties', () => {
  test('arrays stand for values and values for arrays', () => {
    assert.deepEqual(asArray(undefined), [])
    assert.deepEqual(asArray(null), [])
    assert.deepEqual(asArray('a'), ['a'])
    assert.deepEqual(asArray(['a']), ['a'])
  })

  test('there is one type or none', () => {
    assert.equal(typeOf({ type: 'Note' }), 'Note')
    assert.equal(typeOf({ type: ['Note'] }), 'Note')
    assert.equal(typeOf({ type: ['Note', 'Article'] }), null)
    assert.equal(typeOf({ type: 7 }), null)
    assert.equal(typeOf({}), null)
  })

  test('texts', () => {
    assert.equal(textOf('a'), 'a')
    assert.equal(textOf([7, 'a', 'b']), 'a')
    assert.equal(textOf({ '@value': 'a', '@language': 'en' }), 'a')
    assert.equal(textOf({ a: 1 }), null)
    assert.equal(textOf(7), null)
  })

  test('flags and numbers', () => {
    assert.deepEqual([true, 'true', 1, 'yes', null, false].map(flagOf), [
      true,
      true,
      false,
      false,
      false,
      false,
    ])
    assert.equal(numberOf('1.5', 0, 2), 1.5)
    assert.equal(numberOf(3, 0, 2), null)
    assert.equal(numberOf(Number.NaN, 0, 2), null)
    assert.equal(numberOf('', 0, 2), null)
    assert.deepEqual([5, -1, 1.9, '3', 1e12, {}].map(countOf), [5, null, 1, 3, null, null])
  })

  const MOMENTS: readonly (readonly [value: unknown, iso: string | null])[] = [
    ['2026-03-01T09:15:00Z', '2026-03-01T09:15:00.000Z'],
    ['2026-03-01T09:15:00.602455Z', '2026-03-01T09:15:00.602Z'],
    ['2026-03-01T09:15:00+02:00', '2026-03-01T07:15:00.000Z'],
    ['2026-03-01T09:15:00', '2026-03-01T09:15:00.000Z'],
    ['2026-03-01 09:15:00', '2026-03-01T09:15:00.000Z'],
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    [['2026-03-01'], '2026-03-01T00:00:00.000Z'],
    ['1969-12-31T23:59:59Z', null],
    ['2026-13-01T00:00:00Z', null],
    ['yesterday', null],
    ['+010000-01-01T00:00:00Z', null],
    [1_700_000_000, null],
    [null, null],
  ]
  for (const [value, iso] of MOMENTS) {
    test(`the moment ${JSON.stringify(value)}`, () => assert.equal(dateOf(value)?.toISOString() ?? null, iso))
  }

  test('links', () => {
    assert.equal(webUrlOf('https://a.example/a b'), 'https://a.example/a%20b')
    assert.equal(webUrlOf('http://a.example'), 'http://a.example/')
    assert.equal(webUrlOf('javascript:alert(1)'), null)
    assert.equal(webUrlOf('https://u@a.example/'), null)
    const page = { type: 'Link', href: 'https://a.example/p', mediaType: 'text/html; charset=utf-8' }
    const file = { type: 'Link', href: 'https://a.example/f', mediaType: 'video/mp4' }
    assert.equal(pageUrlOf([file, page]), 'https://a.example/p')
    assert.equal(pageUrlOf([file, 'https://a.example/x']), 'https://a.example/x')
    assert.equal(pageUrlOf(file), 'https://a.example/f')
    assert.equal(pageUrlOf([{ href: 'magnet:?x' }, 7]), null)
    assert.deepEqual(
      linksOf({ type: 'Image', url: [file, page] }).map((link) => [link.href, link.mediaType]),
      [['https://a.example/f', 'video/mp4']],
    )
    assert.equal(linksOf(Array.from({ length: 100 }, (_, index) => `https://a.example/${index}`)).length, 64)
  })

  test('media types and language maps', () => {
    assert.equal(mediaTypeOf('Image/PNG; q=1'), 'image/png')
    assert.equal(mediaTypeOf('image'), null)
    assert.equal(mediaTypeOf('text/<html>'), null)
    assert.deepEqual(languageMapOf({ en: 'a', de: 7, fr: 'b' }), [
      ['en', 'a'],
      ['fr', 'b'],
    ])
    assert.deepEqual(languageMapOf(['a']), [])
  })
})
