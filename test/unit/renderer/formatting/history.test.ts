/** How the home did, made ready to be drawn; amounts in words; the lines of a live tail. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatBytes, formatShare, formatSpan, formatUntil } from '../../../../renderer/formatting/amounts.ts'
import { linePath, summaryOf, tableRows, valuesOf } from '../../../../renderer/formatting/history.ts'
import { LogTail } from '../../../../renderer/stores/log-tail.ts'
import type { HistoryPoint } from '../../../../server/contracts/home-status.ts'
import type { LogLine } from '../../../../server/contracts/logs.ts'

const point = (startsAt: string, facts: Partial<HistoryPoint> = {}): HistoryPoint => ({
  startsAt,
  received: 1,
  sent: 2,
  failures: 0,
  waiting: 3,
  memoryBytes: 100,
  cacheHits: 9,
  cacheMisses: 1,
  ...facts,
})
const NOBODY = {
  received: null,
  sent: null,
  failures: null,
  waiting: null,
  memoryBytes: null,
  cacheHits: null,
  cacheMisses: null,
} as const

test('sums of what is counted, the latest of what is measured, the share over all', () => {
  const points = [
    point('2026-01-01T10:00:00Z', { cacheHits: 0, cacheMisses: 10 }),
    point('2026-01-01T10:15:00Z', {
      received: 4,
      waiting: 7,
      memoryBytes: 300,
      cacheHits: 30,
      cacheMisses: 0,
    }),
    point('2026-01-01T10:30:00Z', NOBODY),
  ]
  assert.deepEqual(
    (['received', 'sent', 'waiting', 'memory', 'hits'] as const).map((name) => summaryOf({ points }, name)),
    [5, 4, 7, 300, 0.75],
  )
  assert.deepEqual(valuesOf({ points }, 'hits'), [0, 1, null])
  assert.equal(summaryOf({ points: [point('', NOBODY)] }, 'received'), null)
})

test('a day is told by the hour, newest first; hours without anybody stay empty', () => {
  const points = [
    point('2026-01-01T10:00:00Z'),
    point('2026-01-01T10:45:00Z', { memoryBytes: 300, waiting: 9 }),
    point('2026-01-01T11:00:00Z', NOBODY),
  ]
  const rows = tableRows({ points, span: 'day' })
  assert.deepEqual(
    rows.map(({ received, waiting, memoryBytes }) => [received, waiting, memoryBytes]),
    [
      [null, null, null],
      [2, 9, 200],
    ],
  )
})

test('a line has gaps where nobody counted, and a lonely point is seen', () => {
  assert.equal(linePath([0, 10, null, 5], 30, 10, 10), 'M0.0 10.0L10.0 0.0M30.0 5.0h1')
  assert.equal(linePath([], 30, 10, 1), '')
})

test('amounts are said in the language of the reader', () => {
  assert.deepEqual(
    [formatBytes('en', 0), formatBytes('en', 164_000_000), formatBytes('en', 1_840_000_000)],
    ['0 bytes', '164 MB', '1.8 GB'],
  )
  assert.equal(formatBytes('de', 1_840_000_000), '1,8\u00A0GB')
  assert.deepEqual([formatShare('en', 96, 100), formatShare('en', 0, 0)], ['96%', null])
  assert.deepEqual([formatSpan('en', 190_000), formatSpan('en', 59)], ['2 days', '59 sec'])
  const now = new Date('2026-01-01T00:00:00Z')
  assert.equal(formatUntil('en', new Date(now.getTime() + 240_000), now), 'in 4 min.')
  assert.equal(formatUntil('en', new Date(0), now), 'now')
})

const line = (id: string): LogLine => ({ id, at: id, level: 'info', part: 'server', event: 'x', text: '' })
const page = (ids: readonly string[], before: string | null) => ({
  lines: ids.map(line),
  before,
  after: null,
  parts: [],
})

test('lines stand in order and once; whoever reads further up is told how many came meanwhile', () => {
  const tail = new LogTail()
  tail.begin(page(['4', '3'], 'place'))
  tail.came([line('4'), line('5')])
  tail.older(page(['2', '1'], null))
  const ids = (): string[] => tail.view.get().lines.map(({ id }) => id)
  assert.deepEqual([ids(), tail.view.get().before], [['1', '2', '3', '4', '5'], null])
  tail.follow(false)
  tail.came([line('6'), line('7')])
  assert.deepEqual([tail.view.get().unseen, ids().length], [2, 7])
  tail.follow(true)
  assert.equal(tail.view.get().unseen, 0)
})

test('lines that nobody looks at are let go, and those that are read stay', () => {
  const tail = new LogTail()
  tail.begin(page(['a'], null))
  const many = Array.from({ length: 4_000 }, (_, index) => line(String(index)))
  tail.came(many)
  assert.deepEqual([tail.view.get().lines.length, tail.view.get().lines.at(-1)?.id], [3_000, '3999'])
  tail.follow(false)
  const first = tail.view.get().lines[0]?.id
  tail.came([line('new')])
  assert.equal(tail.view.get().lines[0]?.id, first)
})
