/**
 * Brings what happens in the home to open streams: hears of rows by NOTIFY and hands out what they are. Streams whose token
 * or session is over are ended within five seconds.
 * @see security rules 65, 74
 */
import { EVERYBODY } from '../../contracts/stream-event.ts'
import { describeError } from '../../core/errors.ts'
import { coversScope } from '../../domain/oauth/scopes.ts'
import { livingTokens } from '../../domain/oauth/tokens.ts'
import { livingSessions } from '../../domain/owner/living-sessions.ts'
import { type Access, kindsHiddenFrom } from '../client-api/access.ts'
import type { Api } from '../client-api/api.ts'
import { type Subscription, isForWindows, scopeOfEvent, takesNotice } from './channels.ts'
import { type Frame, framesOf } from './frames.ts'
import { type HeardNotice, NoticeLog, parseNotice } from './notice-log.ts'

/** Often enough for the shortest patience that tunnels, proxies and apps have with a silent line. */
const PING_MS = 15_000
const RECHECK_MS = 4_000
/** Most entities loaded together. */
const BATCH = 40
/** Beyond this many notices in line the streams are ended: their clients read anew what they missed. */
const MOST_WAITING = 500
/** Who was away for longer than this many notices reads anew what they name. */
const MOST_REPLAYED = 200

/** One open stream, whatever carries it. */
export interface StreamClient {
  readonly access: Access
  readonly subscriptions: readonly Subscription[]
  send(label: readonly string[], frame: Frame): void
  ping(): void
  end(): void
}

export class StreamHub {
  readonly api: Api
  readonly #clients = new Map<string, Set<StreamClient>>()
  readonly #log = new NoticeLog()
  readonly #leave: Array<() => void> = []
  #size = 0
  #line: Promise<void> = Promise.resolve()
  #waiting = 0
  /** Some notice since the last that was heard is lost. */
  #hasMissed = false
  #hasConnected = false

  constructor(api: Api) {
    this.api = api
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

  /** How many streams are open. */
  get size(): number {
    return this.#size
  }

  /**
   * @param place  what the client read last, when it comes back: it is told what came since then, before anything new
   * @returns what is to be called when the stream is closed
   */
  add(client: StreamClient, place: string | null = null): () => void {
    const actorId = client.access.actorId ?? ''
    let isOpen = true
    this.#size += 1
    const enter = (): void => {
      const set = this.#clients.get(actorId) ?? new Set()
      if (isOpen) this.#clients.set(actorId, set.add(client))
    }
    if (place === null) enter()
    else {
      this.#inLine(async () => {
        if (isOpen) await this.#replay(actorId, client, place)
        enter()
      })
    }
    return () => {
      if (isOpen) this.#size -= 1
      isOpen = false
      const set = this.#clients.get(actorId)
      set?.delete(client)
      if (set?.size === 0) this.#clients.delete(actorId)
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
    if (this.#hasConnected) this.#miss()
    this.#hasConnected = true
  }

  /** After what is in line already nobody can be told all that happened before. */
  #miss(): void {
    if (!this.#hasMissed) this.#inLine(async () => this.#log.clear())
    this.#hasMissed = true
    this.endAll()
  }

  #ping(): void {
    for (const client of this.#all()) client.ping()
  }

  /** One after the other, so that nothing overtakes: a deletion must not arrive before its post. */
  #inLine(step: () => Promise<void>): void {
    this.#waiting += 1
    this.#line = this.#line.then(async () => {
      try {
        await step()
      } catch (error) {
        this.api.context.log.warn({ event: 'stream.notice_failed', error: describeError(error) })
      } finally {
        this.#waiting -= 1
      }
    })
  }

  #hear(payload: string): void {
    const notice = parseNotice(payload)
    if (notice === null) return
    if (this.#waiting >= MOST_WAITING) return this.#miss()
    this.#hasMissed = false
    this.#inLine(async () => {
      this.#log.add(notice)
      const { whose } = notice
      const readers =
        whose === EVERYBODY ? [...this.#clients] : [[whose, this.#clients.get(whose) ?? []] as const]
      for (const [actorId, clients] of readers) await this.#tell(actorId, [...clients], notice)
    })
  }

  async #replay(actorId: string, client: StreamClient, place: string): Promise<void> {
    const missed = this.#log
      .after(place)
      ?.filter(({ whose }) => whose === EVERYBODY || whose === actorId)
      .filter((notice) => takes(client, notice))
    if (missed === undefined || missed.length > MOST_REPLAYED) return
    for (const notice of missed) await this.#tell(actorId, [client], notice)
  }

  async #tell(actorId: string, clients: readonly StreamClient[], notice: HeardNotice): Promise<void> {
    const takers = clients.filter((client) => takes(client, notice))
    if (takers.length === 0) return
    const asksForLists = takers.some(({ subscriptions }) => subscriptions.some(({ name }) => name === 'list'))
    // A signal names nothing and is told all the same.
    for (let start = 0; start === 0 || start < notice.ids.length; start += BATCH) {
      const part = { ...notice, ids: notice.ids.slice(start, start + BATCH), offset: notice.offset + start }
      const frames = await framesOf(this.api, actorId, part, asksForLists)
      for (const frame of frames) for (const client of takers) tellClient(client, frame, notice)
    }
  }

  #recheck(): void {
    if (this.#clients.size === 0) return
    this.#endRevoked().catch((error: unknown) =>
      this.api.context.log.warn({ event: 'stream.recheck_failed', error: describeError(error) }),
    )
  }

  async #endRevoked(): Promise<void> {
    const { db } = this.api.context
    const clients = this.#all()
    const holders = (kind: string): string[] => [
      ...new Set(clients.flatMap(({ access }) => idOfHolder(access, kind) ?? [])),
    ]
    const tokens = await livingTokens(db, holders('token'))
    const sessions = await livingSessions(db, holders('session'), this.api.now())
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

function takes({ access, subscriptions }: StreamClient, { whose, event }: HeardNotice): boolean {
  const { grant, sessionId } = access
  if (sessionId === null && isForWindows(event)) return false
  if (grant !== null && !coversScope(grant.scopes, scopeOfEvent(event))) return false
  return subscriptions.some((subscription) => takesNotice(subscription, whose, event))
}

function tellClient(client: StreamClient, frame: Frame, { whose, event }: HeardNotice): void {
  if (frame.kind !== undefined && kindsHiddenFrom(client.access).includes(frame.kind)) return
  for (const subscription of client.subscriptions) {
    const isWanted = takesNotice(subscription, whose, event) && (frame.belongsTo?.(subscription) ?? true)
    if (isWanted) client.send(subscription.label, frame)
  }
}
