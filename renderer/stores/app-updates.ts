/** The updates of the desktop app, as its shell tells of them. */
import type { UpdateState, UpdatesBridge } from '../../server/contracts/desktop-bridge.ts'
import { createStore, type Observable, type Store } from './observable.ts'

export interface UpdatesView {
  /** Null until the shell has said it. */
  readonly state: UpdateState | null
  /** Why the last act did not succeed, in the shell's words. */
  readonly refusal: string | null
}

export class AppUpdates {
  readonly #bridge: UpdatesBridge
  readonly #view: Store<UpdatesView> = createStore<UpdatesView>({ state: null, refusal: null })

  constructor(bridge: UpdatesBridge) {
    this.#bridge = bridge
  }

  get view(): Observable<UpdatesView> {
    return this.#view
  }

  /** @returns what ends the listening */
  open(): () => void {
    const stop = this.#bridge.onState((state) => this.#take(state))
    void this.#attempt(async () => this.#take(await this.#bridge.state()))
    return stop
  }

  async check(): Promise<void> {
    await this.#attempt(async () => this.#take(await this.#bridge.check()))
  }

  /** Restarts into the new version: where that begins, this window ends. */
  async install(): Promise<void> {
    await this.#attempt(async () => this.#bridge.install())
  }

  #take(state: UpdateState): void {
    this.#view.update((view) => ({ ...view, state }))
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    this.#view.update((view) => ({ ...view, refusal: null }))
    try {
      await act()
    } catch (error) {
      const refusal = error instanceof Error ? error.message : String(error)
      this.#view.update((view) => ({ ...view, refusal }))
    }
  }
}

export type UpdateWord =
  | 'off'
  | 'never'
  | 'newest'
  | 'found'
  | 'checking'
  | 'downloading'
  | 'downloading_part'
  | 'ready'
  | 'failed'

/** Which sentence tells it. */
export function wordOfUpdate({ phase, next, checkedAt, percent }: UpdateState): UpdateWord {
  if (phase === 'downloading') return percent === null ? 'downloading' : 'downloading_part'
  if (phase !== 'idle') return phase
  if (next !== null) return 'found'
  return checkedAt === null ? 'never' : 'newest'
}
