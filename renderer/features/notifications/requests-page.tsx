/** Those whose notifications wait for the owner's word: let in or put away, one or many; and the rules that keep them back. */
import { Check, Inbox, X } from 'lucide-react'
import { useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import type { NotificationRequest } from '../../../server/contracts/notification.ts'
import { answerNotificationRequests, listNotificationRequests } from '../../api/notification-policy.ts'
import { pathTo } from '../../app/routes.ts'
import { Avatar } from '../../components/avatar.tsx'
import { Button, IconButton } from '../../components/button.tsx'
import { Checkbox } from '../../components/checkbox.tsx'
import { Excerpt } from '../../components/excerpt.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { NotificationPolicySection } from '../../components/notification-policy.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { Paged } from '../../components/paged.tsx'
import { PersonLink } from '../../components/person-link.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { usePages } from '../../hooks/use-pages.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './requests.module.css'

type Answer = 'accept' | 'dismiss'

export function RequestsPage() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const pages = usePages(['notification-requests'], async (olderThan) =>
    listNotificationRequests(api, olderThan),
  )
  const act = useAct()
  const answer = async (ids: readonly string[], word: Answer): Promise<void> => {
    const isDone = await act.run(async () => answerNotificationRequests(api, ids, word), ids.join())
    if (!isDone) return
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['notification-requests'] }),
      queries.invalidateQueries({ queryKey: ['notification-policy'] }),
    ])
  }
  return (
    <Page title={t('requests.title')} note={t('requests.note')} hasBack>
      {act.failure === null ? null : (
        <div className={styles.failure}>
          <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
        </div>
      )}
      <Paged
        pages={pages}
        empty={<EmptyState icon={Inbox} title={t('requests.empty_title')} help={t('requests.empty_help')} />}
      >
        {(requests) => (
          <Requests
            requests={requests}
            isBusy={act.isBusy}
            onAnswer={(ids, word) => void answer(ids, word)}
          />
        )}
      </Paged>
      <NotificationPolicySection />
    </Page>
  )
}

interface RequestsProps {
  readonly requests: readonly NotificationRequest[]
  readonly isBusy: boolean
  readonly onAnswer: (ids: readonly string[], word: Answer) => void
}

function Requests({ requests, isBusy, onAnswer }: RequestsProps) {
  const t = useText()
  const [chosenIds, setChosen] = useState<ReadonlySet<string>>(new Set())
  const chosen = requests.filter(({ id }) => chosenIds.has(id)).map(({ id }) => id)
  const isAll = chosen.length === requests.length
  const choose = (id: string, isChosen: boolean): void =>
    setChosen((ids) => new Set(isChosen ? [...ids, id] : [...ids].filter((one) => one !== id)))
  return (
    <>
      <div className={styles.bar}>
        <Checkbox
          isSelected={isAll}
          isPartly={chosen.length > 0 && !isAll}
          onChange={() => setChosen(new Set(isAll ? [] : requests.map(({ id }) => id)))}
        >
          {t('requests.choose_all')}
        </Checkbox>
        {chosen.length === 0 ? null : (
          <>
            <Button look="primary" isBusy={isBusy} onPress={() => onAnswer(chosen, 'accept')}>
              {t('requests.accept_chosen', { count: chosen.length })}
            </Button>
            <Button isBusy={isBusy} onPress={() => onAnswer(chosen, 'dismiss')}>
              {t('requests.dismiss_chosen', { count: chosen.length })}
            </Button>
          </>
        )}
      </div>
      <ul aria-label={t('requests.title')}>
        {requests.map((request) => (
          <li key={request.id} className={styles.row}>
            <Checkbox
              isSelected={chosenIds.has(request.id)}
              label={t('requests.choose', { handle: `@${request.account.acct}` })}
              onChange={(isChosen) => choose(request.id, isChosen)}
            />
            <Request request={request} onAnswer={(word) => onAnswer([request.id], word)} />
          </li>
        ))}
      </ul>
    </>
  )
}

interface RequestProps {
  readonly request: NotificationRequest
  readonly onAnswer: (word: Answer) => void
}

function Request({ request, onAnswer }: RequestProps) {
  const t = useText()
  const { account, last_status: last } = request
  const handle = `@${account.acct}`
  return (
    <>
      <Avatar account={account} />
      <div className={styles.who}>
        <PersonLink account={account} path={pathTo('person', account.id)} />{' '}
        <bdi className={styles.meta}>{handle}</bdi>
        <p className={styles.meta}>
          {t('requests.count', { count: Number(request.notifications_count) })} ·{' '}
          <RelativeTime moment={request.updated_at} />
        </p>
        {last === null ? null : <Excerpt post={last} />}
      </div>
      <div className={styles.acts}>
        <IconButton
          icon={Check}
          label={t('requests.accept_label', { handle })}
          onPress={() => onAnswer('accept')}
        />
        <IconButton
          icon={X}
          label={t('requests.dismiss_label', { handle })}
          onPress={() => onAnswer('dismiss')}
        />
      </div>
    </>
  )
}
