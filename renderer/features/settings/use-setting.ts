/** One value of the settings, wherever it is kept: shown at once when it is changed, taken back when the home refuses. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { PreferencesEdit } from '../../../server/contracts/preferences.ts'
import { useState } from 'react'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { type KeptSource, type SettingValues, readSource, writeSource } from '../../api/settings.ts'
import { useAct } from '../../hooks/use-act.ts'
import { usePreferences } from '../../hooks/use-preferences.ts'
import { useServices } from '../../hooks/use-services.ts'
import type { SettingRow } from '../../stores/setting-rows.ts'

export type KeptSetting = Extract<SettingRow, { kind: 'kept' }>

export interface SettingState {
  /** Undefined while it is not known yet. */
  readonly value: unknown
  readonly isChanged: boolean
  readonly failure: ApiFailure | null
  readonly set: (value: unknown) => void
  readonly tryAgain: () => void
}

export function useSetting(row: KeptSetting): SettingState {
  const { source } = row
  const kept = useKeptValue(source === 'preferences' ? null : source, row)
  const preferred = usePreferredValue(row)
  return source === 'preferences' ? preferred : kept
}

function usePreferredValue(row: KeptSetting): SettingState {
  const { preferences } = useServices()
  const [failed, setFailed] = useState<{ readonly failure: ApiFailure; readonly wanted: unknown } | null>(
    null,
  )
  const value = (usePreferences() as SettingValues)[row.name]
  // Each press counts, however quickly they come: one does not wait for the answer to another.
  const set = (wanted: unknown): void => {
    setFailed(null)
    const edit = { [row.name]: wanted === row.usual ? null : wanted } as PreferencesEdit
    preferences.edit(edit).catch((error: unknown) => setFailed({ failure: toFailure(error), wanted }))
  }
  return {
    value,
    isChanged: value !== row.usual,
    failure: failed?.failure ?? null,
    set,
    tryAgain: () => set(failed?.wanted ?? value),
  }
}

function useKeptValue(source: KeptSource | null, row: KeptSetting): SettingState {
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const key = ['settings', source]
  const query = useQuery({
    queryKey: key,
    queryFn: async () => readSource(api, source ?? 'account'),
    enabled: source !== null,
  })
  const value = query.data?.[row.name]
  const change = async (next: unknown): Promise<void> => {
    if (source === null) return
    queries.setQueryData<SettingValues>(key, (before) => ({ ...before, [row.name]: next }))
    try {
      queries.setQueryData(key, await writeSource(api, source, row.name, next))
    } catch (error) {
      queries.setQueryData<SettingValues>(key, (before) => ({ ...before, [row.name]: value }))
      throw error
    }
    if (source === 'account') void queries.invalidateQueries({ queryKey: ['own-account'] })
  }
  return {
    value,
    isChanged: value !== undefined && value !== row.usual,
    failure: act.failure ?? (query.error as ApiFailure | null),
    set: (next) => void act.run(async () => change(next)),
    tryAgain: () => {
      act.forget()
      void query.refetch()
    },
  }
}
