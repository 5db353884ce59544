/** The lines on the page of logs: older ones read on demand, new ones as they come, none twice, none without end. */
import type { LogLine, LogPage } from '../../server/contracts/logs.ts'
import { type Observable, type Store, createStore } from './observable.ts'

export interface LogView {
  /** Oldest first. */
  readonly lines: readonly LogLine[]
  /** Where older ones go on; null at the end. */
  readonly before: string | null
  /** The page shows new lines as they come; it stops when somebody reads further up. */
  readonly isFollowing: boolean
  /** Lines that came since it stopped. */
  readonly unseen: number
}

/** More than these are let go at the other end. */
const MOST_LINES = 3_000

const EMPTY: LogView = { lines: [], before: null, isFollowing: true, unseen: 0 }

export class LogTail {
  readonly #view: Store<LogView> = createStore<LogView>(EMPTY)

  get view(): Observable<LogView> {
    return this.#view
  }

  /** Begins anew with the newest page. */
  begin({ lines, before }: LogPage): void {
    this.#view.set({ ...EMPTY, lines: lines.toReversed(), before })
  }

  older({ lines, before }: LogPage): void {
    const view = this.#view.get()
    const known = new Set(view.lines.map(({ id }) => id))
    const fresh = lines.filter(({ id }) => !known.has(id)).toReversed()
    this.#view.set({ ...view, lines: [...fresh, ...view.lines].slice(0, MOST_LINES), before })
  }

  came(lines: readonly LogLine[]): void {
    const view = this.#view.get()
    const known = new Set(view.lines.map(({ id }) => id))
    const fresh = lines.filter(({ id }) => !known.has(id))
    if (fresh.length === 0) return
    const all = [...view.lines, ...fresh]
    this.#view.set({
      ...view,
      // What is being read further up stays; what nobody looks at goes.
      lines: view.isFollowing ? all.slice(-MOST_LINES) : all.slice(0, 2 * MOST_LINES),
      unseen: view.isFollowing ? 0 : view.unseen + fresh.length,
    })
  }

  follow(isFollowing: boolean): void {
    const view = this.#view.get()
    if (view.isFollowing === isFollowing) return
    this.#view.set({ ...view, isFollowing, unseen: 0 })
  }
}
