/** What the sanitizer keeps, converts and drops. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { escapedSource, MAX_CONTENT_LENGTH, sanitizeHtml } from '../../../server/domain/text/sanitize-html.ts'
import { assertAllowed, outline } from './allowed-html.ts'

const LINK = 'rel="nofollow noopener noreferrer" target="_blank"'

function sanitized(html: string): string {
  const result = sanitizeHtml(html)
  assertAllowed(result)
  assert.equal(sanitizeHtml(result), result, 'sanitising again changes it')
  return result
}

describe('what is kept', () => {
  const UNCHANGED = [
    'plain text',
    '<p>one</p><p>two<br>three</p>',
    '<p><b>b</b><strong>s</strong><i>i</i><em>e</em><u>u</u><s>s</s><del>d</del><code>c</code></p>',
    '<blockquote><p>said</p><blockquote><p>before</p></blockquote></blockquote>',
    '<pre><code>if (a &lt; b &amp;&amp; c) {\n\treturn\n}</code></pre>',
    '<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>',
    '<ol start="3" reversed=""><li value="7">a</li></ol>',
    '<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby></p>',
    `<p><a href="https://a.example/?x=1&amp;y=2" class="u-url mention" ${LINK}>@<span>a</span></a></p>`,
    `<a href="https://a.example/" translate="no" ${LINK}><span class="invisible">https://</span><span class="ellipsis">a</span></a>`,
    '<span class="h-card" translate="no">x</span>',
    '<p class="quote-inline">RE: x</p>',
    '<b><p>a block in an inline element</p></b>',
    'non-breaking\u00a0space, \u200bzero width, 👩‍👩‍👧, \u202eright to left',
  ]
  for (const html of UNCHANGED) {
    test(html.slice(0, 70), () => assert.equal(sanitized(html), html))
  }
})

describe('what is converted', () => {
  const CONVERTED: readonly (readonly [why: string, html: string, expected: string])[] = [
    [
      'headings are strong paragraphs',
      '<h1>T</h1><h4>S</h4>',
      '<p><strong>T</strong></p><p><strong>S</strong></p>',
    ],
    ['a heading in a paragraph ends it', '<p>a<h2>b</h2>c', '<p>a</p><p><strong>b</strong></p>c'],
    ['an image is its alternative text', '<p><img src="x" alt="a cat"> <img src="y"></p>', '<p>a cat </p>'],
    ['blocks become lines', '<div>one</div> <div>two</div>three', 'one<br>two<br>three'],
    [
      'table cells and rows become lines',
      '<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>',
      'a<br>b<br>c',
    ],
    ['a rule is a line', 'a<hr>b', 'a<br>b'],
    ['unknown elements leave their text', '<font color=red>a</font> <x-y>b</x-y> <small>c</small>', 'a b c'],
    ['a stray list item is a line', 'a<li>b</li>c', 'a<br>b<br>c'],
    ['unclosed elements are closed', '<ul><li>a<li><b>b', '<ul><li>a</li><li><b>b</b></li></ul>'],
    ['a paragraph does not hold a paragraph', '<p>a<p>b', '<p>a</p><p>b</p>'],
    ['a paragraph does not hold a list', '<p>a<ul><li>b</li></ul></p>c', '<p>a</p><ul><li>b</li></ul>c'],
    [
      'a link does not hold a link',
      '<a href="https://a.example/">a<a href="https://b.example/">b</a>c</a>',
      `<a href="https://a.example/" ${LINK}>abc</a>`,
    ],
    ['empty paragraphs go', '<p></p><p>a</p><p><b></b></p></p>', '<p>a</p><p><b></b></p>'],
    ['line ends after pre go, also behind an empty paragraph', '<pre>\n\n<p></p>\nx</pre>', '<pre>x</pre>'],
    ['carriage returns are line ends', '<pre>a\r\nb&#13;c</pre>', '<pre>a\nb\nc</pre>'],
    ['a closing br is a br', 'a</br>b', 'a<br>b'],
    ['control characters go', 'a\u0000b\u0008c&#7;d\u007f', 'abcd'],
    ['lone surrogates go', 'a\ud800b', 'ab'],
    ['comments and doctypes go', 'a<!-- b --><!doctype html><?php c ?>d', 'ad'],
    ['upper case is lower case', '<P><STRONG>A</STRONG></P>', '<p><strong>A</strong></p>'],
    [
      'other classes go',
      '<span class="mention evil h-card u-Photo fa-spin">a</span>',
      '<span class="mention h-card">a</span>',
    ],
    [
      'other attributes go',
      '<p style="x" id="y" name="z" onclick="w" data-a="b" title="t">a</p>',
      '<p>a</p>',
    ],
    [
      'translate is kept only as no',
      '<span translate="yes">a</span><span translate="NO">b</span>',
      '<span>a</span><span translate="no">b</span>',
    ],
    [
      'list numbers are numbers',
      '<ol start="x"><li value="1e9">a</li><li value="-04">b</li></ol>',
      '<ol><li>a</li><li value="-4">b</li></ol>',
    ],
    [
      'links are canonical',
      '<a href="HTTPS://Bücher.example/ä b">x</a>',
      `<a href="https://xn--bcher-kva.example/%C3%A4%20b" ${LINK}>x</a>`,
    ],
    [
      'relations and targets are ours',
      '<a href="http://a.example" rel="opener" target="_top">x</a>',
      `<a href="http://a.example/" ${LINK}>x</a>`,
    ],
    [
      'a link elsewhere than the web is its text',
      '<a href="mailto:a@b.example">x</a><a href="/here">y</a><a>z</a>',
      'xyz',
    ],
    ['a link with a user name is its text', '<a href="https://mastodon.example@evil.example/">x</a>', 'x'],
    [
      'an end tag does not reach out of a list',
      '<ul><li>a<ul></li><li>b</ul>c</ul>',
      '<ul><li>a<ul><li>b</li></ul>c</li></ul>',
    ],
    ['ruby text outside of ruby is its text', '<rt>a</rt><rp>b</rp>', 'ab'],
  ]
  for (const [why, html, expected] of CONVERTED) {
    test(why, () => assert.equal(sanitized(html), expected))
  }

  test('the tree of nested lists and code is that of the source', () => {
    const html = sanitized('<ol><li>one<ul><li>in<pre>\ncode</pre></li></ul></li><li>two</li></ol>')
    assert.deepEqual(outline(html), [
      { ol: [{ li: ['one', { ul: [{ li: ['in', { pre: ['code'] }] }] }] }, { li: ['two'] }] },
    ])
  })
})

describe('limits', () => {
  test('nesting ends at 32 elements and no text is lost', () => {
    const html = sanitized(`${'<blockquote>'.repeat(200)}deep${'</blockquote>'.repeat(200)}after`)
    assert.equal(html.match(/<blockquote>/g)?.length, 32)
    assert.ok(html.includes('deep'))
    assert.ok(html.endsWith('after'))
  })

  test('neither more is read nor more is written than the limit', () => {
    const read = sanitized(`<p>${'a'.repeat(MAX_CONTENT_LENGTH)}</p>`)
    assert.ok(read.length <= MAX_CONTENT_LENGTH)
    const grown = sanitized('<a href=http://a>x</a>'.repeat(30_000))
    assert.ok(grown.length <= MAX_CONTENT_LENGTH)
    assert.ok(sanitizeHtml('&'.repeat(1_000), 100).length <= 100)
  })

  test('a smaller limit keeps the beginning', () => {
    assert.equal(sanitizeHtml('<p>abcdef</p><p>ghi</p>', 12), '<p>abcde</p>')
    assert.equal(sanitizeHtml('<p>a&amp;b</p>', 14), '<p>a&amp;b</p>')
    assert.equal(sanitizeHtml('abc&def', 8), 'abc&amp;')
    assert.equal(sanitizeHtml('abc&def', 7), 'abc')
  })

  test('a cut never leaves half a character', () => {
    const html = sanitizeHtml('😀'.repeat(100), 11)
    assert.equal(html, '😀'.repeat(5))
  })

  test('the form that a failure leaves is safe, readable and stable', () => {
    const html = escapedSource('<script>alert("1")</script> & more', 1_000)
    assert.equal(html, '<p>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more</p>')
    assert.deepEqual(outline(sanitizeHtml(html)), [{ p: ['<script>alert("1")</script> & more'] }])
    assert.ok(escapedSource('&'.repeat(10_000), 500).length <= 500)
  })
})
