/** How the home did: a small chart for each figure, one of them large, all of them as a table. */
import { Suspense, lazy, useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { dateFormat } from '../../formatting/formatters.ts'
import {
  HISTORY_SPANS,
  type History,
  type HistoryPoint,
  type HistorySpan,
} from '../../../server/contracts/home-status.ts'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { PageLoading, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { type Column, Table } from '../../components/table.tsx'
import {
  SERIES,
  type SeriesName,
  linePath,
  summaryOf,
  tableRows,
  valuesOf,
} from '../../formatting/history.ts'
import { useMediaQuery } from '../../hooks/use-media-query.ts'
import { useText } from '../../hooks/use-text.ts'
import { unbroken } from './plain-text.tsx'
import { seriesText } from './series-text.ts'
import styles from './charts.module.css'
import items from './items.module.css'
import { useHistory } from './use-home.ts'

const LargeChart = lazy(async () => ({ default: (await import('./large-chart.tsx')).LargeChart }))

export function HistorySection() {
  const t = useText()
  const [span, setSpan] = useState<HistorySpan>('day')
  const [isTable, setTable] = useState(false)
  const [large, setLarge] = useState<SeriesName | null>(null)
  const history = useHistory(span)
  // What is drawn on a canvas does not follow the colours of the page by itself.
  const isDark = useMediaQuery('(prefers-color-scheme: dark)')
  const hasContrast = useMediaQuery('(prefers-contrast: more)')
  return (
    <Section title={t('status.history')}>
      <div className={items.row}>
        <div role="group" aria-label={t('status.span')} className={styles.spans}>
          {HISTORY_SPANS.map((one) => (
            <Button
              key={one}
              look={one === span ? 'quiet' : 'plain'}
              isPressed={one === span}
              onPress={() => setSpan(one)}
            >
              {t(`status.span_${one}`)}
            </Button>
          ))}
        </div>
        <Button isPressed={isTable} onPress={() => setTable(!isTable)}>
          {t('status.table')}
        </Button>
      </div>
      <QueryState query={history}>
        {(facts) =>
          isTable ? (
            <HistoryTable history={facts} />
          ) : (
            <>
              <div className={styles.chartFrame}>
                <div className={styles.charts}>
                  {SERIES.map((name) => (
                    <SmallChart
                      key={name}
                      name={name}
                      history={facts}
                      isLarge={large === name}
                      onPress={() => setLarge(large === name ? null : name)}
                    />
                  ))}
                </div>
              </div>
              {large === null ? null : (
                <Suspense fallback={<PageLoading />}>
                  <LargeChart key={`${large} ${isDark} ${hasContrast}`} name={large} history={facts} />
                </Suspense>
              )}
            </>
          )
        }
      </QueryState>
    </Section>
  )
}

const [WIDTH, HEIGHT] = [200, 40]

interface SmallChartProps {
  readonly name: SeriesName
  readonly history: History
  readonly isLarge: boolean
  readonly onPress: () => void
}

function SmallChart({ name, history, isLarge, onPress }: SmallChartProps) {
  const t = useText()
  const values = valuesOf(history, name)
  const most = Math.max(1, ...values.map((value) => value ?? 0))
  const figure = seriesText(t.locale, name, summaryOf(history, name))
  return (
    <AriaButton className={cx(styles.chart)} aria-pressed={isLarge} onPress={onPress}>
      <span className={styles.chartTop}>
        <span>{t(`series.${name}`)}</span>
        <b>{figure}</b>
      </span>
      <svg
        aria-hidden
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className={cx(items.spark, name === 'failures' && items.isBad)}
      >
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        <path d={linePath(values, WIDTH, HEIGHT - 2, name === 'hits' ? 1 : most)} />
      </svg>
    </AriaButton>
  )
}

function HistoryTable({ history }: { readonly history: History }) {
  const t = useText()
  const time = dateFormat(
    t.locale,
    history.span === 'day'
      ? { weekday: 'short', hour: 'numeric', minute: '2-digit' }
      : { weekday: 'short', day: 'numeric', month: 'short' },
  )
  const columns: readonly Column<HistoryPoint>[] = [
    {
      name: 'time',
      title: t('status.time'),
      cell: ({ startsAt }) => unbroken(time.format(new Date(startsAt))),
    },
    ...SERIES.map((name) => ({
      name,
      title: t(`series.${name}`),
      isNumber: true,
      cell: (point: HistoryPoint) =>
        seriesText(t.locale, name, valuesOf({ points: [point] }, name)[0] ?? null),
    })),
  ]
  return (
    <Table
      caption={t(`status.table_${history.span}`)}
      columns={columns}
      rows={tableRows(history)}
      keyOf={({ startsAt }) => startsAt}
    />
  )
}
