/** Follow, Requested, Following: shown at once, taken back when the home says no; pressing again takes it back too. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Account } from '../../../server/contracts/account.ts'
import type { Relationship } from '../../../server/contracts/relationship.ts'
import { getRelationship, setFollowing } from '../../api/accounts.ts'
import { toFailure } from '../../api/failure.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './search.module.css'

/** An answer to a request comes from another server, in its own time. */
const ASK_WHILE_REQUESTED_MS = 4_000

export function FollowButton({ account }: { readonly account: Account }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const queryKey = ['relationship', account.id]
  const relationship = useQuery({
    queryKey,
    queryFn: async () => getRelationship(api, account.id),
    refetchInterval: ({ state }) => (state.data?.requested === true ? ASK_WHILE_REQUESTED_MS : false),
  })
  const known = relationship.data ?? null
  const isOn = known !== null && (known.following || known.requested)
  const change = useMutation({
    mutationFn: async (wish: boolean) => setFollowing(api, account.id, wish),
    onMutate: async (wish) => {
      await queries.cancelQueries({ queryKey })
      queries.setQueryData<Relationship | null>(queryKey, (old) => (old ? wished(old, wish) : old))
      return known
    },
    onError: (_error, _wish, before) => queries.setQueryData(queryKey, before ?? null),
    onSuccess: (answer) => queries.setQueryData(queryKey, answer),
  })
  const handle = `@${account.acct}`
  const word = known?.following === true ? 'following' : known?.requested === true ? 'requested' : 'follow'
  return (
    <>
      <Button
        look={isOn ? 'quiet' : 'primary'}
        isPressed={isOn}
        isDisabled={known === null}
        isBusy={relationship.isPending}
        label={t(`follow.${word}_label`, { handle })}
        onPress={() => change.mutate(!isOn)}
      >
        {t(`follow.${word}`)}
      </Button>
      {change.error === null ? null : (
        <div className={styles.failure}>
          <FailureNotice
            failure={toFailure(change.error)}
            act={{ label: t('act.try_again'), onPress: () => change.mutate(change.variables) }}
          />
        </div>
      )}
    </>
  )
}

/** Until the home answers, a wish to follow is a request. */
function wished(old: Relationship, wish: boolean): Relationship {
  return { ...old, following: false, requested: wish }
}
