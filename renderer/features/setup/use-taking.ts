/** What the first run asks of a taking over: often while it goes on, else when somebody acts. */
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import type { TakingState } from '../../../server/contracts/taking-home.ts'
import { getTaking } from '../../api/hand-over.ts'
import { useServices } from '../../hooks/use-services.ts'

const KEY = ['taking']
const RUNNING_EVERY_MS = 1_000
/** A home that was only looked at is let go of after a while. */
const PAIRED_EVERY_MS = 60_000

const goesOn = (state: TakingState | undefined): boolean =>
  state?.phase === 'coming' || state?.phase === 'restoring'

/** Whoever comes back finds it where it was left, and how it failed. */
export const isTakingBegun = (state: TakingState | undefined): boolean =>
  state !== undefined && state.phase !== 'none'

function everyMs(state: TakingState | undefined): number | false {
  if (goesOn(state)) return RUNNING_EVERY_MS
  return state?.phase === 'paired' ? PAIRED_EVERY_MS : false
}

/** A home that does not answer any more is being opened again: what was known stands. */
export function useTaking(): UseQueryResult<TakingState> {
  const { api } = useServices()
  return useQuery({
    queryKey: KEY,
    queryFn: async () => getTaking(api),
    refetchInterval: ({ state }) => everyMs(state.data),
    retry: false,
  })
}

export function useTakingAnswer(): (state: TakingState) => void {
  const queries = useQueryClient()
  return (state) => void queries.setQueryData(KEY, state)
}

/** For whoever was refused: it may stand otherwise than it did. */
export function useTakingLook(): () => void {
  const queries = useQueryClient()
  return () => void queries.invalidateQueries({ queryKey: KEY })
}
