/** How the home did, made ready to be drawn: one row of numbers for each chart, and fewer rows for a table. */
import type { History, HistoryPoint } from '../../server/contracts/home-status.ts'

export const SERIES = ['received', 'sent', 'failures', 'waiting', 'memory', 'hits'] as const
export type SeriesName = (typeof SERIES)[number]

/** Null where nobody counted. Hits are a share from 0 to 1; memory is in bytes. */
export type Values = readonly (number | null)[]

export function valuesOf({ points }: Pick<History, 'points'>, name: SeriesName): Values {
  return points.map((point) => valueOf(point, name))
}

function valueOf(point: HistoryPoint, name: SeriesName): number | null {
  switch (name) {
    case 'memory':
      return point.memoryBytes
    case 'hits':
      return hitShare(point)
    case 'received':
    case 'sent':
    case 'failures':
    case 'waiting':
      return point[name]
  }
}

function hitShare({ cacheHits, cacheMisses }: HistoryPoint): number | null {
  const all = (cacheHits ?? 0) + (cacheMisses ?? 0)
  return all === 0 ? null : (cacheHits ?? 0) / all
}

/** The one figure beside a chart: sums of what is counted, the latest of what is measured, the share over all. */
export function summaryOf(history: Pick<History, 'points'>, name: SeriesName): number | null {
  const { points } = history
  if (name === 'hits') return hitShare(joined(points))
  const known = valuesOf(history, name).filter((value) => value !== null)
  if (known.length === 0) return null
  if (name === 'memory' || name === 'waiting') return known.at(-1) ?? null
  return known.reduce((sum, value) => sum + value, 0)
}

/** By the hour of a day, by the day of what is longer; as the reader's calendar has it. Newest first. */
export function tableRows({ points, span }: Pick<History, 'points' | 'span'>): readonly HistoryPoint[] {
  const groups = new Map<number, HistoryPoint[]>()
  for (const point of points) {
    const start = new Date(point.startsAt)
    if (span === 'day') start.setMinutes(0, 0, 0)
    else start.setHours(0, 0, 0, 0)
    const group = groups.get(start.getTime())
    if (group === undefined) groups.set(start.getTime(), [point])
    else group.push(point)
  }
  return [...groups]
    .map(([start, group]) => Object.assign(joined(group), { startsAt: new Date(start).toISOString() }))
    .toReversed()
}

function joined(points: readonly HistoryPoint[]): HistoryPoint {
  const known = (name: Exclude<keyof HistoryPoint, 'startsAt'>): number[] =>
    points.map((point) => point[name]).filter((value) => value !== null)
  const sum = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((all, value) => all + value, 0)
  const memory = known('memoryBytes')
  return {
    startsAt: points[0]?.startsAt ?? '',
    received: sum(known('received')),
    sent: sum(known('sent')),
    failures: sum(known('failures')),
    waiting: known('waiting').length === 0 ? null : Math.max(...known('waiting')),
    memoryBytes: memory.length === 0 ? null : (sum(memory) ?? 0) / memory.length,
    cacheHits: sum(known('cacheHits')),
    cacheMisses: sum(known('cacheMisses')),
  }
}

/**
 * The path of a line in a box, with gaps where nobody counted.
 * @param most  the value at the top; at least 1 is drawn, so that nothing looks like nothing
 */
export function linePath(values: Values, width: number, height: number, most: number): string {
  const step = values.length > 1 ? width / (values.length - 1) : 0
  let path = ''
  let isDown = false
  for (const [index, value] of values.entries()) {
    if (value === null) {
      isDown = false
      continue
    }
    const x = (index * step).toFixed(1)
    const y = (height - (Math.min(value, most) / most) * height).toFixed(1)
    path += `${isDown ? 'L' : 'M'}${x} ${y}`
    // A point between two gaps is to be seen.
    if (!isDown && (values[index + 1] ?? null) === null) path += `h1`
    isDown = true
  }
  return path
}
