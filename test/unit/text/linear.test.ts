/** The scanners are linear: counted, not timed. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { visitHtml } from '../../../server/domain/text/html-tokens.ts'
import { htmlToPlainText } from '../../../server/domain/text/plain-text.ts'
import { sanitizeHtml } from '../../../server/domain/text/sanitize-html.ts'
import { scanText } from '../../../server/domain/text/scan-text.ts'
import { assertAllowed } from './allowed-html.ts'

/** Text that counts how often any of it is looked at. */
function counted(text: string): { readonly text: string; readonly reads: () => number } {
  let reads = 0
  const proxy = new Proxy(new String(text), {
    get(_, key) {
      reads += 1
      const value: unknown = Reflect.get(Object(text), key)
      return typeof value === 'function' ? value.bind(text) : value
    },
  })
  return { text: proxy as unknown as string, reads: () => reads }
}

describe('scanning for links, mentions and hashtags', () => {
  const UNITS = [
    '@',
    '#',
    'h',
    'http://',
    'http://(',
    'https://a.b/((((',
    '@a@',
    '@a.',
    '@a@b.',
    '@a@b.c:1',
    '@a@..',
    '#a·',
    '#·',
    '((((http://a ',
    'xhttp://a',
    '＠＃',
    '😀',
    'https://a\u0000',
    '#\u200c',
    'a@b#c',
    ')))',
    'http://a@',
  ]
  for (const unit of UNITS) {
    test(JSON.stringify(unit), () => {
      const length = 60_000
      const { text, reads } = counted(unit.repeat(length / unit.length))
      scanText(text)
      // About five looks at a character, plus a bounded look-ahead for each hashtag.
      assert.ok(reads() <= 30 * length, `${reads()} reads of ${length} characters`)
    })
  }
})

describe('sanitising', () => {
  const UNITS = [
    '<b>',
    '<b><p>',
    '<ul><li>',
    '<div>x',
    '<svg>',
    '<!--',
    '<ruby><rt>',
    '<rt>',
    '&',
    '&amp',
    '<',
    '</b>',
    '<p',
    '<a ',
    '<a href=http://a>x</a>',
    '<h1>',
    '<table><tr><td>',
    '<b a=',
    '<template>',
    '<style>',
    '</style>',
    '<pre>\n',
    '<li>',
    '<![CDATA[',
    '<a "',
    "<a '",
    '<i></b>',
    '<a a=1 b=2 c',
    '<span class="mention mention ">',
    '\u0000',
    '<ol start=1>',
  ]
  for (const unit of UNITS) {
    test(JSON.stringify(unit), () => {
      const html = unit.repeat(200_000 / unit.length)
      let events = 0
      const count = (): void => {
        events += 1
      }
      visitHtml(html, { startTag: count, endTag: count, text: count })
      assert.ok(events <= html.length, `${events} events for ${html.length} characters`)
      const result = sanitizeHtml(html)
      assert.ok(result.length <= 500_000)
      assertAllowed(sanitizeHtml(unit.repeat(50)))
      assert.ok(htmlToPlainText(html).length <= html.length * 2)
    })
  }

  test('100,000 attributes on one element', () => {
    const attributes = Array.from({ length: 100_000 }, (_, index) => `a${index.toString(36)}=1`).join(' ')
    assert.equal(sanitizeHtml(`<b ${attributes}>x</b>`), '')
    assert.equal(sanitizeHtml(`<b ${attributes.slice(0, 400_000)}>x</b>`), '<b>x</b>')
  })
})
