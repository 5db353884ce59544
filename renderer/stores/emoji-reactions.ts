/** Reactions with an emoji: shown at once, sent one after the other, taken back when the home says no. */
import type { EmojiReaction } from '../../server/contracts/emoji-reaction.ts'
import type { ApiClient } from '../api/client.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { setEmojiReaction } from '../api/post-acts.ts'
import type { PostStore, StoredPost } from './posts.ts'

/** What somebody picked: an emoji, or a picture with a short name. */
export type PickedEmoji = Pick<EmojiReaction, 'name' | 'domain' | 'url' | 'static_url'>

/** How the home is told of it: the emoji, `name` for one of this home, `name@domain` for one of another. */
export function reactionKey({ name, domain }: PickedEmoji): string {
  return typeof domain === 'string' ? `${name}@${domain}` : name
}

export class EmojiReactions {
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
  async toggle(id: string, emoji: PickedEmoji): Promise<ApiFailure | null> {
    const post = this.#posts.get(id)
    if (post === undefined) return null
    const wish = !post.emoji_reactions.some((one) => one.me && reactionKey(one) === reactionKey(emoji))
    this.#posts.patch(id, (known) => withEmoji(known, emoji, wish))
    const place = `${id} ${reactionKey(emoji)}`
    const isUnderWay = this.#wishes.has(place)
    this.#wishes.set(place, wish)
    return isUnderWay ? null : this.#send(place, id, emoji, !wish)
  }

  /** @param confirmed  what the home has */
  async #send(place: string, id: string, emoji: PickedEmoji, confirmed: boolean): Promise<ApiFailure | null> {
    let known = confirmed
    try {
      for (;;) {
        const wish = this.#wishes.get(place) ?? known
        if (wish === known) return null
        const status = await setEmojiReaction(this.#api, id, reactionKey(emoji), wish)
        known = wish
        if ((this.#wishes.get(place) ?? known) === known) this.#posts.put([status])
      }
    } catch (error) {
      const last = known
      this.#posts.patch(id, (post) => withEmoji(post, emoji, last))
      return toFailure(error)
    } finally {
      this.#wishes.delete(place)
    }
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
