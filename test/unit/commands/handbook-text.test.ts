/** The handbook on a terminal, however narrow. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textForTerminal } from '../../../server/commands/handbook-text.ts'
import { DOCUMENTS } from '../../support/documents.ts'

const PAGE = `# Moving

Into a home, out of one,
and away for good.

1. one that goes on
   in another line
2. two

    homebird adopt   # stays as it is, however long this line of code may be

| command | does |
| --- | --- |
| \`cache clear [a\\|b]\` | empties one cache, or all |
`

test('paragraphs and lists are as wide as the terminal, code stays, tables become lists', () => {
  assert.deepEqual(textForTerminal(PAGE, 24).split('\n'), [
    '# Moving',
    '',
    'Into a home, out of one,',
    'and away for good.',
    '',
    '1. one that goes on in',
    '   another line',
    '2. two',
    '',
    '    homebird adopt   # stays as it is, however long this line of code may be',
    '',
    '`cache clear [a|b]`',
    '    empties one cache,',
    '    or all',
  ])
})

test('of a table with more columns each is named, and what is empty is left out', () => {
  const table = '| a | b | c |\n| --- | --- | --- |\n| one | | three |'
  assert.equal(textForTerminal(table, 80), 'one\n    c: three')
})

test('every page keeps every word and leaves no line wider than the terminal but for code and long words', () => {
  for (const { path, text } of DOCUMENTS.filter((one) => one.path.startsWith('resources/handbook/'))) {
    const shown = textForTerminal(text, 60)
    const wide = shown
      .split('\n')
      .filter((line) => line.length > 60 && !/^(?: {4}|#)/.test(line) && line.trim().includes(' '))
    assert.deepEqual(wide, [], path)
    const kept = wordsOf(shown)
    // The first row of a table with two columns says what its order says already.
    const rows = text.split('\n').filter((_, at, all) => !(all[at + 1] ?? '').startsWith('| ---'))
    assert.deepEqual(
      [...wordsOf(rows.join('\n'))].filter((word) => !kept.has(word)),
      [],
      path,
    )
  }
})

const wordsOf = (text: string): Set<string> => new Set(text.match(/[\p{L}\p{N}]+/gu))
