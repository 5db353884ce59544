/** Drafts as the home keeps and sends them. */
import type { DraftConflict, DraftContent, DraftForm, KeptDraft } from '../../server/contracts/draft.ts'
import type { ApiClient } from './client.ts'
import { ApiFailure } from './failure.ts'

const PREFIX = '/api/homebird/v1/drafts'

export async function listDrafts(api: ApiClient): Promise<readonly KeptDraft[]> {
  const { drafts } = await api.get<{ drafts: readonly KeptDraft[] }>(PREFIX)
  return drafts
}

export const getDraft = async (api: ApiClient, key: string): Promise<KeptDraft> => api.get(`${PREFIX}/${key}`)

export interface DraftToKeep {
  readonly key: string
  /** The home's revision that it was written upon. */
  readonly revision: number
  readonly content: DraftContent
  /** The page is being closed. */
  readonly isLeaving?: boolean
}

/** @throws ApiFailure refused with 409 where the home has another revision; `conflictOf` reads it */
export async function keepDraft(
  api: ApiClient,
  { key, revision, content, isLeaving = false }: DraftToKeep,
): Promise<KeptDraft> {
  const body: DraftForm = { revision, draft: content }
  return api.put(`${PREFIX}/${key}`, { body, keepalive: isLeaving })
}

export const deleteDraft = async (api: ApiClient, key: string): Promise<unknown> =>
  api.delete(`${PREFIX}/${key}`, { keepalive: true })

/** Holds it back for so long; then the home makes it a post. Asking again changes nothing, but for a sooner moment. */
export const sendDraft = async (
  api: ApiClient,
  key: string,
  revision: number,
  holdSeconds: number,
): Promise<KeptDraft> => api.post(`${PREFIX}/${key}/send`, { body: { revision, holdSeconds } })

/** @throws ApiFailure refused with 409 for what is a post already */
export const callDraftBack = async (api: ApiClient, key: string): Promise<KeptDraft> =>
  api.delete(`${PREFIX}/${key}/send`)

/** What the home has instead, where a failure is that it has something else. */
export function conflictOf(error: unknown): KeptDraft | null {
  if (!(error instanceof ApiFailure) || error.status !== 409) return null
  const { draft } = error.body as Partial<DraftConflict>
  return typeof draft === 'object' && typeof draft?.key === 'string' ? draft : null
}
