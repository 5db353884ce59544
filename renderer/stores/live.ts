/**
 * Keeps the stream open while somebody is signed in, and tells whoever listens what it says:
 * `const stop = live.on('notification', (notification) => …)`.
 */
import type { Account } from '../../server/contracts/account.ts'
import type { BoostersChange } from '../../server/contracts/boosters.ts'
import type { Conversation } from '../../server/contracts/conversation.ts'
import type { Notification } from '../../server/contracts/notification.ts'
import type { Status } from '../../server/contracts/status.ts'
import type { ServerEvent } from '../api/event-stream.ts'
import { type LiveStream, type StreamState, openStream } from '../api/stream.ts'
import { isBoostersChange } from './boosters.ts'
import { createStore, type Observable, type Store } from './observable.ts'
import { isPost } from './posts.ts'

const PATH = '/api/v1/streaming/user'

/** What can be listened to, and what comes with it. */
export interface LiveEvents {
  /** A post came into the home timeline. */
  readonly update: Status
  /** A post changed that stands in the home timeline. */
  readonly 'status.update': Status
  /** The id of a post that is gone. */
  readonly delete: string
  readonly notification: Notification
  /** Notifications that were filtered are among the others now. */
  readonly notifications_merged: null
  readonly conversation: Conversation
  readonly filters_changed: null
  /** Others than before have boosted a post. */
  readonly boosters: BoostersChange
  /** The line is open. With `isAgain` after a loss: facts read before it may be old. */
  readonly opened: { readonly isAgain: boolean }
}

type Handler<Name extends keyof LiveEvents> = (what: LiveEvents[Name]) => void
type Handlers = { readonly [Name in keyof LiveEvents]: Set<Handler<Name>> }

interface LiveParts {
  readonly fetch: typeof globalThis.fetch
  readonly onSignedOut: () => void
  /** A post that only left the home timeline, by a deed of this window: it is told as deleted, and is not. */
  readonly hasOnlyLeft?: (id: string) => boolean
}

export type LiveListener = (event: ServerEvent) => void

export class Live {
  readonly #parts: LiveParts
  readonly #state: Store<StreamState> = createStore<StreamState>({ phase: 'ended' })
  readonly #handlers: Handlers = {
    update: new Set(),
    'status.update': new Set(),
    delete: new Set(),
    notification: new Set(),
    notifications_merged: new Set(),
    conversation: new Set(),
    filters_changed: new Set(),
    boosters: new Set(),
    opened: new Set(),
  }
  #stream: LiveStream | null = null
  #wasLive = false
  readonly #listeners = new Set<LiveListener>()

  constructor(parts: LiveParts) {
    this.#parts = parts
  }

  get state(): Observable<StreamState> {
    return this.#state
  }

  /** Whoever keeps something beside the timeline hears every event as it came. */
  listen(listener: LiveListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @returns what ends the listening */
  on<Name extends keyof LiveEvents>(name: Name, handler: Handler<Name>): () => void {
    const handlers: Set<Handler<Name>> = this.#handlers[name]
    handlers.add(handler)
    return () => void handlers.delete(handler)
  }

  open(): void {
    if (this.#stream !== null) return
    this.#wasLive = false
    this.#stream = openStream({
      fetch: this.#parts.fetch,
      path: PATH,
      onEvent: (event) => this.#take(event),
      onState: (state) => this.#moved(state),
      onSignedOut: () => this.#parts.onSignedOut(),
    })
  }

  retryNow(): void {
    this.#stream?.retryNow()
  }

  close(): void {
    this.#stream?.close()
    this.#stream = null
  }

  #moved(state: StreamState): void {
    this.#state.set(state)
    if (state.phase !== 'live') return
    const isAgain = this.#wasLive
    this.#wasLive = true
    this.#tell('opened', { isAgain })
  }

  #take(told: ServerEvent): void {
    if (told.event === 'delete' && this.#parts.hasOnlyLeft?.(told.data) === true) return undefined
    for (const listener of this.#listeners) listener(told)
    const { event, data } = told
    switch (event) {
      case 'delete':
        return this.#tell('delete', data)
      case 'filters_changed':
      case 'notifications_merged':
        return this.#tell(event, null)
      case 'update':
      case 'status.update':
      case 'notification':
      case 'conversation':
      case 'boosters': {
        const entity = parseEntity(event, data)
        return entity === null ? undefined : this.#tell(event, entity as never)
      }
      default:
        return undefined // of a later version
    }
  }

  #tell<Name extends keyof LiveEvents>(name: Name, what: LiveEvents[Name]): void {
    const handlers: Set<Handler<Name>> = this.#handlers[name]
    for (const handler of handlers) handler(what)
  }
}

/** @returns null for what was cut short or is another thing than it says; the next catching up brings it */
export function parseEntity(event: EntityEvent, data: string): object | null {
  try {
    const entity: unknown = JSON.parse(data)
    return IS_WHOLE[event](entity) ? (entity as object) : null
  } catch {
    return null
  }
}

type EntityEvent = 'update' | 'status.update' | 'notification' | 'conversation' | 'boosters'

const IS_WHOLE: Readonly<Record<EntityEvent, (entity: unknown) => boolean>> = {
  update: isPost,
  'status.update': isPost,
  notification: (entity) => {
    const { id, type, account, status }: Facts<Notification> = factsOf(entity)
    const from: Facts<Account> = factsOf(account)
    const isFrom = typeof from.id === 'string'
    return (
      typeof id === 'string' &&
      typeof type === 'string' &&
      isFrom &&
      (status === undefined || status === null || isPost(status))
    )
  },
  boosters: isBoostersChange,
  conversation: (entity) => {
    const { id, accounts }: Facts<Conversation> = factsOf(entity)
    return typeof id === 'string' && Array.isArray(accounts)
  },
}

type Facts<T> = { readonly [Name in keyof T]?: unknown }

const factsOf = (what: unknown): object => (typeof what === 'object' && what !== null ? what : {})
