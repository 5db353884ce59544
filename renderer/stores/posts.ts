/** Every post that the window knows, once, by its id. Lists hold ids; a post that changes redraws itself alone. */
import type { Status } from '../../server/contracts/status.ts'

/** A boost names the post it carries, which is kept beside it. */
export type StoredPost = Omit<Status, 'reblog'> & { readonly boostOfId: string | null }

export class PostStore {
  readonly #posts = new Map<string, StoredPost>()
  readonly #withheld = new Set<string>()
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #removalListeners = new Set<(ids: ReadonlySet<string>) => void>()

  get(id: string): StoredPost | undefined {
    return this.#withheld.has(id) ? undefined : this.#posts.get(id)
  }

  /** The post that is shown for this id: the boosted one for a boost. */
  shown(id: string): StoredPost | undefined {
    const post = this.get(id)
    const carried = post?.boostOfId ?? null
    return carried === null ? post : this.get(carried)
  }

  /** As the home gave it. */
  statusOf(id: string): Status | undefined {
    const post = this.#posts.get(id)
    if (post === undefined) return undefined
    const { boostOfId, ...rest } = post
    return { ...rest, reblog: boostOfId === null ? null : (this.statusOf(boostOfId) ?? null) }
  }

  put(statuses: readonly Status[]): void {
    for (const status of statuses) {
      const { reblog, ...post } = status
      if (reblog !== null) this.put([reblog])
      this.#write(status.id, { ...post, boostOfId: reblog?.id ?? null })
    }
  }

  /** Changes a post that is there. */
  patch(id: string, change: (post: StoredPost) => StoredPost): void {
    const post = this.#posts.get(id)
    if (post !== undefined) this.#write(id, change(post))
  }

  /** Takes a post and every boost of it out, of all lists too. */
  remove(id: string): void {
    this.#removeAll(new Set([id]))
  }

  /** Takes out what an account wrote or boosted, as after a block. */
  removeOf(accountId: string): void {
    const posts = [...this.#posts].filter(([, post]) => post.account.id === accountId)
    this.#removeAll(new Set(posts.map(([id]) => id)))
  }

  /** Tells the ids of posts that were taken out, boosts among them; not of a forgetting of everything. */
  watchRemovals(listener: (ids: ReadonlySet<string>) => void): () => void {
    this.#removalListeners.add(listener)
    return () => void this.#removalListeners.delete(listener)
  }

  /** As if it were gone, for as long as that can be taken back; what arrives of it meanwhile is kept. */
  withhold(id: string): void {
    this.#withheld.add(id)
    this.#tell(id)
  }

  release(id: string): void {
    if (this.#withheld.delete(id)) this.#tell(id)
  }

  /** Forgets everything, as at sign-out. */
  clear(): void {
    this.#withheld.clear()
    const ids = [...this.#posts.keys()]
    this.#posts.clear()
    for (const id of ids) this.#tell(id)
  }

  subscribe(id: string, listener: () => void): () => void {
    const set = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, set)
    set.add(listener)
    return () => {
      set.delete(listener)
      if (set.size === 0 && this.#listeners.get(id) === set) this.#listeners.delete(id)
    }
  }

  #removeAll(ids: ReadonlySet<string>): void {
    const boosts = [...this.#posts].filter(([, { boostOfId }]) => boostOfId !== null && ids.has(boostOfId))
    const gone = new Set([...ids, ...boosts.map(([id]) => id)])
    // First the lists, so that no page draws an entry without its post.
    for (const listener of this.#removalListeners) listener(gone)
    for (const id of gone) {
      this.#withheld.delete(id)
      if (this.#posts.delete(id)) this.#tell(id)
    }
  }

  #write(id: string, post: StoredPost): void {
    this.#posts.set(id, post)
    this.#tell(id)
  }

  #tell(id: string): void {
    for (const listener of this.#listeners.get(id) ?? []) listener()
  }
}
