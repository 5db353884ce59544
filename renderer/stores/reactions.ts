/**
 * Favourites and boosts: shown at once, sent one after the other, taken back when the home says no. Whoever changes
 * their mind while a request is under way is asked once more at its end, so that the last wish is what stays.
 */
import type { ApiClient } from '../api/client.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { type ReactionName, setReaction } from '../api/posts.ts'
import type { PostStore, StoredPost } from './posts.ts'

type Flag = 'favourited' | 'reblogged'
type Count = 'favourites_count' | 'reblogs_count'

const FIELDS = {
  favourite: { flag: 'favourited', count: 'favourites_count' },
  boost: { flag: 'reblogged', count: 'reblogs_count' },
} as const satisfies Record<ReactionName, { flag: Flag; count: Count }>

export class Reactions {
  readonly #api: ApiClient
  readonly #posts: PostStore
  /** What is wished for, of those under way. */
  readonly #wishes = new Map<string, boolean>()

  constructor(api: ApiClient, posts: PostStore) {
    this.#api = api
    this.#posts = posts
  }

  /**
   * @param id  of the shown post, never of a boost that carries it
   * @returns the failure that took it back, or null
   */
  async toggle(id: string, reaction: ReactionName): Promise<ApiFailure | null> {
    const post = this.#posts.get(id)
    if (post === undefined) return null
    const { flag } = FIELDS[reaction]
    const wish = post[flag] !== true
    const key = `${reaction} ${id}`
    this.#posts.patch(id, (known) => withReaction(known, reaction, wish))
    const isUnderWay = this.#wishes.has(key)
    this.#wishes.set(key, wish)
    return isUnderWay ? null : this.#send(key, id, reaction, !wish)
  }

  /** @param confirmed  what the home has */
  async #send(
    key: string,
    id: string,
    reaction: ReactionName,
    confirmed: boolean,
  ): Promise<ApiFailure | null> {
    let known = confirmed
    try {
      for (;;) {
        const wish = this.#wishes.get(key) ?? known
        if (wish === known) return null
        const status = await setReaction(this.#api, id, reaction, wish)
        known = wish
        if ((this.#wishes.get(key) ?? known) === known) this.#posts.put([status])
      }
    } catch (error) {
      const last = known
      this.#posts.patch(id, (post) => withReaction(post, reaction, last))
      return toFailure(error)
    } finally {
      this.#wishes.delete(key)
    }
  }
}

/** The post with the reaction given or taken, its count following. */
export function withReaction(post: StoredPost, reaction: ReactionName, isOn: boolean): StoredPost {
  const { flag, count } = FIELDS[reaction]
  if ((post[flag] === true) === isOn) return post
  return { ...post, [flag]: isOn, [count]: Math.max(0, post[count] + (isOn ? 1 : -1)) }
}
