/** Other servers, those in trouble first: when each answered last, what waits for it, and trying it now. */
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { PeerFacts } from '../../../server/contracts/moderation.ts'
import { getPeers, tryPeerNow } from '../../api/home.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { PageLoading, Section } from '../../components/page.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Switch } from '../../components/switch.tsx'
import { TextField } from '../../components/text-field.tsx'
import { toFailure } from '../../api/failure.ts'
import { formatUntil } from '../../formatting/amounts.ts'
import { formatCount } from '../../formatting/numbers.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { Mark, type Tone } from '../../components/mark.tsx'
import styles from './items.module.css'
import { STATUS_KEY } from './use-home.ts'

const EVERY_MS = 10_000

export function ServersSection() {
  const t = useText()
  const { api } = useServices()
  const [search, setSearch] = useState('')
  const [onlyTroubled, setOnlyTroubled] = useState(false)
  const query = useInfiniteQuery({
    queryKey: ['peers', search, onlyTroubled],
    queryFn: async ({ pageParam }) => getPeers(api, { search, troubled: onlyTroubled, after: pageParam }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
  })
  const peers = query.data?.pages.flatMap((page) => page.peers) ?? []
  const counts = query.data?.pages[0]?.counts
  return (
    <Section
      title={
        counts === undefined
          ? t('status.servers')
          : `${t('status.servers')} (${formatCount(t.locale, counts.all)})`
      }
      help={counts === undefined ? undefined : t('status.troubled', { count: counts.troubled })}
    >
      <div className={styles.controls}>
        <div className={styles.grow}>
          <TextField
            label={t('status.find_server')}
            kind="search"
            value={search}
            onChange={setSearch}
            maxLength={260}
          />
        </div>
        <div className={styles.line}>
          <Switch label={t('status.only_troubled')} isOn={onlyTroubled} onChange={setOnlyTroubled} />
        </div>
      </div>
      {query.error === null ? null : <FailureNotice failure={toFailure(query.error)} />}
      {query.data === undefined && query.error === null ? <PageLoading /> : null}
      {query.data !== undefined && peers.length === 0 ? (
        <p className={styles.meta}>
          {t(search === '' && !onlyTroubled ? 'status.no_servers' : 'status.none_found')}
        </p>
      ) : null}
      <ul className={styles.list}>
        {peers.map((peer) => (
          <Server key={peer.host} peer={peer} />
        ))}
      </ul>
      {query.hasNextPage ? (
        <Button isBusy={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
          {t('status.more_servers')}
        </Button>
      ) : null}
    </Section>
  )
}

function toneOf({ failures, isBlocked, unavailableSince }: PeerFacts): Tone {
  if (isBlocked) return 'quiet'
  return unavailableSince !== null ? 'bad' : failures > 0 ? 'look' : 'good'
}

function Server({ peer }: { readonly peer: PeerFacts }) {
  const t = useText()
  const { api, ask } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const { host, failures, lastError, waitingDeliveries, isBlocked } = peer
  const tryNow = async (): Promise<void> => {
    await tryPeerNow(api, host)
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['peers'] }),
      queries.invalidateQueries({ queryKey: STATUS_KEY }),
    ])
  }
  return (
    <li className={styles.item}>
      <div className={styles.words}>
        <h3>
          <Mark tone={toneOf(peer)} />
          <bdi>{host}</bdi>
        </h3>
        <ServerFacts peer={peer} />
        {failures > 0 && lastError !== null ? (
          <p className={styles.meta} dir="ltr">
            {lastError}
          </p>
        ) : null}
        {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      </div>
      <div className={styles.acts}>
        {failures > 0 || waitingDeliveries > 0 ? (
          <Button
            label={t('status.try_now_label', { host })}
            isBusy={act.isBusy}
            onPress={() => void act.run(tryNow)}
          >
            {t('status.try_now')}
          </Button>
        ) : null}
        {isBlocked ? null : (
          <Button
            look="plain"
            label={t('status.block_label', { host })}
            onPress={() => ask.blockServer(host.replace(/:\d+$/, ''))}
          >
            {t('status.block')}
          </Button>
        )}
      </div>
    </li>
  )
}

function ServerFacts({ peer }: { readonly peer: PeerFacts }) {
  const t = useText()
  const { failures, nextTryAt, waitingDeliveries, isBlocked } = peer
  const facts = [
    waitingDeliveries > 0 ? t('status.waiting', { count: waitingDeliveries }) : null,
    failures > 0 ? t('status.failures', { count: failures }) : null,
    nextTryAt === null ? null : `${t('status.next_try')} ${formatUntil(t.locale, new Date(nextTryAt))}`,
    isBlocked ? t('status.blocked') : null,
  ].filter((fact) => fact !== null)
  return (
    <p className={styles.meta}>
      {failures > 0 ? `${t('status.not_answering')} · ` : ''}
      {peer.lastSuccessAt === null ? (
        t('status.never_answered')
      ) : (
        <>
          {t('status.last_answer')} <RelativeTime moment={peer.lastSuccessAt} />
        </>
      )}
      {facts.map((fact) => ` · ${fact}`)}
    </p>
  )
}
