/** What the first run asks of an adoption: often while it runs, else when somebody acts. */
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AdoptionState } from '../../../server/contracts/adoption.ts'
import { getAdoption } from '../../api/adoption.ts'
import { useServices } from '../../hooks/use-services.ts'

const KEY = ['adoption']
const RUNNING_EVERY_MS = 1_000

export function useAdoption(): UseQueryResult<AdoptionState | null> {
  const { api } = useServices()
  return useQuery({
    queryKey: KEY,
    queryFn: async () => getAdoption(api),
    refetchInterval: ({ state }) => ((state.data?.running ?? null) === null ? false : RUNNING_EVERY_MS),
  })
}

export function useAdoptionAnswer(): (state: AdoptionState) => void {
  const queries = useQueryClient()
  return (state) => void queries.setQueryData(KEY, state)
}
