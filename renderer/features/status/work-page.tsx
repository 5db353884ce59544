/** The work of the home, by graph: what waits, what was done, the states, and rows that went wrong with what they are about. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { useState } from 'react'
import type { FailingFacts, GraphFacts, QuarantinedFacts } from '../../../server/contracts/engine.ts'
import { getGivenUp, getGraph, getWork, retryRow } from '../../api/home.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Switch } from '../../components/switch.tsx'
import { Table } from '../../components/table.tsx'
import { formatSpan, formatUntil } from '../../formatting/amounts.ts'
import { linePath } from '../../formatting/history.ts'
import { formatCount } from '../../formatting/numbers.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { graphWords } from './graph-words.ts'
import { Mark } from '../../components/mark.tsx'
import { code } from './plain-text.tsx'
import styles from './items.module.css'

const EVERY_MS = 10_000
const DAY_HOURS = 24

export function WorkPage() {
  const t = useText()
  const { api } = useServices()
  const work = useQuery({ queryKey: ['work'], queryFn: async () => getWork(api), refetchInterval: EVERY_MS })
  const [isAll, setAll] = useState(false)
  return (
    <Page title={t('status.work')} note={t('work.note')} hasBack>
      <QueryState query={work}>
        {({ graphs }) => (
          <Section title={t('work.graphs')}>
            <Switch label={t('work.all')} isOn={isAll} onChange={setAll} />
            <ul className={styles.list}>
              {graphs
                .filter((graph) => isAll || isBusy(graph))
                .map((graph) => (
                  <GraphRow key={graph.graph} facts={graph} />
                ))}
            </ul>
            {isAll || graphs.some(isBusy) ? null : <p className={styles.meta}>{t('work.quiet')}</p>}
          </Section>
        )}
      </QueryState>
    </Page>
  )
}

const handledOf = ({ handledByHour }: GraphFacts) => handledByHour.slice(-DAY_HOURS)
const sumOf = (facts: GraphFacts, what: 'handled' | 'failed'): number =>
  handledOf(facts).reduce((sum, count) => sum + count[what], 0)
const isBusy = (facts: GraphFacts): boolean =>
  facts.waiting + facts.quarantined + sumOf(facts, 'handled') + sumOf(facts, 'failed') > 0

function GraphRow({ facts }: { readonly facts: GraphFacts }) {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  const number = (count: number): string => formatCount(t.locale, count)
  const { graph, waiting, oldestSeconds, quarantined } = facts
  const values = handledOf(facts).map(({ handled }) => handled)
  const words = [
    t('work.waiting', { count: waiting }),
    oldestSeconds === null ? null : `${t('work.oldest')} ${formatSpan(t.locale, oldestSeconds)}`,
    t('work.handled', { shown: number(sumOf(facts, 'handled')) }),
    t('work.failed', { shown: number(sumOf(facts, 'failed')) }),
    quarantined === 0 ? null : t('work.given_up', { count: quarantined }),
  ].filter((word) => word !== null)
  return (
    <li className={styles.item}>
      <div className={styles.words}>
        <h3>
          <Mark tone={quarantined > 0 ? 'look' : waiting > 0 ? 'good' : 'quiet'} />
          {graphWords(t, graph)}
        </h3>
        <p className={styles.meta}>{words.join(' · ')}</p>
      </div>
      <svg aria-hidden viewBox="0 0 200 24" preserveAspectRatio="none" className={styles.spark}>
        <line x1="0" x2="200" y1="24" y2="24" />
        <path d={linePath(values, 200, 22, Math.max(1, ...values))} />
      </svg>
      <IconButton
        icon={isOpen ? ChevronUp : ChevronDown}
        label={t('work.open_label', { graph: graphWords(t, graph) })}
        isExpanded={isOpen}
        onPress={() => setOpen(!isOpen)}
      />
      {isOpen ? (
        <div className={styles.opened}>
          <GraphDetails graph={graph} />
        </div>
      ) : null}
    </li>
  )
}

function GraphDetails({ graph }: { readonly graph: string }) {
  const t = useText()
  const { api } = useServices()
  const key = ['graph', graph]
  const detail = useQuery({
    queryKey: key,
    queryFn: async () => getGraph(api, graph),
    refetchInterval: EVERY_MS,
  })
  const givenUp = useQuery({
    queryKey: [...key, 'given-up'],
    queryFn: async () => getGivenUp(api, graph),
    refetchInterval: EVERY_MS,
  })
  return (
    <>
      <QueryState query={detail}>
        {({ states, failing }) => (
          <>
            <Table
              caption={t('work.states')}
              columns={[
                {
                  name: 'state',
                  title: t('work.state'),
                  cell: ({ name }) => code(name),
                },
                { name: 'kind', title: t('work.kind'), cell: ({ kind }) => t(`work_kind.${kind}`) },
                {
                  name: 'rows',
                  title: t('work.rows'),
                  isNumber: true,
                  cell: ({ rows }) => formatCount(t.locale, rows),
                },
              ]}
              rows={states}
              keyOf={({ name }) => name}
            />
            <Rows title={t('work.failing')} graph={graph} kind="failing" rows={failing} />
          </>
        )}
      </QueryState>
      <QueryState query={givenUp}>
        {({ rows }) => <Rows title={t('work.given_up_rows')} graph={graph} kind="quarantine" rows={rows} />}
      </QueryState>
      <p className={styles.meta}>{t('work.in_logs', { name: graph })}</p>
    </>
  )
}

interface RowsProps {
  readonly title: string
  readonly graph: string
  readonly kind: 'failing' | 'quarantine'
  readonly rows: readonly (FailingFacts | QuarantinedFacts)[]
}

function Rows({ title, graph, kind, rows }: RowsProps) {
  if (rows.length === 0) return null
  return (
    <>
      <h4>{title}</h4>
      <ul className={styles.list}>
        {rows.map((row) => (
          <FailedRow key={row.key} graph={graph} kind={kind} row={row} />
        ))}
      </ul>
    </>
  )
}

interface FailedRowProps extends Pick<RowsProps, 'graph' | 'kind'> {
  readonly row: FailingFacts | QuarantinedFacts
}

function FailedRow({ graph, kind, row }: FailedRowProps) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const about = row.about ?? row.key
  const retry = async (): Promise<void> => {
    await retryRow(api, graph, kind, row.key)
    await queries.invalidateQueries({ queryKey: ['graph', graph] })
  }
  return (
    <li className={styles.item}>
      <div className={styles.words}>
        <p>
          <bdi>{about}</bdi>
        </p>
        <p className={styles.meta}>
          {row.state} ·{' '}
          {'nextAttemptAt' in row ? (
            `${t('status.next_try')} ${formatUntil(t.locale, new Date(row.nextAttemptAt))}`
          ) : (
            <RelativeTime moment={row.since} />
          )}
        </p>
        {row.error === null ? null : (
          <p className={styles.meta} dir="ltr">
            {row.error}
          </p>
        )}
        {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      </div>
      <Button
        label={t('status.try_now_label', { host: about })}
        isBusy={act.isBusy}
        onPress={() => void act.run(retry)}
      >
        {t('status.try_now')}
      </Button>
    </li>
  )
}
