/** Who sits before the window, as the home last said. */
import type { WindowState } from '../../server/contracts/owner-api.ts'
import type { ApiClient } from '../api/client.ts'
import { type ApiFailure, isPassing, toFailure } from '../api/failure.ts'
import {
  getWindowState,
  signInWithKey,
  signInWithPasskey,
  signInWithPassword,
  signOut,
} from '../api/owner.ts'
import { type PasskeyQuestion, askForUse } from '../api/sign-in.ts'
import { type HomeKeeper, NO_KEEPER } from './kept-home.ts'
import { createStore, type Observable, type Store } from './observable.ts'

export type SessionView =
  | { readonly phase: 'unknown' }
  /** The home did not answer at the very start. */
  | { readonly phase: 'unreachable'; readonly failure: ApiFailure }
  | WindowState

export class Session {
  readonly #api: ApiClient
  readonly #keeper: HomeKeeper
  readonly #view: Store<SessionView> = createStore<SessionView>({ phase: 'unknown' })
  readonly #wasKeyRefused: Store<boolean> = createStore(false)
  #asking: Promise<void> | null = null

  constructor(api: ApiClient, keeper: HomeKeeper = NO_KEEPER) {
    this.#api = api
    this.#keeper = keeper
  }

  get view(): Observable<SessionView> {
    return this.#view
  }

  /** The key of the address was wrong, or of an earlier start. */
  get wasKeyRefused(): Observable<boolean> {
    return this.#wasKeyRefused
  }

  /** Asks the home who sits here, and exchanges the key of the address where that helps. */
  async open(startKey: string | null): Promise<void> {
    await this.refresh()
    const { phase } = this.#view.get()
    if (startKey === null || (phase !== 'needs_key' && phase !== 'signed_out')) return
    this.#wasKeyRefused.set(false)
    try {
      await this.enterWithKey(startKey)
    } catch (error) {
      this.#wasKeyRefused.set(toFailure(error).kind === 'refused')
    }
  }

  async refresh(): Promise<void> {
    try {
      this.accept(await getWindowState(this.#api))
    } catch (error) {
      const failure = toFailure(error)
      // Whoever was signed in reads what this browser kept.
      const kept = isPassing(failure) ? await this.#keeper.read('state') : null
      this.#view.set(kept ?? { phase: 'unreachable', failure })
    }
  }

  /**
   * Some other answer said that the session is over. The home is asked what is so instead: an identity that is gone refuses
   * too, and its owner is to read that they have left.
   */
  hasEnded(): void {
    const view = this.#view.get()
    if (view.phase === 'signed_in') this.#view.set({ ...view, phase: 'signed_out' })
    else if (view.phase === 'needs_set_up') this.#view.set({ ...view, phase: 'needs_key' })
    if (this.#asking === null) {
      this.#asking = this.#askAgain().finally(() => {
        this.#asking = null
      })
    }
  }

  async #askAgain(): Promise<void> {
    try {
      this.accept(await getWindowState(this.#api))
    } catch {
      // What is shown stays: whoever goes on is told by their own act that the home does not answer.
    }
  }

  accept(state: WindowState): void {
    this.#view.set(state)
    void (state.phase === 'signed_in' ? this.#keeper.write('state', state) : this.#keeper.clear())
  }

  /** @throws ApiFailure */
  async enterWithKey(key: string): Promise<void> {
    this.accept(await signInWithKey(this.#api, key))
  }

  /** @throws ApiFailure */
  async enterWithPassword(password: string, code = ''): Promise<void> {
    this.accept(await signInWithPassword(this.#api, password, code))
  }

  /**
   * @param sign  asks the person and their device
   * @throws ApiFailure
   */
  async enterWithPasskey(sign: (question: PasskeyQuestion) => Promise<object>): Promise<void> {
    this.accept(await signInWithPasskey(this.#api, await sign(await askForUse(this.#api))))
  }

  /** @throws ApiFailure */
  async leave(): Promise<void> {
    this.accept(await signOut(this.#api))
  }
}

/** The key in the address that the start printed, `#key=…`. */
export function keyFromFragment(fragment: string): string | null {
  const key = new URLSearchParams(fragment.replace(/^#/, '')).get('key')
  return key === null || key === '' ? null : key
}
