/**
 * Events that reach open streams. Inside the home they travel as NOTIFY payloads that name rows; to a client they
 * travel with the whole entity.
 */

export const STREAM_EVENTS = [
  'update',
  'status.update',
  'delete',
  'notification',
  'notifications_merged',
  'conversation',
  'filters_changed',
  'boosters',
] as const

export type StreamEventName = (typeof STREAM_EVENTS)[number]

/** These name nothing: that something changed is all that they say. */
export type StreamSignal = Extract<StreamEventName, 'filters_changed'>

/** In the place of an identity: the streams that hang on no home timeline, of whoever reads them. */
export const EVERYBODY = '*'

/**
 * A NOTIFY on the channel `stream`: `<id> <whose> <JSON of this>`. The id is larger than those before it, more or less: it
 * names the notice and is no measure. `whose` is the identity whose streams are meant, or EVERYBODY.
 *
 * For an identity, `update` and `status.update` name posts that came into its home timeline or changed there, `delete` posts
 * that are gone from it; `notification` rows of notifications; `conversation` conversations with a new post;
 * `notifications_merged` says that filtered notifications are among the others now, and its id means nothing. For
 * everybody, the first three name any post: each process finds out whose streams of public posts, hashtags and lists show it.
 * `boosters` names posts that others than before have boosted, and is for windows of the owner alone: no app is told of it.
 * At most 200 ids each, since a payload ends at 8,000 bytes.
 */
export interface StreamNotice {
  readonly event: StreamEventName
  readonly ids: readonly string[]
}

/** What a WebSocket client receives; an event stream carries the same `event` and `payload` as its two fields. */
export interface StreamMessage {
  readonly stream: readonly string[]
  readonly event: StreamEventName
  /** JSON of a Status, Notification, Conversation or BoostersChange; the bare id for `delete`; none with a signal. */
  readonly payload?: string
}

export const STREAM_NOTICE_MAX_IDS = 200

/** The payloads for any number of ids, still without their own. */
export function streamNotices(whose: string, event: StreamEventName, ids: readonly string[]): string[] {
  const payloads: string[] = []
  for (let start = 0; start < ids.length; start += STREAM_NOTICE_MAX_IDS) {
    const notice: StreamNotice = { event, ids: ids.slice(start, start + STREAM_NOTICE_MAX_IDS) }
    payloads.push(`${whose} ${JSON.stringify(notice)}`)
  }
  return payloads
}

export function signalNotice(actorId: string, event: StreamSignal): string {
  const notice: StreamNotice = { event, ids: [] }
  return `${actorId} ${JSON.stringify(notice)}`
}
