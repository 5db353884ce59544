/** Lets go of many at once: the numbers first, then one after the other, with how far it is. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { FollowFacts } from '../../../server/contracts/follow-facts.ts'
import { removeFollower, unfollow } from '../../api/people.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './questions.module.css'

interface EndFollowsProps {
  readonly side: 'followers' | 'following'
  readonly people: readonly FollowFacts[]
  readonly onEnded: (id: string) => void
  readonly onClose: () => void
}

export function EndFollows({ side, people, onEnded, onClose }: EndFollowsProps) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  // Those who are let go of leave the choice, and the question keeps its numbers.
  const [asked] = useState(people)
  const [done, setDone] = useState(0)
  const mutual = asked.filter(({ isMutual }) => isMutual).length
  const end = async (): Promise<void> => {
    try {
      for (const { id } of people) {
        await (side === 'following' ? unfollow(api, id) : removeFollower(api, id))
        onEnded(id)
        setDone((count) => count + 1)
      }
    } finally {
      for (const key of ['follow-facts', 'relationship', 'own-account', 'account']) {
        void queries.invalidateQueries({ queryKey: [key] })
      }
    }
  }
  return (
    <ConfirmDialog
      title={t(`people.end_${side}_title`, { count: asked.length })}
      act={t(`people.end_${side}`)}
      onConfirm={end}
      onClose={onClose}
    >
      <div className={styles.words}>
        {mutual === 0 ? null : (
          <p className={styles.loss}>{t(`people.end_${side}_mutual`, { count: mutual })}</p>
        )}
        <p>{t(`people.end_${side}_help`)}</p>
        {done === 0 ? null : <p role="status">{t('people.end_progress', { done, count: asked.length })}</p>}
      </div>
    </ConfirmDialog>
  )
}
