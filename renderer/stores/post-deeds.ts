/**
 * What a reader does with a post, from wherever it is shown and whether by button or by key: the deed shows at once, and
 * what the home refuses is taken back and told at the post itself.
 */
import type { Status } from '../../server/contracts/status.ts'
import type { ApiClient } from '../api/client.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { deletePost } from '../api/post-acts.ts'
import type { ReactionName } from '../api/posts.ts'
import { Deletions } from './deletions.ts'
import { EmojiReactions, type PickedEmoji } from './emoji-reactions.ts'
import type { KeyValueStorage } from './key-value-storage.ts'
import { createStore, type Observable, type Store } from './observable.ts'
import { Polls } from './polls.ts'
import type { PostStore } from './posts.ts'
import { Reactions } from './reactions.ts'
import { Translations } from './translations.ts'
import type { Undo } from './undo.ts'

export type DeedName = ReactionName | 'emoji' | 'delete' | 'edit' | 'follow'

export interface FailedDeed {
  readonly deed: DeedName
  readonly failure: ApiFailure
  readonly again: () => void
}

interface DeedParts {
  readonly api: ApiClient
  readonly posts: PostStore
  readonly storage: KeyValueStorage
  readonly undo: Pick<Undo, 'offer'>
  readonly nowMs: () => number
}

export class PostDeeds {
  readonly polls: Polls
  readonly translations: Translations
  readonly #parts: DeedParts
  readonly #reactions: Reactions
  readonly #emojis: EmojiReactions
  readonly #deletions: Deletions
  readonly #failed: Store<ReadonlyMap<string, FailedDeed>> = createStore<ReadonlyMap<string, FailedDeed>>(
    new Map(),
  )

  constructor(parts: DeedParts) {
    const { api, posts } = parts
    this.#parts = parts
    this.polls = new Polls(api, posts)
    this.translations = new Translations(api)
    this.#reactions = new Reactions(api, posts)
    this.#emojis = new EmojiReactions(api, posts)
    this.#deletions = new Deletions({
      ...parts,
      onRefused: (id, failure) => this.tell(id, 'delete', failure, () => void this.#deletions.commit(id)),
    })
  }

  /** What went wrong last, by the id of the post. */
  get failed(): Observable<ReadonlyMap<string, FailedDeed>> {
    return this.#failed
  }

  /** @param id  of the shown post, never of a boost that carries it */
  async toggle(id: string, reaction: ReactionName): Promise<void> {
    const failure = await this.#reactions.toggle(id, reaction)
    this.tell(id, reaction, failure, () => void this.toggle(id, reaction))
  }

  async react(id: string, emoji: PickedEmoji): Promise<void> {
    const failure = await this.#emojis.toggle(id, emoji)
    this.tell(id, 'emoji', failure, () => void this.react(id, emoji))
  }

  /** The post goes at once; the home is told when it can no longer be taken back. @param words  "Post deleted." */
  delete(id: string, words: string): void {
    this.#deletions.begin(id)
    this.#parts.undo.offer({
      words,
      undo: () => this.#deletions.takeBack(id),
      commit: () => void this.#deletions.commit(id),
    })
  }

  /** Now and without a way back, for whoever writes it anew. @throws ApiFailure; the post stays then */
  async deleteNow(id: string): Promise<Status> {
    const status = await deletePost(this.#parts.api, id)
    this.#parts.posts.remove(id)
    return status
  }

  async finishDeletions(): Promise<void> {
    await this.#deletions.finishEarlier()
  }

  /** Shows a failure at the post, or takes an earlier one away. */
  tell(id: string, deed: DeedName, failure: ApiFailure | null, again: () => void): void {
    if (failure === null && this.#failed.get().get(id)?.deed !== deed) return
    this.#failed.update((known) => {
      const next = new Map(known)
      if (failure === null) next.delete(id)
      else next.set(id, { deed, failure, again })
      return next
    })
  }

  /** Does something that may fail; the failure is told at the post. */
  async attempt(id: string, deed: DeedName, work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
      this.tell(id, deed, null, () => {})
    } catch (error) {
      this.tell(id, deed, toFailure(error), () => void this.attempt(id, deed, work))
    }
  }

  /** Forgets what belonged to the session. */
  clear(): void {
    this.translations.clear()
    this.#failed.set(new Map())
  }
}
