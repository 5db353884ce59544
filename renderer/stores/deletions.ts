/**
 * Deleting with a way back: the post is gone from the window at once, and really deleted when the time for Undo has
 * passed or the window is left. What a crash, a lost line or the leaving cut short is kept in this browser and done at the
 * next start.
 */
import type { ApiClient } from '../api/client.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { deletePost } from '../api/post-acts.ts'
import { type KeyValueStorage, readStored, writeStored } from './key-value-storage.ts'
import type { PostStore } from './posts.ts'

export const DELETIONS_KEY = 'homebird.deletions'
/** Younger ones that are not settled may belong to another window, where Undo is still offered. */
const EARLIER_AFTER_MS = 60_000

interface Kept {
  readonly id: string
  readonly atMs: number
  /** Nobody can take it back any more: all that is missing is the home's word. */
  readonly isSettled?: boolean
}

interface DeletionParts {
  readonly api: ApiClient
  readonly posts: PostStore
  readonly storage: KeyValueStorage
  readonly nowMs: () => number
  /** The post is shown again, for the home refused. */
  readonly onRefused: (postId: string, failure: ApiFailure) => void
}

export class Deletions {
  readonly #parts: DeletionParts

  constructor(parts: DeletionParts) {
    this.#parts = parts
  }

  /** Takes the post out of every list; `commit` or `takeBack` follows. */
  begin(id: string): void {
    this.#keep((kept) => [...without(kept, id), { id, atMs: this.#parts.nowMs() }])
    this.#parts.posts.withhold(id)
  }

  takeBack(id: string): void {
    this.#keep((kept) => without(kept, id))
    this.#parts.posts.release(id)
  }

  /** Deletes it for good. While the home does not answer the wish is kept; a refusal brings the post back. */
  async commit(id: string): Promise<void> {
    // Before it is sent: a window that is being left hears no answer, and may be gone before the request is.
    this.#keep((kept) => [...without(kept, id), { id, atMs: this.#parts.nowMs(), isSettled: true }])
    const failure = await this.#send(id)
    if (failure === null || failure.kind === 'offline' || failure.kind === 'unavailable') return
    this.takeBack(id)
    this.#parts.onRefused(id, failure)
  }

  /** What is left of an earlier time, or of a time without the home. */
  async finishEarlier(): Promise<void> {
    const before = this.#parts.nowMs() - EARLIER_AFTER_MS
    const isDue = ({ atMs, isSettled }: Kept): boolean => isSettled === true || atMs <= before
    for (const { id } of this.#kept().filter(isDue)) {
      this.#parts.posts.withhold(id)
      // oxlint-disable-next-line no-await-in-loop -- one after the other: each is one post, and the home is just back
      await this.commit(id)
    }
  }

  /** @returns null when it is gone, as also when it was gone before */
  async #send(id: string): Promise<ApiFailure | null> {
    const { api, posts } = this.#parts
    try {
      await deletePost(api, id)
    } catch (error) {
      const failure = toFailure(error)
      if (failure.status !== 404) return failure
    }
    this.#keep((kept) => without(kept, id))
    posts.remove(id)
    return null
  }

  #kept(): readonly Kept[] {
    const stored = readStored(this.#parts.storage, DELETIONS_KEY)
    return Array.isArray(stored) ? stored.filter(isKept) : []
  }

  #keep(change: (kept: readonly Kept[]) => readonly Kept[]): void {
    const kept = change(this.#kept())
    writeStored(this.#parts.storage, DELETIONS_KEY, kept.length === 0 ? null : kept)
  }
}

const without = (kept: readonly Kept[], id: string): readonly Kept[] => kept.filter((one) => one.id !== id)

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false
  const { id, atMs } = value as Record<string, unknown>
  return typeof id === 'string' && /^\d{1,19}$/.test(id) && typeof atMs === 'number'
}
