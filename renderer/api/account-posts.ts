/** What one person wrote. */
import type { Status } from '../../server/contracts/status.ts'
import type { ApiClient, Page } from './client.ts'
import type { TimelineRange } from './posts.ts'

export interface AccountPostsFilter {
  readonly excludesReplies?: boolean
  readonly excludesBoosts?: boolean
  readonly onlyMedia?: boolean
  readonly onlyPinned?: boolean
  readonly tagged?: string
}

/** The latest first, as far as they are known here. */
export const listAccountPosts = async (
  api: ApiClient,
  accountId: string,
  filter: AccountPostsFilter,
  range: TimelineRange,
): Promise<Page<Status>> =>
  api.getPage(`/api/v1/accounts/${encodeURIComponent(accountId)}/statuses`, {
    query: {
      exclude_replies: filter.excludesReplies,
      exclude_reblogs: filter.excludesBoosts,
      only_media: filter.onlyMedia,
      pinned: filter.onlyPinned,
      tagged: filter.tagged,
      max_id: range.olderThan,
      min_id: range.newerThan,
      limit: range.limit,
    },
  })

/** In the order of the ids; those that are gone are left out. */
export const getPosts = async (api: ApiClient, ids: readonly string[]): Promise<readonly Status[]> =>
  ids.length === 0 ? [] : api.get('/api/v1/statuses', { query: { id: ids } })
