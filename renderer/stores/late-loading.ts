/** Something that is fetched when it is first needed, and anew when that has failed. */
import { createStore } from './observable.ts'

export type LateState<Value> =
  | { readonly phase: 'waiting' }
  | { readonly phase: 'loading' }
  | { readonly phase: 'ready'; readonly value: Value }
  /** @property times  how often, one after another */
  | { readonly phase: 'failed'; readonly times: number; readonly detail: string }

export class LateLoading<Value> {
  readonly view = createStore<LateState<Value>>({ phase: 'waiting' })
  readonly #fetch: () => Promise<Value>
  #isWanted = false
  #failures = 0

  constructor(fetch: () => Promise<Value>) {
    this.#fetch = fetch
  }

  /** It is needed now. Nothing happens while it is on its way or here. */
  begin(): void {
    this.#isWanted = true
    this.#start()
  }

  /** It may be needed soon: a failure is nobody's business yet. */
  fetchAhead(): void {
    this.#start()
  }

  #start(): void {
    const { phase } = this.view.get()
    if (phase === 'loading' || phase === 'ready') return
    this.view.set({ phase: 'loading' })
    void this.#load()
  }

  async #load(): Promise<void> {
    try {
      this.view.set({ phase: 'ready', value: await this.#fetch() })
    } catch (error) {
      if (!this.#isWanted) {
        this.view.set({ phase: 'waiting' })
        return
      }
      this.#isWanted = false
      this.#failures += 1
      const detail = error instanceof Error ? error.message : String(error)
      this.view.set({ phase: 'failed', times: this.#failures, detail })
    }
  }
}
