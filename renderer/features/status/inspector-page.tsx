/** The federation inspector: activities that came and went with what became of them, and any address as this home gets it. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { useState } from 'react'
import type { InspectorEntry, InspectorOutcome } from '../../../server/contracts/inspector.ts'
import { toFailure } from '../../api/failure.ts'
import { getActivities } from '../../api/home.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, Page, PageLoading, Section } from '../../components/page.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Select } from '../../components/select.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { ActivityDetails } from './activity-details.tsx'
import { FetchSection } from './fetch-section.tsx'
import { Mark, type Tone } from '../../components/mark.tsx'
import styles from './items.module.css'

const DIRECTIONS = ['any', 'inbound', 'outbound'] as const
const OUTCOMES = ['any', 'waiting', 'done', 'dropped', 'failed'] as const
const EVERY_MS = 15_000

export function InspectorPage() {
  const t = useText()
  const [view, setView] = useState<'activities' | 'fetch'>('activities')
  return (
    <Page title={t('status.inspector')} note={t('inspector.note')} hasBack>
      <Tabs
        label={t('status.inspector')}
        value={view}
        onChange={setView}
        tabs={[
          { name: 'activities', label: t('inspector.activities') },
          { name: 'fetch', label: t('inspector.fetch') },
        ]}
      >
        {view === 'activities' ? <Activities /> : <FetchSection />}
      </Tabs>
    </Page>
  )
}

function Activities() {
  const t = useText()
  const { api } = useServices()
  const [filter, setFilter] = useState<Filter>({ direction: 'any', outcome: 'any', text: '' })
  const { direction, outcome, text } = filter
  const wanted = {
    direction: direction === 'any' ? undefined : direction,
    outcome: outcome === 'any' ? undefined : outcome,
    text: text.trim() === '' ? undefined : text.trim(),
  }
  const query = useInfiniteQuery({
    queryKey: ['activities', wanted],
    queryFn: async ({ pageParam }) => getActivities(api, { ...wanted, before: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ before }) => before,
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
  })
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? []
  return (
    <Section title={t('inspector.activities')} help={t('inspector.activities_help')}>
      <Filters filter={filter} onChange={setFilter} />
      {query.error === null ? null : <FailureNotice failure={toFailure(query.error)} />}
      {query.data === undefined && query.error === null ? <PageLoading /> : null}
      {query.data !== undefined && entries.length === 0 ? <EmptyState title={t('inspector.none')} /> : null}
      <ul className={styles.list}>
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ul>
      {query.hasNextPage ? (
        <Button isBusy={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
          {t('inspector.more')}
        </Button>
      ) : null}
    </Section>
  )
}

interface Filter {
  readonly direction: (typeof DIRECTIONS)[number]
  readonly outcome: (typeof OUTCOMES)[number]
  readonly text: string
}

interface FiltersProps {
  readonly filter: Filter
  readonly onChange: (filter: Filter) => void
}

function Filters({ filter, onChange }: FiltersProps) {
  const t = useText()
  return (
    <div className={styles.controls}>
      <Select
        label={t('inspector.direction')}
        value={filter.direction}
        choices={DIRECTIONS.map((value) => ({ value, label: t(`direction.${value}`) }))}
        onChange={(direction) => onChange({ ...filter, direction })}
      />
      <Select
        label={t('inspector.outcome')}
        value={filter.outcome}
        choices={OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) }))}
        onChange={(outcome) => onChange({ ...filter, outcome })}
      />
      <div className={styles.grow}>
        <TextField
          label={t('inspector.search')}
          kind="search"
          value={filter.text}
          onChange={(text) => onChange({ ...filter, text })}
          maxLength={200}
        />
      </div>
    </div>
  )
}

const TONES: Readonly<Record<InspectorOutcome, Tone>> = {
  waiting: 'quiet',
  done: 'good',
  dropped: 'look',
  failed: 'bad',
}

function Entry({ entry }: { readonly entry: InspectorEntry }) {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  const { id, type, direction, outcome, at, actorUri, objectUri, host, reason } = entry
  return (
    <li className={styles.item}>
      <div className={styles.words}>
        <h3>
          <Mark tone={TONES[outcome]} />
          <bdi>{type}</bdi>
        </h3>
        <p className={styles.meta}>
          {t(`direction.${direction}`)} · {t(`outcome.${outcome}`)} · <RelativeTime moment={at} />
          {host === null ? null : (
            <>
              {' · '}
              <bdi>{host}</bdi>
            </>
          )}
        </p>
        <p className={styles.meta}>
          <bdi>{objectUri ?? actorUri}</bdi>
        </p>
        {reason === null ? null : (
          <p className={styles.meta} dir="ltr">
            {reason}
          </p>
        )}
      </div>
      <IconButton
        icon={isOpen ? ChevronUp : ChevronDown}
        label={t('inspector.open_label', { type })}
        isExpanded={isOpen}
        onPress={() => setOpen(!isOpen)}
      />
      {isOpen ? (
        <div className={styles.opened}>
          <ActivityDetails id={id} />
        </div>
      ) : null}
    </li>
  )
}
