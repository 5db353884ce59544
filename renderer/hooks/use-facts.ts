/** Facts of the home that several pages show, each fetched once: the owner's account, limits, state, checks. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { CredentialAccount } from '../../server/contracts/account.ts'
import type { Instance } from '../../server/contracts/instance.ts'
import type { HomeFacts } from '../../server/contracts/owner-api.ts'
import { getInstance, getOwnAccount } from '../api/accounts.ts'
import type { ApiClient } from '../api/client.ts'
import { getHomeFacts } from '../api/owner.ts'
import { useServices } from './use-services.ts'

const STATE_EVERY_MS = 30_000

/** The owner's account as a query, for those who wait for it outside of a drawing. */
export function ownAccountQuery(api: ApiClient) {
  return { queryKey: ['own-account'], queryFn: async () => getOwnAccount(api), staleTime: 300_000 }
}

export function useOwnAccount(): UseQueryResult<CredentialAccount> {
  const { api } = useServices()
  return useQuery(ownAccountQuery(api))
}

export function useInstance(): UseQueryResult<Instance> {
  const { api } = useServices()
  return useQuery({ queryKey: ['instance'], queryFn: async () => getInstance(api), staleTime: Infinity })
}

export function useHomeFacts(): UseQueryResult<HomeFacts> {
  const { api } = useServices()
  return useQuery({
    queryKey: ['home'],
    queryFn: async () => getHomeFacts(api),
    refetchInterval: STATE_EVERY_MS,
  })
}
