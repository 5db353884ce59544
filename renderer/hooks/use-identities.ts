/** The identities of the owner, oldest first, and how the window becomes one of them. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { Account } from '../../server/contracts/account.ts'
import { getAccounts } from '../api/accounts.ts'
import type { ApiClient } from '../api/client.ts'
import { getIdentities } from '../api/settings.ts'
import { chooseIdentity } from '../stores/identity.ts'
import { useServices } from './use-services.ts'

export interface Identity {
  readonly id: string
  /** Whole: `@ana@home.example` */
  readonly handle: string
  readonly account: Account
}

export const IDENTITIES = ['identities']

export function useIdentities(): UseQueryResult<readonly Identity[]> {
  const { api } = useServices()
  return useQuery({
    queryKey: IDENTITIES,
    queryFn: async () => readIdentities(api),
    staleTime: 300_000,
  })
}

async function readIdentities(api: ApiClient): Promise<readonly Identity[]> {
  const facts = await getIdentities(api)
  const accounts = await getAccounts(
    api,
    facts.map(({ id }) => id),
  )
  const byId = new Map(accounts.map((account) => [account.id, account]))
  return facts.flatMap(({ id, handle }) => {
    const account = byId.get(id)
    return account === undefined ? [] : [{ id, handle, account }]
  })
}

/**
 * The window starts anew as the chosen one, so that nothing of the other is left in it. What was being written is saved
 * where it was written, and is there again after the way back.
 */
export function useSwitchIdentity(): (id: string) => void {
  const { storage, identityId, keeper } = useServices()
  const { data: identities = [] } = useIdentities()
  return (id) => {
    const [oldest] = identities
    const wanted = id === oldest?.id ? null : id
    if (wanted === identityId) return
    keeper.leave()
    chooseIdentity(storage, wanted)
    window.location.assign('/')
  }
}
