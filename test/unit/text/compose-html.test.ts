/** A post of ours from plain text to HTML. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { composeHtml, linkHtml } from '../../../server/domain/text/compose-html.ts'
import { htmlToPlainText } from '../../../server/domain/text/plain-text.ts'
import { sanitizeHtml } from '../../../server/domain/text/sanitize-html.ts'

const REL = 'rel="nofollow noopener noreferrer" target="_blank"'
const OPTIONS = {
  mentions: new Map([
    ['ben', { url: 'https://home.example/@ben', label: 'ben' }],
    ['ana@other.example', { url: 'https://other.example/@ana', label: 'ana' }],
    ['evil', { url: 'javascript:alert(1)', label: 'evil' }],
  ]),
  hashtagUrl: (name: string) => `https://home.example/tags/${encodeURIComponent(name)}`,
}

function composed(text: string): string {
  const html = composeHtml(text, OPTIONS)
  assert.equal(sanitizeHtml(html), html, 'the sanitizer would change it')
  return html
}

describe('paragraphs and lines', () => {
  const CASES: readonly (readonly [text: string, html: string])[] = [
    ['', ''],
    [' \n ', ''],
    ['one', '<p>one</p>'],
    ['one\ntwo', '<p>one<br>two</p>'],
    ['one\r\n\r\ntwo\r\rthree', '<p>one</p><p>two</p><p>three</p>'],
    ['one\n\n\n \n\ntwo\n', '<p>one</p><p>two</p>'],
    ['a < b && "c" > \'d\'', '<p>a &lt; b &amp;&amp; "c" &gt; \'d\'</p>'],
    ['<script>alert(1)</script>', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
    ['a\u0000b\ud800c', '<p>abc</p>'],
  ]
  for (const [text, html] of CASES) {
    test(JSON.stringify(text), () => assert.equal(composed(text), html))
  }
})

describe('links', () => {
  test('hide their scheme and a long tail', () => {
    assert.equal(
      composed('https://www.example.com/a/very/long/path/indeed?x=1&y=2'),
      `<p><a href="https://www.example.com/a/very/long/path/indeed?x=1&amp;y=2" translate="no" ${REL}>` +
        '<span class="invisible">https://www.</span><span class="ellipsis">example.com/a/very/long/path/i</span>' +
        '<span class="invisible">ndeed?x=1&amp;y=2</span></a></p>',
    )
  })

  test('show a short address whole', () => {
    assert.equal(
      composed('(http://a.example)'),
      `<p>(<a href="http://a.example/" translate="no" ${REL}><span class="invisible">http://</span>` +
        '<span>a.example</span><span class="invisible"></span></a>)</p>',
    )
  })

  test('are never cut inside a character', () => {
    const html = linkHtml(`https://a.example/${'😀'.repeat(20)}`) ?? ''
    assert.ok(html.isWellFormed())
    assert.equal(htmlToPlainText(html), `https://a.example/${'😀'.repeat(20)}`)
  })

  test('are none when they lead elsewhere than to the web', () => {
    assert.equal(linkHtml('javascript:alert(1)'), null)
    assert.equal(linkHtml('https://user@evil.example/'), null)
  })
})

describe('mentions and hashtags', () => {
  test('that are known are links, others stay text', () => {
    assert.equal(
      composed('@Ben @ana@Other.example @nobody #Föö #1'),
      `<p><span class="h-card" translate="no"><a href="https://home.example/@ben" class="u-url mention" ${REL}>@<span>ben</span></a></span> ` +
        `<span class="h-card" translate="no"><a href="https://other.example/@ana" class="u-url mention" ${REL}>@<span>ana</span></a></span> ` +
        `@nobody <a href="https://home.example/tags/F%C3%B6%C3%B6" class="mention hashtag" ${REL}>#<span>Föö</span></a> #1</p>`,
    )
  })

  test('with an address that is no web address stay text', () => {
    assert.equal(composed('@evil'), '<p>@evil</p>')
  })

  test('stay text without anything to resolve them by', () => {
    assert.equal(composeHtml('@ben #tag'), '<p>@ben #tag</p>')
  })
})

test('the text comes back from the HTML', () => {
  const text = 'Hello @ben,\nsee https://www.example.com/a/long/path/that/is/cut/somewhere\n\n<3 & #tags'
  assert.equal(htmlToPlainText(composed(text)), text)
})
