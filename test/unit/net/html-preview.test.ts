/** What a page says of itself: found in its head and nowhere else, in linear time. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodePage } from '../../../server/net/html-charset.ts'
import { findPreview, parseOEmbed } from '../../../server/net/html-preview.ts'

const meta = (name: string, content: string): string => `<meta property="${name}" content="${content}">`

test('the first value of each name counts, whichever attribute names it', () => {
  const facts = findPreview(`<!doctype html><html lang="de-AT"><head><title>Plain &amp; simple</title>
    <meta name="OG:Title" content="First">${meta('og:title', 'Second')}${meta('og:unknown', 'x')}
    ${meta('og:description', '')}<meta name="description" content="A description">
    <link rel="alternate" type="application/json+oembed" href="/oembed?a=1&amp;b=2"></head></html>`)
  assert.equal(facts.title, 'Plain & simple')
  assert.equal(facts.language, 'de-AT')
  assert.equal(facts.oEmbed, '/oembed?a=1&b=2')
  assert.deepEqual(Object.fromEntries(facts.metas), { 'og:title': 'First', description: 'A description' })
})

test('what follows an image describes it, and others come after', () => {
  const { images } = findPreview(
    [
      meta('og:image:alt', 'of nothing'),
      meta('og:image', '/one.png'),
      meta('og:image:secure_url', 'https://a.example/one.png'),
      meta('og:image:width', '600'),
      meta('og:image:height', '400'),
      meta('og:image:alt', 'A bird'),
      meta('og:image', '/two.png'),
      meta('twitter:image', '/three.png'),
      '<link rel="image_src" href="/four.png">',
    ].join(''),
  )
  assert.deepEqual(images[0], {
    urls: ['/one.png', 'https://a.example/one.png'],
    alt: 'A bird',
    width: '600',
    height: '400',
  })
  assert.deepEqual(
    images.slice(1).flatMap(({ urls }) => urls),
    ['/two.png', '/three.png', '/four.png'],
  )
})

test('scripts, comments, other texts and the body say nothing', () => {
  const TITLE = '<title>Evil</title>' + meta('og:title', 'Evil')
  for (const page of [
    `<script>${TITLE.replace('</title>', '')}</script>`,
    `<!-- ${TITLE} -->`,
    `<style>${TITLE}</style>`,
    `<textarea>${TITLE}</textarea>`,
    `<head></head><body>${TITLE}</body>`,
    TITLE.replaceAll('<', '&lt;'),
  ]) {
    const { metas, title } = findPreview(page)
    assert.deepEqual([title, metas.size], ['', 0], page)
  }
  assert.equal(findPreview('<title>One</title><title>Two</title><svg><title>Three').title, 'One')
  assert.equal(findPreview('<title><b>bold</b><script>1</script>').title, '<b>bold</b><script>1</script>')
})

describe('hostile pages take no longer than others of their length', () => {
  const UNITS = [
    ['<div>', 100_000],
    ['<meta property=og:image content=x>', 20_000],
    ['<title>', 40_000],
    ['<meta ', 50_000],
    ['<link rel="', 20_000],
    [`<meta name="og:title" content="${'x'.repeat(20_000)}">`, 10],
    ['<a b=1 c', 30_000],
    ['<!--', 60_000],
    ['\u0000<', 100_000],
  ] as const
  for (const [unit, count] of UNITS) {
    test(`${count} times ${unit.slice(0, 40)}`, () => {
      const facts = findPreview(unit.repeat(count))
      assert.ok(facts.images.length <= 6)
      for (const value of facts.metas.values()) assert.ok(value.length <= 8_192)
      assert.ok(facts.title.length <= 16_384)
    })
  }
  test('a million attributes', () => {
    const attributes = Array.from({ length: 100_000 }, (_, index) => `a${index}`).join(' ')
    assert.equal(findPreview(`<meta ${attributes} name=og:title content=x>`).metas.size, 0)
  })
})

describe('the characters of a page', () => {
  const TEXT = '<title>Привет</title>'
  // "Привет" in windows-1251.
  const CYRILLIC = Buffer.concat([
    Buffer.from('<title>'),
    Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]),
    Buffer.from('</title>'),
  ])
  const utf16 = Buffer.from(TEXT, 'utf16le')
  const cases: ReadonlyArray<readonly [string, Buffer, string | undefined]> = [
    ['the header', CYRILLIC, 'text/html; charset=Windows-1251'],
    ['the page', Buffer.concat([Buffer.from('<meta charset="cp1251">'), CYRILLIC]), 'text/html'],
    [
      'an old page',
      Buffer.concat([Buffer.from('<META http-equiv=x content="text/html; charset=windows-1251">'), CYRILLIC]),
      undefined,
    ],
    ['a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), 'text/html; charset=utf-8'],
    ['a mark, the other way', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]), ''],
    ['the header, UTF-16', utf16, 'text/html; charset=utf-16le'],
    ['nobody', Buffer.from(TEXT), 'text/html'],
    ['nobody who knows encodings', Buffer.from(TEXT), 'text/html; charset=klingon'],
    ['a page that cannot be right', Buffer.from(`<meta charset="utf-16">${TEXT}`), 'text/html'],
  ]
  for (const [who, bytes, type] of cases) {
    test(`said by ${who}`, () => assert.equal(findPreview(decodePage(bytes, type)).title, 'Привет'))
  }
  test('neither said nor UTF-8 is windows-1252, and a cut in a character harms nothing', () => {
    assert.equal(
      findPreview(decodePage(Buffer.from('<title>caf\xe9</title>', 'latin1'), undefined)).title,
      'café',
    )
    const cut = Buffer.from('<title>naïve</title>é').subarray(0, -1)
    assert.equal(findPreview(decodePage(cut, undefined)).title, 'naïve')
  })
})

test('an oEmbed document names people and places, and nothing else of it is read', () => {
  const html = '<script>1</script>'
  assert.deepEqual(
    parseOEmbed(JSON.stringify({ type: 'rich', author_name: 'Ada', provider_name: 'Site', html })),
    { type: 'rich', authorName: 'Ada', providerName: 'Site' },
  )
  assert.deepEqual(parseOEmbed('{"author_name":{"a":1}}'), { type: '', authorName: '', providerName: '' })
  for (const bad of ['', 'null', '7', '[', '<html>', '['.repeat(60_000)])
    assert.equal(parseOEmbed(bad), null, bad.slice(0, 10))
})
