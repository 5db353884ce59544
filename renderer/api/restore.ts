/** Restoring: a backup is brought, looked into, and takes the place of the home. */
import type { PlaceListing, RestorePreview } from '../../server/contracts/backups.ts'
import type { ApiClient } from './client.ts'

const PREFIX = '/api/homebird/v1/restore'
/** As long as the home takes an upload for. */
const UPLOAD_MS = 3_600_000
/** A far place is read, and words are tried. */
const PATIENT_MS = 120_000

export type RestoreSource =
  | { readonly place: string; readonly name: string }
  /** Of a place that is none of the settings. */
  | { readonly address: string; readonly name: string }
  /** A path on the computer of the home. */
  | { readonly file: string }
  | { readonly upload: string }

export interface RestoreForm {
  readonly from: RestoreSource
  /** Null where the home's own key opens it. */
  readonly words: string | null
  /** Empty while the home is not set up. */
  readonly password: string
}

export const bringBackup = async (api: ApiClient, file: File): Promise<string> =>
  (
    await api.post<{ readonly upload: string }>(`${PREFIX}/uploads`, {
      body: file,
      headers: { 'content-type': 'application/octet-stream' },
      timeoutMs: UPLOAD_MS,
    })
  ).upload
export const listPlace = async (api: ApiClient, address: string, password: string): Promise<PlaceListing> =>
  api.post(`${PREFIX}/places/list`, { body: { address, password }, timeoutMs: PATIENT_MS })
export const lookIntoBackup = async (api: ApiClient, form: RestoreForm): Promise<RestorePreview> =>
  api.post(`${PREFIX}/look`, { body: form, timeoutMs: PATIENT_MS })
export const startRestore = async (api: ApiClient, form: RestoreForm): Promise<unknown> =>
  api.post(`${PREFIX}/start`, { body: form })
