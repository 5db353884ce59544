/** The streams that clients name, and which events belong into them. */
import type { StreamEventName } from '../../contracts/stream-event.ts'
import type { Status } from '../../contracts/status.ts'
import { hashtagKey } from '../../domain/text/scan-text.ts'

export const STREAM_NAMES = [
  'user',
  'user:notification',
  'public',
  'public:media',
  'public:local',
  'public:local:media',
  'public:remote',
  'public:remote:media',
  'hashtag',
  'hashtag:local',
  'list',
  'direct',
] as const

export type StreamName = (typeof STREAM_NAMES)[number]

const NAMES: ReadonlySet<string> = new Set(STREAM_NAMES)
export const isStreamName = (name: string): name is StreamName => NAMES.has(name)

export interface Subscription {
  readonly name: StreamName
  /** Key of the hashtag, or id of the list; null for the others. */
  readonly parameter: string | null
}

/** How messages name it: the stream and its parameter. */
export const labelOf = ({ name, parameter }: Subscription): string[] =>
  parameter === null ? [name] : [name, parameter]

/** @returns null where a parameter is missing */
export function subscriptionOf(
  name: StreamName,
  tag: string | undefined,
  list: string | undefined,
): Subscription | null {
  if (name === 'hashtag' || name === 'hashtag:local') {
    return tag === undefined || tag === '' ? null : { name, parameter: hashtagKey(tag) }
  }
  if (name === 'list') return list === undefined || list === '' ? null : { name, parameter: list }
  return { name, parameter: null }
}

export const scopeOfStream = (name: StreamName): string =>
  name === 'user:notification' ? 'read:notifications' : 'read:statuses'

const EVENT_SCOPES: Readonly<Record<StreamEventName, string>> = {
  update: 'read:statuses',
  'status.update': 'read:statuses',
  delete: 'read:statuses',
  notification: 'read:notifications',
  notifications_merged: 'read:notifications',
  conversation: 'read:statuses',
  filters_changed: 'read:filters',
}

/** What a token must cover for each event, whatever covers the stream. @see security rule 74 */
export const scopeOfEvent = (event: StreamEventName): string => EVENT_SCOPES[event]

export interface StreamedStatus {
  readonly status: Status
  readonly isLocal: boolean
}

/** Whether a status belongs into a stream. */
export function wantsStatus({ name, parameter }: Subscription, { status, isLocal }: StreamedStatus): boolean {
  if (name === 'user') return true
  if (status.visibility !== 'public' || status.reblog !== null) return false
  if (name.startsWith('hashtag')) {
    return status.tags.some((tag) => tag.name === parameter) && (name === 'hashtag' || isLocal)
  }
  if (!name.startsWith('public')) return false
  if (name.endsWith(':media') && status.media_attachments.length === 0) return false
  if (name.includes(':local')) return isLocal
  return name.includes(':remote') ? !isLocal : true
}

/** As on other servers, they are in the stream of direct messages only. */
export const wantsConversation = ({ name }: Subscription): boolean => name === 'direct'

export const wantsNotification = ({ name }: Subscription): boolean =>
  name === 'user' || name === 'user:notification'

/** A deletion goes wherever the status may have been shown. */
export const wantsDeletion = ({ name }: Subscription): boolean => name !== 'user:notification'

/** What concerns the whole account of a reader. */
export const wantsSignal = ({ name }: Subscription): boolean => name === 'user'
