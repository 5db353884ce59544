import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type BenchResult, orFailure, quantile, ratios, rowsOf, writeJsonLines } from '../../bench/report.ts'
import { writePage } from '../../bench/results-page.ts'

const small: BenchResult = {
  workload: 'inbox (10 posts)',
  figures: {
    rate: { value: 100, unit: '/s' },
    'CPU each': { value: 2, unit: 'ms CPU', goal: { atMost: 8 } },
    p50: { value: 1, unit: 'ms' },
    statements: { value: 0, unit: 'statements' },
  },
}
const large: BenchResult = {
  workload: 'inbox (1,000 posts)',
  figures: {
    rate: { value: 50, unit: '/s' },
    'CPU each': { value: 3, unit: 'ms CPU' },
    p50: { value: 1.5, unit: 'ms' },
    statements: { value: 1, unit: 'statements' },
  },
}

test('growth is told of what grows with the work, and judged where the design sets a goal', () => {
  assert.deepEqual(ratios('inbox', [small, large], new Set(['CPU each'])), {
    workload: 'inbox: growth',
    figures: { 'CPU each': { value: 1.5, unit: '', goal: { atMost: 1.3 } }, p50: { value: 1.5, unit: '' } },
  })
})

test('a quantile is a value that was measured', () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2)
  assert.equal(quantile([3, 1, 2], 0.99), 3)
  assert.ok(Number.isNaN(quantile([], 0.5)))
})

test('a workload that breaks is a row among the others', async () => {
  const broken = await orFailure('starts', async () => {
    throw new Error('no room\n on this disk')
  })
  assert.deepEqual(rowsOf([...broken, small]).slice(0, 2), [
    ['starts', 'could not be measured', '-', 'Error: no room on this disk'],
    ['inbox (10 posts)', 'rate', '100 /s', ''],
  ])
})

test('a run is written for programs and for people, with the machine, the design and why a figure is missed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hb-report-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  const machine = { processor: '2 × fast', node: 'v1', 'load before': '7.5, 2, 1' }
  const results: BenchResult[] = [
    small,
    { workload: 'x | y', figures: { p50: { value: 9, unit: 'ms', goal: { atMost: 5 } } } },
    { workload: 'machine', figures: { 'times the machine of the goals': { value: 2, unit: '' } } },
    { workload: 'start of a checkout', figures: { 'warm (an existing home)': { value: 9_000, unit: 'ms' } } },
    {
      workload: 'start',
      figures: { 'warm (an existing home)': { value: 1_400, unit: 'ms', goal: { atMost: 1_200 } } },
    },
    { workload: 'memory', figures: { all: { value: 150, unit: 'MB', goal: { atMost: 200 } } } },
    ratios('inbox', [small, large], new Set(['CPU each'])),
    { workload: 'tunnel', figures: {}, failure: 'Error: nobody\nlistens' },
  ]
  await writeJsonLines(join(folder, 'lines'), results, machine)
  const lines = (await readFile(join(folder, 'lines'), 'utf8')).trim().split('\n')
  assert.deepEqual(JSON.parse(lines[0] ?? ''), { ...machine, ...small })
  assert.equal(lines.length, results.length)
  await writePage(join(folder, 'page'), results, {
    machine,
    command: 'npm run bench',
    seconds: 600,
    leftOut: ['imports'],
  })
  const page = await readFile(join(folder, 'page'), 'utf8')
  for (const expected of [
    'in 10 minutes',
    '| processor | 2 × fast |',
    '| CPU each | 2.00 ms CPU | reached ≤ 8 |',
    String.raw`| x \| y | p50 | 9.00 ms | missed ≤ 5 |`,
    'took 2.00 times the CPU',
    'a load of 7.5 before the run',
    '| warm (an existing home) | ≤ 1200 ms | 1400 ms | **missed** |',
    'warm (an existing home) 1400 ms (by the speed of the machine of the goals 700, reached)',
    '| all | ≤ 200 MB | 150 MB | reached |',
    '| worst of 1: inbox, CPU each | ≤ 1.3 times | 1.50 times; 0 of 1 within | **missed** |',
    '- growth, inbox, CPU each: 1.50 times as much.',
    '- tunnel: Error: nobody listens',
    '## What there was no time for\n\n- imports\n',
    '| profile page |  |  | not in this run |  |',
  ])
    assert.ok(page.includes(expected), `${expected} is not in ${page}`)
})
