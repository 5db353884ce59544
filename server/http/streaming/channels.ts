/** The streams that clients name, which notices go into them, and which of what these name. */
import { EVERYBODY, type StreamEventName } from '../../contracts/stream-event.ts'
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
  /** How messages name it: the stream, and its parameter as the client wrote it, by which it knows its own. */
  readonly label: readonly string[]
}

/** What a client may name. */
export interface StreamParameters {
  readonly tag?: string | undefined
  readonly list?: string | undefined
}

/** @returns what is missing, in words, where a parameter is */
export function subscriptionOf(
  name: StreamName,
  { tag = '', list = '' }: StreamParameters,
): Subscription | string {
  if (name === 'hashtag' || name === 'hashtag:local') {
    const key = hashtagKey(tag.replace(/^[#\uFF03]/, ''))
    return key === '' ? 'Missing tag name parameter' : { name, parameter: key, label: [name, tag] }
  }
  if (name === 'list') {
    return list === '' ? 'Missing list name parameter' : { name, parameter: list, label: [name, list] }
  }
  return { name, parameter: null, label: [name] }
}

export const isSameStream = (a: Subscription, b: Subscription): boolean =>
  a.label.join(' ') === b.label.join(' ')

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
  boosters: 'read:statuses',
}

/** What a token must cover for each event, whatever covers the stream. @see security rule 74 */
export const scopeOfEvent = (event: StreamEventName): string => EVENT_SCOPES[event]

const HOME: readonly StreamName[] = ['user']
const NOTIFICATIONS: readonly StreamName[] = ['user', 'user:notification']

/** Streams of an identity; as on other servers, conversations are in that of direct messages only. */
const STREAMS_OF_EVENT: Readonly<Record<StreamEventName, readonly StreamName[]>> = {
  update: HOME,
  'status.update': HOME,
  delete: HOME,
  notification: NOTIFICATIONS,
  notifications_merged: NOTIFICATIONS,
  conversation: ['direct'],
  filters_changed: HOME,
  boosters: HOME,
}

/** Beside the client API: apps are not told what they do not know. */
export const isForWindows = (event: StreamEventName): boolean => event === 'boosters'

/** Streams that hang on no home timeline. */
const isOpenStream = (name: StreamName): boolean => /^(?:public|hashtag|list)/.test(name)

/** Whether a notice may have something for a stream. */
export function takesNotice({ name }: Subscription, whose: string, event: StreamEventName): boolean {
  return whose === EVERYBODY ? isOpenStream(name) : STREAMS_OF_EVENT[event].includes(name)
}

export interface OpenStatus {
  readonly status: Status
  readonly isLocal: boolean
  /** It stands in the public timelines. */
  readonly isPublic: boolean
  /** Lists that show it. */
  readonly listIds: readonly string[]
}

/** Whether a status belongs into one of the streams that hang on no home timeline. */
export function showsStatus({ name, parameter }: Subscription, shown: OpenStatus): boolean {
  const { status, isLocal, isPublic, listIds } = shown
  if (name === 'list') return parameter !== null && listIds.includes(parameter)
  if (!isPublic) return false
  if (name.startsWith('hashtag')) {
    return status.tags.some((tag) => tag.name === parameter) && (name === 'hashtag' || isLocal)
  }
  if (name.endsWith(':media') && status.media_attachments.length === 0) return false
  if (name.includes(':local')) return isLocal
  return name.includes(':remote') ? !isLocal : true
}
