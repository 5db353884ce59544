/** What the pages of the home ask again and again while they are looked at; what stands there stays until it is better known. */
import { type UseQueryResult, keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
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
export const DOCTOR_KEY = ['doctor']
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
