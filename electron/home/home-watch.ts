/**
 * What the shell knows of the home: its state in one word, what is unread, what is to be shown. Read from the owner's feed,
 * which is opened again whenever it breaks off; that its parts run the supervisor says. No word of the fediverse is known here.
 */
import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { HomeState } from '../../server/contracts/appliance-status.ts'
import {
  HOME_FEED_PATH,
  type HomeNotice,
  type HomeSummary,
  type MissedNotices,
} from '../../server/contracts/home-feed.ts'
import { type HomeCondition, homeConditionOf } from '../../server/contracts/home-state.ts'
import { WINDOW_HEADER } from '../../server/contracts/owner-api.ts'
import { EventLines } from './event-lines.ts'

export interface HomeView {
  readonly condition: HomeCondition
  /** What the server said last; null while it has said nothing since it started. */
  readonly summary: HomeSummary | null
}

interface OwnerRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | null
  readonly signal?: AbortSignal
}

interface HomeWatchNeeds {
  /** Asks the home as its owner; rejects while there is none. */
  readonly ask: (asked: OwnerRequest) => Promise<IncomingMessage>
  /** What the supervisor says now. */
  readonly supervisor: () => HomeState
  /** Resolves after so many milliseconds; rejects when aborted. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

export interface HomeWatch {
  readonly view: HomeView
  /** Told at once, and after each change. @returns what ends it */
  onView(tell: (view: HomeView) => void): () => void
  onNotice(tell: (notice: HomeNotice) => void): () => void
  /** More than can be shown one by one came while nobody listened. */
  onMissed(tell: (count: number) => void): () => void
  /** The supervisor has something new to say: a part fell or stands again, the computer woke. */
  look(): void
  /** @param until  null: until the person resumes. @throws when the home did not take it */
  pause(until: Date | null): Promise<void>
  /** @throws when the home did not take it */
  resume(): Promise<void>
  /** Starts a backup, unless the home makes or checks one now. @throws when the home did not take it */
  backUp(): Promise<void>
  close(): void
}

const FIRST_WAIT_MS = 300
const MOST_WAIT_MS = 10_000
/** Signed out: the person signs in at the window. */
const SIGNED_OUT_WAIT_MS = 5_000
/** The home says something every 15 s, if only that it is there. */
const SILENCE_MS = 45_000

interface Change {
  readonly path: string
  /** For the journal. */
  readonly what: string
  /** Answer that is as good as done. */
  readonly ignored?: number
}

const PAUSE: Change = { path: '/api/homebird/v1/pause', what: 'pause' }
/** 409: another job of the keeper runs, which the page shows. */
const BACK_UP: Change = { path: '/api/homebird/v1/backups/start', what: 'backups', ignored: 409 }

export function openHomeWatch(needs: HomeWatchNeeds): HomeWatch {
  const watch = new FeedWatch(needs)
  void watch.run()
  return watch
}

class FeedWatch implements HomeWatch {
  readonly #needs: HomeWatchNeeds
  readonly #closing = new AbortController()
  readonly #views = new Set<(view: HomeView) => void>()
  readonly #notices = new Set<(notice: HomeNotice) => void>()
  readonly #missed = new Set<(count: number) => void>()
  #summary: HomeSummary | null = null
  #isSignedOut = false
  #view: HomeView
  /** Id of the last notice: whoever names it is told what came since. */
  #place: string | null = null
  #waiting = new AbortController()

  constructor(needs: HomeWatchNeeds) {
    this.#needs = needs
    this.#view = this.#look()
  }

  get view(): HomeView {
    return this.#view
  }

  onView(tell: (view: HomeView) => void): () => void {
    this.#views.add(tell)
    tell(this.#view)
    return () => this.#views.delete(tell)
  }

  onNotice(tell: (notice: HomeNotice) => void): () => void {
    this.#notices.add(tell)
    return () => this.#notices.delete(tell)
  }

  onMissed(tell: (count: number) => void): () => void {
    this.#missed.add(tell)
    return () => this.#missed.delete(tell)
  }

  look(): void {
    this.#waiting.abort()
    this.#tell()
  }

  async pause(until: Date | null): Promise<void> {
    await this.#change(PAUSE, 'POST', { until: until?.toISOString() ?? null })
  }

  async resume(): Promise<void> {
    await this.#change(PAUSE, 'DELETE', null)
  }

  async backUp(): Promise<void> {
    await this.#change(BACK_UP, 'POST', {})
  }

  close(): void {
    this.#closing.abort()
    this.#waiting.abort()
    for (const set of [this.#views, this.#notices, this.#missed]) set.clear()
  }

  async run(): Promise<void> {
    const { signal } = this.#closing
    for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, MOST_WAIT_MS)) {
      const ended = await this.#follow().catch(() => 'away' as const) // the home is away: it is asked again
      if (ended === 'read') waitMs = FIRST_WAIT_MS
      this.#isSignedOut = ended === 'signed_out'
      // One that was read to its end is opened again at once, and what it said counts until then.
      if (ended !== 'read') this.#summary = null
      this.#tell()
      await this.#rest(this.#isSignedOut ? SIGNED_OUT_WAIT_MS : waitMs)
    }
  }

  /** Reads one feed to its end. */
  async #follow(): Promise<'read' | 'signed_out' | 'refused'> {
    const ending = new AbortController()
    const signal = AbortSignal.any([ending.signal, this.#closing.signal])
    const answer = await this.#needs.ask({
      method: 'GET',
      path: HOME_FEED_PATH,
      headers: {
        accept: 'text/event-stream',
        ...(this.#place === null ? {} : { 'last-event-id': this.#place }),
      },
      signal,
    })
    if (answer.statusCode !== 200) {
      answer.destroy()
      return answer.statusCode === 401 ? 'signed_out' : 'refused'
    }
    const silence = setTimeout(() => ending.abort(), SILENCE_MS)
    const lines = new EventLines()
    try {
      for await (const chunk of answer) {
        silence.refresh()
        for (const { event, id, data } of lines.take(chunk as Buffer)) {
          if (id !== null) this.#place = id
          this.#hear(event, data)
        }
      }
    } catch {
      // It broke off: the next one goes on where this one was.
    } finally {
      clearTimeout(silence)
    }
    return 'read'
  }

  #hear(event: string, data: string): void {
    if (event === 'home') {
      this.#summary = JSON.parse(data) as HomeSummary
      this.#tell()
    } else if (event === 'notice') {
      const notice = JSON.parse(data) as HomeNotice
      for (const tell of this.#notices) tell(notice)
    } else if (event === 'missed') {
      const { count } = JSON.parse(data) as MissedNotices
      for (const tell of this.#missed) tell(count)
    }
  }

  #look(): HomeView {
    const summary = this.#summary
    const condition = homeConditionOf({
      supervisor: this.#needs.supervisor(),
      // Signed out, nothing is told; that the home runs is known all the same.
      reach: summary?.reach ?? (this.#isSignedOut ? 'unproved' : null),
      hasAlarm: summary?.hasAlarm === true,
      isPaused: summary !== null && summary.pause !== null,
      isCatchingUp: summary !== null && summary.catchingUp !== null,
    })
    return { condition, summary }
  }

  #tell(): void {
    const view = this.#look()
    const isSame = view.condition === this.#view.condition && view.summary === this.#view.summary
    this.#view = view
    if (!isSame) for (const tell of this.#views) tell(view)
  }

  async #rest(ms: number): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#waiting = new AbortController()
    const { wait = (restMs, signal) => delay(restMs, undefined, { signal, ref: false }) } = this.#needs
    await wait(ms, this.#waiting.signal).catch(() => undefined) // woken early
  }

  async #change({ path, what, ignored }: Change, method: string, body: object | null): Promise<void> {
    const headers = { [WINDOW_HEADER]: '1' }
    const bytes = body === null ? null : Buffer.from(JSON.stringify(body))
    const answer = await this.#needs.ask({
      method,
      path,
      headers:
        bytes === null
          ? headers
          : { ...headers, 'content-type': 'application/json', 'content-length': String(bytes.length) },
      body: bytes,
    })
    answer.resume()
    const status = answer.statusCode ?? 0
    if (status >= 300 && status !== ignored)
      throw new Error(`the home answered ${status} to ${method} of its ${what}`)
  }
}
