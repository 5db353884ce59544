/** Where an own post went: which servers have it, which wait or were given up and why, and trying those again. */
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FocusEvent, type RefObject, useEffect, useRef, useState } from 'react'
import type { PostDeliveries, PostDelivery } from '../../../../server/contracts/post-deliveries.ts'
import { getDeliveries, giveUpDeliveries, retryDeliveries } from '../../../api/deliveries.ts'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { Mark } from '../../../components/mark.tsx'
import { FailureNotice } from '../../../components/notice.tsx'
import { QueryState } from '../../../components/query-state.tsx'
import { formatUntil } from '../../../formatting/amounts.ts'
import { useAct } from '../../../hooks/use-act.ts'
import { useNow } from '../../../hooks/use-now.ts'
import { useServices } from '../../../hooks/use-services.ts'
import { useText } from '../../../hooks/use-text.ts'
import styles from './deliveries-sheet.module.css'

const LOOK_EVERY_MS = 3_000
const NOW_EVERY_MS = 10_000

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
  const fresh = list.filter((one) => isOpen(one) && !seen.has(one.host))
  if (fresh.length > 0) setSeen(new Set([...seen, ...fresh.map(({ host }) => host)]))
  const shown = list.filter((one) => isOpen(one) || seen.has(one.host))
  return shown.toSorted((one, other) => (one.host < other.host ? -1 : 1))
}

interface KeptFocus {
  /** Takes the focus where no row does. */
  readonly rest: RefObject<HTMLDivElement | null>
  readonly onFocus: (event: FocusEvent) => void
}

/** A button that has done its work is gone or rests, and with it the focus: its row takes it, without a move of the page. */
function useKeptFocus(): KeptFocus {
  const rest = useRef<HTMLDivElement>(null)
  const last = useRef<{ readonly target: Element; readonly row: HTMLElement | null }>(null)
  useEffect(() => {
    if (last.current === null) return
    const { activeElement, body } = document
    const { target, row } = last.current
    if (activeElement !== body && activeElement !== target) return
    if (target.isConnected && !target.matches(':disabled')) return
    last.current = null
    const heir = row?.isConnected === true ? row : rest.current
    heir?.focus({ preventScroll: true })
  })
  const onFocus = ({ target }: FocusEvent): void => {
    last.current = { target, row: target.closest('li') }
  }
  return { rest, onFocus }
}

function Known({ postId, known: { counts, list } }: KnownProps) {
  const t = useText()
  const now = useNow(NOW_EVERY_MS)
  const { rest, onFocus } = useKeptFocus()
  const shown = useShown(list)
  const has = list.filter(({ state }) => state === 'sent')
  const unlisted = Object.values(counts).reduce((all, count) => all + count, 0) - list.length
  if (list.length === 0) return <p className={styles.help}>{t('sheets.delivery_none')}</p>
  return (
    <div className={styles.known} onFocus={onFocus}>
      <div ref={rest} role="status" tabIndex={-1} className={styles.sum}>
        {STATES.map((state) =>
          // Above rows with buttons every line stays that their acts change, so that no row moves with an act.
          counts[state] === 0 && (shown.length === 0 || state === 'skipped') ? null : (
            <p key={state}>
              <Mark tone={TONES[state]} /> {t(`sheets.delivery_${state}`, { count: counts[state] })}
            </p>
          ),
        )}
      </div>
      {shown.length > 1 ? <TryAll postId={postId} isDone={!shown.some(isOpen)} /> : null}
      {shown.length === 0 ? null : (
        <ul className={styles.servers}>
          {shown.map((delivery) => (
            <Server key={delivery.host} {...{ postId, delivery, now }} />
          ))}
        </ul>
      )}
      {has.length === 0 ? null : (
        <details>
          <summary className={styles.fold}>{t('sheets.delivery_who')}</summary>
          <ul className={styles.hosts}>
            {has.map(({ host }) => (
              <li key={host}>
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
    </div>
  )
}

const STATES = ['sent', 'waiting', 'failed', 'skipped'] as const
const TONES = { sent: 'good', waiting: 'look', failed: 'bad', skipped: 'quiet' } as const

function useAnswer(postId: string): (known: PostDeliveries) => void {
  const queries = useQueryClient()
  return (known) => {
    queries.setQueryData(keyOf(postId), known)
    // A look that was under way is older than this, and another act may have been done since: it is looked once more.
    void queries.invalidateQueries({ queryKey: keyOf(postId) })
  }
}

interface TryAllProps {
  readonly postId: string
  readonly isDone: boolean
}

function TryAll({ postId, isDone }: TryAllProps) {
  const t = useText()
  const { api } = useServices()
  const answer = useAnswer(postId)
  const act = useAct()
  return (
    <div>
      <Button
        isBusy={act.isBusy}
        isDisabled={isDone}
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
  readonly now: Date
}

function Server({ postId, delivery, now }: ServerProps) {
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
      : t('sheets.delivery_next', { when: formatUntil(t.locale, new Date(nextAttemptAt), now) }),
  ].filter((fact) => fact !== null)
  return (
    <li tabIndex={-1} className={styles.server}>
      <div className={styles.words}>
        <h3 className={styles.host}>
          <bdi>{host}</bdi>
        </h3>
        <p className={styles.help}>{facts.join(' · ')}</p>
        {said === null || !isOpen(delivery) ? null : (
          <p className={styles.help} dir="auto">
            {said}
          </p>
        )}
        {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      </div>
      {isOpen(delivery) ? (
        <div className={styles.acts}>
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
          {/* The last, at the edge: it stays where it is while the other comes and goes, and nothing comes under the hand. */}
          <Button
            label={t('sheets.delivery_try_label', { host })}
            isBusy={act.isAsked('retry')}
            onPress={() =>
              void act.run(async () => answer(await retryDeliveries(api, postId, host)), 'retry')
            }
          >
            {t('sheets.delivery_try')}
          </Button>
        </div>
      ) : null}
    </li>
  )
}
