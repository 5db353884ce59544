/** What a workload found, as one line of JSON for programs and one row of a table for people. */
import { writeFile } from 'node:fs/promises'
import { describeError } from '../../server/core/errors.ts'

/** What a run was made on, by name. */
export type Machine = Readonly<Record<string, string>>

export interface BenchResult {
  readonly workload: string
  /** What the figure is, such as `rate` or `p99`. */
  readonly figures: Readonly<Record<string, Figure>>
  /** Why it could not be measured. */
  readonly failure?: string
}

/** What cannot be measured is a row of its own, and the others are measured all the same. */
export async function orFailure(
  workload: string,
  measure: () => Promise<readonly BenchResult[]>,
): Promise<readonly BenchResult[]> {
  try {
    return await measure()
  } catch (error) {
    console.error(error)
    return [{ workload, figures: {}, failure: describeError(error) }]
  }
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

export function round(value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 100) return value.toFixed(0)
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}

/** Null where there is no goal. */
export function isReached({ value, goal }: Pick<Figure, 'value' | 'goal'>): boolean | null {
  if (goal === undefined) return null
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast
}

export const goalWords = (goal: NonNullable<Figure['goal']>): string =>
  'atMost' in goal ? `≤ ${goalFigure(goal.atMost)}` : `≥ ${goalFigure(goal.atLeast)}`

/** One that was worked out has many places, one that was set has none too many. */
const goalFigure = (value: number): string => (Number.isInteger(value * 10) ? `${value}` : round(value))

export const valueWords = ({ value, unit }: Figure): string => `${round(value)} ${unit}`.trim()

function verdict(figure: Figure): string {
  const { goal } = figure
  return goal === undefined ? '' : `${isReached(figure) === true ? 'reached' : 'missed '} ${goalWords(goal)}`
}

/** Workload, figure, value, verdict. */
export function rowsOf(results: readonly BenchResult[]): string[][] {
  return results.flatMap(({ workload, figures, failure }) => [
    ...(failure === undefined
      ? []
      : [[workload, 'could not be measured', '-', failure.replaceAll(/\s+/g, ' ')]]),
    ...Object.entries(figures).map(([name, figure]) => [workload, name, valueWords(figure), verdict(figure)]),
  ])
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
