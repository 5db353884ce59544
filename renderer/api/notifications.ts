/** Notifications in groups, and how far they were read. */
import type { GroupedNotifications, Markers, NotificationType } from '../../server/contracts/notification.ts'
import type { ApiClient, LinkedBody } from './client.ts'

export interface NotificationRange {
  readonly olderThan?: string
  readonly limit: number
  /** Empty for all. */
  readonly types: readonly NotificationType[]
  /** Kinds that are left out. */
  readonly hidden: readonly string[]
}

export const listNotificationGroups = async (
  api: ApiClient,
  { olderThan, limit, types, hidden }: NotificationRange,
): Promise<LinkedBody<GroupedNotifications>> =>
  api.getLinked('/api/v2/notifications', {
    query: { max_id: olderThan, limit, ...(types.length === 0 ? {} : { types }), ...without(hidden) },
  })

const without = (hidden: readonly string[]): { exclude_types?: readonly string[] } =>
  hidden.length === 0 ? {} : { exclude_types: hidden }

/** Groups with something that was not read; counting ends at the limit. */
export async function countUnreadNotifications(
  api: ApiClient,
  limit: number,
  hidden: readonly string[],
): Promise<number> {
  const { count } = await api.get<{ count: number }>('/api/v2/notifications/unread_count', {
    query: { limit, ...without(hidden) },
  })
  return count
}

export async function getNotificationMarker(api: ApiClient): Promise<string | null> {
  const markers = await api.get<Markers>('/api/v1/markers', { query: { timeline: ['notifications'] } })
  return markers.notifications?.last_read_id ?? null
}

export const setNotificationMarker = async (api: ApiClient, lastReadId: string): Promise<Markers> =>
  api.post('/api/v1/markers', { body: { notifications: { last_read_id: lastReadId } } })

export const dismissNotificationGroup = async (api: ApiClient, key: string): Promise<object> =>
  api.post(`/api/v2/notifications/${encodeURIComponent(key)}/dismiss`)

export const clearNotifications = async (api: ApiClient): Promise<object> =>
  api.post('/api/v1/notifications/clear')
