/** What the page of backups asks while it is looked at: often while something is made, else now and then. */
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import type { BackupsOverview, ListedBackup } from '../../../server/contracts/backups.ts'
import { getBackups, getListed } from '../../api/backups.ts'
import { useServices } from '../../hooks/use-services.ts'

const BACKUPS_KEY = ['backups']
const FILES_KEY = ['backup-files']
const RUNNING_EVERY_MS = 1_000
const ELSE_EVERY_MS = 15_000

export function useBackups(): UseQueryResult<BackupsOverview | null> {
  const { api } = useServices()
  return useQuery({
    queryKey: BACKUPS_KEY,
    queryFn: async () => getBackups(api),
    refetchInterval: ({ state }) =>
      (state.data?.running ?? null) === null ? ELSE_EVERY_MS : RUNNING_EVERY_MS,
  })
}

/** @param newest  changes when something was made there: then the list is another */
export function useListed(place: string, newest: string): UseQueryResult<readonly ListedBackup[]> {
  const { api } = useServices()
  return useQuery({
    queryKey: [...FILES_KEY, place, newest],
    queryFn: async () => getListed(api, place),
    placeholderData: (before) => before,
  })
}

export function useBackupsAgain(): () => Promise<void> {
  const queries = useQueryClient()
  return async () => {
    await Promise.all(
      [BACKUPS_KEY, FILES_KEY].map(async (queryKey) => queries.invalidateQueries({ queryKey })),
    )
  }
}
