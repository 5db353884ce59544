/** Timelines and posts, as the client API gives and takes them. */
import type { StatusVisibility } from '../../server/contracts/account.ts'
import type { Status } from '../../server/contracts/status.ts'
import type { ApiClient, Page } from './client.ts'

export interface NewPost {
  readonly text: string
  /** Empty for none. */
  readonly warning: string
  readonly visibility: StatusVisibility
  readonly inReplyToId: string | null
  /** The same key never makes a second post. */
  readonly idempotencyKey: string
}

export interface TimelineRange {
  readonly olderThan?: string
  readonly newerThan?: string
  readonly limit: number
}

/** Newest first; with `newerThan` the page that follows directly upon it. */
export const listHomeTimeline = async (api: ApiClient, range: TimelineRange): Promise<Page<Status>> =>
  api.getPage('/api/v1/timelines/home', {
    query: { max_id: range.olderThan, min_id: range.newerThan, limit: range.limit },
  })

export const createPost = async (api: ApiClient, post: NewPost): Promise<Status> =>
  api.post('/api/v1/statuses', {
    headers: { 'idempotency-key': post.idempotencyKey },
    body: {
      status: post.text,
      visibility: post.visibility,
      ...(post.warning === '' ? {} : { spoiler_text: post.warning, sensitive: true }),
      ...(post.inReplyToId === null ? {} : { in_reply_to_id: post.inReplyToId }),
    },
  })

export type ReactionName = 'favourite' | 'boost'

const VERBS = {
  favourite: { on: 'favourite', off: 'unfavourite' },
  boost: { on: 'reblog', off: 'unreblog' },
} as const satisfies Record<ReactionName, { on: string; off: string }>

/** @returns the post as it is then; for a boost the boosted post itself */
export async function setReaction(
  api: ApiClient,
  id: string,
  reaction: ReactionName,
  isOn: boolean,
): Promise<Status> {
  const answer = await api.post<Status>(`/api/v1/statuses/${id}/${VERBS[reaction][isOn ? 'on' : 'off']}`)
  return answer.reblog ?? answer
}
