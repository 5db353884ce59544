/** Whose notifications are shown, wait, or are not made: a choice for each kind of stranger, which counts at once. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { NotificationPolicy } from '../../server/contracts/notification.ts'
import { toFailure } from '../api/failure.ts'
import {
  type PolicyChange,
  changeNotificationPolicy,
  getNotificationPolicy,
} from '../api/notification-policy.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { FailureNotice } from './notice.tsx'
import styles from './notification-policy.module.css'
import { Section } from './page.tsx'
import { QueryState } from './query-state.tsx'
import { Select } from './select.tsx'

const KINDS = [
  'not_following',
  'not_followers',
  'new_accounts',
  'private_mentions',
  'limited_accounts',
] as const
const WORDS = ['accept', 'filter', 'drop'] as const

/** Speaks the words of the part `notifications`. */
export function NotificationPolicySection() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const queryKey = ['notification-policy']
  const policy = useQuery({ queryKey, queryFn: async () => getNotificationPolicy(api) })
  const change = useMutation({
    mutationFn: async (wish: PolicyChange) => changeNotificationPolicy(api, wish),
    onMutate: async (wish) => {
      await queries.cancelQueries({ queryKey })
      const before = queries.getQueryData<NotificationPolicy>(queryKey)
      queries.setQueryData<NotificationPolicy>(queryKey, (known) => (known ? { ...known, ...wish } : known))
      return before
    },
    onError: (_error, _wish, before) => queries.setQueryData(queryKey, before),
    onSuccess: (answer) => queries.setQueryData(queryKey, answer),
  })
  const choices = WORDS.map((value) => ({ value, label: t(`policy.${value}`) }))
  return (
    <Section title={t('policy.title')} help={t('policy.help')}>
      <QueryState query={policy}>
        {(known) =>
          KINDS.map((kind) => (
            <div key={kind} className={styles.row}>
              <span aria-hidden>{t(`policy.${kind}`)}</span>
              <Select
                label={t(`policy.${kind}`)}
                isLabelHidden
                value={known[`for_${kind}`]}
                choices={choices}
                onChange={(word) => change.mutate({ [`for_${kind}`]: word })}
              />
            </div>
          ))
        }
      </QueryState>
      {change.error === null ? null : (
        <FailureNotice
          failure={toFailure(change.error)}
          meaning={t('act.nothing_changed')}
          act={{ label: t('act.try_again'), onPress: () => change.mutate(change.variables) }}
        />
      )}
    </Section>
  )
}
