/** Lists of posts that were opened, so that Back finds them as they were left; the oldest are let go. */
import type { ApiClient } from '../api/client.ts'
import type { LeavableList, Leaving } from './left-out.ts'
import { createStore, type Store } from './observable.ts'
import { PagedPosts, type PostSource } from './paged-posts.ts'
import type { PostStore } from './posts.ts'

const MOST = 12

/** What a page of posts looked like when it was left. */
export interface KeptScroll {
  /** Of the list's own measuring; opaque. */
  readonly measured: unknown
  readonly offset: number
  readonly count: number
  /** The entry at the upper edge, and how many pixels of it are above the edge. */
  readonly topId: string | null
  readonly topOffset: number
}

export interface OpenList {
  readonly posts: PagedPosts
  readonly scroll: Store<KeptScroll | null>
}

export class PostLists implements LeavableList {
  readonly #api: ApiClient
  readonly #posts: PostStore
  /** By key, the one used last at the end. */
  readonly #open = new Map<string, OpenList>()

  constructor(api: ApiClient, posts: PostStore) {
    this.#api = api
    this.#posts = posts
  }

  /** @param visit  names the step of the browser's history: the same list opened anew begins anew */
  open(visit: string, source: PostSource): OpenList {
    const key = `${visit} ${JSON.stringify(source)}`
    const list = this.#open.get(key) ?? this.#begin(source)
    this.#open.delete(key)
    this.#open.set(key, list)
    this.#letGo()
    return list
  }

  leaveOut(leaving: Leaving): void {
    for (const { posts } of this.#open.values()) posts.leaveOut(leaving)
  }

  bringBack(leaving: Leaving): void {
    for (const { posts } of this.#open.values()) posts.bringBack(leaving)
  }

  clear(): void {
    for (const { posts } of this.#open.values()) posts.close()
    this.#open.clear()
  }

  #begin(source: PostSource): OpenList {
    const posts = new PagedPosts(this.#api, this.#posts, source)
    void posts.start()
    return { posts, scroll: createStore<KeptScroll | null>(null) }
  }

  #letGo(): void {
    for (const [key, { posts }] of this.#open) {
      if (this.#open.size <= MOST) return
      posts.close()
      this.#open.delete(key)
    }
  }
}
