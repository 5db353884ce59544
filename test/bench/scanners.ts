/** Whether everything that reads what strangers write takes eight times as long for eight times as much, and not sixty-four times. */
import { parseActivityJson } from '../../server/activitypub/json.ts'
import { parseBlockList } from '../../server/domain/blocks/parse-block-list.ts'
import { ViewerFilters } from '../../server/domain/filters/viewer-filters.ts'
import { htmlToPlainText } from '../../server/domain/text/plain-text.ts'
import { sanitizeHtml } from '../../server/domain/text/sanitize-html.ts'
import { scanText } from '../../server/domain/text/scan-text.ts'
import { namesSamePerson } from '../../server/net/html-same-person.ts'
import type { BenchResult } from './report.ts'

const SHORT = 40_000
const TIMES = 8
const ROUNDS = 5

const MARKUP = [
  '<b>',
  '<b><p>',
  '<ul><li>',
  '<svg>',
  '<!--',
  '<ruby><rt>',
  '&amp',
  '</b>',
  '<a ',
  '<b a=',
  '<a "',
  '<i></b>',
  '<table><tr><td>',
  '<style>',
  '<template>',
]
const WORDS = [
  '@',
  '#',
  'http://(',
  'https://a.b/((((',
  '@a@b.',
  '#a·',
  '((((http://a ',
  '😀',
  ')))',
  'https://a\u0000',
]

/** As many keywords as there may be, half of them alike for long. */
const FILTERS = new ViewerFilters([
  {
    id: '1',
    title: '',
    contexts: ['home'],
    action: 'warn',
    expires_at: null,
    keywords: Array.from({ length: 2_000 }, (_, index) => ({
      id: String(index),
      keyword: index === 0 ? '猫' : `${index % 2 === 0 ? 'word' : 'a'.repeat(200)}${index}`,
      is_whole_word: true,
    })),
    posts: [],
  },
])

const SCANNERS: Readonly<
  Record<string, { readonly units: readonly string[]; readonly scan: (text: string) => unknown }>
> = {
  'sanitising HTML': { units: MARKUP, scan: sanitizeHtml },
  'HTML as plain text': { units: MARKUP, scan: htmlToPlainText },
  'links, mentions, hashtags': { units: WORDS, scan: scanText },
  'lists of domains': {
    units: ['"', '"a""', ',', '#', '.', 'a.', '\n', '['],
    scan: (text) => parseBlockList(`domain,severity\n${text}`),
  },
  'links that prove': {
    units: ['<div>', '<a rel="', '<!--', '<a rel="me" href="https://a.b/">', '<a ', '<svg><a>'],
    scan: (text) => namesSamePerson(text, ['https://home.example/@ana']),
  },
  'keywords of filters': {
    units: ['a', 'word', 'ab ', '猫', '猫好', 'แมว', '\u0301', 'ﷺ', '. '],
    scan: (text) => FILTERS.match({ id: '1', html: '', texts: () => [text] }, new Date(0)),
  },
  'JSON of documents': {
    units: ['[', '{"a":', '"\\u0000"', '\\"', '[[],', '1e308,', '{},'],
    scan: (text) => parseActivityJson(Buffer.from(`{"type":"x","a":[${text}]}`)),
  },
}

/** The best of some rounds: what the machine does beside only ever adds. */
function bestMs(scan: (text: string) => unknown, text: string): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round += 1) {
    const begin = performance.now()
    scan(text)
    best = Math.min(best, performance.now() - begin)
  }
  return best
}

export async function scanners(): Promise<BenchResult[]> {
  return Object.entries(SCANNERS).map(([name, { units, scan }]) => {
    const measured = units.map((unit) => {
      const short = bestMs(scan, unit.repeat(SHORT / unit.length))
      const long = bestMs(scan, unit.repeat((SHORT * TIMES) / unit.length))
      return { unit, long, growth: long / Math.max(short, 0.05) }
    })
    const worst = measured.reduce((a, b) => (b.growth > a.growth ? b : a))
    const slowest = measured.reduce((a, b) => (b.long > a.long ? b : a))
    return {
      workload: `scan: ${name}`,
      figures: {
        [`growth for ${TIMES} times as much, worst of ${units.length} (${JSON.stringify(worst.unit)})`]: {
          value: worst.growth,
          unit: '',
          goal: { atMost: TIMES * 2 },
        },
        [`${SHORT * TIMES} characters, slowest (${JSON.stringify(slowest.unit)})`]: {
          value: slowest.long,
          unit: 'ms',
        },
      },
    }
  })
}
