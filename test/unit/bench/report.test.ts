import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type BenchResult, quantile, ratios, writeJsonLines, writePage } from '../../bench/report.ts'

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

test('a run is written for programs and for people, with the machine and what misses its goal', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hb-report-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  const machine = { processor: '2 × fast', node: 'v1' }
  const results = [
    small,
    { workload: 'x | y', figures: { p50: { value: 9, unit: 'ms', goal: { atMost: 5 } } } },
  ] as const
  await writeJsonLines(join(folder, 'lines'), results, machine)
  const lines = (await readFile(join(folder, 'lines'), 'utf8')).trim().split('\n')
  assert.deepEqual(JSON.parse(lines[0] ?? ''), { ...machine, ...small })
  assert.equal(lines.length, 2)
  await writePage(join(folder, 'page'), results, { machine, command: 'npm run bench', seconds: 600 })
  const page = await readFile(join(folder, 'page'), 'utf8')
  assert.match(page, /in 10 minutes; 1 figures miss/)
  assert.match(page, /\| processor \| 2 × fast \|/)
  assert.match(page, /\| CPU each \| 2\.00 ms CPU \| reached ≤ 8 \|/)
  assert.match(page, /\| x \\\| y \| p50 \| 9\.00 ms \| missed {2}≤ 5 \|/)
})
