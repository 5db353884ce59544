/**
 * Any list of posts that the client API pages, newest first: it begins at the newest, grows downwards as the reader scrolls,
 * and upwards when it is asked whether something is newer.
 */
import type { Status } from '../../server/contracts/status.ts'
import type { ApiClient, Page, RequestOptions } from '../api/client.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { createStore, type Observable, type Store } from './observable.ts'
import type { PostStore } from './posts.ts'

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

export class PagedPosts {
  readonly #api: ApiClient
  readonly #posts: PostStore
  readonly #source: PostSource
  readonly #view: Store<PagedView> = createStore(EMPTY)
  readonly #stopWatching: () => void
  /** Places of the home's own counting: bookmarks are not paged by the ids of posts. */
  #olderThan: string | null = null
  #newerThan: string | null = null
  #isLookingUp = false
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
    this.#view.set(EMPTY)
    try {
      const page = await this.#fetch({})
      if (run === this.#run) this.#takeFirst(page)
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
      this.#change({
        ids: joined(this.#view.get().ids, idsOf(page)),
        hasEnd: hasNoMore(page),
        isLoadingOlder: false,
      })
    } catch (error) {
      if (run === this.#run) this.#change({ isLoadingOlder: false, failure: toFailure(error) })
    }
  }

  /** Brings what is newer than the first. A failure is told by the next act of the reader, not by this. */
  async loadNewer(): Promise<void> {
    if (this.#view.get().phase !== 'ready' || this.#isLookingUp) return
    this.#isLookingUp = true
    const run = this.#run
    try {
      for (let pages = 0; pages < NEWER_PAGES; pages += 1) {
        const page = await this.#fetch(this.#newerThan === null ? {} : { min_id: this.#newerThan })
        if (run !== this.#run) return
        if (this.#newerThan === null) return this.#takeFirst(page)
        this.#newerThan = page.links.newerThan ?? this.#newerThan
        this.#change({ ids: joined(idsOf(page), this.#view.get().ids) })
        if (page.items.length < PAGE) return
      }
    } catch {
      return
    } finally {
      this.#isLookingUp = false
    }
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

  #takeFirst(page: Page<Status>): void {
    this.#olderThan = page.links.olderThan
    this.#newerThan = page.links.newerThan
    this.#change({ ids: [...new Set(idsOf(page))], phase: 'ready', failure: null, hasEnd: hasNoMore(page) })
  }

  async #fetch(bounds: Readonly<Record<string, string>>): Promise<Page<Status>> {
    const { path, query } = this.#source
    const page = await this.#api.getPage<Status>(path, { query: { limit: PAGE, ...query, ...bounds } })
    this.#posts.put(page.items)
    return page
  }

  #drop(gone: ReadonlySet<string>): void {
    const { ids } = this.#view.get()
    const left = ids.filter((id) => !gone.has(id))
    if (left.length !== ids.length) this.#change({ ids: left })
  }

  #change(part: Partial<PagedView>): void {
    this.#view.update((view) => ({ ...view, ...part }))
  }
}

const idsOf = (page: Page<Status>): string[] => page.items.map((post) => post.id)

const hasNoMore = (page: Page<Status>): boolean => page.links.olderThan === null || page.items.length === 0

/** Each id where it stood first. */
function joined(ids: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...ids, ...more])]
}
