/** Every post that the window knows, once, by its id. Lists hold ids; a post that changes redraws itself alone. */
import type { Status } from '../../server/contracts/status.ts'

/** A boost names the post it carries, which is kept beside it. */
export type StoredPost = Omit<Status, 'reblog'> & { readonly boostOfId: string | null }

export class PostStore {
  readonly #posts = new Map<string, StoredPost>()
  readonly #listeners = new Map<string, Set<() => void>>()

  get(id: string): StoredPost | undefined {
    return this.#posts.get(id)
  }

  /** The post that is shown for this id: the boosted one for a boost. */
  shown(id: string): StoredPost | undefined {
    const post = this.#posts.get(id)
    const carried = post?.boostOfId ?? null
    return carried === null ? post : this.#posts.get(carried)
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

  remove(id: string): void {
    if (this.#posts.delete(id)) this.#tell(id)
  }

  /** Forgets everything, as at sign-out. */
  clear(): void {
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

  #write(id: string, post: StoredPost): void {
    this.#posts.set(id, post)
    this.#tell(id)
  }

  #tell(id: string): void {
    for (const listener of this.#listeners.get(id) ?? []) listener()
  }
}
