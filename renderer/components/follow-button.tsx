/** Follow, with what is shown taken back when the home says no; pressing again takes it back too. */
import { useState } from 'react'
import type { Account } from '../../server/contracts/account.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { usePersonActs, useRelationship } from '../hooks/use-relationship.ts'
import { useText } from '../hooks/use-text.ts'
import { Button } from './button.tsx'
import styles from './follow-button.module.css'
import { FailureNotice } from './notice.tsx'

export function FollowButton({ account }: { readonly account: Account }) {
  const t = useText()
  const relationship = useRelationship(account.id)
  const acts = usePersonActs()
  /** What is wished for while the home is asked. */
  const [wish, setWish] = useState<boolean | null>(null)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const known = relationship.data ?? null
  const isOn = wish ?? (known !== null && (known.following || known.requested))
  const change = async (isWanted: boolean): Promise<void> => {
    if (wish !== null) return
    setWish(isWanted)
    setFailure(null)
    try {
      await (isWanted ? acts.follow(account) : acts.unfollow(account))
    } catch (error) {
      setFailure(toFailure(error))
    } finally {
      setWish(null)
    }
  }
  // Until the home answers, a wish to follow is a request.
  const word = !isOn ? 'follow' : wish === null && known?.following === true ? 'following' : 'requested'
  return (
    <>
      <Button
        look={isOn ? 'quiet' : 'primary'}
        isPressed={isOn}
        isDisabled={known === null}
        isBusy={relationship.isPending}
        label={t(`follow.${word}_label`, { handle: `@${account.acct}` })}
        onPress={() => void change(!isOn)}
      >
        {t(`follow.${word}`)}
      </Button>
      {failure === null ? null : (
        <div className={styles.failure}>
          <FailureNotice
            failure={failure}
            act={{ label: t('act.try_again'), onPress: () => void change(!isOn) }}
          />
        </div>
      )}
    </>
  )
}
