/** Files as other servers, spreadsheets and mistaken people send them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ImportKind } from '../../../../server/contracts/import.ts'
import { isHomebirdError } from '../../../../server/core/errors.ts'
import { csvLine } from '../../../../server/domain/exports/csv.ts'
import { csvRows } from '../../../../server/domain/imports/csv-rows.ts'
import type { ImportLine } from '../../../../server/domain/imports/import-line.ts'
import { readImport } from '../../../../server/domain/imports/read-import.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const read = (kind: ImportKind, text: string | Uint8Array): ImportLine[] => [
  ...readImport(kind, typeof text === 'string' ? bytes(text) : text),
]
const brief = (lines: readonly ImportLine[]): unknown[] =>
  lines.map(({ subject, facts, flaw }) => (flaw === null ? [subject, facts] : [subject, flaw]))

function refusal(kind: ImportKind, text: string | Uint8Array): string {
  try {
    read(kind, text)
  } catch (error) {
    assert.ok(isHomebirdError(error, 'UNPROCESSABLE'), String(error))
    return error.safe
  }
  return 'it was taken'
}

test('follows come as Mastodon, GoToSocial, Pleroma, Misskey and spreadsheets write them', () => {
  const plain = ['ana@one.example', {}]
  const files: ReadonlyArray<readonly [name: string, text: string, lines: unknown[]]> = [
    [
      'Mastodon',
      'Account address,Show boosts,Notify on new posts,Languages\nana@one.example,true,false,\nben@two.example,false,true,"de, en"\n',
      [
        ['ana@one.example', { showsBoosts: true, notifies: false }],
        ['ben@two.example', { showsBoosts: false, notifies: true, languages: ['de', 'en'] }],
      ],
    ],
    [
      'GoToSocial',
      'Account address,Show boosts\r\nana@one.example,true\r\n',
      [['ana@one.example', { showsBoosts: true }]],
    ],
    ['Pleroma', 'ana@one.example\nben@two.example', [plain, ['ben@two.example', {}]]],
    ['Misskey', 'ana@one.example,withReplies=true\n', [plain]],
    ['with signs before', '@ana@One.Example\nacct:ben@two.example\n', [plain, ['ben@two.example', {}]]],
    ['with a mark and old line ends', '\uFEFFAccount address\rana@one.example\r', [plain]],
    [
      'a spreadsheet',
      'Account address;Show boosts\nana@one.example;FALSE\n',
      [['ana@one.example', { showsBoosts: false }]],
    ],
    [
      'tabs',
      'Account address\tShow boosts\nana@one.example\tyes\n',
      [['ana@one.example', { showsBoosts: true }]],
    ],
    [
      'quotes and gaps',
      '\n"Account address" , "Show boosts"\n\n"ana@one.example","0"\n\n',
      [['ana@one.example', { showsBoosts: false }]],
    ],
    [
      'another order',
      'Languages,Account address\nen,ana@one.example',
      [['ana@one.example', { languages: ['en'] }]],
    ],
    ['addresses of profiles', 'https://one.example/@ana\nhttps://one.example/users/ana', [plain, plain]],
    ['umlauts', 'ana@bücher.example', [['ana@xn--bcher-kva.example', {}]]],
  ]
  for (const [name, text, lines] of files) assert.deepEqual(brief(read('following', text)), lines, name)
})

test('"Unicode text" of a spreadsheet is read too', () => {
  const text = 'Account address\tHide notifications\nana@one.example\tfalse\n'
  const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
  assert.deepEqual(brief(read('mutes', wide)), [['ana@one.example', { hidesNotifications: false }]])
})

test('every kind has its own lines', () => {
  assert.deepEqual(brief(read('blocks', 'ana@one.example')), [['ana@one.example', {}]])
  assert.deepEqual(brief(read('lists', 'Friends,ana@one.example\n"Sea, and sand",ben@two.example')), [
    ['ana@one.example', { list: 'Friends' }],
    ['ben@two.example', { list: 'Sea, and sand' }],
  ])
  assert.deepEqual(brief(read('lists', 'List name,Account address\nFriends,ana@one.example')), [
    ['ana@one.example', { list: 'Friends' }],
  ])
  assert.deepEqual(brief(read('domain_blocks', '#domain\nBad.Example\n*.worse.example')), [
    ['bad.example', {}],
    ['worse.example', {}],
  ])
  const severities = '#domain,#severity\nbad.example,suspend\nquiet.example,silence'
  assert.deepEqual(brief(read('domain_blocks', severities)), [
    ['bad.example', {}],
    ['quiet.example', 'is to be shown less and not blocked'],
  ])
  const byHand =
    '# Bad ones\n! more\n\nbad.example # spam\n||worse.example^\n0.0.0.0 worst.example\n# end\nno name'
  assert.deepEqual(
    read('domain_blocks', byHand).map(({ line, subject, flaw }) => [line, subject, flaw]),
    [
      [4, 'bad.example', null],
      [5, 'worse.example', null],
      [6, 'worst.example', null],
      [8, 'no name', 'is no domain name'],
    ],
  )
  assert.deepEqual(brief(read('domain_blocks', `# Saved today\n${severities}`)), [
    ['bad.example', {}],
    ['quiet.example', 'is to be shown less and not blocked'],
  ])
  assert.deepEqual(brief(read('bookmarks', '#uri\nhttps://one.example/a;b')), [
    ['https://one.example/a;b', {}],
  ])
})

test('what the export keeps from spreadsheets comes back as it was', () => {
  const title = '=1+1, "quoted"\nand more'
  const [line] = read('lists', csvLine([title, 'ana@one.example']))
  assert.equal(line?.facts.list, title)
  const rows = [
    ['-ana@one.example', '  spaces  '],
    ['@x', "it's"],
  ]
  const back = [...csvRows(bytes(rows.map(csvLine).join('')), { anySeparator: true })]
  assert.deepEqual(
    back.map(({ cells }) => cells),
    [
      ['-ana@one.example', 'spaces'],
      ['@x', "it's"],
    ],
  )
})

test('a line that is wrong is told by its number, and the others are taken', () => {
  const lines = read('following', 'ana@one.example\nben\nno handle at all\n"two\nlines"@x\nben@two.example')
  assert.deepEqual(
    lines.map(({ line, flaw }) => [line, flaw]),
    [
      [1, null],
      [2, 'names no server after a second @'],
      [3, 'is no handle such as ana@example.social'],
      [4, 'is no handle such as ana@example.social'],
      [6, null],
    ],
  )
  assert.deepEqual(brief(read('lists', 'Friends,\n,ana@one.example')), [
    ['Friends,', 'names no account'],
    ['ana@one.example', 'names no list'],
  ])
})

test('a file that is something else is refused with the line and the reason', () => {
  const refusals: ReadonlyArray<readonly [ImportKind, string | Uint8Array, RegExp]> = [
    [
      'following',
      'Account address,Hide notifications\nana@one.example,true',
      /line 1: it says that these are muted accounts, not followed/,
    ],
    ['blocks', 'List name,Account address\nx,ana@one.example', /line 1: it says that these are lists/],
    ['lists', 'List name\nx', /line 1: it names no column that lists have/],
    ['mutes', '#domain\nbad.example', /line 1: it says that these are blocked domains/],
    ['following', '{"orderedItems":[]}', /line 1: the file is no CSV/],
    ['following', '<html>sign in</html>', /no CSV/],
    [
      'following',
      'ana@one.example\n"never closed\nana@two.example',
      /line 2: a quotation mark is never closed/,
    ],
    ['following', `ana@one.example\n${'x'.repeat(5_000)}`, /line 2: a cell is longer than 4096/],
    ['following', ','.repeat(100), /line 1: it has more than 64 cells/],
    ['following', Buffer.from([0x50, 0x4b, 3, 4]), /an archive and no list/],
    ['following', Buffer.from([0x1f, 0x8b, 8, 0]), /an archive and no list/],
    ['following', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), /no text in UTF-8/],
    ['following', 'ana@one.example\n\u0000', /no text/],
    [
      'following',
      Array.from({ length: 50_001 }, (_, n) => `u${n}@one.example`).join('\n'),
      /line 50001: .* more than 50000 lines/,
    ],
    ['filters', 'a,b', /filters come as JSON/],
    ['filters', '{"filters":[]}', /holds no custom_filters/],
  ]
  for (const [kind, text, words] of refusals) assert.match(refusal(kind, text), words)
})

test('filters come as Mastodon exports them, as its API lists them, and as they were long ago', () => {
  const filters = [
    {
      title: 'Spoilers',
      expire_at: '2030-01-01T00:00:00Z',
      context: ['home', 'nowhere'],
      action: 'hide',
      keywords_attributes: [{ keyword: 'ending', whole_word: false }],
      statuses: ['https://one.example/1', 'javascript:x'],
    },
    {
      title: 'Listed',
      context: ['public'],
      filter_action: 'warn',
      keywords: [{ keyword: 'x', whole_word: true }],
    },
    { phrase: 'old', context: ['thread'], whole_word: true },
    { title: 'Nowhere', context: [] },
    { title: 'Odd', context: ['home'], action: 'explode' },
    { title: 'Empty', context: ['home'], keywords: [{ keyword: ' ' }] },
    'text',
  ]
  const lines = read('filters', JSON.stringify({ custom_filters: filters }))
  assert.deepEqual(lines[0]?.facts.filter, {
    contexts: ['home'],
    action: 'hide',
    expiresAt: '2030-01-01T00:00:00.000Z',
    keywords: [{ keyword: 'ending', isWholeWord: false }],
    posts: ['https://one.example/1'],
  })
  assert.deepEqual(lines[2]?.facts.filter?.keywords, [{ keyword: 'old', isWholeWord: true }])
  assert.deepEqual(
    lines.map(({ line, flaw }) => [line, flaw]),
    [
      [1, null],
      [2, null],
      [3, null],
      [4, 'names no place where it holds'],
      [5, 'wants "explode", which no filter does here'],
      [6, 'has a keyword that is empty or too long'],
      [7, 'has no title'],
    ],
  )
})

test('text that is cut anywhere between two slices reads the same', () => {
  const row = 'Freunde — “näh”,ana@one.example\r\n'
  const many = row.repeat(4_000)
  const lines = read('lists', many)
  assert.equal(lines.length, 4_000)
  assert.ok(
    lines.every(({ facts, subject }) => facts.list === 'Freunde — “näh”' && subject === 'ana@one.example'),
  )
  assert.equal(lines.at(-1)?.line, 4_000)
})
