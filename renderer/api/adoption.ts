/** Taking another server over, in the first run. */
import type { AdoptionPreview, AdoptionSource, AdoptionState } from '../../server/contracts/adoption.ts'
import type { ApiClient } from './client.ts'

const PATH = '/api/homebird/v1/adoption'
/** Another database is asked. */
const PATIENT = { timeoutMs: 120_000 } as const

/** Null where nothing could do it: the server was started alone. */
export const getAdoption = async (api: ApiClient): Promise<AdoptionState | null> =>
  (await api.get<{ readonly adoption: AdoptionState | null }>(PATH)).adoption
export const lookAtServer = async (api: ApiClient, source: AdoptionSource): Promise<AdoptionPreview> =>
  api.post(`${PATH}/look`, { ...PATIENT, body: source })
export const startAdoption = async (
  api: ApiClient,
  form: AdoptionSource & { readonly password: string },
): Promise<AdoptionState> => api.post(PATH, { ...PATIENT, body: form })
export const cancelAdoption = async (api: ApiClient): Promise<AdoptionState> => api.post(`${PATH}/cancel`)
export const abandonAdoption = async (api: ApiClient): Promise<AdoptionState> => api.delete(PATH)
