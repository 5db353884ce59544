/**
 * The home timeline as an unbroken run of ids, newest first. It begins at the reading place, grows downwards as the
 * reader scrolls and upwards as posts arrive; it never has a hole, because a live post is only taken once everything
 * before it is here.
 */
import type { Status } from '../../server/contracts/status.ts'
import type { ApiClient } from '../api/client.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { listHomeTimeline } from '../api/posts.ts'
import { createStore, type Observable, type Store } from './observable.ts'
import type { PostStore } from './posts.ts'

const PAGE = 40
/**
 * So many known posts are fetched again by a catching up: ids tell when a post was written, and one that was long on its
 * way, or that the reader wrote while the line was down, stands above others that are still missing.
 */
const OVERLAP = 20
/** Pages that one catching up fetches by itself; the rest comes when the reader goes up to it. */
const CATCH_UP_PAGES = 10

export interface TimelineView {
  /** Newest first. */
  readonly ids: readonly string[]
  readonly phase: 'starting' | 'ready' | 'failed'
  /** Of the last attempt of any kind; null after a good one. */
  readonly failure: ApiFailure | null
  readonly isLoadingOlder: boolean
  /** Nothing is older than the last id. */
  readonly hasEnd: boolean
  /** Nothing is newer than the first id, as far as the home has told. */
  readonly isCaughtUp: boolean
  /** Where the reader was when the window opened; newer ones are above it. */
  readonly leftAtId: string | null
}

const EMPTY: TimelineView = {
  ids: [],
  phase: 'starting',
  failure: null,
  isLoadingOlder: false,
  hasEnd: false,
  isCaughtUp: false,
  leftAtId: null,
}

export class HomeTimeline {
  readonly #api: ApiClient
  readonly #posts: PostStore
  readonly #view: Store<TimelineView> = createStore(EMPTY)
  #catchingUp: Promise<void> | null = null
  #missedMeanwhile = false

  constructor(api: ApiClient, posts: PostStore) {
    this.#api = api
    this.#posts = posts
  }

  get view(): Observable<TimelineView> {
    return this.#view
  }

  /** @param readingPlace  id of the post that was on top when the reader left */
  async start(readingPlace: string | null): Promise<void> {
    this.#change({ phase: 'starting', failure: null })
    try {
      const range = readingPlace === null ? {} : { olderThan: idAfter(readingPlace) }
      const page = await listHomeTimeline(this.#api, { ...range, limit: PAGE })
      this.#posts.put(page.items)
      const isThere = page.items.length > 0
      this.#change({
        ids: page.items.map((post) => post.id),
        phase: 'ready',
        hasEnd: page.links.olderThan === null || !isThere,
        isCaughtUp: readingPlace === null,
        leftAtId: readingPlace === null ? null : (page.items[0]?.id ?? null),
      })
    } catch (error) {
      this.#change({ phase: 'failed', failure: toFailure(error) })
      return
    }
    if (readingPlace !== null) await this.catchUp()
  }

  async loadOlder(): Promise<void> {
    const { phase, isLoadingOlder, hasEnd, ids } = this.#view.get()
    const olderThan = ids.at(-1)
    if (phase !== 'ready' || isLoadingOlder || hasEnd || olderThan === undefined) return
    this.#change({ isLoadingOlder: true, failure: null })
    try {
      const page = await listHomeTimeline(this.#api, { olderThan, limit: PAGE })
      this.#posts.put(page.items)
      this.#change({
        ids: merged(
          this.#view.get().ids,
          page.items.map((post) => post.id),
        ),
        hasEnd: page.links.olderThan === null || page.items.length === 0,
        isLoadingOlder: false,
      })
    } catch (error) {
      this.#change({ isLoadingOlder: false, failure: toFailure(error) })
    }
  }

  /** Fetches what came since the newest known post: after a start, a lost line, a sleep. */
  async catchUp(): Promise<void> {
    if (this.#catchingUp !== null) {
      this.#missedMeanwhile = true
      return this.#catchingUp
    }
    this.#catchingUp = this.#catchUpUntilDone()
    try {
      await this.#catchingUp
    } finally {
      this.#catchingUp = null
    }
  }

  /** A post that just arrived. While others before it are missing it is left to the catching up. */
  arrive(status: Status): void {
    this.#posts.put([status])
    const { phase, isCaughtUp, ids } = this.#view.get()
    if (phase !== 'ready' || ids.includes(status.id)) return
    if (!isCaughtUp || this.#catchingUp !== null) {
      this.#missedMeanwhile = true
      return
    }
    this.#change({ ids: merged(ids, [status.id]) })
  }

  /** Takes a post and every boost of it out. */
  remove(id: string): void {
    const isGone = (one: string): boolean => one === id || this.#posts.get(one)?.boostOfId === id
    const { ids } = this.#view.get()
    const left = ids.filter((one) => !isGone(one))
    if (left.length !== ids.length) this.#change({ ids: left })
    this.#posts.remove(id)
  }

  clear(): void {
    this.#view.set(EMPTY)
  }

  async #catchUpUntilDone(): Promise<void> {
    do {
      this.#missedMeanwhile = false
      try {
        await this.#catchUpOnce()
      } catch (error) {
        this.#change({ isCaughtUp: false, failure: toFailure(error) })
        return
      }
    } while (this.#missedMeanwhile)
  }

  async #catchUpOnce(): Promise<void> {
    const { phase, ids } = this.#view.get()
    if (phase !== 'ready') return
    let bound = ids[Math.min(OVERLAP, ids.length - 1)]
    for (let pages = 0; pages < CATCH_UP_PAGES; pages += 1) {
      const range = bound === undefined ? {} : { newerThan: bound }
      const page = await listHomeTimeline(this.#api, { ...range, limit: PAGE })
      this.#posts.put(page.items)
      const isDone = bound === undefined || page.items.length < PAGE
      const found = page.items.map((post) => post.id)
      this.#change({ ids: merged(this.#view.get().ids, found), failure: null, isCaughtUp: isDone })
      if (isDone) return
      bound = found[0]
    }
  }

  #change(part: Partial<TimelineView>): void {
    this.#view.update((view) => ({ ...view, ...part }))
  }
}

/** Ids are decimal numbers of up to 19 digits, ordered by time. */
export function compareIds(a: string, b: string): number {
  return a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length
}

/** Both lists as one, each post at its place: two may overtake each other on the way. */
function merged(ids: readonly string[], more: readonly string[]): readonly string[] {
  const known = new Set(ids)
  const added = more.filter((id) => !known.has(id))
  if (added.length === 0) return ids
  return [...ids, ...new Set(added)].sort((a, b) => compareIds(b, a))
}

/** The bound below which the post itself is still found. */
function idAfter(id: string): string {
  return /^\d+$/.test(id) ? (BigInt(id) + 1n).toString() : id
}
