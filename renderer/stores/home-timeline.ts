/**
 * The home timeline, newest first. It begins at the reading place, grows downwards as the reader scrolls and upwards as posts
 * arrive. What came during an absence is fetched by itself up to a measure; beyond it the newest stand above a gap that is
 * known and can be filled from either side.
 */
import type { WindowStatus } from '../../server/contracts/boosters.ts'
import type { Status } from '../../server/contracts/status.ts'
import type { ApiClient, Page } from '../api/client.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { type TimelineRange, listHomeTimeline } from '../api/posts.ts'
import { BoostGroups, type Groups } from './boost-groups.ts'
import { compareIds, idAfter, merged } from './ids.ts'
import { type LeavableList, type Leaving, leavesOut, nameOfLeaving } from './left-out.ts'
import { createStore, type Observable, type Store } from './observable.ts'
import { type PostStore, isPost } from './posts.ts'

const PAGE = 40
/**
 * So many known posts are fetched again by a catching up: ids tell when a post was written, and one that was long on its
 * way, or that the reader wrote while the line was down, stands above others that are still missing.
 */
const OVERLAP = 20
/** Pages that one catching up fetches by itself; what is left is a gap. */
const CATCH_UP_PAGES = 10

/** Posts that are on the home and not here: all between two that are. */
export interface Gap {
  /** Names it for as long as it is there. */
  readonly name: string
  /** Id of the oldest post above it. */
  readonly above: string
  /** Id of the newest post below it. */
  readonly below: string
  readonly isLoading: boolean
  readonly failure: ApiFailure | null
}

/** Where the reader was, and when they left. */
export interface Place {
  readonly id: string
  /** ISO 8601. */
  readonly at: string
}

export interface TimelineView {
  /** Newest first, every row. */
  readonly ids: readonly string[]
  /** Rows that show the same post are one entry. */
  readonly groups: Groups
  /** Newest first. */
  readonly gaps: readonly Gap[]
  readonly phase: 'starting' | 'ready' | 'failed'
  /** Of the last attempt of any kind; null after a good one. */
  readonly failure: ApiFailure | null
  readonly isLoadingOlder: boolean
  /** Nothing is older than the last id. */
  readonly hasEnd: boolean
  /** Nothing is newer than the first id, as far as the home has told. */
  readonly isCaughtUp: boolean
  /** Newer ones are above it. */
  readonly leftAt: Place | null
  /** An entry that must stay where it is in this change; null: the one that is read. */
  readonly pinnedId: string | null
}

const EMPTY: TimelineView = {
  ids: [],
  groups: new Map(),
  gaps: [],
  phase: 'starting',
  failure: null,
  isLoadingOlder: false,
  hasEnd: false,
  isCaughtUp: false,
  leftAt: null,
  pinnedId: null,
}

export class HomeTimeline implements LeavableList {
  readonly #api: ApiClient
  readonly #posts: PostStore
  readonly #groups: BoostGroups
  readonly #view: Store<TimelineView> = createStore(EMPTY)
  #catchingUp: Promise<void> | null = null
  #missedMeanwhile = false
  /** The home has not confirmed what is shown. */
  #isKept = false
  #gapsMade = 0
  /** By the deed that took them out. */
  readonly #leftOut = new Map<string, readonly string[]>()

  constructor(api: ApiClient, posts: PostStore) {
    this.#api = api
    this.#posts = posts
    this.#groups = new BoostGroups(posts)
    posts.watchRemovals((gone) => this.#drop(gone))
  }

  get view(): Observable<TimelineView> {
    return this.#view
  }

  /** @param place  the post that was on top when the reader left */
  async start(place: Place | null): Promise<void> {
    this.#change({ phase: 'starting', failure: null })
    try {
      const page = await this.#fetch(place === null ? {} : { olderThan: idAfter(place.id) })
      this.#groups.clear()
      this.#leftOut.clear()
      this.#isKept = false
      const ids = idsOf(page)
      this.#change({
        ids,
        gaps: [],
        phase: 'ready',
        hasEnd: page.links.olderThan === null || ids.length === 0,
        isCaughtUp: place === null,
        leftAt: place,
      })
    } catch (error) {
      this.#change({ phase: 'failed', failure: toFailure(error) })
      return
    }
    if (place !== null) await this.catchUp()
  }

  /** Posts that this browser kept, until the home answers. @param statuses  newest first, without a hole */
  showKept(statuses: readonly Status[]): void {
    this.#posts.put(statuses)
    this.#isKept = true
    const ids = statuses.map(({ id }) => id)
    this.#change({ ids, gaps: [], phase: 'ready', failure: null, hasEnd: false, isCaughtUp: false })
  }

  /** The reader was away: the line stands here now. */
  leaveAt(place: Place): void {
    this.#change({ leftAt: place })
  }

  async loadOlder(): Promise<void> {
    const { phase, isLoadingOlder, hasEnd, ids } = this.#view.get()
    const olderThan = ids.at(-1)
    if (phase !== 'ready' || isLoadingOlder || hasEnd || olderThan === undefined) return
    this.#change({ isLoadingOlder: true, failure: null })
    try {
      const page = await this.#fetch({ olderThan })
      this.#change({
        ids: merged(this.#view.get().ids, idsOf(page)),
        hasEnd: page.links.olderThan === null || page.items.length === 0,
        isLoadingOlder: false,
      })
    } catch (error) {
      this.#change({ isLoadingOlder: false, failure: toFailure(error) })
    }
  }

  /**
   * Fetches one page into a gap.
   * @param side  from which of its edges the gap is filled; the post at that edge stays where it is
   */
  async fillGap(name: string, side: 'above' | 'below'): Promise<void> {
    const gap = this.#gap(name)
    if (gap === undefined || gap.isLoading) return
    this.#changeGap(name, { isLoading: true, failure: null })
    try {
      const page = await this.#fetch(side === 'above' ? { olderThan: gap.above } : { newerThan: gap.below })
      const found = idsOf(page).filter((id) => isWithin(id, gap))
      const isClosed = page.items.length < PAGE || found.length < page.items.length
      const { gaps, ids } = this.#view.get()
      const edge = side === 'above' ? found.at(-1) : found[0]
      const narrower = { ...gap, [side]: edge ?? gap[side], isLoading: false, failure: null }
      this.#change({
        ids: merged(ids, found),
        gaps: gaps.flatMap((one) => (one.name !== name ? [one] : isClosed ? [] : [narrower])),
        pinnedId: this.#entryAt(gap, side),
      })
    } catch (error) {
      this.#changeGap(name, { isLoading: false, failure: toFailure(error) })
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
    if (!isPost(status)) return
    this.#posts.put([status])
    this.enter([status.id])
  }

  /** Posts that just arrived and are among the known ones; those that are gone again are left out. */
  enter(arrived: readonly string[]): void {
    const { phase, isCaughtUp, ids, gaps } = this.#view.get()
    const known = new Set(ids)
    const fresh = arrived.filter((id) => !known.has(id) && this.#posts.has(id))
    if (phase !== 'ready' || fresh.length === 0) return
    if (!isCaughtUp || this.#catchingUp !== null) {
      this.#missedMeanwhile = true
      return
    }
    // One that was long on its way comes with the others of its gap.
    const placed = fresh.filter((id) => !gaps.some((gap) => isWithin(id, gap)))
    if (placed.length > 0) this.#change({ ids: merged(ids, placed) })
  }

  leaveOut(leaving: Leaving): void {
    const gone = this.#view.get().ids.filter((id) => leavesOut(this.#posts, id, leaving))
    this.#leftOut.set(nameOfLeaving(leaving), gone)
    this.#drop(new Set(gone))
  }

  bringBack(leaving: Leaving): void {
    const name = nameOfLeaving(leaving)
    const back = (this.#leftOut.get(name) ?? []).filter((id) => this.#posts.get(id) !== undefined)
    this.#leftOut.delete(name)
    if (this.#view.get().phase === 'ready') this.#change({ ids: merged(this.#view.get().ids, back) })
  }

  clear(): void {
    this.#isKept = false
    this.#leftOut.clear()
    this.#groups.clear()
    this.#view.set(EMPTY)
  }

  async #fetch(range: Omit<TimelineRange, 'limit'>): Promise<Page<WindowStatus>> {
    const page = await listHomeTimeline(this.#api, { ...range, limit: PAGE })
    this.#posts.put(page.items)
    return page
  }

  #drop(gone: ReadonlySet<string>): void {
    const { ids } = this.#view.get()
    const left = ids.filter((id) => !gone.has(id))
    if (left.length === ids.length) return
    this.#groups.remove(gone)
    this.#change({ ids: left })
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
    if (this.#isKept) await this.#confirmKept()
    const { phase, ids, gaps } = this.#view.get()
    if (phase !== 'ready') return
    const [first] = gaps
    const known = first === undefined ? ids : ids.filter((id) => compareIds(id, first.above) >= 0)
    let bound = known[Math.min(OVERLAP, known.length - 1)]
    for (let pages = 0; pages < CATCH_UP_PAGES; pages += 1) {
      const page = await this.#fetch(bound === undefined ? {} : { newerThan: bound })
      const isDone = bound === undefined || page.items.length < PAGE
      const found = idsOf(page)
      this.#change({ ids: merged(this.#view.get().ids, found), failure: null, isCaughtUp: isDone })
      if (isDone) return
      bound = found[0]
    }
    if (bound !== undefined) await this.#leap(bound)
  }

  /** Reads what is shown once more: what was changed or deleted meanwhile is so here too. */
  async #confirmKept(): Promise<void> {
    const { ids } = this.#view.get()
    let olderThan = idAfter(ids[0] ?? '')
    const last = ids.at(-1) ?? ''
    const found = new Set<string>()
    for (;;) {
      const page = await this.#fetch({ olderThan })
      for (const id of idsOf(page)) found.add(id)
      const lowest = idsOf(page).at(-1)
      if (lowest === undefined || page.items.length < PAGE || compareIds(lowest, last) <= 0) break
      olderThan = lowest
    }
    this.#isKept = false
    this.#drop(new Set(ids.filter((id) => !found.has(id))))
    this.#change({ ids: merged(this.#view.get().ids, [...found]) })
  }

  /** Takes the newest, and leaves a gap between them and what is known. @param below  the newest that is known */
  async #leap(below: string): Promise<void> {
    const page = await this.#fetch({})
    const found = idsOf(page).filter((id) => compareIds(id, below) > 0)
    const above = found.at(-1)
    const { ids, gaps } = this.#view.get()
    const isWhole = above === undefined || found.length < page.items.length
    this.#gapsMade += 1
    const gap = { name: `gap-${this.#gapsMade}`, below, isLoading: false, failure: null }
    this.#change({
      ids: merged(ids, found),
      gaps: isWhole ? gaps : [{ ...gap, above }, ...gaps],
      isCaughtUp: true,
    })
  }

  #gap(name: string): Gap | undefined {
    return this.#view.get().gaps.find((gap) => gap.name === name)
  }

  #changeGap(name: string, part: Partial<Gap>): void {
    const known = this.#gap(name)
    if (known === undefined) return
    const changed = { ...known, ...part }
    this.#change({ gaps: this.#view.get().gaps.map((gap) => (gap === known ? changed : gap)) })
  }

  /** The entry at one edge of a gap. */
  #entryAt(gap: Gap, side: 'above' | 'below'): string | null {
    const { ids, groups } = this.#view.get()
    const entries = ids.filter((id) => groups.has(id))
    if (side === 'above') return entries.findLast((id) => compareIds(id, gap.above) >= 0) ?? null
    return entries.find((id) => compareIds(id, gap.below) <= 0) ?? null
  }

  #change(part: Partial<TimelineView>): void {
    if (part.ids !== undefined) this.#groups.add(part.ids)
    this.#view.update((view) => ({ ...view, pinnedId: null, ...part, groups: this.#groups.groups }))
  }
}

const idsOf = (page: Page<Status>): string[] => page.items.filter(isPost).map((post) => post.id)

const isWithin = (id: string, gap: Gap): boolean =>
  compareIds(id, gap.below) > 0 && compareIds(id, gap.above) < 0
