/** Documents are well formed and say what was put in, whatever that was; a strict parser of others is the judge. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SaxesParser } from 'saxes'
import { element, textElement, xmlDocument } from '../../../../server/http/feeds/xml.ts'

interface Read {
  readonly text: string
  readonly value: string
}

/** Throws for what is not well formed. */
function read(document: string): Read {
  let [text, value] = ['', '']
  let depth = 0
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', (error) => {
    throw error
  })
  parser.on('text', (part) => {
    if (depth > 0) text += part
  })
  parser.on('closetag', () => {
    depth -= 1
  })
  parser.on('opentag', ({ attributes }) => {
    depth += 1
    value += attributes['value']?.value ?? ''
  })
  parser.write(document).close()
  return { text, value }
}

const documentOf = (text: string): string =>
  xmlDocument(element('a', { value: text }, element('b', {}, text)))

test('every text comes out as it went in', () => {
  const texts = [
    'plain',
    '<b>&amp;</b> ]]> <![CDATA[x]]> <!-- --> <?xml?>',
    `"quoted" and 'quoted'`,
    'line\none\r\ntwo\rthree\ttab ',
    'שלום \u202Eright to left\u202C 😀 👩‍👩‍👧‍👦 \u{10FFFF}',
    '  blanks  ',
  ]
  for (const text of texts) {
    assert.deepEqual(read(documentOf(text)), { text, value: text })
  }
})

test('what XML cannot hold is left out, and nothing else', () => {
  const bad = '\u0000a\u0001b\u000Bc\u001Fd\uFFFEe\uFFFFf\uD800g\uDC00h\uDFFF\uD83Di\u007F\u0085'
  assert.deepEqual(read(documentOf(bad)), { text: 'abcdefghi', value: 'abcdefghi' })
})

test('any sequence of code units gives a well-formed document', () => {
  // A fixed seed: a failure can be seen again.
  let seed = 20_261_129
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((seed / 0x1_0000_0000) * below)
  }
  const pieces = [
    '<',
    '>',
    '&',
    '"',
    "'",
    ']]>',
    '&#x0;',
    '&lt;',
    '<!',
    '\r',
    '\n',
    '\u0000',
    '\uFFFE',
    '\u202E',
    '😀',
  ]
  for (let round = 0; round < 2_000; round += 1) {
    const text = Array.from({ length: random(30) }, () =>
      random(2) === 0 ? (pieces[random(pieces.length)] ?? '') : String.fromCharCode(random(0x1_0000)),
    ).join('')
    const { text: shown, value } = read(documentOf(text))
    assert.equal(shown, value, JSON.stringify(text))
  }
})

test('what is not said is not written', () => {
  const root = element('a', { b: null, c: 0 }, textElement('d', null), textElement('e', ''), null)
  assert.equal(xmlDocument(root), '<?xml version="1.0" encoding="UTF-8"?>\n<a c="0"/>\n')
})
