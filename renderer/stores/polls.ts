/** Votes: sent once, for they cannot be taken back; the answer replaces the poll inside its post. */
import type { ApiClient } from '../api/client.ts'
import { getPoll, votePoll } from '../api/post-acts.ts'
import type { PostStore } from './posts.ts'

export class Polls {
  readonly #api: ApiClient
  readonly #posts: PostStore

  constructor(api: ApiClient, posts: PostStore) {
    this.#api = api
    this.#posts = posts
  }

  /**
   * @param postId  of the post that asks, or of one that is shown inside another
   * @throws ApiFailure when the home says no; nothing was voted then
   */
  async vote(postId: string, pollId: string, choices: readonly number[]): Promise<void> {
    const poll = await votePoll(this.#api, pollId, choices)
    this.#posts.patch(postId, (post) => ({ ...post, poll }))
  }

  /** Asks the home for the counts, which makes it ask the server of the author. @throws ApiFailure */
  async refresh(postId: string, pollId: string): Promise<void> {
    const poll = await getPoll(this.#api, pollId)
    this.#posts.patch(postId, (post) => ({ ...post, poll }))
  }
}
