/** HTML as text, references decoded, text cleaned, languages named. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  cleanLine,
  cleanLines,
  cleanText,
  isolateBidi,
  stripBidiControls,
  truncateText,
} from '../../../server/domain/text/clean-text.ts'
import { decodeEntities, escapeHtml } from '../../../server/domain/text/escape-html.ts'
import { normalizeLanguage } from '../../../server/domain/text/language.ts'
import { htmlToPlainText } from '../../../server/domain/text/plain-text.ts'

describe('HTML as text', () => {
  const CASES: readonly (readonly [html: string, text: string])[] = [
    ['plain', 'plain'],
    ['<p>one</p><p>two<br>three</p>', 'one\n\ntwo\nthree'],
    ['<p>one</p>\n\n<p>two</p>\n', 'one\n\ntwo'],
    ['a  b\n c', 'a  b\n c'],
    ['<b>a  b\n c</b>', 'a b c'],
    ['<ul><li>a</li><li>b</li></ul>c', 'a\nb\n\nc'],
    ['<pre>  a\n  b</pre>', 'a\n  b'],
    ['a<br><br><br><br>b', 'a\n\nb'],
    ['a &amp; b &lt;c&gt; &#128512;', 'a & b <c> 😀'],
    ['<p>a <b> b </b> c</p>', 'a b c'],
    ['<span class="invisible">https://</span><span>a.example</span>', 'https://a.example'],
    ['<img alt="cat" src=x> <img src=y>dog', 'cat dog'],
    ['a<script>b</script><style>c</style>d', 'ad'],
    ['a<svg/>b<svg>c</svg>d', 'abd'],
    ['<h1>T</h1><div>a</div><div>b</div>', 'T\n\na\nb'],
    ['', ''],
  ]
  for (const [html, text] of CASES) {
    test(JSON.stringify(html), () => assert.equal(htmlToPlainText(html), text))
  }
})

describe('escapes', () => {
  test('are made for text and for attribute values', () => {
    assert.equal(escapeHtml('a & <b> "c" \'d\''), 'a &amp; &lt;b&gt; &quot;c&quot; &#39;d&#39;')
    assert.equal(escapeHtml('none'), 'none')
  })

  test('are decoded in names without reading tags', () => {
    assert.equal(decodeEntities('Tom &amp; Jerry&#8217;s <b> &lt;3 &nope;'), 'Tom & Jerry’s <b> <3 &nope;')
    assert.equal(decodeEntities('a < b'), 'a < b')
    assert.equal(decodeEntities('</title>&amp;'), '</title>&')
    assert.equal(decodeEntities('&#0;&#xd800;&#x110000;'), '\ufffd\ufffd\ufffd')
  })
})

describe('clean text', () => {
  test('has neither NUL nor halves of characters', () => {
    assert.equal(cleanText('a\u0000b\ud800c\udc00d😀'), 'abcd😀')
    assert.equal(cleanText('unchanged 😀'), 'unchanged 😀')
  })

  test('of one line has no line ends and no controls', () => {
    assert.equal(cleanLine('  a\n\tb\u0007 c  ', 100), 'a b c')
    assert.equal(cleanLine('a'.repeat(1_000), 5), 'aaaaa')
    assert.equal(cleanLine(`${' '.repeat(100)}a`, 5), '')
  })

  test('of several lines keeps them', () => {
    assert.equal(cleanLines('a\r\nb\rc\u0000\u0008\td', 100), 'a\nb\nc\td')
  })

  test('is cut between characters', () => {
    assert.equal(truncateText('a😀b', 2), 'a')
    assert.equal(truncateText('a😀b', 3), 'a😀')
    assert.equal(truncateText('ab', 2), 'ab')
  })

  test('in another direction is isolated inside a sentence', () => {
    assert.equal(isolateBidi('Ana'), 'Ana')
    assert.equal(isolateBidi('שלום'), '\u2068שלום\u2069')
    assert.equal(isolateBidi('evil\u202egnp.exe'), '\u2068evilgnp.exe\u2069')
    assert.equal(isolateBidi('a\u2069\u2069b'), '\u2068ab\u2069')
    assert.equal(stripBidiControls('a\u200eb\u2066c'), 'abc')
  })
})

describe('language tags', () => {
  const CASES: readonly (readonly [tag: unknown, language: string | null])[] = [
    ['en', 'en'],
    ['EN_us', 'en-US'],
    ['pt-br', 'pt-BR'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['iw', 'he'],
    ['und', null],
    ['mul', null],
    ['', null],
    ['e', null],
    ['english language', null],
    ['en-', null],
    ['x'.repeat(40), null],
    [7, null],
    [null, null],
  ]
  for (const [tag, language] of CASES) {
    test(String(tag).slice(0, 20), () => assert.equal(normalizeLanguage(tag), language))
  }
})
