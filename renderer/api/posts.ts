/** Timelines and posts, as the client API gives and takes them. */
import type { StatusVisibility } from '../../server/contracts/account.ts'
import type { WindowStatus } from '../../server/contracts/boosters.ts'
import type { ScheduledStatus } from '../../server/contracts/scheduled-status.ts'
import type { Status, StatusSource } from '../../server/contracts/status.ts'
import type { ApiClient, Page } from './client.ts'

export interface PostPoll {
  readonly options: readonly string[]
  readonly expiresInSeconds: number
  readonly isMultiple: boolean
  readonly hidesTotals: boolean
}

/** What a post says, new or changed. */
export interface PostWords {
  readonly text: string
  /** Empty for none. */
  readonly warning: string
  readonly isSensitive: boolean
  /** Null for what the home takes. */
  readonly language: string | null
  readonly mediaIds: readonly string[]
  readonly poll: PostPoll | null
  readonly quotePolicy: 'public' | 'followers' | 'nobody' | null
}

export interface NewPost extends PostWords {
  readonly visibility: StatusVisibility
  readonly inReplyToId: string | null
  readonly quotedId: string | null
  /** The same key never makes a second post. */
  readonly idempotencyKey: string
}

export interface MediaEdit {
  readonly id: string
  readonly description: string
  readonly focus: { readonly x: number; readonly y: number }
}

export interface TimelineRange {
  readonly olderThan?: string
  readonly newerThan?: string
  readonly limit: number
}

/** Newest first; with `newerThan` the page that follows directly upon it. */
export const listHomeTimeline = async (api: ApiClient, range: TimelineRange): Promise<Page<WindowStatus>> =>
  api.getPage('/api/v1/timelines/home', {
    query: { max_id: range.olderThan, min_id: range.newerThan, limit: range.limit },
  })

export const createPost = async (api: ApiClient, post: NewPost): Promise<Status> =>
  api.post('/api/v1/statuses', { headers: { 'idempotency-key': post.idempotencyKey }, body: formOf(post) })

/** @param moment  ISO 8601, at least five minutes ahead */
export const schedulePost = async (api: ApiClient, post: NewPost, moment: string): Promise<ScheduledStatus> =>
  api.post('/api/v1/statuses', {
    headers: { 'idempotency-key': post.idempotencyKey },
    body: { ...formOf(post), scheduled_at: moment },
  })

function formOf(post: NewPost): object {
  return {
    ...wordsOf(post),
    visibility: post.visibility,
    ...(post.inReplyToId === null ? {} : { in_reply_to_id: post.inReplyToId }),
    ...(post.quotedId === null ? {} : { quoted_status_id: post.quotedId }),
  }
}

function wordsOf({ text, warning, isSensitive, language, mediaIds, poll, quotePolicy }: PostWords): object {
  return {
    status: text,
    spoiler_text: warning,
    sensitive: isSensitive || warning !== '',
    media_ids: mediaIds,
    ...(language === null ? {} : { language }),
    ...(quotePolicy === null ? {} : { quote_approval_policy: quotePolicy }),
    ...(poll === null
      ? {}
      : {
          poll: {
            options: poll.options,
            expires_in: poll.expiresInSeconds,
            multiple: poll.isMultiple,
            hide_totals: poll.hidesTotals,
          },
        }),
  }
}

export interface PostChange extends PostWords {
  /** False leaves the poll of the post as it is, with its votes and its end. */
  readonly isPollChanged: boolean
  readonly mediaEdits: readonly MediaEdit[]
}

export const editPost = async (api: ApiClient, id: string, change: PostChange): Promise<Status> =>
  api.put(`/api/v1/statuses/${id}`, {
    body: {
      ...wordsOf(change.isPollChanged ? change : { ...change, poll: null }),
      ...(change.isPollChanged && change.poll === null ? { poll: { options: [] } } : {}),
      media_attributes: change.mediaEdits.map((edit) => ({
        id: edit.id,
        description: edit.description,
        focus: `${edit.focus.x},${edit.focus.y}`,
      })),
    },
  })

/** What the owner wrote, for an edit. */
export const getPostSource = async (api: ApiClient, id: string): Promise<StatusSource> =>
  api.get(`/api/v1/statuses/${id}/source`)

export type ReactionName = 'favourite' | 'boost' | 'bookmark' | 'pin' | 'mute'

const VERBS = {
  favourite: { on: 'favourite', off: 'unfavourite' },
  boost: { on: 'reblog', off: 'unreblog' },
  bookmark: { on: 'bookmark', off: 'unbookmark' },
  pin: { on: 'pin', off: 'unpin' },
  mute: { on: 'mute', off: 'unmute' },
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

export const getPost = async (api: ApiClient, id: string): Promise<Status> =>
  api.get(`/api/v1/statuses/${id}`)
