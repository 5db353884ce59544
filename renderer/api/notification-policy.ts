/** Who may send notifications, and those who wait for the owner's word. */
import type { NotificationPolicy, NotificationRequest } from '../../server/contracts/notification.ts'
import type { ApiClient, Page } from './client.ts'

export const getNotificationPolicy = async (api: ApiClient): Promise<NotificationPolicy> =>
  api.get('/api/v2/notifications/policy')

export type PolicyChange = Partial<Omit<NotificationPolicy, 'summary'>>

export const changeNotificationPolicy = async (
  api: ApiClient,
  change: PolicyChange,
): Promise<NotificationPolicy> => api.patch('/api/v2/notifications/policy', { body: change })

export const listNotificationRequests = async (
  api: ApiClient,
  olderThan: string | undefined,
): Promise<Page<NotificationRequest>> =>
  api.getPage('/api/v1/notifications/requests', { query: { max_id: olderThan, limit: 40 } })

export const answerNotificationRequests = async (
  api: ApiClient,
  ids: readonly string[],
  answer: 'accept' | 'dismiss',
): Promise<object> => api.post(`/api/v1/notifications/requests/${answer}`, { body: { id: ids } })

export const answerFollowRequest = async (
  api: ApiClient,
  accountId: string,
  answer: 'authorize' | 'reject',
): Promise<object> => api.post(`/api/v1/follow_requests/${encodeURIComponent(accountId)}/${answer}`)
