/** Lets somebody follow or refuses them, where they asked. */
import { useState } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import { answerFollowRequest } from '../../api/notification-policy.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './notifications.module.css'

type Answer = 'authorize' | 'reject'

export function FollowRequestActs({ account }: { readonly account: Account }) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const [answered, setAnswered] = useState<Answer | null>(null)
  const answer = async (word: Answer): Promise<void> => {
    if (await act.run(async () => answerFollowRequest(api, account.id, word))) setAnswered(word)
  }
  const handle = `@${account.acct}`
  return (
    <div role="group" aria-label={handle} className={styles.answer}>
      {answered === null ? (
        <>
          <Button
            look="primary"
            isBusy={act.isBusy}
            label={t('notice.accept_label', { handle })}
            onPress={() => void answer('authorize')}
          >
            {t('notice.accept')}
          </Button>
          <Button
            isBusy={act.isBusy}
            label={t('notice.refuse_label', { handle })}
            onPress={() => void answer('reject')}
          >
            {t('notice.refuse')}
          </Button>
        </>
      ) : (
        <p role="status" className={styles.gone}>
          {t(answered === 'authorize' ? 'notice.accepted' : 'notice.refused')}
        </p>
      )}
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
    </div>
  )
}
