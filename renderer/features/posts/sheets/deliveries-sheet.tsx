/** Where an own post went: which servers have it, which wait or were given up and why, and trying those again. */
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { PostDeliveries, PostDelivery } from '../../../../server/contracts/post-deliveries.ts'
import { getDeliveries, giveUpDeliveries, retryDeliveries } from '../../../api/deliveries.ts'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { Mark } from '../../../components/mark.tsx'
import { FailureNotice } from '../../../components/notice.tsx'
import { QueryState } from '../../../components/query-state.tsx'
import { formatUntil } from '../../../formatting/amounts.ts'
import { useAct } from '../../../hooks/use-act.ts'
import { useServices } from '../../../hooks/use-services.ts'
import { useText } from '../../../hooks/use-text.ts'
import styles from './deliveries-sheet.module.css'

const LOOK_EVERY_MS = 3_000

interface DeliveriesSheetProps {
  readonly postId: string
  readonly onClose: () => void
}

const keyOf = (postId: string): readonly string[] => ['deliveries', postId]

function useDeliveries(postId: string): UseQueryResult<PostDeliveries> {
  const { api } = useServices()
  return useQuery({
    queryKey: keyOf(postId),
    queryFn: async () => getDeliveries(api, postId),
    // What was sent an hour ago says nothing of now.
    staleTime: 0,
    gcTime: 0,
    refetchInterval: ({ state }) => ((state.data?.counts.waiting ?? 0) > 0 ? LOOK_EVERY_MS : false),
  })
}

export function DeliveriesSheet({ postId, onClose }: DeliveriesSheetProps) {
  const t = useText()
  const deliveries = useDeliveries(postId)
  return (
    <Dialog title={t('sheets.deliveries')} isWide onClose={onClose}>
      <QueryState query={deliveries}>{(known) => <Known postId={postId} known={known} />}</QueryState>
    </Dialog>
  )
}

interface KnownProps {
  readonly postId: string
  readonly known: PostDeliveries
}

const isOpen = ({ state }: PostDelivery): boolean => state === 'waiting' || state === 'failed'

/** Who was seen to be without it stays in the list, so that nothing moves away under the hand. */
function useShown(list: readonly PostDelivery[]): readonly PostDelivery[] {
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  const fresh = list.filter((one) => isOpen(one) && !seen.has(one.inboxUri))
  if (fresh.length > 0) setSeen(new Set([...seen, ...fresh.map(({ inboxUri }) => inboxUri)]))
  const shown = list.filter((one) => isOpen(one) || seen.has(one.inboxUri))
  return shown.toSorted((one, other) => (one.host < other.host ? -1 : 1))
}

function Known({ postId, known: { counts, list } }: KnownProps) {
  const t = useText()
  const sum = useRef<HTMLDivElement>(null)
  // A button that has done its work is gone, and with it the focus.
  useEffect(() => {
    if (document.activeElement === document.body) sum.current?.focus()
  })
  const shown = useShown(list)
  const has = list.filter(({ state }) => state === 'sent')
  const unlisted = Object.values(counts).reduce((all, count) => all + count, 0) - list.length
  if (list.length === 0) return <p className={styles.help}>{t('sheets.delivery_none')}</p>
  return (
    <>
      <div ref={sum} role="status" tabIndex={-1} className={styles.sum}>
        {(['sent', 'waiting', 'failed', 'skipped'] as const).map((state) =>
          counts[state] === 0 ? null : (
            <p key={state}>
              <Mark tone={TONES[state]} /> {t(`sheets.delivery_${state}`, { count: counts[state] })}
            </p>
          ),
        )}
      </div>
      {shown.filter(isOpen).length > 1 ? <TryAll postId={postId} /> : null}
      {shown.length === 0 ? null : (
        <ul className={styles.servers}>
          {shown.map((delivery) => (
            <Server key={delivery.inboxUri} postId={postId} delivery={delivery} />
          ))}
        </ul>
      )}
      {has.length === 0 ? null : (
        <details>
          <summary className={styles.fold}>{t('sheets.delivery_who')}</summary>
          <ul className={styles.hosts}>
            {has.map(({ inboxUri, host }) => (
              <li key={inboxUri}>
                <bdi>{host}</bdi>
              </li>
            ))}
          </ul>
        </details>
      )}
      {unlisted > 0 ? (
        <p className={styles.help}>{t('sheets.delivery_unlisted', { count: unlisted })}</p>
      ) : null}
      <p className={styles.help}>{t('sheets.delivery_help')}</p>
    </>
  )
}

const TONES = { sent: 'good', waiting: 'look', failed: 'bad', skipped: 'quiet' } as const

function useAnswer(postId: string): (known: PostDeliveries) => void {
  const queries = useQueryClient()
  return (known) => void queries.setQueryData(keyOf(postId), known)
}

function TryAll({ postId }: { readonly postId: string }) {
  const t = useText()
  const { api } = useServices()
  const answer = useAnswer(postId)
  const act = useAct()
  return (
    <div>
      <Button
        isBusy={act.isBusy}
        onPress={() => void act.run(async () => answer(await retryDeliveries(api, postId, null)))}
      >
        {t('sheets.delivery_try_all')}
      </Button>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </div>
  )
}

interface ServerProps {
  readonly postId: string
  readonly delivery: PostDelivery
}

function Server({ postId, delivery }: ServerProps) {
  const t = useText()
  const { api } = useServices()
  const answer = useAnswer(postId)
  const act = useAct()
  const { host, state, answer: said, nextAttemptAt, isChange } = delivery
  const facts = [
    t(`sheets.delivery_is_${state}`),
    isChange ? t('sheets.delivery_change') : null,
    nextAttemptAt === null
      ? null
      : t('sheets.delivery_next', { when: formatUntil(t.locale, new Date(nextAttemptAt)) }),
  ].filter((fact) => fact !== null)
  return (
    <li className={styles.server}>
      <div className={styles.words}>
        <h3 className={styles.host}>
          <bdi>{host}</bdi>
        </h3>
        <p className={styles.help}>{facts.join(' · ')}</p>
        {said === null || !isOpen(delivery) ? null : (
          <p className={styles.help} dir="ltr" lang="en">
            {said}
          </p>
        )}
        {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      </div>
      {isOpen(delivery) ? (
        <div className={styles.acts}>
          <Button
            label={t('sheets.delivery_try_label', { host })}
            isBusy={act.isAsked('retry')}
            onPress={() =>
              void act.run(async () => answer(await retryDeliveries(api, postId, host)), 'retry')
            }
          >
            {t('sheets.delivery_try')}
          </Button>
          {state === 'waiting' ? (
            <Button
              look="plain"
              label={t('sheets.delivery_give_up_label', { host })}
              isBusy={act.isAsked('give_up')}
              onPress={() =>
                void act.run(async () => answer(await giveUpDeliveries(api, postId, host)), 'give_up')
              }
            >
              {t('sheets.delivery_give_up')}
            </Button>
          ) : null}
        </div>
      ) : null}
    </li>
  )
}
