/** What a notice says to the streams of one identity: each entity is loaded once for all of them, as ready text. */
import type { BoostersChange } from '../../contracts/boosters.ts'
import type { NotificationType } from '../../contracts/notification.ts'
import { EVERYBODY, type StreamEventName } from '../../contracts/stream-event.ts'
import { conversationsFromRows, findConversations } from '../../domain/conversations/list-conversations.ts'
import { findNotifications } from '../../domain/notifications/list-notifications.ts'
import { notificationsFromRows } from '../../domain/notifications/notification-entities.ts'
import { findVisiblePosts } from '../../domain/posts/find-post.ts'
import { listFollowedBoosters } from '../../domain/posts/list-boosters.ts'
import { statusesFromRows } from '../../domain/posts/status-entities.ts'
import { findOpenPosts } from '../../domain/timelines/open-posts.ts'
import type { Api } from '../client-api/api.ts'
import { type Subscription, showsStatus } from './channels.ts'
import { type HeardNotice, placeIn } from './notice-log.ts'

export interface Frame {
  readonly event: StreamEventName
  /** Null with a signal. */
  readonly payload: string | null
  /** Where a reader is who has read it. */
  readonly place: string
  /** Of a notification. */
  readonly kind?: NotificationType | undefined
  /** Whether it belongs into a stream that takes the notice; missing where it belongs into all of them. */
  readonly belongsTo?: (subscription: Subscription) => boolean
}

/**
 * In the order of the ids; what the identity may not see, or not any more, is left out.
 * @param asksForLists  whether any of the streams is that of a list
 */
export async function framesOf(
  api: Api,
  actorId: string,
  notice: HeardNotice,
  asksForLists: boolean,
): Promise<Frame[]> {
  const { event, ids } = notice
  const { db } = api.context
  const scope = api.scopeFor(actorId)
  const frame = (id: string, payload: string | null, kind?: NotificationType): Frame => ({
    event,
    payload,
    place: placeIn(notice, ids.indexOf(id)),
    kind,
  })
  switch (event) {
    case 'delete':
      return ids.map((id) => frame(id, id))
    case 'filters_changed':
      return [frame('', null)]
    case 'notifications_merged':
      return [frame('', '1')]
    case 'notification': {
      const rows = await findNotifications(db, actorId, ids)
      const notifications = await notificationsFromRows(db, scope, rows)
      return notifications.map((notification) =>
        frame(notification.id, JSON.stringify(notification), notification.type),
      )
    }
    case 'conversation': {
      const rows = await findConversations(db, actorId, ids)
      const conversations = await conversationsFromRows(db, scope, rows)
      return conversations.map((conversation) => frame(conversation.id, JSON.stringify(conversation)))
    }
    case 'boosters':
      return boosterFrames(api, actorId, notice)
    case 'update':
    case 'status.update':
      return statusFrames(api, actorId, notice, asksForLists)
  }
}

async function boosterFrames(api: Api, actorId: string, notice: HeardNotice): Promise<Frame[]> {
  const { event, ids } = notice
  const found = await listFollowedBoosters(api.context.db, api.scopeFor(actorId), actorId, ids)
  return ids.map((id, index) => {
    const change: BoostersChange = { id, followed_boosters: found.get(id) ?? null }
    return { event, payload: JSON.stringify(change), place: placeIn(notice, index) }
  })
}

async function statusFrames(
  api: Api,
  actorId: string,
  notice: HeardNotice,
  asksForLists: boolean,
): Promise<Frame[]> {
  const { event, ids, whose } = notice
  const { db } = api.context
  const open = whose === EVERYBODY ? await findOpenPosts(db, actorId, ids, asksForLists) : null
  const rows = open === null ? await findVisiblePosts(db, actorId, ids) : open.map(({ row }) => row)
  const statuses = await statusesFromRows(db, api.scopeFor(actorId), rows)
  api.looks.atStatuses(actorId, statuses)
  const facts = new Map(open?.map((post) => [post.row.id, post]))
  return statuses.map((status) => {
    const post = facts.get(status.id)
    const shown = {
      status,
      isLocal: post?.row.is_local === true,
      isPublic: post?.isPublic === true,
      listIds: post?.listIds ?? [],
    }
    return {
      event,
      payload: JSON.stringify(status),
      place: placeIn(notice, ids.indexOf(status.id)),
      belongsTo: (subscription) => open === null || showsStatus(subscription, shown),
    }
  })
}
