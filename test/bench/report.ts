/** What a workload found, as one line of JSON for programs and one row of a table for people. */
import { writeFile } from 'node:fs/promises'

export interface BenchResult {
  readonly workload: string
  /** What the figure is, such as `rate` or `p99`. */
  readonly figures: Readonly<Record<string, Figure>>
}

export interface Figure {
  readonly value: number
  readonly unit: 'ms' | '/s' | 'KB' | 'MB' | 'MB/s' | 'ms CPU' | 'statements' | 'bytes' | ''
  /** The figure to reach, as the design has it. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number }
}

/** The value below which `share` (0 to 1) of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function latencies(values: readonly number[]): { readonly p50: Figure; readonly p99: Figure } {
  return {
    p50: { value: quantile(values, 0.5), unit: 'ms' },
    p99: { value: quantile(values, 0.99), unit: 'ms' },
  }
}

function round(value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 100) return value.toFixed(0)
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}

function verdict({ value, goal }: Figure): string {
  if (goal === undefined) return ''
  const reached = 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast
  const words = 'atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`
  return `${reached ? 'reached' : 'missed '} ${words}`
}

export function printTable(results: readonly BenchResult[]): void {
  const rows = results.flatMap(({ workload, figures }) =>
    Object.entries(figures).map(([name, figure]) => [
      workload,
      name,
      `${round(figure.value)} ${figure.unit}`.trim(),
      verdict(figure),
    ]),
  )
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

/** Appends nothing: a run's file holds that run. */
export async function writeJsonLines(file: string, results: readonly BenchResult[]): Promise<void> {
  const at = new Date().toISOString()
  const lines = results.map((result) => JSON.stringify({ at, node: process.version, ...result }))
  await writeFile(file, `${lines.join('\n')}\n`)
}
