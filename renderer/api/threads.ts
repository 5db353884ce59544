/** A post with what stands around it, and how the search for what is missing goes. */
import type { AsyncRefresh } from '../../server/contracts/async-refresh.ts'
import type { Relationship } from '../../server/contracts/relationship.ts'
import type { Status, StatusContext } from '../../server/contracts/status.ts'
import type { ApiClient } from './client.ts'

/** What is read on other servers while the answer is here already. */
export interface Refresh {
  readonly id: string
  /** After so long it may be asked how it goes. */
  readonly retrySeconds: number
  /** Posts that it has brought so far. */
  readonly found: number
}

export interface ThreadAnswer {
  readonly context: StatusContext
  /** Null where nothing is being read. */
  readonly refresh: Refresh | null
}

const path = (id: string): string => `/api/v1/statuses/${encodeURIComponent(id)}`

export const getPost = async (api: ApiClient, id: string): Promise<Status> => api.get(path(id))

export async function getThread(api: ApiClient, id: string): Promise<ThreadAnswer> {
  const { body, headers } = await api.getAnswer<StatusContext>(`${path(id)}/context`)
  return { context: body, refresh: parseRefresh(headers.get('mastodon-async-refresh')) }
}

export const getRefresh = async (api: ApiClient, id: string): Promise<AsyncRefresh> =>
  api.get(`/api/v1_alpha/async_refreshes/${encodeURIComponent(id)}`)

/** @see Mastodon API, async refreshes: `id="<id>", retry=5, result_count=2` */
export function parseRefresh(header: string | null): Refresh | null {
  const id = /\bid="([^"]+)"/.exec(header ?? '')?.[1]
  if (id === undefined) return null
  const numberOf = (name: string, fallback: number): number => {
    const digits = new RegExp(`\\b${name}=(\\d{1,6})\\b`).exec(header ?? '')?.[1]
    return digits === undefined ? fallback : Number(digits)
  }
  return { id, retrySeconds: Math.max(1, numberOf('retry', 5)), found: numberOf('result_count', 0) }
}

const MOST_RELATIONSHIPS = 80

/** Of these accounts, those whom the viewer mutes. */
export async function listMuted(api: ApiClient, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const muted = new Set<string>()
  for (let start = 0; start < ids.length; start += MOST_RELATIONSHIPS) {
    const query = { id: ids.slice(start, start + MOST_RELATIONSHIPS) }
    const found = await api.get<Relationship[]>('/api/v1/accounts/relationships', { query })
    for (const { id, muting } of found) if (muting) muted.add(id)
  }
  return muted
}
