/** What a workload found, as one line of JSON for programs and one row of a table for people. */
import { writeFile } from 'node:fs/promises'

/** What a run was made on, by name. */
export type Machine = Readonly<Record<string, string>>

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

/** For the names of workloads that are run on libraries of several sizes. */
export const sizeWords = (posts: number): string => `(${posts.toLocaleString('en')} posts)`

const MOST_RATIO = 1.3
/** What grows with the work that a unit takes; rates say the same, the other way round. */
const GROWING: ReadonlySet<string> = new Set(['ms', 'ms CPU', 'statements', 'MB'])

/**
 * How many times as much each figure is as in another run of the same workload.
 * @param only  names of figures of which a goal is set; the others are told without one
 */
export function ratios(
  name: string,
  [small, large]: readonly [BenchResult, BenchResult],
  only: ReadonlySet<string>,
): BenchResult {
  const figures = Object.entries(large.figures).flatMap(([figure, { value, unit }]) => {
    const base = small.figures[figure]?.value
    if (base === undefined || base === 0 || !GROWING.has(unit)) return []
    const ratio: Figure = { value: value / base, unit: '' }
    return [[figure, only.has(figure) ? { ...ratio, goal: { atMost: MOST_RATIO } } : ratio] as const]
  })
  return { workload: `${name}: growth`, figures: Object.fromEntries(figures) }
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

function rowsOf(results: readonly BenchResult[]): string[][] {
  return results.flatMap(({ workload, figures }) =>
    Object.entries(figures).map(([name, figure]) => [
      workload,
      name,
      `${round(figure.value)} ${figure.unit}`.trim(),
      verdict(figure),
    ]),
  )
}

export function printTable(results: readonly BenchResult[]): void {
  const rows = rowsOf(results)
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
export async function writeJsonLines(
  file: string,
  results: readonly BenchResult[],
  machine: Machine,
): Promise<void> {
  const lines = results.map((result) => JSON.stringify({ ...machine, ...result }))
  await writeFile(file, `${lines.join('\n')}\n`)
}

/** A page for people: when, on what, and every figure beside the one to reach. */
export async function writePage(
  file: string,
  results: readonly BenchResult[],
  {
    machine,
    command,
    seconds,
  }: { readonly machine: Machine; readonly command: string; readonly seconds: number },
): Promise<void> {
  const facts = Object.entries(machine).map(([name, value]) => `| ${name} | ${value} |`)
  const rows = rowsOf(results).map(
    (row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  )
  const missed = rows.filter((row) => row.includes('| missed')).length
  const page = [
    '# The last run of the bench',
    '',
    `Written by \`${command}\` in ${Math.round(seconds / 60)} minutes; ${missed} figures miss their goal.`,
    '',
    '| | |',
    '| --- | --- |',
    ...facts,
    '',
    '| workload | figure | value | goal |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ]
  await writeFile(file, page.join('\n'))
}
