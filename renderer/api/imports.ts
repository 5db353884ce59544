/** Lists that are brought along from elsewhere: looked at, taken in, followed while they are worked on. */
import type { ImportKind, ImportPreview, ImportProgress } from '../../server/contracts/import.ts'
import type { ApiClient } from './client.ts'

const PATH = '/api/homebird/v1/imports'

/** @throws ApiFailure refused, with what is wrong with the file in words */
export const previewImport = async (api: ApiClient, kind: ImportKind, file: Blob): Promise<ImportPreview> =>
  api.post(`${PATH}/preview`, { query: { kind }, body: file })

/** @throws ApiFailure refused, with what is wrong with the file in words */
export const startImport = async (api: ApiClient, kind: ImportKind, file: Blob): Promise<ImportProgress> =>
  api.post(PATH, { query: { kind }, body: file })

export const getImport = async (api: ApiClient, id: string): Promise<ImportProgress> =>
  api.get(`${PATH}/${encodeURIComponent(id)}`)
