/** Those who ask to follow: each is accepted or refused, or all at once. */
import { useQueryClient } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import { answerRequest, listAccountPage } from '../../api/people.ts'
import { AccountList } from '../../components/account-list.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page } from '../../components/page.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './lists.module.css'

const PATH = '/api/v1/follow_requests'
const KEY = ['follow-requests']

export function FollowRequestsPage() {
  const t = useText()
  const { live } = useServices()
  const queries = useQueryClient()
  const own = useOwnAccount()
  const count = own.data?.source.follow_requests_count ?? 0
  const [verdict, setVerdict] = useState<'authorize' | 'reject' | null>(null)
  const refresh = useRefresh()
  useEffect(
    () => live.on('notification', ({ type }) => type === 'follow_request' && void refreshAll(queries)),
    [live, queries],
  )
  return (
    <Page
      title={t('people.requests')}
      {...(count === 0 ? {} : { note: t('people.requests_count', { count }) })}
      hasBack
      acts={
        count < 2 ? null : (
          <>
            <Button onPress={() => setVerdict('reject')}>{t('people.refuse_all')}</Button>
            <Button look="primary" onPress={() => setVerdict('authorize')}>
              {t('people.accept_all')}
            </Button>
          </>
        )
      }
    >
      <AccountList
        path={PATH}
        queryKey={KEY}
        label={t('people.requests')}
        renderActs={(account) => <Answer account={account} onAnswered={refresh} />}
        empty={{ icon: UserPlus, title: t('people.no_requests'), help: t('people.no_requests_help') }}
      />
      {verdict === null ? null : (
        <AnswerAll verdict={verdict} count={count} onDone={refresh} onClose={() => setVerdict(null)} />
      )}
    </Page>
  )
}

type Queries = ReturnType<typeof useQueryClient>

async function refreshAll(queries: Queries): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: KEY }),
    queries.invalidateQueries({ queryKey: ['own-account'] }),
    queries.invalidateQueries({ queryKey: ['relationship'] }),
  ])
}

function useRefresh(): () => Promise<void> {
  const queries = useQueryClient()
  return async () => refreshAll(queries)
}

interface AnswerProps {
  readonly account: Account
  readonly onAnswered: () => Promise<void>
}

function Answer({ account, onAnswered }: AnswerProps) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const answer = (verdict: 'authorize' | 'reject'): void =>
    void act.run(async () => {
      await answerRequest(api, account.id, verdict)
      await onAnswered()
    })
  const handle = `@${account.acct}`
  return (
    <>
      <Button
        look="primary"
        isBusy={act.isBusy}
        label={t('people.accept_one', { handle })}
        onPress={() => answer('authorize')}
      >
        {t('people.accept')}
      </Button>
      <Button
        isDisabled={act.isBusy}
        label={t('people.refuse_one', { handle })}
        onPress={() => answer('reject')}
      >
        {t('people.refuse')}
      </Button>
      {act.failure === null ? null : (
        <div className={styles.failure}>
          <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
        </div>
      )}
    </>
  )
}

interface AnswerAllProps {
  readonly verdict: 'authorize' | 'reject'
  readonly count: number
  readonly onDone: () => Promise<void>
  readonly onClose: () => void
}

function AnswerAll({ verdict, count, onDone, onClose }: AnswerAllProps) {
  const t = useText()
  const { api } = useServices()
  const word = verdict === 'authorize' ? 'accept' : 'refuse'
  const answerAll = async (): Promise<void> => {
    try {
      // What is answered is no longer on the first page.
      for (;;) {
        const { items } = await listAccountPage(api, PATH, null)
        if (items.length === 0) return
        for (const { id } of items) await answerRequest(api, id, verdict)
      }
    } finally {
      await onDone()
    }
  }
  return (
    <ConfirmDialog
      title={t(`people.${word}_all_title`, { count })}
      act={t(`people.${word}_all`)}
      isDangerous={verdict === 'reject'}
      onConfirm={answerAll}
      onClose={onClose}
    >
      <p>{t(`people.${word}_all_help`)}</p>
    </ConfirmDialog>
  )
}
