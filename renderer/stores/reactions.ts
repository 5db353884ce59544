/** Favourites, boosts, bookmarks, pins and muted conversations, each given or taken. */
import type { ApiClient } from '../api/client.ts'
import type { ApiFailure } from '../api/failure.ts'
import { type ReactionName, setReaction } from '../api/posts.ts'
import type { PostStore, StoredPost } from './posts.ts'
import { Wishes } from './wishes.ts'

type Flag = 'favourited' | 'reblogged' | 'bookmarked' | 'pinned' | 'muted'
/** Null where nobody is told how many there are. */
type Count = 'favourites_count' | 'reblogs_count' | null

const FIELDS = {
  favourite: { flag: 'favourited', count: 'favourites_count' },
  boost: { flag: 'reblogged', count: 'reblogs_count' },
  bookmark: { flag: 'bookmarked', count: null },
  pin: { flag: 'pinned', count: null },
  mute: { flag: 'muted', count: null },
} as const satisfies Record<ReactionName, { flag: Flag; count: Count }>

export class Reactions {
  readonly #api: ApiClient
  readonly #posts: PostStore
  readonly #wishes: Wishes

  constructor(api: ApiClient, posts: PostStore) {
    this.#api = api
    this.#posts = posts
    this.#wishes = new Wishes(posts)
  }

  /**
   * @param id  of the shown post, never of a boost that carries it
   * @returns the failure that took it back, or null
   */
  async toggle(id: string, reaction: ReactionName): Promise<ApiFailure | null> {
    const post = this.#posts.get(id)
    if (post === undefined) return null
    return this.#wishes.make({
      place: `${reaction} ${id}`,
      postId: id,
      isOn: post[FIELDS[reaction].flag] !== true,
      show: (shown, isOn) => withReaction(shown, reaction, isOn),
      send: async (isOn) => setReaction(this.#api, id, reaction, isOn),
    })
  }
}

/** The post with the reaction given or taken, its count following. */
export function withReaction(post: StoredPost, reaction: ReactionName, isOn: boolean): StoredPost {
  const { flag, count } = FIELDS[reaction]
  if ((post[flag] === true) === isOn) return post
  if (count === null) return { ...post, [flag]: isOn }
  return { ...post, [flag]: isOn, [count]: Math.max(0, post[count] + (isOn ? 1 : -1)) }
}
