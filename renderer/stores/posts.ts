/** Every post that the window knows, once, by its id. Lists hold ids; a post that changes redraws itself alone. */
import type { WindowStatus } from '../../server/contracts/boosters.ts'
import type { Status } from '../../server/contracts/status.ts'

/** A boost names the post it carries, which is kept beside it. */
export type StoredPost = Omit<WindowStatus, 'reblog'> & { readonly boostOfId: string | null }

type Change = (post: StoredPost) => StoredPost

/** What the reader wants of a post, whatever older answers say of it. */
interface Held {
  readonly change: Change
  /** Of the store's clock. */
  readonly untilMs: number
}

export class PostStore {
  readonly #posts = new Map<string, StoredPost>()
  /** By post, and by what is wanted of it. */
  readonly #held = new Map<string, Map<string, Held>>()
  readonly #nowMs: () => number
  readonly #withheld = new Set<string>()
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #removalListeners = new Set<(ids: ReadonlySet<string>) => void>()

  /** @param nowMs  never goes back */
  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs
  }

  get(id: string): StoredPost | undefined {
    return this.#withheld.has(id) ? undefined : this.#posts.get(id)
  }

  /** Also what is withheld for a while. */
  has(id: string): boolean {
    return this.#posts.has(id)
  }

  all(): Iterable<StoredPost> {
    return this.#posts.values()
  }

  /** The post that is shown for this id: the boosted one for a boost. */
  shown(id: string): StoredPost | undefined {
    const post = this.get(id)
    const carried = post?.boostOfId ?? null
    return carried === null ? post : this.get(carried)
  }

  /** As the home gave it. */
  statusOf(id: string): WindowStatus | undefined {
    const post = this.#posts.get(id)
    if (post === undefined) return undefined
    const carried = post.boostOfId === null ? undefined : this.#posts.get(post.boostOfId)
    return { ...statusFrom(post), reblog: carried === undefined ? null : statusFrom(carried) }
  }

  /** What is no post is left out; what is wrong inside of one is seen where it is drawn. */
  put(statuses: readonly WindowStatus[]): void {
    for (const status of statuses) {
      if (!isPost(status)) continue
      const { reblog, ...post } = status
      const carried = isPost(reblog) ? reblog : null
      if (carried !== null) this.#take(carried.id, { ...withoutBoost(carried), boostOfId: null })
      this.#take(status.id, { ...post, boostOfId: carried?.id ?? null })
    }
  }

  /** An answer that was long on its way may hold what a post was before an edit that is known already. */
  #take(id: string, post: StoredPost): void {
    const known = this.#posts.get(id)
    if (known !== undefined && editedAtMs(post) < editedAtMs(known)) return
    const held = [...(this.#held.get(id)?.values() ?? [])].filter(({ untilMs }) => untilMs > this.#nowMs())
    this.#write(
      id,
      held.reduce((shown, { change }) => change(shown), post),
    )
  }

  /** Changes a post that is there. */
  patch(id: string, change: Change): void {
    const post = this.#posts.get(id)
    if (post !== undefined) this.#write(id, change(post))
  }

  /**
   * Changes a post, and every answer of the home about it that comes within a time: it may have been given before.
   * @param what  a second change under the same name replaces the first
   */
  hold(id: string, what: string, change: Change, forMs: number): void {
    const now = this.#nowMs()
    const held = [...(this.#held.get(id) ?? [])].filter(([, { untilMs }]) => untilMs > now)
    this.#held.set(id, new Map(held).set(what, { change, untilMs: now + forMs }))
    this.patch(id, change)
  }

  /** Ends a `hold`; what the post is shown as stays. */
  letGo(id: string, what: string): void {
    const held = this.#held.get(id)
    held?.delete(what)
    if (held?.size === 0) this.#held.delete(id)
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
    this.#held.clear()
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
      this.#held.delete(id)
      if (this.#posts.delete(id)) this.#tell(id)
    }
  }

  /** Most answers say nothing of boosters: what the home timeline said of them stays. */
  #write(id: string, post: StoredPost): void {
    const known = this.#posts.get(id)?.followed_boosters
    const isSilent = post.followed_boosters === undefined && known !== undefined
    this.#posts.set(id, isSilent ? { ...post, followed_boosters: known } : post)
    this.#tell(id)
  }

  #tell(id: string): void {
    for (const listener of this.#listeners.get(id) ?? []) listener()
  }
}

/** 0 for a post that was never edited. */
function editedAtMs({ edited_at: editedAt }: Pick<StoredPost, 'edited_at'>): number {
  return typeof editedAt === 'string' ? Date.parse(editedAt) || 0 : 0
}

function withoutBoost({ reblog: _carried, ...post }: WindowStatus): Omit<WindowStatus, 'reblog'> {
  return post
}

function statusFrom({ boostOfId: _carried, ...post }: StoredPost): WindowStatus {
  return { ...post, reblog: null }
}

/** With a name of its own and an author: what lists and their arithmetic rest on. */
export function isPost(status: unknown): status is WindowStatus {
  if (typeof status !== 'object' || status === null) return false
  const { id, account } = status as Partial<Status>
  return typeof id === 'string' && id !== '' && typeof account === 'object' && typeof account?.id === 'string'
}
