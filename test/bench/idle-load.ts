/** What a home takes while nobody asks anything: memory part by part, and how much of the processor. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ProcessHome } from '../support/process-home.ts'
import { BENCH_DOMAIN, BENCH_HANDLE, cpuBetween } from './bench-home.ts'
import { processTree, usageOf } from './processes.ts'
import { givenAwayProgram } from './program.ts'
import type { BenchResult } from './report.ts'

const SETTLE_MS = 10_000
const MEBIBYTE = 1_048_576

/** Of a small home that was started again after it was set up. */
export async function memoryLoad(): Promise<BenchResult[]> {
  const cli = await givenAwayProgram()
  const dataDir = await mkdtemp(join(tmpdir(), 'hb-bench-'))
  let home = new ProcessHome({ domain: BENCH_DOMAIN, handle: BENCH_HANDLE, dataDir, cli }, dataDir)
  try {
    await home.start()
    await home.stop()
    home = new ProcessHome({ domain: BENCH_DOMAIN, handle: null, dataDir, cli }, dataDir)
    await home.start()
    return [await idleOf(home, 'memory')]
  } finally {
    await home.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Of a home that has just been started. */
export async function idleOf(home: ProcessHome, workload: string): Promise<BenchResult> {
  await delay(SETTLE_MS)
  const before = await usageOf(await processTree(home.pid), home.pid)
  await delay(SETTLE_MS)
  const after = await usageOf(await processTree(home.pid), home.pid)
  const spent = cpuBetween(before, after)
  const parts = Object.entries(after).map(([part, { pssBytes }]) => [part, pssBytes / MEBIBYTE] as const)
  const all = parts.reduce((sum, [, value]) => sum + value, 0)
  return {
    workload,
    figures: {
      all: { value: all, unit: 'MB', goal: { atMost: 200 } },
      ...Object.fromEntries(parts.map(([part, value]) => [part, { value, unit: 'MB' as const }])),
      'CPU per idle minute': {
        value: ((spent.app + spent.database) * 60_000) / SETTLE_MS,
        unit: 'ms CPU',
      },
    },
  }
}
