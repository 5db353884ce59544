/** Hostile HTML: after the sanitizer a browser builds nothing but harmless elements, whatever the trick. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { htmlToPlainText } from '../../../server/domain/text/plain-text.ts'
import { sanitizeHtml } from '../../../server/domain/text/sanitize-html.ts'
import { LINK_ATTACKS, MUTATION_ATTACKS, PLAIN_ATTACKS } from '../../fixtures/attacks.ts'
import { assertAllowed } from './allowed-html.ts'

const TEXT_MARKS = ['alert(', 'onerror', 'evil.example/x']

function assertHarmless(html: string): void {
  const result = sanitizeHtml(html)
  assertAllowed(result)
  assert.equal(sanitizeHtml(result), result, `not stable: ${result}`)
  assert.doesNotMatch(result, /<[^>]*\son\w+=/i)
  assert.doesNotMatch(result, /<[^>]*javascript:/i)
}

describe('well-known attacks', () => {
  for (const html of PLAIN_ATTACKS) test(JSON.stringify(html), () => assertHarmless(html))
})

describe('links to elsewhere than the web', () => {
  for (const target of LINK_ATTACKS) {
    test(JSON.stringify(target), () => {
      const html = `<a href="${target}">x</a>`
      assertHarmless(html)
      assert.equal(sanitizeHtml(html), 'x')
    })
  }
})

describe('attacks by parsing twice', () => {
  for (const html of MUTATION_ATTACKS) test(JSON.stringify(html), () => assertHarmless(html))
})

test('what is dropped is not shown either', () => {
  const dropped = [
    'script',
    'style',
    'iframe',
    'noscript',
    'template',
    'svg',
    'math',
    'textarea',
    'select',
    'object',
  ]
  for (const name of dropped) {
    const html = `before<${name}>alert(1) onerror evil.example/x</${name}> after`
    assert.equal(sanitizeHtml(html), 'before after', name)
    assert.equal(htmlToPlainText(html), 'before after', name)
    for (const mark of TEXT_MARKS) assert.ok(!sanitizeHtml(html).includes(mark))
  }
})

/** A generator with a seed, so that a failure can be repeated (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const FRAGMENTS = [
  ...'p br span a del s pre blockquote code b strong u i em ul ol li ruby rt rp h1 h3 div table tr td svg math style script'
    .split(' ')
    .flatMap((name) => [`<${name}>`, `<${name}>`, `</${name}>`]),
  ...'template noscript select option textarea title form button small font mtext mglyph foreignObject img hr body html'
    .split(' ')
    .flatMap((name) => [`<${name}>`, `</${name}>`, `<${name}/>`]),
  '<a href="https://a.example/">',
  '<a href="javascript:x">',
  '<span class="mention x">',
  '<ol start=2>',
  '<li value=3>',
  'text',
  ' ',
  '\n',
  '\r\n',
  '&lt;',
  '&amp;',
  '&',
  '<',
  '>',
  '"',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '&#13;',
  '\u0000',
  '😀',
]

test('5,000 random tangles of tags are harmless, stable and read back as written', () => {
  for (let seed = 1; seed <= 5_000; seed += 1) {
    const below = random(seed)
    const length = 2 + below(40)
    let html = ''
    for (let count = 0; count < length; count += 1) html += FRAGMENTS[below(FRAGMENTS.length)] ?? ''
    try {
      assertHarmless(html)
    } catch (error) {
      throw new Error(`seed ${seed}: ${JSON.stringify(html)}`, { cause: error })
    }
  }
})
