/** Threads that were opened, so that Back finds them as they were left; the oldest are let go. */
import type { ApiClient } from '../api/client.ts'
import type { PostStore } from './posts.ts'
import { Thread } from './thread.ts'

const MOST = 8

export interface OpenThread {
  readonly thread: Thread
  /** Where the post stood on the screen when its page was left, in pixels; null at first. */
  postTop: number | null
}

export class Threads {
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
    const open = this.#open.get(postId) ?? { thread, postTop: null }
    this.#open.delete(postId)
    this.#open.set(postId, open)
    const oldest = this.#open.keys().next().value
    if (this.#open.size > MOST && oldest !== undefined) this.#open.delete(oldest)
    return open
  }

  clear(): void {
    for (const { thread } of this.#open.values()) thread.close()
    this.#open.clear()
  }
}
