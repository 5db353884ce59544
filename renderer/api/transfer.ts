/** Lists that are brought along from elsewhere, and taken away. */
import type { ImportKind, ImportPreview, ImportProgress } from '../../server/contracts/import.ts'
import type { ApiClient } from './client.ts'

const PREFIX = '/api/homebird/v1/imports'
/** A large file on a slow disk. */
const TIMEOUT_MS = 120_000

export interface ImportChoice {
  readonly kind: ImportKind
  readonly overwrites: boolean
  readonly file: Blob
}

const ofChoice = ({ kind, overwrites, file }: ImportChoice) => ({
  query: { kind, mode: overwrites ? 'overwrite' : 'merge' },
  body: file,
  headers: { 'content-type': 'application/octet-stream' },
  timeoutMs: TIMEOUT_MS,
})

export const getImports = async (api: ApiClient): Promise<readonly ImportProgress[]> =>
  (await api.get<{ readonly imports: readonly ImportProgress[] }>(PREFIX)).imports

/** @throws ApiFailure refused for a file that is none of the kind */
export const previewImport = async (api: ApiClient, choice: ImportChoice): Promise<ImportPreview> =>
  api.post(`${PREFIX}/preview`, ofChoice(choice))

/** What it takes away has been seen. */
export async function startImport(api: ApiClient, choice: ImportChoice): Promise<ImportProgress> {
  const { query, ...rest } = ofChoice(choice)
  return api.post(PREFIX, { ...rest, query: { ...query, confirm: true } })
}

export const getImport = async (api: ApiClient, id: string): Promise<ImportProgress> =>
  api.get(`${PREFIX}/${encodeURIComponent(id)}`)

export const cancelImport = async (api: ApiClient, id: string): Promise<ImportProgress> =>
  api.post(`${PREFIX}/${id}/cancel`)

export const getFailures = async (api: ApiClient, id: string): Promise<Blob> =>
  api.getFile(`${PREFIX}/${id}/failures.csv`)

/** Names of the files that the home gives. */
export const EXPORT_FILES = [
  'following.csv',
  'followers.csv',
  'lists.csv',
  'blocks.csv',
  'mutes.csv',
  'bookmarks.csv',
  'domain_blocks.csv',
  'custom_filters.json',
] as const

export const getExport = async (api: ApiClient, name: (typeof EXPORT_FILES)[number]): Promise<Blob> =>
  api.getFile(`/api/v1/exports/${name}`, { timeoutMs: TIMEOUT_MS })
