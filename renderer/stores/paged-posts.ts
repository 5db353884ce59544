/**
 * Any list of posts that the client API pages, newest first: it begins at the newest, grows downwards as the reader scrolls,
 * and upwards when it is asked whether something is newer.
 */
import type { Status } from '../../server/contracts/status.ts'
import type { ApiClient, Page, RequestOptions } from '../api/client.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { type LeavableList, type Leaving, leavesOut, nameOfLeaving } from './left-out.ts'
import { createStore, type Observable, type Store } from './observable.ts'
import { type PostStore, isPost } from './posts.ts'

const PAGE = 40
/** Pages that one look for newer ones fetches. */
const NEWER_PAGES = 5

export interface PostSource {
  /** Of the client API, without a query: `/api/v1/bookmarks`. */
  readonly path: string
  readonly query?: RequestOptions['query']
}

export interface PagedView {
  /** In the order of the home. */
  readonly ids: readonly string[]
  readonly phase: 'starting' | 'ready' | 'failed'
  /** Of the last attempt of any kind; null after a good one. */
  readonly failure: ApiFailure | null
  readonly isLoadingOlder: boolean
  /** Nothing is older than the last id. */
  readonly hasEnd: boolean
}

const EMPTY: PagedView = { ids: [], phase: 'starting', failure: null, isLoadingOlder: false, hasEnd: false }

export class PagedPosts implements LeavableList {
  readonly #api: ApiClient
  readonly #posts: PostStore
  readonly #source: PostSource
  readonly #view: Store<PagedView> = createStore(EMPTY)
  readonly #stopWatching: () => void
  /** Places of the home's own counting: bookmarks are not paged by the ids of posts. */
  #olderThan: string | null = null
  #newerThan: string | null = null
  #isLookingUp = false
  /** Something newer was told of while the home was asked. */
  #looksAgain = false
  /** In the order of the home, also those of people that are left out. */
  #ids: readonly string[] = []
  readonly #leaving = new Map<string, Leaving>()
  /** Grows with each beginning: what was asked for before it is too late. */
  #run = 0

  constructor(api: ApiClient, posts: PostStore, source: PostSource) {
    this.#api = api
    this.#posts = posts
    this.#source = source
    this.#stopWatching = posts.watchRemovals((gone) => this.#drop(gone))
  }

  get view(): Observable<PagedView> {
    return this.#view
  }

  /** From the newest on; begins anew when it had begun. */
  async start(): Promise<void> {
    this.#run += 1
    const run = this.#run
    this.#leaving.clear()
    this.#ids = []
    this.#view.set(EMPTY)
    try {
      const page = await this.#fetch({})
      if (run !== this.#run) return
      this.#takeFirst(page)
      if (this.#looksAgain) await this.loadNewer()
    } catch (error) {
      if (run === this.#run) this.#change({ phase: 'failed', failure: toFailure(error) })
    }
  }

  async loadOlder(): Promise<void> {
    const { phase, isLoadingOlder, hasEnd } = this.#view.get()
    if (phase !== 'ready' || isLoadingOlder || hasEnd || this.#olderThan === null) return
    const run = this.#run
    this.#change({ isLoadingOlder: true, failure: null })
    try {
      const page = await this.#fetch({ max_id: this.#olderThan })
      if (run !== this.#run) return
      this.#olderThan = page.links.olderThan
      this.#show(joined(this.#ids, idsOf(page)), { hasEnd: hasNoMore(page), isLoadingOlder: false })
    } catch (error) {
      if (run === this.#run) this.#change({ isLoadingOlder: false, failure: toFailure(error) })
    }
  }

  /**
   * Brings what is newer than the first; asked while it is under way, it looks once more. A failure is told by the next act
   * of the reader, not by this.
   */
  async loadNewer(): Promise<void> {
    if (this.#isLookingUp || this.#view.get().phase === 'starting') this.#looksAgain = true
    if (this.#isLookingUp || this.#view.get().phase !== 'ready') return
    this.#isLookingUp = true
    const run = this.#run
    try {
      do {
        this.#looksAgain = false
        await this.#lookUp(run)
      } while (this.#looksAgain && run === this.#run)
    } catch {
      return
    } finally {
      this.#isLookingUp = false
    }
  }

  leaveOut(leaving: Leaving): void {
    if (!isConcerned(this.#source.path, leaving.deed)) return
    this.#leaving.set(nameOfLeaving(leaving), leaving)
    this.#show(this.#ids)
  }

  bringBack(leaving: Leaving): void {
    if (this.#leaving.delete(nameOfLeaving(leaving))) this.#show(this.#ids)
  }

  /** Takes one out of this list alone, as a bookmark that is no more. */
  drop(id: string): void {
    this.#drop(new Set([id]))
  }

  /** Nobody will look at it again. */
  close(): void {
    this.#run += 1
    this.#stopWatching()
  }

  async #lookUp(run: number): Promise<void> {
    for (let pages = 0; pages < NEWER_PAGES; pages += 1) {
      const page = await this.#fetch(this.#newerThan === null ? {} : { min_id: this.#newerThan })
      if (run !== this.#run) return
      if (this.#newerThan === null) return this.#takeFirst(page)
      this.#newerThan = page.links.newerThan ?? this.#newerThan
      this.#show(joined(idsOf(page), this.#ids))
      if (page.items.length < PAGE) return
    }
  }

  #takeFirst(page: Page<Status>): void {
    this.#olderThan = page.links.olderThan
    this.#newerThan = page.links.newerThan
    this.#show([...new Set(idsOf(page))], { phase: 'ready', failure: null, hasEnd: hasNoMore(page) })
  }

  async #fetch(bounds: Readonly<Record<string, string>>): Promise<Page<Status>> {
    const { path, query } = this.#source
    const page = await this.#api.getPage<Status>(path, { query: { limit: PAGE, ...query, ...bounds } })
    this.#posts.put(page.items)
    return page
  }

  #drop(gone: ReadonlySet<string>): void {
    const left = this.#ids.filter((id) => !gone.has(id))
    if (left.length !== this.#ids.length) this.#show(left)
  }

  #show(ids: readonly string[], part: Partial<Omit<PagedView, 'ids'>> = {}): void {
    const leaving = [...this.#leaving.values()]
    this.#ids = ids
    this.#change({
      ...part,
      ids: ids.filter((id) => !leaving.some((one) => leavesOut(this.#posts, id, one))),
    })
  }

  #change(part: Partial<PagedView>): void {
    this.#view.update((view) => ({ ...view, ...part }))
  }
}

const idsOf = (page: Page<Status>): string[] => page.items.filter(isPost).map((post) => post.id)

const hasNoMore = (page: Page<Status>): boolean => page.links.olderThan === null || page.items.length === 0

/** Each id where it stood first. */
function joined(ids: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...ids, ...more])]
}

/** Which lists a deed changes; a person's own page shows their posts still, and says how both stand. */
function isConcerned(path: string, deed: Leaving['deed']): boolean {
  if (deed === 'unfollow') return path.startsWith('/api/v1/timelines/list/')
  if (deed === 'mute') return /^\/api\/v1\/(?:timelines|trends)\//.test(path)
  return !path.startsWith('/api/v1/accounts/')
}
