/** Threads that were opened, so that Back finds them as they were left; the oldest are let go. */
import type { ApiClient } from '../api/client.ts'
import type { LeavableList, Leaving } from './left-out.ts'
import type { PostStore } from './posts.ts'
import { Thread } from './thread.ts'

const MOST = 8

export interface OpenThread {
  readonly thread: Thread
  /** Where the post stood below the upper edge when the thread was left, in pixels; null at first. */
  postTop: number | null
  /** What was read then, and whether as a page or beside another: in another width all heights are others. */
  left: { readonly entryId: string; readonly top: number; readonly isBeside: boolean } | null
  /** How high the rows below the post were then, in the list's own terms, and how many there were. */
  measured: { readonly rows: unknown; readonly count: number; readonly isBeside: boolean } | null
}

export class Threads implements LeavableList {
  readonly #api: ApiClient
  readonly #posts: PostStore
  /** The one used last at the end. */
  readonly #open = new Map<string, OpenThread>()

  constructor(api: ApiClient, posts: PostStore) {
    this.#api = api
    this.#posts = posts
  }

  of(postId: string): OpenThread {
    const thread = new Thread({ api: this.#api, posts: this.#posts, postId })
    const open = this.#open.get(postId) ?? { thread, postTop: null, left: null, measured: null }
    this.#open.delete(postId)
    this.#open.set(postId, open)
    const oldest = this.#open.keys().next().value
    if (this.#open.size > MOST && oldest !== undefined) this.#open.delete(oldest)
    return open
  }

  leaveOut(leaving: Leaving): void {
    for (const { thread } of this.#open.values()) thread.leaveOut(leaving)
  }

  bringBack(leaving: Leaving): void {
    for (const { thread } of this.#open.values()) thread.bringBack(leaving)
  }

  clear(): void {
    for (const { thread } of this.#open.values()) thread.close()
    this.#open.clear()
  }
}
