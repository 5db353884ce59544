/** Private mentions, conversation by conversation. */
import type { Conversation } from '../../server/contracts/conversation.ts'
import type { ApiClient, Page } from './client.ts'

const path = (id: string, act = ''): string => `/api/v1/conversations/${encodeURIComponent(id)}${act}`

export const listConversations = async (
  api: ApiClient,
  olderThan: string | undefined,
): Promise<Page<Conversation>> =>
  api.getPage('/api/v1/conversations', { query: { max_id: olderThan, limit: 30 } })

export const markConversation = async (
  api: ApiClient,
  id: string,
  isUnread: boolean,
): Promise<Conversation> => api.post(path(id, isUnread ? '/unread' : '/read'))

/** Out of the list; its posts stay, and the next one brings it back. */
export const removeConversation = async (api: ApiClient, id: string): Promise<object> => api.delete(path(id))
