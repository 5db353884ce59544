/**
 * Whom the reader has just unfollowed, muted or blocked: every open list lets go at once of what is not wanted any more,
 * and has it again where it stood when the deed is taken back.
 */
import type { PostStore } from './posts.ts'

export interface Leaving {
  readonly deed: 'unfollow' | 'mute' | 'block' | 'server'
  /** Id of an account; of a server its domain. */
  readonly whom: string
}

/** A list that is open, whatever it shows. */
export interface LeavableList {
  leaveOut(leaving: Leaving): void
  bringBack(leaving: Leaving): void
}

export const nameOfLeaving = ({ deed, whom }: Leaving): string => `${deed} ${whom}`

/** Somebody as accounts name them. */
interface Named {
  readonly id: string
  readonly acct: string
}

export function isAbout({ deed, whom }: Leaving, { id, acct }: Named): boolean {
  if (deed !== 'server') return id === whom
  const domain = acct.split('@')[1] ?? ''
  return domain === whom || domain.endsWith(`.${whom}`)
}

/** An unfollowed author may still be read where others boost them; nobody else may. */
export function leavesOut(posts: PostStore, id: string, leaving: Leaving): boolean {
  const row = posts.get(id)
  const shown = leaving.deed === 'unfollow' ? undefined : posts.shown(id)
  return [row, shown].some((post) => post !== undefined && isAbout(leaving, post.account))
}

export class LeftOut {
  readonly #posts: PostStore
  readonly #lists: readonly LeavableList[]
  /** What each deed that stands has been told of as gone. */
  readonly #told = new Map<string, { readonly leaving: Leaving; readonly ids: Set<string> }>()

  constructor(posts: PostStore, lists: readonly LeavableList[]) {
    this.#posts = posts
    this.#lists = lists
  }

  leave(leaving: Leaving): void {
    this.#told.set(nameOfLeaving(leaving), { leaving, ids: new Set() })
    for (const list of this.#lists) list.leaveOut(leaving)
  }

  /** It was taken back, or the home did not do it. */
  bringBack(leaving: Leaving): void {
    this.#told.delete(nameOfLeaving(leaving))
    for (const list of this.#lists) list.bringBack(leaving)
  }

  /**
   * What leaves the home timeline by such a deed is told on the live line like a deletion, once. The post is there still:
   * on its author's page, in a thread, and for a way back.
   */
  explains(id: string): boolean {
    for (const { leaving, ids } of this.#told.values()) {
      if (ids.has(id) || !leavesOut(this.#posts, id, leaving)) continue
      ids.add(id)
      return true
    }
    return false
  }

  clear(): void {
    this.#told.clear()
  }
}
