/** What the first run asks of a taking over: often while it goes on, else when somebody acts. */
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import type { TakingState } from '../../../server/contracts/taking-home.ts'
import { getTaking } from '../../api/hand-over.ts'
import { useServices } from '../../hooks/use-services.ts'

const KEY = ['taking']
const RUNNING_EVERY_MS = 1_000

const goesOn = (state: TakingState | undefined): boolean =>
  state?.phase === 'coming' || state?.phase === 'restoring'

/** Whoever comes back finds it where it was left. */
export const isTakingBegun = (state: TakingState | undefined): boolean =>
  state?.phase === 'paired' || goesOn(state)

/** A home that does not answer any more is being opened again: what was known stands. */
export function useTaking(): UseQueryResult<TakingState> {
  const { api } = useServices()
  return useQuery({
    queryKey: KEY,
    queryFn: async () => getTaking(api),
    refetchInterval: ({ state }) => (goesOn(state.data) ? RUNNING_EVERY_MS : false),
    retry: false,
  })
}

export function useTakingAnswer(): (state: TakingState) => void {
  const queries = useQueryClient()
  return (state) => void queries.setQueryData(KEY, state)
}
