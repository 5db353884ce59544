/** Blocks somebody: what ends by it is said first, as it does not come back. */
import type { Account } from '../../../server/contracts/account.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { usePersonActs, useRelationship } from '../../hooks/use-relationship.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './questions.module.css'

interface QuestionProps {
  readonly account: Account
  readonly onClose: () => void
}

export function BlockQuestion({ account, onClose }: QuestionProps) {
  const t = useText()
  const acts = usePersonActs()
  const { data: relationship } = useRelationship(account.id)
  const follows = relationship?.following === true || relationship?.requested === true
  const isFollowed = relationship?.followed_by === true
  const loss = follows && isFollowed ? 'both' : follows ? 'follow' : isFollowed ? 'follower' : null
  return (
    <ConfirmDialog
      title={t('people.block_title', { handle: `@${account.acct}` })}
      act={t('people.block')}
      onConfirm={async () => acts.block(account)}
      onClose={onClose}
    >
      <div className={styles.words}>
        {loss === null ? null : <p className={styles.loss}>{t(`people.block_loses_${loss}`)}</p>}
        <p>{t('people.block_help')}</p>
      </div>
    </ConfirmDialog>
  )
}
