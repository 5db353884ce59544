/**
 * Brings what happens in the home to open streams: hears of rows by NOTIFY, loads each entity once for all streams of an
 * identity, and hands it out as ready text. Streams whose token or session is over are ended within five seconds.
 * @see security rules 65, 74
 */
import type { NotificationType } from '../../contracts/notification.ts'
import {
  STREAM_EVENTS,
  type StreamEventName,
  type StreamNotice,
  type StreamSignal,
} from '../../contracts/stream-event.ts'
import { describeError } from '../../core/errors.ts'
import { conversationsFromRows, findConversations } from '../../domain/conversations/list-conversations.ts'
import { findNotifications, notificationsFromRows } from '../../domain/notifications/list-notifications.ts'
import { coversScope } from '../../domain/oauth/scopes.ts'
import { livingTokens } from '../../domain/oauth/tokens.ts'
import { livingSessions } from '../../domain/owner/living-sessions.ts'
import { findVisiblePosts } from '../../domain/posts/find-post.ts'
import { statusesFromRows } from '../../domain/posts/status-entities.ts'
import { type Access, kindsHiddenFrom } from '../client-api/access.ts'
import type { Api } from '../client-api/api.ts'
import {
  type Subscription,
  labelOf,
  scopeOfEvent,
  wantsConversation,
  wantsDeletion,
  wantsNotification,
  wantsSignal,
  wantsStatus,
} from './channels.ts'

const PING_MS = 25_000
const RECHECK_MS = 4_000
/** Most entities loaded together. */
const BATCH = 40
/** Beyond this many notices in line the streams are ended: their clients read anew what they missed. */
const MOST_WAITING = 500

/** One open stream, whatever carries it. */
export interface StreamClient {
  readonly access: Access
  readonly subscriptions: readonly Subscription[]
  /** @param payload  null with a signal */
  send(label: readonly string[], event: StreamEventName, payload: string | null): void
  ping(): void
  end(): void
}

interface Frame {
  readonly event: StreamEventName
  readonly payload: string | null
  /** Of a notification. */
  readonly kind?: NotificationType
  readonly isWanted: (subscription: Subscription) => boolean
}

export class StreamHub {
  readonly #api: Api
  readonly #clients = new Map<string, Set<StreamClient>>()
  readonly #leave: Array<() => void> = []
  #line: Promise<void> = Promise.resolve()
  #waiting = 0
  #hasConnected = false

  constructor(api: Api) {
    this.#api = api
    const { listener, stopping } = api.context
    this.#leave.push(
      listener.subscribe('stream', {
        onNotification: (payload) => this.#hear(payload),
        onConnected: () => this.#connected(),
      }),
      listener.subscribe('changed', {
        onNotification: (what) => {
          if (what === 'sessions') this.#recheck()
        },
      }),
    )
    const timers = [setInterval(() => this.#ping(), PING_MS), setInterval(() => this.#recheck(), RECHECK_MS)]
    for (const timer of timers) {
      timer.unref()
      this.#leave.push(() => clearInterval(timer))
    }
    const stop = (): void => this.endAll()
    stopping.addEventListener('abort', stop, { once: true })
    this.#leave.push(() => stopping.removeEventListener('abort', stop))
  }

  get size(): number {
    let count = 0
    for (const set of this.#clients.values()) count += set.size
    return count
  }

  /** @returns what is to be called when the stream is closed */
  add(client: StreamClient): () => void {
    const actorId = client.access.actorId ?? ''
    const set = this.#clients.get(actorId) ?? new Set()
    this.#clients.set(actorId, set.add(client))
    return () => {
      set.delete(client)
      if (set.size === 0 && this.#clients.get(actorId) === set) this.#clients.delete(actorId)
    }
  }

  endAll(): void {
    for (const client of this.#all()) client.end()
  }

  close(): void {
    for (const leave of this.#leave.splice(0)) leave()
    this.endAll()
  }

  #all(): StreamClient[] {
    return [...this.#clients.values()].flatMap((set) => Array.from(set))
  }

  /** What was told while the connection was away is lost: clients that come again read it from the timelines. */
  #connected(): void {
    if (this.#hasConnected) this.endAll()
    this.#hasConnected = true
  }

  #ping(): void {
    for (const client of this.#all()) client.ping()
  }

  /** One after the other, so that nothing overtakes: a deletion must not arrive before its post. */
  #hear(payload: string): void {
    const heard = parseNotice(payload)
    if (heard === null || !this.#clients.has(heard.actorId)) return
    if (this.#waiting >= MOST_WAITING) return this.endAll()
    this.#waiting += 1
    this.#line = this.#line.then(async () => {
      try {
        await this.#tell(heard.actorId, heard.notice)
      } catch (error) {
        this.#api.context.log.warn({ event: 'stream.notice_failed', error: describeError(error) })
      } finally {
        this.#waiting -= 1
      }
    })
  }

  async #tell(actorId: string, { event, ids }: StreamNotice): Promise<void> {
    if (event === 'filters_changed') {
      const frame = { event, payload: null, isWanted: wantsSignal }
      for (const client of this.#clients.get(actorId) ?? []) tellClient(client, frame)
      return
    }
    for (let start = 0; start < ids.length; start += BATCH) {
      const clients = this.#clients.get(actorId)
      if (clients === undefined) return
      const frames = await this.#framesOf(actorId, event, ids.slice(start, start + BATCH))
      for (const frame of frames) for (const client of clients) tellClient(client, frame)
    }
  }

  async #framesOf(
    actorId: string,
    event: Exclude<StreamEventName, StreamSignal>,
    ids: readonly string[],
  ): Promise<Frame[]> {
    const { db } = this.#api.context
    const scope = this.#api.scopeFor(actorId)
    switch (event) {
      case 'delete':
        return ids.map((id) => ({ event, payload: id, isWanted: wantsDeletion }))
      case 'notification': {
        const rows = await findNotifications(db, actorId, ids)
        const notifications = await notificationsFromRows(db, scope, rows)
        return notifications.map((notification) => ({
          event,
          payload: JSON.stringify(notification),
          kind: notification.type,
          isWanted: wantsNotification,
        }))
      }
      case 'notifications_merged':
        return [{ event, payload: '1', isWanted: wantsNotification }]
      case 'conversation': {
        const rows = await findConversations(db, actorId, ids)
        const conversations = await conversationsFromRows(db, scope, rows)
        return conversations.map((conversation) => ({
          event,
          payload: JSON.stringify(conversation),
          isWanted: wantsConversation,
        }))
      }
      case 'update':
      case 'status.update': {
        const rows = await findVisiblePosts(db, actorId, ids)
        const local = new Set(rows.filter((row) => row.is_local).map((row) => row.id))
        const statuses = await statusesFromRows(db, scope, rows)
        this.#api.looks.atStatuses(actorId, statuses)
        return statuses.map((status) => ({
          event,
          payload: JSON.stringify(status),
          isWanted: (subscription) => wantsStatus(subscription, { status, isLocal: local.has(status.id) }),
        }))
      }
    }
  }

  #recheck(): void {
    if (this.#clients.size === 0) return
    this.#endRevoked().catch((error: unknown) =>
      this.#api.context.log.warn({ event: 'stream.recheck_failed', error: describeError(error) }),
    )
  }

  async #endRevoked(): Promise<void> {
    const { db } = this.#api.context
    const clients = this.#all()
    const holders = (kind: string): string[] => [
      ...new Set(clients.flatMap(({ access }) => idOfHolder(access, kind) ?? [])),
    ]
    const tokens = await livingTokens(db, holders('token'))
    const sessions = await livingSessions(db, holders('session'), this.#api.now())
    for (const client of clients) {
      const token = idOfHolder(client.access, 'token')
      const session = idOfHolder(client.access, 'session')
      const isAlive = token === null ? session !== null && sessions.has(session) : tokens.has(token)
      if (!isAlive) client.end()
    }
  }
}

/** The id behind `token 12` or `session 12`. */
function idOfHolder(access: Access, kind: string): string | null {
  const [found, id] = (access.holder ?? '').split(' ', 2)
  return found === kind && id !== undefined ? id : null
}

function tellClient(client: StreamClient, frame: Frame): void {
  const { grant } = client.access
  if (grant !== null && !coversScope(grant.scopes, scopeOfEvent(frame.event))) return
  if (frame.kind !== undefined && kindsHiddenFrom(client.access).includes(frame.kind)) return
  for (const subscription of client.subscriptions) {
    if (frame.isWanted(subscription)) client.send(labelOf(subscription), frame.event, frame.payload)
  }
}

const EVENTS: ReadonlySet<string> = new Set(STREAM_EVENTS)

function parseNotice(payload: string): { actorId: string; notice: StreamNotice } | null {
  const space = payload.indexOf(' ')
  try {
    const notice = JSON.parse(payload.slice(space + 1)) as StreamNotice
    const isNotice = space > 0 && EVENTS.has(notice.event) && Array.isArray(notice.ids)
    return isNotice ? { actorId: payload.slice(0, space), notice } : null
  } catch {
    return null // whoever may write to the database may notify; it must not stop the streams
  }
}
