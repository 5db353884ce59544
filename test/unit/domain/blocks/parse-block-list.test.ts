import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDomain } from '../../../../server/domain/blocks/domain-name.ts'
import { DomainWords } from '../../../../server/domain/blocks/domain-words.ts'
import { MOST_ENTRIES, parseBlockList } from '../../../../server/domain/blocks/parse-block-list.ts'

function entriesOf(text: string): string[] {
  const parsed = parseBlockList(text)
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problem)
  return parsed.entries.map(({ domain, comment }) => (comment === '' ? domain : `${domain}: ${comment}`))
}

function passedOver(text: string) {
  const parsed = parseBlockList(text)
  assert.ok(parsed.ok)
  return parsed.passedOver
}

test('the CSV of Mastodon, with and without marks, with quotes, commas and any line ends', () => {
  const csv = [
    '#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate',
    'bad.example,suspend,false,false,"rude, loud ""people""",false',
    '"Quoted.Example",suspend,,,"two\r\nlines",',
    'quiet.example,silence,true,false,,false',
    'nothing.example,noop,,,,',
    'b*d.example,suspend,,,hidden,true',
    'bücher.example,,,,,',
    '',
  ].join('\r\n')
  const wanted = ['bad.example: rude, loud "people"', 'quoted.example: two lines', 'xn--bcher-kva.example']
  assert.deepEqual(entriesOf(csv), wanted)
  assert.deepEqual(entriesOf(csv.replaceAll('#', '').replaceAll('\r', '')), wanted)
  assert.deepEqual(entriesOf(`\uFEFF${csv}`), wanted)
  assert.deepEqual(passedOver(csv), { limited: 2, obscured: 1 })
  assert.deepEqual(entriesOf('domain\nlast.example'), ['last.example'])
  assert.deepEqual(entriesOf('severity,domain\nsuspend,other.example'), ['other.example'])
})

test('the JSON of GoToSocial and of Mastodon, and bare names', () => {
  const json = JSON.stringify([
    { domain: 'bad.example', public_comment: 'rude' },
    { domain: 'worse.example', severity: 'suspend', comment: 'ruder', digest: 'abc' },
    { domain: 'quiet.example', severity: 'silence' },
    'bare.example',
    { domain: 7 },
    null,
    [['deep']],
  ])
  assert.deepEqual(entriesOf(json), ['bad.example: rude', 'worse.example: ruder', 'bare.example'])
  assert.deepEqual(passedOver(json), { limited: 1, not_a_domain: 3 })
  for (const text of ['{"domain":"bad.example"}', '[', '[{]', '{}'])
    assert.equal(parseBlockList(text).ok, false, text)
})

test('plain lines with comments, of a hosts file, with stars before them', () => {
  const text = [
    '# a list',
    'bad.example # rude',
    '  *.stars.example',
    '.dots.example.',
    '0.0.0.0 hosts.example',
    '',
    'BAD.example',
    'https://url.example/',
  ].join('\n')
  assert.deepEqual(entriesOf(text), [
    'bad.example: rude',
    'stars.example',
    'dots.example',
    'hosts.example',
    'url.example',
  ])
})

test('what would cut off half of the fediverse, or is no name at all, is passed over', () => {
  const text = [
    '*',
    'com',
    '*.com',
    'co.uk',
    'localhost',
    '127.0.0.1',
    '[::1]',
    '8.8.8.8:53',
    'x'.repeat(2_000),
    'a..b',
    '-',
  ].join('\n')
  assert.deepEqual(entriesOf(text), [])
  assert.deepEqual(passedOver(text), { too_wide: 5, not_a_domain: 6 })
  for (const name of [
    'javascript:alert(1)',
    'bad.example/path',
    'a@b.example',
    'bad example',
    '\u202ebad.example',
  ])
    assert.equal(readDomain(name).ok, false, name)
})

test('what is no list is told as what it is', () => {
  const problem = (text: string): string => {
    const parsed = parseBlockList(text)
    return parsed.ok ? 'fine' : parsed.problem
  }
  assert.equal(problem(''), 'it is empty')
  assert.equal(problem(' \r\n '), 'it is empty')
  assert.equal(problem('<!doctype html><title>Moved</title>'), 'it is a web page and no list')
  assert.equal(problem('bad.example\u0000'), 'it is no text')
})

test('a list of a hundred thousand names is read, one that is longer than any list is refused', () => {
  const names = (count: number): string =>
    Array.from({ length: count }, (_, n) => `host${n}.example,suspend,`).join('\n')
  assert.equal(entriesOf(`domain,severity,public_comment\n${names(100_000)}`).length, 100_000)
  assert.equal(parseBlockList(names(MOST_ENTRIES + 1)).ok, false)
})

test('a megabyte of open quotes, commas, hashes, dots or brackets is read to its end', () => {
  const length = 1_000_000
  const shapes = [
    `domain,severity\n${'"'.repeat(length)}`,
    `domain,severity\n${'"a""'.repeat(length / 4)}`,
    `domain\n${','.repeat(length)}`,
    '#'.repeat(length),
    '.'.repeat(length),
    'a.'.repeat(length / 2),
    '\n'.repeat(length),
    ' '.repeat(length),
    `x${' '.repeat(length)}y`,
    '['.repeat(length),
  ]
  for (const text of shapes) {
    const parsed = parseBlockList(text)
    assert.ok(!parsed.ok || parsed.entries.length <= 1, text.slice(0, 20))
  }
})

test('the most special word about a name decides, an allowance before a block', () => {
  const words = new DomainWords([
    ['bad.example', true],
    ['good.bad.example', false],
    ['worst.good.bad.example', true],
  ])
  const blocked = ['bad.example', 'a.bad.example', 'bad.example:8443', 'x.worst.good.bad.example']
  const open = ['good.bad.example', 'a.good.bad.example', 'notbad.example', 'example', '']
  for (const host of blocked) assert.equal(words.isBlocked(host), true, host)
  for (const host of open) assert.equal(words.isBlocked(host), false, host)
})
