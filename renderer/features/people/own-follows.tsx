/** The owner's followers or followed: sorted out, chosen, and let go of many at once. */
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { Users } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import type { FollowFacts } from '../../../server/contracts/follow-facts.ts'
import { toFailure } from '../../api/failure.ts'
import { listFollowFacts } from '../../api/follow-facts.ts'
import { listAccounts } from '../../api/people.ts'
import { AccountRow } from '../../components/account-row.tsx'
import { Button } from '../../components/button.tsx'
import { Checkbox } from '../../components/checkbox.tsx'
import { LongList } from '../../components/long-list.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, PageLoading } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { Select } from '../../components/select.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { formatMoment } from '../../formatting/moments.ts'
import { useText } from '../../hooks/use-text.ts'
import {
  DORMANT_DAYS,
  FOLLOW_FILTERS,
  type FollowFilter,
  countByDomain,
  countByFilter,
  filterFollows,
} from '../../stores/follow-filters.ts'
import { EndFollows } from './end-follows.tsx'
import styles from './lists.module.css'

type Side = 'followers' | 'following'

export function OwnFollows({ side }: { readonly side: Side }) {
  const t = useText()
  const { api } = useServices()
  const facts = useQuery({
    queryKey: ['follow-facts', side],
    queryFn: async () => listFollowFacts(api, side),
  })
  return (
    <QueryState query={facts}>
      {({ people }) =>
        people.length === 0 ? (
          <EmptyState icon={Users} title={t('people.nobody')} help={t(`people.nobody_own_${side}`)} />
        ) : (
          <Sorted side={side} people={people} />
        )
      }
    </QueryState>
  )
}

interface SortedProps {
  readonly side: Side
  readonly people: readonly FollowFacts[]
}

const ALL = ' '

function Sorted({ side, people }: SortedProps) {
  const t = useText()
  const [now] = useState(() => new Date())
  const [filter, setFilter] = useState<FollowFilter>('all')
  const [domain, setDomain] = useState(ALL)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [isEnding, setEnding] = useState(false)
  const shown = useMemo(
    () => filterFollows(people, filter, domain === ALL ? null : domain, now),
    [people, filter, domain, now],
  )
  // Nobody who is out of sight is let go of.
  const picked = shown.filter(({ id }) => chosen.has(id))
  return (
    <>
      <div className={styles.tools}>
        <Filters
          people={people}
          now={now}
          filter={filter}
          domain={domain}
          onFilter={setFilter}
          onDomain={setDomain}
        />
        <div className={styles.bar}>
          <Checkbox
            isSelected={shown.length > 0 && picked.length === shown.length}
            isPartly={picked.length > 0 && picked.length < shown.length}
            isDisabled={shown.length === 0}
            onChange={(isAll) => setChosen(isAll ? new Set(shown.map(({ id }) => id)) : new Set())}
          >
            {picked.length === 0
              ? t('people.choose_all', { count: shown.length })
              : t('people.chosen', { count: picked.length })}
          </Checkbox>
          <Button look="danger" isDisabled={picked.length === 0} onPress={() => setEnding(true)}>
            {t(`people.end_${side}`)}
          </Button>
        </div>
      </div>
      <People
        key={`${filter} ${domain}`}
        people={shown}
        chosen={chosen}
        onChoose={(id, isChosen) => setChosen((ids) => withOne(ids, id, isChosen))}
      />
      {isEnding ? (
        <EndFollows
          side={side}
          people={picked}
          onEnded={(id) => setChosen((ids) => withOne(ids, id, false))}
          onClose={() => setEnding(false)}
        />
      ) : null}
    </>
  )
}

interface FiltersProps {
  readonly people: readonly FollowFacts[]
  readonly now: Date
  readonly filter: FollowFilter
  readonly domain: string
  readonly onFilter: (filter: FollowFilter) => void
  readonly onDomain: (domain: string) => void
}

function Filters({ people, now, filter, domain, onFilter, onDomain }: FiltersProps) {
  const t = useText()
  const counts = useMemo(() => countByFilter(people, now), [people, now])
  const domains = useMemo(() => countByDomain(people), [people])
  return (
    <div className={styles.filters}>
      <Select
        label={t('people.filter')}
        value={filter}
        choices={FOLLOW_FILTERS.map((value) => ({
          value,
          label: t(`people.filter_${value}`, { count: counts[value], days: DORMANT_DAYS }),
        }))}
        onChange={onFilter}
      />
      <Select
        label={t('people.filter_server')}
        value={domain}
        choices={[
          { value: ALL, label: t('people.filter_all_servers', { count: domains.length }) },
          ...domains.map((one) => ({
            value: one.domain,
            label: t('people.filter_domain', {
              domain: one.domain === '' ? t('people.filter_here') : one.domain,
              count: one.count,
            }),
          })),
        ]}
        onChange={onDomain}
      />
    </div>
  )
}

function withOne(ids: ReadonlySet<string>, id: string, isIn: boolean): ReadonlySet<string> {
  const changed = new Set(ids)
  if (isIn) changed.add(id)
  else changed.delete(id)
  return changed
}

const PAGE = 40

interface PeopleProps {
  readonly people: readonly FollowFacts[]
  readonly chosen: ReadonlySet<string>
  readonly onChoose: (id: string, isChosen: boolean) => void
}

function People({ people, chosen, onChoose }: PeopleProps) {
  const t = useText()
  const queries = useQueryClient()
  const [pages, setPages] = useState(1)
  const { accounts, isBusy, error } = useAccounts(people.slice(0, pages * PAGE).map(({ id }) => id))
  if (people.length === 0) return <EmptyState icon={Users} title={t('people.nobody_matches')} />
  return (
    <>
      <LongList items={people.slice(0, pages * PAGE).filter(({ id }) => accounts.has(id))}>
        {(facts) => (
          <Person
            key={facts.id}
            facts={facts}
            account={accounts.get(facts.id)}
            isChosen={chosen.has(facts.id)}
            onChoose={onChoose}
          />
        )}
      </LongList>
      {isBusy && accounts.size < Math.min(people.length, pages * PAGE) ? <PageLoading /> : null}
      {error === null ? null : (
        <div className={styles.pages}>
          <FailureNotice
            failure={toFailure(error)}
            act={{
              label: t('act.try_again'),
              onPress: () => void queries.refetchQueries({ queryKey: [ACCOUNTS] }),
              isBusy,
            }}
          />
        </div>
      )}
      {pages * PAGE >= people.length ? null : (
        <div className={styles.pages}>
          <Button onPress={() => setPages(pages + 1)}>{t('person.more')}</Button>
        </div>
      )}
    </>
  )
}

interface PersonProps extends Pick<PeopleProps, 'onChoose'> {
  readonly facts: FollowFacts
  readonly account: Account | undefined
  readonly isChosen: boolean
}

function Person({ facts, account, isChosen, onChoose }: PersonProps) {
  const t = useText()
  if (account === undefined) return null
  return (
    <AccountRow
      account={account}
      note={noteOf(t, facts)}
      mark={
        <Checkbox
          label={t('people.choose_one', { handle: `@${account.acct}` })}
          isSelected={isChosen}
          onChange={(wanted) => onChoose(facts.id, wanted)}
        />
      }
    />
  )
}

const ACCOUNTS = 'accounts-by-id'

interface FoundAccounts {
  /** Whoever is gone from the home meanwhile is not among them. */
  readonly accounts: ReadonlyMap<string, Account>
  readonly isBusy: boolean
  readonly error: Error | null
}

/** Page by page, each fetched once. */
function useAccounts(ids: readonly string[]): FoundAccounts {
  const { api } = useServices()
  const pages = Array.from({ length: Math.ceil(ids.length / PAGE) }, (_, page) =>
    ids.slice(page * PAGE, (page + 1) * PAGE),
  )
  return useQueries({
    queries: pages.map((page) => ({
      queryKey: [ACCOUNTS, ...page],
      queryFn: async () => listAccounts(api, page),
      staleTime: 60_000,
      placeholderData: (before: Account[] | undefined) => before,
    })),
    combine: (found) => ({
      accounts: new Map(
        found.flatMap(({ data }) => (data ?? []).map((account) => [account.id, account] as const)),
      ),
      isBusy: found.some(({ isFetching }) => isFetching),
      error: found.find(({ error }) => error !== null)?.error ?? null,
    }),
  })
}

function noteOf(t: ReturnType<typeof useText>, facts: FollowFacts): string {
  const parts = [
    ...(facts.hasMoved ? [t('people.has_moved')] : []),
    ...(facts.isMutual ? [t('people.is_mutual')] : []),
    facts.lastPostAt === null
      ? t('people.never_posted')
      : t('profile.last_post', { date: day(t.locale, facts.lastPostAt) }),
  ]
  return parts.join(' · ')
}

function day(locale: string, iso: string): string {
  return formatMoment(locale, iso, { dateStyle: 'medium' })
}
