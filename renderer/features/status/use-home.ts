/** What the pages of the home ask again and again while they are looked at; what stands there stays until it is better known. */
import {
  type QueryClient,
  type UseQueryResult,
  keepPreviousData,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import type { DoctorReport } from '../../../server/contracts/doctor.ts'
import type {
  History,
  HistorySpan,
  StatusFacts,
  StorageFacts,
} from '../../../server/contracts/home-status.ts'
import { getDoctor, getHistory, getStatus, getStorage } from '../../api/home.ts'
import { useServices } from '../../hooks/use-services.ts'

const STATUS_EVERY_MS = 10_000
const MINUTE_MS = 60_000

export const STATUS_KEY = ['home-status']
const DOCTOR_KEY = ['doctor']
export const STORAGE_KEY = ['storage']

export function useStatus(): UseQueryResult<StatusFacts> {
  const { api } = useServices()
  return useQuery({
    queryKey: STATUS_KEY,
    queryFn: async () => getStatus(api),
    refetchInterval: STATUS_EVERY_MS,
  })
}

export function useHistory(span: HistorySpan): UseQueryResult<History> {
  const { api } = useServices()
  return useQuery({
    queryKey: ['home-history', span],
    queryFn: async () => getHistory(api, span),
    refetchInterval: MINUTE_MS,
    placeholderData: keepPreviousData,
  })
}

export function useStorage(): UseQueryResult<StorageFacts> {
  const { api } = useServices()
  return useQuery({
    queryKey: STORAGE_KEY,
    queryFn: async () => getStorage(api),
    refetchInterval: 5 * MINUTE_MS,
  })
}

export function useDoctor(): UseQueryResult<DoctorReport> {
  const { api } = useServices()
  return useQuery({ queryKey: DOCTOR_KEY, queryFn: async () => getDoctor(api), refetchInterval: MINUTE_MS })
}

/** How many acts on the doctor's report have begun, for each client of the home. */
const begun = new WeakMap<QueryClient, number>()

/**
 * Has an act on the doctor's report done and shows what it answers. Acts overlap and answers overtake each other: one that
 * was begun before another is not believed, but the report asked for again; nor does a report that was asked for before.
 */
export function useDoctorAct(): (act: () => Promise<DoctorReport>) => Promise<void> {
  const queries = useQueryClient()
  return async (act) => {
    const mine = (begun.get(queries) ?? 0) + 1
    begun.set(queries, mine)
    const report = await act()
    await queries.cancelQueries({ queryKey: DOCTOR_KEY })
    if (begun.get(queries) === mine) queries.setQueryData(DOCTOR_KEY, report)
    else await queries.invalidateQueries({ queryKey: DOCTOR_KEY })
  }
}

/** Has every fact of the home asked for again. */
export function useRefresh(): () => Promise<void> {
  const queries = useQueryClient()
  return async () => {
    await Promise.all(
      [['home'], STATUS_KEY, ['home-history'], ['peers'], STORAGE_KEY].map(async (queryKey) =>
        queries.invalidateQueries({ queryKey }),
      ),
    )
  }
}
