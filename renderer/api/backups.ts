/** Backups: what there is, where and when they are made, what opens them. */
import type { BackupsOverview, ListedBackup, PlaceTrial } from '../../server/contracts/backups.ts'
import type { ApiClient } from './client.ts'

const PREFIX = '/api/homebird/v1/backups'
/** A far place is looked at. */
const PATIENT = { timeoutMs: 120_000 } as const

const fileOf = (place: string, name: string): string =>
  `${PREFIX}/places/${place}/files/${encodeURIComponent(name)}`

/** Null where nothing makes backups: the server was started alone. */
export const getBackups = async (api: ApiClient): Promise<BackupsOverview | null> =>
  (await api.get<{ readonly backups: BackupsOverview | null }>(PREFIX)).backups
export const getListed = async (api: ApiClient, place: string): Promise<readonly ListedBackup[]> =>
  (await api.get<{ readonly backups: readonly ListedBackup[] }>(`${PREFIX}/places/${place}/files`, PATIENT))
    .backups
export const startBackup = async (
  api: ApiClient,
  order: { readonly place?: string; readonly isWhole?: boolean },
): Promise<unknown> => api.post(`${PREFIX}/start`, { body: order })
export const cancelBackup = async (api: ApiClient): Promise<unknown> => api.post(`${PREFIX}/cancel`)
export const checkBackup = async (api: ApiClient, place: string, name: string): Promise<unknown> =>
  api.post(`${fileOf(place, name)}/check`)
export const removeBackup = async (
  api: ApiClient,
  place: string,
  name: string,
  password: string,
): Promise<unknown> => api.post(`${fileOf(place, name)}/remove`, { ...PATIENT, body: { password } })
/** The browser saves it by itself: it may be larger than what a page can hold. */
export const backupFile = (place: string, name: string): string => fileOf(place, name)
export const saveBackupSettings = async (
  api: ApiClient,
  settings: { readonly at?: string; readonly keep?: string; readonly password?: string },
): Promise<unknown> => api.put(`${PREFIX}/settings`, { body: settings })
export const tryPlace = async (api: ApiClient, address: string, password: string): Promise<PlaceTrial> =>
  api.post(`${PREFIX}/places/try`, { ...PATIENT, body: { address, password } })
export const addPlace = async (api: ApiClient, address: string, password: string): Promise<unknown> =>
  api.post(`${PREFIX}/places`, { body: { address, password } })
export const removePlace = async (api: ApiClient, place: string, password: string): Promise<unknown> =>
  api.post(`${PREFIX}/places/${place}/remove`, { body: { password } })
export const makePlaceKey = async (
  api: ApiClient,
): Promise<{ readonly privateKey: string; readonly publicKey: string }> => api.post(`${PREFIX}/keys`)
export const setLock = async (
  api: ApiClient,
  by: 'passphrase' | 'recovery',
  words: string | null,
  password: string,
): Promise<unknown> => api.put(`${PREFIX}/locks`, { ...PATIENT, body: { by, words, password } })
