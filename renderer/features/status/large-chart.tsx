/** One figure of the home drawn large, with its axes; comes with its library when it is first opened. */
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { dateFormat } from '../../formatting/formatters.ts'
import type { History } from '../../../server/contracts/home-status.ts'
import { type SeriesName, valuesOf } from '../../formatting/history.ts'
import { useText } from '../../hooks/use-text.ts'
import { seriesText } from './series-text.ts'
import styles from './charts.module.css'

const HEIGHT = 240
/** Half a post is none. */
const WHOLE_STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000, 1_000_000,
]

const isCount = (name: SeriesName): boolean => name !== 'memory' && name !== 'hits'

export function LargeChart({ name, history }: { readonly name: SeriesName; readonly history: History }) {
  const t = useText()
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current
    if (element === null) return undefined
    const chart = new UPlot(optionsOf(element, name, t), dataOf(history, name), element)
    const watch = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      chart.destroy()
    }
  }, [name, history, t])
  return <div ref={place} className={styles.large} role="img" aria-label={t(`series.${name}`)} />
}

const dataOf = (history: History, name: SeriesName): UPlot.AlignedData => [
  history.points.map(({ startsAt }) => Date.parse(startsAt) / 1_000),
  [...valuesOf(history, name)],
]

function optionsOf(element: HTMLElement, name: SeriesName, t: ReturnType<typeof useText>): UPlot.Options {
  const colours = getComputedStyle(element)
  const of = (token: string): string => colours.getPropertyValue(token).trim()
  const say = (value: number | null): string => seriesText(t.locale, name, value)
  // A canvas cannot read a colour of two schemes: what the page shows is asked for.
  const [text, line] = [colours.color, shownColour(element, of('--line'))]
  const stroke = shownColour(element, of(name === 'failures' ? '--danger' : '--accent'))
  const time = dateFormat(t.locale, { weekday: 'short', hour: 'numeric', minute: '2-digit' })
  const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    scales: { y: { range: (_chart, _least, most) => [0, name === 'hits' ? 1 : Math.max(1, most * 1.1)] } },
    axes: [
      { ...axis, values: (_chart, splits) => splits.map((split) => time.format(split * 1_000)), space: 110 },
      {
        ...axis,
        values: (_chart, splits) => splits.map(say),
        size: 72,
        ...(isCount(name) ? { incrs: WHOLE_STEPS } : {}),
      },
    ],
    series: [
      {
        label: t('status.time'),
        value: (_chart, value) => (value === null ? '–' : time.format(value * 1_000)),
      },
      {
        label: t(`series.${name}`),
        stroke,
        width: 2,
        points: { show: true, size: 4 },
        value: (_chart, value) => say(value),
      },
    ],
  }
}

function shownColour(element: HTMLElement, value: string): string {
  const probe = document.createElement('span')
  probe.style.color = value
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
