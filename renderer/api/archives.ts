/** Archives of former accounts, whose posts are brought along. */
import type { ArchiveProgress } from '../../server/contracts/archive.ts'
import type { ApiClient } from './client.ts'

const PREFIX = '/api/homebird/v1/archives'
/** As long as the home takes an upload for. */
const TIMEOUT_MS = 3_600_000

export const getArchives = async (api: ApiClient): Promise<readonly ArchiveProgress[]> =>
  (await api.get<{ readonly archives: readonly ArchiveProgress[] }>(PREFIX)).archives

/** @throws ApiFailure refused for what is too large, and where there is no room for it */
export const bringArchive = async (api: ApiClient, file: File): Promise<ArchiveProgress> =>
  api.post(PREFIX, {
    query: { name: file.name },
    body: file,
    headers: { 'content-type': 'application/octet-stream' },
    timeoutMs: TIMEOUT_MS,
  })

export const cancelArchive = async (api: ApiClient, id: string): Promise<ArchiveProgress> =>
  api.post(`${PREFIX}/${id}/cancel`)

export const getArchiveFailures = async (api: ApiClient, id: string): Promise<Blob> =>
  api.getFile(`${PREFIX}/${id}/failures.csv`)
