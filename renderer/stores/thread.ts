/**
 * One thread: the post, what it answers and what answers it. Replies that arrive while it is read join it; what other
 * servers know is searched by the home in the background, and how that goes is told as it is.
 */
import type { Status } from '../../server/contracts/status.ts'
import type { ApiClient } from '../api/client.ts'
import type { ServerEvent } from '../api/event-stream.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { type Refresh, getPost, getRefresh, getThread, listMuted } from '../api/threads.ts'
import { type LeavableList, type Leaving, leavesOut, nameOfLeaving } from './left-out.ts'
import { createStore, type Observable, type Store } from './observable.ts'
import type { PostStore } from './posts.ts'

export type Search =
  /** Not asked yet, or nothing can be missing. */
  | { readonly state: 'idle' }
  | { readonly state: 'running' | 'done'; readonly found: number }
  /** The home has asked not long ago, or knows of nobody to ask. */
  | { readonly state: 'nothing_to_ask' }
  | { readonly state: 'failed'; readonly failure: ApiFailure }

export interface ThreadView {
  readonly phase: 'starting' | 'ready' | 'failed' | 'gone'
  readonly failure: ApiFailure | null
  readonly ancestorIds: readonly string[]
  readonly replyIds: readonly string[]
  /** Accounts that the reader mutes. */
  readonly mutedIds: ReadonlySet<string>
  readonly folded: ReadonlySet<string>
  readonly search: Search
}

const EMPTY: ThreadView = {
  phase: 'starting',
  failure: null,
  ancestorIds: [],
  replyIds: [],
  mutedIds: new Set(),
  folded: new Set(),
  search: { state: 'idle' },
}

interface ThreadParts {
  readonly api: ApiClient
  readonly posts: PostStore
  readonly postId: string
  readonly clock?: {
    readonly set: (act: () => void, ms: number) => unknown
    readonly clear: (timer: never) => void
  }
}

export class Thread implements LeavableList {
  readonly #parts: ThreadParts
  readonly #clock: NonNullable<ThreadParts['clock']>
  readonly #view: Store<ThreadView> = createStore(EMPTY)
  #timer: unknown = null
  #isOpen = false
  /** Replies by the deed that took them out. */
  readonly #leftOut = new Map<string, readonly string[]>()

  constructor(parts: ThreadParts) {
    this.#parts = parts
    this.#clock = parts.clock ?? {
      set: (act, ms) => setTimeout(act, ms),
      clear: (timer) => clearTimeout(timer),
    }
  }

  get view(): Observable<ThreadView> {
    return this.#view
  }

  /** It is on the screen. What was known stays while it is asked for again. */
  open(): void {
    this.#isOpen = true
    void this.load()
  }

  /** It is not on the screen any more: nothing is asked for. */
  close(): void {
    this.#isOpen = false
    this.#clock.clear(this.#timer as never)
  }

  async load(): Promise<void> {
    await this.#read(false)
  }

  /** Has the home look for replies on other servers once more. */
  async searchReplies(): Promise<void> {
    await this.#read(true)
  }

  toggleFolded(id: string): void {
    const folded = new Set(this.#view.get().folded)
    if (!folded.delete(id)) folded.add(id)
    this.#change({ folded })
  }

  /** An event of the live line: replies to what is here join the thread, and what is deleted leaves it. */
  hear({ event, data }: ServerEvent): void {
    const { phase, ancestorIds, replyIds } = this.#view.get()
    if (phase !== 'ready') return
    if (event === 'delete') {
      this.#change({
        ancestorIds: ancestorIds.filter((id) => id !== data),
        replyIds: replyIds.filter((id) => id !== data),
      })
      return
    }
    const status = statusOf(event, data)
    if (status === null || status.reblog !== null || replyIds.includes(status.id)) return
    const known = new Set([...replyIds, this.#parts.postId])
    if (status.in_reply_to_id === null || !known.has(status.in_reply_to_id)) return
    this.#parts.posts.put([status])
    this.#change({ replyIds: [...replyIds, status.id] })
  }

  /** Muted people are set aside, blocked ones are not there; whoever is not followed any more is read as before. */
  leaveOut(leaving: Leaving): void {
    const { mutedIds, replyIds } = this.#view.get()
    if (leaving.deed === 'unfollow') return
    if (leaving.deed === 'mute') return this.#change({ mutedIds: new Set([...mutedIds, leaving.whom]) })
    const gone = replyIds.filter((id) => leavesOut(this.#parts.posts, id, leaving))
    this.#leftOut.set(nameOfLeaving(leaving), gone)
    this.#change({ replyIds: replyIds.filter((id) => !gone.includes(id)) })
  }

  bringBack(leaving: Leaving): void {
    const { mutedIds, replyIds } = this.#view.get()
    const back = this.#leftOut.get(nameOfLeaving(leaving)) ?? []
    this.#leftOut.delete(nameOfLeaving(leaving))
    this.#change({ replyIds: [...new Set([...replyIds, ...back])] })
    if (leaving.deed === 'mute')
      this.#change({ mutedIds: new Set([...mutedIds].filter((id) => id !== leaving.whom)) })
  }

  async #read(isSearch: boolean): Promise<void> {
    const { api, posts, postId } = this.#parts
    if (isSearch) this.#change({ search: { state: 'running', found: 0 } })
    try {
      const [post, { context, refresh }] = await Promise.all([getPost(api, postId), getThread(api, postId)])
      posts.put([post, ...context.ancestors, ...context.descendants])
      this.#change({
        phase: 'ready',
        failure: null,
        ancestorIds: context.ancestors.map(({ id }) => id),
        replyIds: context.descendants.map(({ id }) => id),
      })
      this.#follow(refresh, isSearch)
      await this.#readMutes(context.descendants)
    } catch (error) {
      this.#fail(toFailure(error), isSearch)
    }
  }

  #fail(failure: ApiFailure, isSearch: boolean): void {
    if (failure.status === 404) return this.#change({ phase: 'gone', failure: null })
    if (isSearch) return this.#change({ search: { state: 'failed', failure } })
    const { phase } = this.#view.get()
    return this.#change({ phase: phase === 'ready' ? 'ready' : 'failed', failure })
  }

  #follow(refresh: Refresh | null, isSearch: boolean): void {
    const { search } = this.#view.get()
    if (refresh !== null) {
      this.#change({ search: { state: 'running', found: refresh.found } })
      this.#askLater(refresh)
    } else if (isSearch) this.#change({ search: { state: 'nothing_to_ask' } })
    else if (search.state === 'running') this.#change({ search: { state: 'done', found: search.found } })
  }

  #askLater(refresh: Refresh): void {
    this.#clock.clear(this.#timer as never)
    if (this.#isOpen)
      this.#timer = this.#clock.set(() => void this.#ask(refresh), refresh.retrySeconds * 1_000)
  }

  async #ask(refresh: Refresh): Promise<void> {
    try {
      const { async_refresh: now } = await getRefresh(this.#parts.api, refresh.id)
      const before = this.#view.get().search
      const hasMore = before.state === 'running' && now.result_count > before.found
      const isDone = now.status === 'finished'
      this.#change({ search: { state: isDone ? 'done' : 'running', found: now.result_count } })
      if (hasMore || isDone) await this.#readReplies()
      if (!isDone) this.#askLater(refresh)
    } catch (error) {
      this.#change({ search: { state: 'failed', failure: toFailure(error) } })
    }
  }

  /** What the search has brought. */
  async #readReplies(): Promise<void> {
    const { api, posts, postId } = this.#parts
    const { context } = await getThread(api, postId)
    posts.put([...context.ancestors, ...context.descendants])
    this.#change({
      ancestorIds: context.ancestors.map(({ id }) => id),
      replyIds: context.descendants.map(({ id }) => id),
    })
    await this.#readMutes(context.descendants)
  }

  /** Without an answer nobody counts as muted: too much is shown rather than too little. */
  async #readMutes(replies: readonly Status[]): Promise<void> {
    const authors = [...new Set(replies.map(({ account }) => account.id))]
    if (authors.length === 0) return
    const mutedIds = await listMuted(this.#parts.api, authors)
    this.#change({ mutedIds })
  }

  #change(part: Partial<ThreadView>): void {
    this.#view.update((view) => ({ ...view, ...part }))
  }
}

/** The post that an event of the live line brings: of the home timeline, or of a mention. */
function statusOf(event: string, data: string): Status | null {
  if (event !== 'update' && event !== 'notification') return null
  try {
    const told = JSON.parse(data) as Status | { readonly type?: string; readonly status?: Status | null }
    const status =
      event === 'update' ? (told as Status) : ((told as { status?: Status | null }).status ?? null)
    return typeof status?.id === 'string' ? status : null
  } catch {
    return null // cut short; the next reading brings it
  }
}
