/** Reactions with an emoji, each given or taken. */
import type { EmojiReaction } from '../../server/contracts/emoji-reaction.ts'
import type { ApiClient } from '../api/client.ts'
import type { ApiFailure } from '../api/failure.ts'
import { setEmojiReaction } from '../api/post-acts.ts'
import type { PostStore, StoredPost } from './posts.ts'
import { Wishes } from './wishes.ts'

/** What somebody picked: an emoji, or a picture with a short name. */
export type PickedEmoji = Pick<EmojiReaction, 'name' | 'domain' | 'url' | 'static_url'>

/** How the home is told of it: the emoji, `name` for one of this home, `name@domain` for one of another. */
export function reactionKey({ name, domain }: PickedEmoji): string {
  return typeof domain === 'string' ? `${name}@${domain}` : name
}

export class EmojiReactions {
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
  async toggle(id: string, emoji: PickedEmoji): Promise<ApiFailure | null> {
    const post = this.#posts.get(id)
    if (post === undefined) return null
    const key = reactionKey(emoji)
    return this.#wishes.make({
      place: `${id} ${key}`,
      postId: id,
      isOn: !post.emoji_reactions.some((one) => one.me && reactionKey(one) === key),
      show: (shown, isOn) => withEmoji(shown, emoji, isOn),
      send: async (isOn) => setEmojiReaction(this.#api, id, key, isOn),
    })
  }
}

/** The post with the reader among those who reacted with an emoji, or not; what nobody is left of goes. */
export function withEmoji(post: StoredPost, emoji: PickedEmoji, isOn: boolean): StoredPost {
  const key = reactionKey(emoji)
  const known = post.emoji_reactions.find((one) => reactionKey(one) === key)
  if ((known?.me ?? false) === isOn) return post
  const changed: EmojiReaction = {
    ...(known ?? { ...emoji, account_ids: [], count: 0 }),
    me: isOn,
    count: (known?.count ?? 0) + (isOn ? 1 : -1),
  }
  const reactions =
    known === undefined
      ? [...post.emoji_reactions, changed]
      : post.emoji_reactions.map((one) => (one === known ? changed : one))
  return { ...post, emoji_reactions: reactions.filter(({ count }) => count > 0) }
}
