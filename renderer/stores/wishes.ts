/**
 * What somebody wishes of a post, yes or no: shown at once, sent one after the other, taken back when the home says no. Whoever
 * changes their mind while a request is under way is asked once more at its end, so that the last wish is what stays.
 */
import type { Status } from '../../server/contracts/status.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import type { PostStore, StoredPost } from './posts.ts'

export interface Wish {
  /** Names what is wished for: of each, one request is under way at a time. */
  readonly place: string
  /** Of the shown post, never of a boost that carries it. */
  readonly postId: string
  readonly isOn: boolean
  /** The post as it is with the wish granted, or not. */
  readonly show: (post: StoredPost, isOn: boolean) => StoredPost
  /** Tells the home. */
  readonly send: (isOn: boolean) => Promise<Status>
}

/** What was asked for or told before a wish was granted has come by then. */
const LATE_MS = 10_000

export class Wishes {
  readonly #posts: PostStore
  /** What is wished for, of those under way. */
  readonly #wanted = new Map<string, boolean>()

  constructor(posts: PostStore) {
    this.#posts = posts
  }

  /** @returns the failure that took it back, or null */
  async make(wish: Wish): Promise<ApiFailure | null> {
    const { place, postId, isOn, show } = wish
    this.#posts.hold(postId, place, (post) => show(post, isOn), Number.POSITIVE_INFINITY)
    const isUnderWay = this.#wanted.has(place)
    this.#wanted.set(place, isOn)
    return isUnderWay ? null : this.#send(wish)
  }

  async #send({ place, postId, isOn, show, send }: Wish): Promise<ApiFailure | null> {
    /** What the home has. */
    let known = !isOn
    try {
      for (;;) {
        const wanted = this.#wanted.get(place) ?? known
        if (wanted === known) return null
        const status = await send(wanted)
        known = wanted
        if ((this.#wanted.get(place) ?? known) !== known) continue
        this.#posts.put([status])
        this.#posts.hold(postId, place, (post) => show(post, wanted), LATE_MS)
      }
    } catch (error) {
      const last = known
      this.#posts.letGo(postId, place)
      this.#posts.patch(postId, (post) => show(post, last))
      return toFailure(error)
    } finally {
      this.#wanted.delete(place)
    }
  }
}
