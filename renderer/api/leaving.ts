/** What is made to take along as one file. */
import type { ExportKind, ExportProgress } from '../../server/contracts/export.ts'
import type { FarewellFacts } from '../../server/contracts/farewell.ts'
import type { ApiClient } from './client.ts'

const PREFIX = '/api/homebird/v1/exports'

const pathOf = (id: string): string => `${PREFIX}/${encodeURIComponent(id)}`

export const getExports = async (api: ApiClient): Promise<readonly ExportProgress[]> =>
  (await api.get<{ readonly exports: readonly ExportProgress[] }>(PREFIX)).exports

export const makeExport = async (
  api: ApiClient,
  kind: ExportKind,
  isPrivate: boolean,
): Promise<ExportProgress> => api.post(PREFIX, { body: { kind, isPrivate } })

export const cancelExport = async (api: ApiClient, id: string): Promise<ExportProgress> =>
  api.post(`${pathOf(id)}/cancel`)

export const removeExport = async (api: ApiClient, id: string): Promise<object> => api.delete(pathOf(id))

/** Where the browser fetches it. */
export const exportFilePath = (id: string): string => `${pathOf(id)}/file`

const FAREWELL = '/api/homebird/v1/farewell'

export const getFarewell = async (api: ApiClient): Promise<FarewellFacts> => api.get(FAREWELL)

/** @throws ApiFailure refused with 422 for a wrong password, code or handle */
export const sayFarewell = async (
  api: ApiClient,
  proof: { readonly handle: string; readonly password: string; readonly code: string },
): Promise<FarewellFacts> => api.post(FAREWELL, { body: proof })

/** @throws ApiFailure refused with 409 where it has begun */
export const callOffFarewell = async (api: ApiClient): Promise<FarewellFacts> => api.delete(FAREWELL)
